import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawDesktop } from './raw-desktop.ts';
import { settled } from './several-nodes.ts';
import { clearStage, draft, enter, setStage, signOn, submit, take, type Drafted, type Stage } from './story.ts';

/** A desktop that had let a case go (PR6) asks for it: it gets what the feed would have given it, and no more. */
describe('[PR6] a case asked for anew', () => {
  let stage: Stage;
  let drafted: Drafted;
  let stranger: RawDesktop;
  const NOTE = '只给经办人看的话';
  const asked = async (desktop: RawDesktop) => desktop.ask('case snapshot', { case: drafted.caseId });
  const readings = async () => {
    // What a node notes of a refusal is on its way when the refusal is told.
    await settled(stage.running);
    return stage.running.centre.log.auditAfter(0, 100_000);
  };

  beforeAll(async () => {
    stage = await setStage();
    stranger = await signOn(stage, 'agent2');
    drafted = await draft(stage);
    await stage.agent.must('write note', drafted.caseId, { noteId: uuidv7(), text: NOTE });
    await settled(stage.running);
  }, 60_000);
  afterAll(() => clearStage(stage));

  /** Its own desktop's fold of the feed, once that has all of it. */
  async function asFed(desktop: RawDesktop, version: number): Promise<unknown> {
    await desktop.until(() => (desktop.cases.get(drafted.caseId)?.version ?? 0) >= version, `version ${version}`);
    return desktop.state(drafted.caseId);
  }

  it('[SY5] is for its owner the same as the fold of the feed, at the same version', async () => {
    const { version, state } = await asked(stage.agent);
    expect(JSON.stringify(state)).toContain(NOTE);
    expect(state).toEqual(await asFed(stage.agent, version));
  });

  it('[PR3] [SY6] is nobody else’s, and the attempt is in the log', async () => {
    expect(await stranger.askRefusal('case snapshot', { case: drafted.caseId })).toBe('not-your-case');
    expect(await stranger.askRefusal('case snapshot', { case: uuidv7() })).toBe('not-your-case');
    const entries = await readings();
    expect(entries.some(({ kind, person }) => kind === 'ask refused' && person === stranger.person)).toBe(true);
  });

  it('[TP6] [PR8] is for a reviewer before the entry without what is withheld, after it with it; that she looked is in the log', async () => {
    const { mentor } = stage;
    const reviewId = await submit(stage, drafted);
    await take(stage, drafted, reviewId);
    const before = await asked(mentor);
    expect(JSON.stringify(before.state)).not.toContain(NOTE);
    expect(before.state).toEqual(await asFed(mentor, before.version));
    await enter(stage, drafted, reviewId);
    const after = await asked(mentor);
    expect(JSON.stringify(after.state)).toContain(NOTE);
    expect(after.state).toEqual(await asFed(mentor, after.version));
    const views = (await readings()).filter(({ kind, person, detail }) => kind === 'customer viewed' && person === mentor.person && detail['purpose'] === 'case');
    expect(views.length).toBeGreaterThanOrEqual(2);
  });
});
