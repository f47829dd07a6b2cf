import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_MESSAGE_BYTES, PROTOCOL_VERSION, type PullAnswer, type PushAnswer } from '#shared/protocol/wire.ts';
import type { RawDesktop } from './raw-desktop.ts';
import { changePerson, clearStage, draft, enter, moveClock, setStage, signOn, submit, take, type Stage } from './story.ts';

const note = (text: string) => ({ noteId: uuidv7(), text });
const openCase = { reason: 'by-hand', callId: null, fromCase: null, number: null } as const;
const hashOf = (inner: string): string => createHash('sha256').update(inner).digest('hex');

describe('commands, feed and the door', () => {
  let stage: Stage;
  let caseId: string;
  beforeAll(async () => {
    stage = await setStage();
    caseId = uuidv7();
    await stage.agent.must('open case', caseId, openCase);
  }, 60_000);
  afterAll(() => clearStage(stage));

  const fresh = async (): Promise<{ desk: RawDesktop; own: string }> => {
    const desk = await signOn(stage, 'agent2');
    const own = uuidv7();
    await desk.must('open case', own, openCase);
    return { desk, own };
  };
  const notesOf = async (id: string): Promise<string[]> => (await stage.running.centre.cases.load(id))!.notes.map((one) => one.text);

  it('[SY2] a repeat gives the stored answer and no second effect', async () => {
    const { desk, own } = await fresh();
    const command = desk.make('write note', own, note('once'));
    const first = await desk.send(command);
    expect(await desk.send(command)).toEqual(first);
    const both = (await desk.socket.emitWithAck('push', { commands: [command, command] })) as PushAnswer;
    expect(both.results).toEqual([first, first]);
    expect(await notesOf(own)).toEqual(['once']);
  });

  it('[SY2] a number too far is a gap that says what is expected, and nothing of that case is taken after it; other cases go on', async () => {
    const { desk, own } = await fresh();
    const other = uuidv7();
    await desk.must('open case', other, openCase);
    const [second, third] = [desk.make('write note', own, note('2')), desk.make('write note', own, note('3'))];
    const elsewhere = desk.make('write note', other, note('elsewhere'));
    const { results } = (await desk.socket.emitWithAck('push', { commands: [third, second, elsewhere] })) as PushAnswer;
    expect(results).toMatchObject([{ id: third.id, status: 'gap', expected: 2 }, { id: elsewhere.id, status: 'accepted' }]);
    expect(await notesOf(own)).toEqual([]);
    const again = (await desk.socket.emitWithAck('push', { commands: [second, third] })) as PushAnswer;
    expect(again.results.map((result) => result.status)).toEqual(['accepted', 'accepted']);
    expect(await notesOf(own)).toEqual(['2', '3']);
  });

  it('[SY2] a number seen under another hash, or an id under another body, is forked and applies nothing; a new incarnation sends all again, once', async () => {
    const { desk, own } = await fresh();
    const first = desk.make('write note', own, note('first'));
    await desk.send(first);
    const inner = JSON.stringify({ madeAt: new Date().toISOString(), saidAt: null, dependsOn: [], notAfter: null, body: note('twin') });
    expect(await desk.send({ ...first, id: uuidv7(), inner, hash: hashOf(inner) })).toMatchObject({ status: 'forked' });
    expect(await desk.send({ ...first, inner, hash: hashOf(inner) })).toMatchObject({ status: 'forked' });
    expect(await notesOf(own)).toEqual(['first']);
    // The renumbered outbox: what the server has already, then what it has not.
    const next = { ...desk.make('write note', own, note('second')), incarnation: 2, number: 2 };
    const { results } = (await desk.socket.emitWithAck('push', { commands: [{ ...first, incarnation: 2, number: 1 }, next] })) as PushAnswer;
    expect(results.map((result) => result.status)).toEqual(['accepted', 'accepted']);
    expect(await notesOf(own)).toEqual(['first', 'second']);
  });

  it('[SY2] a bad inner part is refused and advances the number: malformed, of an unknown kind, newer, changed on the way, without canonical form', async () => {
    const { desk, own } = await fresh();
    const bad = (kind: string, inner: string, more: object = {}) => ({ ...desk.make('write note', own, note('x')), kind, inner, hash: hashOf(inner), ...more });
    const framed = (body: unknown) => JSON.stringify({ madeAt: new Date().toISOString(), saidAt: null, dependsOn: [], notAfter: null, body });
    const codes = [];
    for (const command of [
      bad('write note', 'no json'), bad('write note', '{}'), bad('write note', framed({ text: 1 })), bad('write note', framed(note('x'.repeat(4_001)))), bad('fly to the moon', framed({})),
      bad('write note', framed(note('new')), { schema: 99 }), bad('write note', framed(note('y')), { hash: 'e'.repeat(64) }), bad('write note', framed(note('half \ud83d'))),
    ]) {
      const result = await desk.send(command);
      codes.push(result.status === 'refused' ? result.refusal.code : result.status);
    }
    expect(codes).toEqual(['command-malformed', 'command-malformed', 'command-malformed', 'command-malformed', 'command-unknown', 'command-newer', 'command-hash', 'command-malformed']);
    await desk.must('write note', own, note('goes on'));
    expect(await notesOf(own)).toEqual(['goes on']);
  });

  it('[SY2] [RB1] a bad outer part closes that connection and nothing else: malformed, of another desktop, for no case', async () => {
    for (const spoil of [{ number: 0 }, { hash: 'x' }, { desktop: uuidv7() }, { case: 'customer:cust-story-settle' }, { case: `person:${stage.agent.person}` }, { extra: 1 }]) {
      const { desk, own } = await fresh();
      desk.socket.emit('push', { commands: [{ ...desk.make('write note', own, note('x')), ...spoil }] }, () => undefined);
      expect(await desk.dismissed()).toBe('message-malformed');
      expect(await notesOf(own)).toEqual([]);
    }
    await stage.agent.must('write note', caseId, note('still here'));
  });

  it('[SY3] what builds on a refused command is refused as depends-on; the rest of the case and other cases go on', async () => {
    const { desk, own } = await fresh();
    const refused = desk.make('keep promise', own, { promiseId: uuidv7(), how: 'reached' });
    expect(await desk.send(refused)).toMatchObject({ status: 'refused', refusal: { code: 'promise-unknown' } });
    const inner = JSON.stringify({ madeAt: new Date().toISOString(), saidAt: null, dependsOn: [refused.id], notAfter: null, body: note('builds on it') });
    expect(await desk.send({ ...desk.make('write note', own, note('')), inner, hash: hashOf(inner) })).toMatchObject({ status: 'refused', refusal: { code: 'depends-on', detail: { command: refused.id } } });
    await desk.must('write note', own, note('does not'));
    expect(await notesOf(own)).toEqual(['does not']);
  });

  it('[SY2] a central command past its time is refused, not carried out late', async () => {
    const { desk, own } = await fresh();
    const body = { handOverId: uuidv7(), to: stage.mentor.person, note: '' };
    const inner = JSON.stringify({ madeAt: new Date().toISOString(), saidAt: null, dependsOn: [], notAfter: '2020-01-01T00:00:00.000Z', body });
    expect(await desk.send({ ...desk.make('hand over case', own, body), inner, hash: hashOf(inner) })).toMatchObject({ status: 'refused', refusal: { code: 'too-late' } });
  });

  it('[PR2] long numbers in free text are masked by the server, whatever the desktop sent', async () => {
    const { desk, own } = await fresh();
    await desk.must('write note', own, note('卡号 4000 0012 3456 7899 尾号'));
    await desk.must('close case', own, { outcome: '4000001234567899' });
    const text = JSON.stringify(await stage.running.centre.cases.load(own));
    expect(text).toContain('****7899');
    expect(text).not.toMatch(/4000 ?0012 ?3456/);
  });

  it('[SY7] an older and a newer protocol are told so, at the socket and at sign-in', async () => {
    const refusedWith = (hello: Record<string, unknown>): Promise<unknown> => stage.agent.connectAnother(hello).catch((error: Error & { data?: { code: string } }) => error.data?.code);
    expect(await refusedWith({ protocol: 0 })).toBe('protocol-too-old');
    expect(await refusedWith({ protocol: PROTOCOL_VERSION + 1 })).toBe('protocol-too-new');
    expect(await refusedWith({ protocol: 'one' })).toBe('hello-malformed');
    expect(await refusedWith({ desktop: 'me' })).toBe('hello-malformed');
    expect(await refusedWith({ desktop: uuidv7() })).toBe('session-over');
    expect(await refusedWith({ token: 'forged' })).toBe('session-over');
    const signIn = async (protocol: number) => {
      const response = await fetch(`${stage.running.url}/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ protocol, account: 'agent' }) });
      return { status: response.status, ...((await response.json()) as { refusal: { code: string }; text: { zh: { todo: string }; en: { todo: string } } }) };
    };
    for (const [protocol, code] of [[0, 'protocol-too-old'], [9, 'protocol-too-new']] as const) {
      const told = await signIn(protocol);
      expect(told).toMatchObject({ status: 426, refusal: { code } });
      expect(told.text.zh.todo + told.text.en.todo).not.toBe('');
    }
  });

  it('[SY9] a cursor of another epoch gets new-epoch; one that is no cursor closes the connection', async () => {
    const desk = await signOn(stage, 'agent2');
    const other = Buffer.from(JSON.stringify({ epoch: uuidv7(), positions: [1] })).toString('base64url');
    expect(await desk.socket.emitWithAck('pull', { cursor: other, limit: 10 })).toEqual({ status: 'new-epoch' } satisfies PullAnswer);
    desk.socket.emit('pull', { cursor: 'not a cursor', limit: 10 }, () => undefined);
    expect(await desk.dismissed()).toBe('bad-cursor');
  });

  it('[RB1] oversized, malformed, unacknowledged and too frequent messages end that connection; another desktop works on', async () => {
    const attacks: [string | null, (desk: RawDesktop) => void][] = [
      ['message-malformed', (desk) => void desk.socket.emit('push', { commands: 'all' }, () => undefined)],
      ['message-malformed', (desk) => void desk.socket.emit('pull', null, () => undefined)],
      ['message-malformed', (desk) => void desk.socket.emit('ask', { id: 1 }, () => undefined)],
      ['message-malformed', (desk) => void desk.socket.emit('push', { commands: [] })],
      ['message-malformed', (desk) => void desk.socket.emit('ask')],
      // What has no canonical form cannot be written down, and who was refused what has to be (PR5).
      ['message-malformed', (desk) => void desk.socket.emit('ask', { id: uuidv7(), kind: 'read \ud800', body: {} }, () => undefined)],
      ['message-malformed', (desk) => void desk.socket.emit('push', { commands: [desk.make('write note', uuidv7(), { noteId: uuidv7(), text: '' }, { kind: 'write \udfff' })] }, () => undefined)],
      ['too-frequent', (desk) => {
        for (let n = 0; n < 3_000; n += 1) desk.socket.emit('pull', { cursor: desk.cursor, limit: 1 }, () => undefined);
      }],
      // The transport itself cuts what is too large.
      [null, (desk) => void desk.socket.emit('push', { commands: ['x'.repeat(MAX_MESSAGE_BYTES)] }, () => undefined)],
    ];
    for (const [code, attack] of attacks) {
      const desk = await signOn(stage, 'agent2');
      attack(desk);
      expect(await desk.dismissed()).toBe(code);
      await stage.agent.must('write note', caseId, note(`after ${code}`));
    }
    expect(await stage.agent.askRefusal('nothing like it' as 'people', {})).toBe('ask-unknown');
    expect(await stage.agent.askRefusal('verify', { case: 'x' } as never)).toBe('ask-malformed');
  });

  it('[RB1] a page in a browser is turned away: a desktop has no origin', async () => {
    await expect(stage.agent.connectAnother({}, { origin: 'https://example.org' })).rejects.toThrow();
  });

  it('[PR3] [OF3] a person disabled meanwhile is out at their next message, for commands and asks alike', async () => {
    const { people } = stage.running.centre;
    const person = people.byAccount('agent2')!;
    for (const act of [(desk: RawDesktop) => void desk.socket.emit('ask', { id: uuidv7(), kind: 'people', body: {} }, () => undefined), (desk: RawDesktop) => void desk.socket.emit('pull', { cursor: null, limit: 1 }, () => undefined)]) {
      const desk = await signOn(stage, 'agent2');
      await changePerson(stage, { ...person, active: false });
      act(desk);
      expect(await desk.dismissed()).toBe('person-disabled');
      expect(await desk.connectAnother({}).catch((error: Error & { data?: { code: string } }) => error.data?.code)).toBe('person-disabled');
      await changePerson(stage, person);
    }
  });

  it('[SY4] [SY5] the live feed, a pull from an old cursor, and a start from nothing give the same state, at every reader', async () => {
    const old = stage.agent.cursor;
    const drafted = await draft(stage);
    const reviewId = await submit(stage, drafted);
    await take(stage, drafted, reviewId);
    const behind = await signOn(stage, 'mentor');
    /** Until a reader that is fed has what another has just pulled. */
    const asFarAs = (reader: RawDesktop, other: RawDesktop) => reader.until(() => reader.state(drafted.caseId).version >= other.state(drafted.caseId).version, 'what the other reader has');
    await asFarAs(stage.mentor, behind);
    const held = structuredClone(stage.mentor.state(drafted.caseId));
    expect(behind.state(drafted.caseId)).toEqual(held);
    expect(held.withheld.length).toBeGreaterThan(5);
    const cursorBefore = behind.cursor;
    behind.close();
    await enter(stage, drafted, reviewId);
    // Gone while the bodies were released: the pull from the old cursor brings them.
    await behind.connect();
    expect(cursorBefore).not.toBe(behind.cursor);
    await asFarAs(stage.mentor, behind);
    expect(behind.state(drafted.caseId)).toEqual(stage.mentor.state(drafted.caseId));
    expect(behind.state(drafted.caseId).operations[drafted.operationId]!.payload).not.toBeNull();
    const fromOld = await signOn(stage, 'agent');
    const fromNothing = fromOld.state(drafted.caseId);
    fromOld.cursor = old;
    fromOld.cases.clear();
    for (const [id, state] of stage.agent.cases) if (id !== drafted.caseId) fromOld.cases.set(id, state);
    await fromOld.pull();
    expect(fromOld.state(drafted.caseId)).toEqual(fromNothing);
    await asFarAs(stage.agent, fromOld);
    expect(stage.agent.state(drafted.caseId)).toEqual(fromNothing);
    fromOld.close();
    // Calls are offered to the desktop that came last.
    stage.agent.close();
    await stage.agent.connect();
  });

  it('[SY5] [SY6] a reviewer who lets go without an entry loses the case, gets it again with the next grant, and misses no version between', async () => {
    const { mentor, agent } = stage;
    const drafted = await draft(stage);
    const reviewId = await submit(stage, drafted);
    await take(stage, drafted, reviewId);
    await mentor.until(() => mentor.cases.has(drafted.caseId), 'the grant');
    await mentor.must('release review', drafted.caseId, { reviewId });
    await mentor.until(() => !mentor.cases.has(drafted.caseId), 'the revocation');
    expect(await mentor.askRefusal('read facts', { case: drafted.caseId, purpose: 'review', planIds: [] })).toBe('not-your-case');
    await agent.must('write note', drafted.caseId, note('meanwhile'));
    await take(stage, drafted, reviewId);
    await mentor.until(() => mentor.cases.get(drafted.caseId)?.facts[mentor.person] !== undefined, 'her own facts');
    await agent.until(() => agent.state(drafted.caseId).version === mentor.state(drafted.caseId).version, 'the same version');
    const another = await signOn(stage, 'mentor');
    expect(another.state(drafted.caseId)).toEqual(mentor.state(drafted.caseId));
  });

  it('[OF3] a session\'s token is good for a quarter of an hour by the server\'s clock', async () => {
    await moveClock(stage.running.url, new Date(Date.parse(stage.running.centre.clock.now()) + 16 * 60_000).toISOString());
    expect(await stage.agent.connectAnother({}).catch((error: Error & { data?: { code: string } }) => error.data?.code)).toBe('session-over');
    // The connection that is there goes on, and renews.
    const { token } = await stage.agent.ask('renew', {});
    stage.agent.token = token;
    stage.agent.close();
    await stage.agent.connect();
    await stage.agent.must('write note', caseId, note('renewed'));
  });
});
