import { sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import type { OuterCommand } from '#shared/protocol/command.ts';
import type { SpoolStatus } from '#shared/protocol/spool.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { makeSealer } from '../../../electron/desk/spool/sealer.ts';
import { spoolOverHttp } from '../../../electron/desk/spool/spool-over-http.ts';
import type { RawDesktop } from '../server/raw-desktop.ts';
import { settled } from '../server/several-nodes.ts';
import { clearStage, setStage, signOn, type Stage } from '../server/story.ts';

/** SY10 takes in what somebody wrote down before they were barred. It is no way into what they never had. */
describe('the door for unsent work, used by somebody who is shut out', () => {
  let stage: Stage;
  let agent: RawDesktop;
  let barred: RawDesktop;
  let theirs: string;
  let others: string;
  const notes = async (caseId: string) => ((await stage.running.centre.cases.load(caseId))?.notes ?? []).map(({ text }) => text);

  /** Seals with the attacker's own keys, in the name of whom one says. */
  async function throughTheDoor(commands: readonly OuterCommand[], as: { person?: string; personKey?: boolean } = {}): Promise<SpoolStatus[]> {
    const by = (key: RawDesktop['personKey'], bytes: Uint8Array) => ({ key: key.keyId, signature: sign(null, bytes, key.privateKey).toString('base64') });
    const who = { person: as.person ?? barred.person, workstation: barred.workstation, desktop: commands[0]!.desktop };
    const sealer = await makeSealer(stage.running.centre.spoolKeys.current, who, new Date().toISOString(), (bytes) =>
      Promise.resolve({ person: as.personKey === false ? null : by(barred.personKey, bytes), workstation: by(barred.machineKey, bytes) }));
    const rows = commands.map((command) => {
      const row = sealer.seal(command, new Date().toISOString(), null);
      return { ...row, signature: sealer.sign(row) };
    });
    const answer = await spoolOverHttp(stage.running.url, { protocol: PROTOCOL_VERSION, sessions: [sealer.session], rows });
    return (answer?.results ?? []).map(({ status }) => status);
  }

  const opened = async (desktop: RawDesktop): Promise<string> => {
    const caseId = uuidv7();
    await desktop.must('open case', caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });
    return caseId;
  };
  const note = (caseId: string, text: string) => barred.make('write note', caseId, { noteId: uuidv7(), text });

  beforeAll(async () => {
    stage = await setStage();
    ({ agent } = stage);
    barred = await signOn(stage, 'agent2');
    [theirs, others] = [await opened(barred), await opened(agent)];
    await stage.running.centre.administration.record(() => [{ kind: 'person disabled', body: { personId: barred.person, by: agent.person, reason: 'has left' } }]);
    await settled(stage.running);
  }, 60_000);
  afterAll(() => clearStage(stage));

  it('[SY10] what they wrote on a case of their own is taken in and marked', async () => {
    expect(await throughTheDoor([note(theirs, 'before I left')])).toEqual(['in-tray']);
    expect(await notes(theirs)).toEqual(['before I left']);
  });

  it('[SY10] [PR3] nothing gets into a case that they never had, in their own name or in that of whoever has it not', async () => {
    expect(await throughTheDoor([note(others, 'slander')])).toEqual(['in-tray']);
    const run = barred.make('start run', others, { runId: uuidv7(), flowId: 'early-settlement', flowVersion: 1 } as never);
    expect(await throughTheDoor([run])).toEqual(['in-tray']);
    expect(await notes(others)).toEqual([]);
    expect((await stage.running.centre.cases.load(others))?.runs).toEqual({});
    await settled(stage.running);
    expect(stage.running.centre.lateWork.get(run.id)).toMatchObject({ became: 'refused' });
  });

  it('[SY2] [RB1] [TP8] who does not prove to be a person takes none of the numbers of that person\'s desktop', async () => {
    // What a desktop is called stands in every call that it took; the machine's key alone says nothing of who sits there.
    const [recorded, acting] = [agent.make('write note', others, { noteId: uuidv7(), text: 'said to be theirs' }), agent.make('close case', others, { outcome: 'said to be theirs' })];
    expect(await throughTheDoor([recorded], { person: agent.person, personKey: false })).toEqual(['in-tray']);
    expect(await throughTheDoor([acting], { person: agent.person, personKey: false })).toEqual(['in-tray']);
    expect(await agent.send({ ...agent.make('write note', others, { noteId: uuidv7(), text: 'really theirs' }), number: recorded.number })).toMatchObject({ status: 'accepted' });
    expect(await agent.send({ ...agent.make('write note', others, { noteId: uuidv7(), text: 'theirs too' }), number: acting.number })).toMatchObject({ status: 'accepted' });
    expect(await notes(others)).toEqual(['said to be theirs', 'really theirs', 'theirs too']);
    // The very rows again, now as their author's own: the stored answer, and the numbers are theirs.
    const own = agent.make('write note', others, { noteId: uuidv7(), text: 'left here' }, { number: acting.number + 1 });
    expect(await throughTheDoor([own], { person: agent.person, personKey: false })).toEqual(['in-tray']);
    expect(await agent.send(own)).toMatchObject({ status: 'accepted' });
    expect(await agent.send({ ...agent.make('write note', others, { noteId: uuidv7(), text: 'and on' }), number: own.number + 1 })).toMatchObject({ status: 'accepted' });
    expect(await notes(others)).toEqual(['said to be theirs', 'really theirs', 'theirs too', 'left here', 'and on']);
  });
});
