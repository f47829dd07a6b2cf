import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandSchemas } from '#shared/case/commands.ts';
import { administrationCommandSchemas } from '#shared/administration/administration-schema.ts';
import { asks } from '#shared/protocol/asks.ts';
import type { OuterCommand } from '#shared/protocol/command.ts';
import { MAX_MESSAGE_BYTES, PROTOCOL_VERSION, type PushAnswer } from '#shared/protocol/wire.ts';
import { RawDesktop } from '../server/raw-desktop.ts';
import { clearStage, draft, executionOrder, LARGE, setStage, signOn, submission, submit, take, type Drafted, type Stage } from '../server/story.ts';
import { Attacks, hashOf, withInner } from './attack.ts';

const HASH = 'a'.repeat(64);
const AT = '2026-11-23T03:00:00.000Z';

/** A body of each kind that its schema takes, on this operation and review: what is left to refuse is whose it is. */
function bodies(stage: Stage, drafted: Drafted, reviewId: string, by: RawDesktop): Record<keyof typeof commandSchemas, unknown> {
  const { operationId, callId, lineIds } = drafted;
  const run = { runId: uuidv7() };
  const flow = { flowId: 'early-settlement', flowVersion: 1 };
  const on = { operationId };
  const review = { reviewId };
  const signed = (purpose: 'tick' | 'approval' | 'order') => by.signed(purpose, HASH);
  return {
    'open case': { reason: 'by-hand', callId: null, fromCase: null, number: null },
    'write note': { noteId: uuidv7(), text: 'x' }, 'close case': { outcome: 'x' },
    'promise callback': { promiseId: uuidv7(), from: AT, to: '2026-11-23T04:00:00.000Z', secondFrom: null, secondTo: null, note: '', operationId: null },
    'keep promise': { promiseId: uuidv7(), how: 'reached' }, 'open follow-up': { followUpId: uuidv7(), dueOn: '2026-12-01', what: 'x' }, 'close follow-up': { followUpId: uuidv7(), result: 'x' },
    'open work order': { workOrderId: uuidv7(), kind: 'question', urgency: 'ordinary', text: 'x' }, 'raise risk': { riskId: uuidv7(), what: 'other', text: '' },
    'stop card': { stopId: uuidv7(), key: uuidv7(), cardId: 'card-story-settle', stop: 'lock', reportedAt: AT, lostAt: null, callId, customerWords: 'x', recordingOffset: null },
    'record manual stop': { stopId: uuidv7(), cardId: null, channel: 'duty-phone', receipt: '', person: '', inForceAt: null, reportedAt: AT, toldNotInForce: true },
    'report offline stop': { stopId: uuidv7(), cardId: null, cardWords: '', stop: 'lock', channel: 'none', receipt: '', person: '', system: '', inForceAt: null, reportedAt: AT, lostAt: null, toldNotInForce: true, callBack: 'no' },
    'log call': { callId: `hand-${uuidv7()}`, direction: 'in', number: null, startedAt: AT, endedAt: null }, 'end logged call': { callId: `hand-${uuidv7()}`, endedAt: AT },
    'use held facts': { customerId: LARGE.customerId, fromCase: drafted.caseId, reading: stage.agent.state(drafted.caseId).facts[stage.agent.person] },
    'escalate to lead': { escalationId: uuidv7(), kind: 'x', goal: 'x', deadline: 'x', ruleToldAt: null, rungsUsed: [], branch: '', mood: '', complaintWords: false },
    'accept escalation': { escalationId: uuidv7() }, 'finish escalation': { escalationId: uuidv7(), outcome: 'complaint', words: 'x' },
    'hand over case': { handOverId: uuidv7(), to: by.person, note: '' }, 'record view': { viewId: uuidv7() }, 'close quality case': { finding: 'x' },
    'accept hand-over': { handOverId: uuidv7(), nonce: uuidv7(), reviewId: uuidv7() },
    'hand over here': { handOverId: uuidv7(), to: by.person, note: '', nonce: uuidv7(), reviewId: uuidv7(), signed: by.signed('hand-over', HASH), successor: by.signed('hand-over', HASH) },
    'start run': { ...run, ...flow }, 'fill fields': { ...run, stepId: 'ES-1', values: {} }, tick: { ...run, stepId: 'ES-1', tickId: 'x' }, untick: { ...run, stepId: 'ES-1', tickId: 'x' },
    'pass step': { ...run, stepId: 'ES-1' }, 'go back': { ...run, toStep: 'ES-1' }, 'switch intent': { ...run, newRunId: uuidv7(), ...flow }, 'park run': { ...run, reason: 'anotherMatter' }, 'resume run': run,
    'close run': { ...run, outcome: 'x' },
    'draft worksheet': { operationId: uuidv7(), kind: 'early-settlement', accountId: LARGE.accountId, lines: [{ lineId: uuidv7(), planId: LARGE.planIds[0] }], continues: null },
    'draft operation': { operationId: uuidv7(), kind: 'refund', lineId: uuidv7(), accountId: LARGE.accountId, cardId: null, amountFen: 1, reference: '', customerWords: 'x', recordingOffset: 1, continues: null },
    'tick self-check': { ...on, item: 'total', on: false },
    'submit for review': { ...submission(stage, stage.agent, drafted), signed: signed('tick') },
    'sign self-check': { ...on, digest: HASH, signed: signed('tick') }, 'withdraw operation': { ...on, reason: 'x' },
    'confirm item': { ...on, part: 'eye', item: 'total', agrees: true, callId, customerWords: 'x', recordingOffset: 1 },
    'type in proof': { ...on, callId, typedFen: 1, typedLines: 1, typedLastFour: '0000' },
    'order execution': { ...executionOrder(stage.agent, drafted, callId), signed: signed('order') }, 'order inquiry': { ...on, lineId: lineIds[0] }, 'acknowledge outcome': { ...on, lineId: lineIds[0] },
    'submit for return': { ...on, coSignId: reviewId, nonce: uuidv7(), policyVersion: 'x', validUntil: AT, signed: signed('tick') },
    'enter blind here': { ...on, coSignId: reviewId, reviewer: by.person, entry: { totalDueFen: 1, lines: 1, dueDate: '2026-12-01', principals: {} } },
    'co-sign here': { ...on, coSignId: reviewId, reviewer: by.person, digest: HASH, approval: signed('approval') },
    'order on return': {
      ...executionOrder(stage.agent, drafted, callId), coSignId: reviewId, factsReadAt: AT, notAfter: AT, reviewer: by.person, entry: { totalDueFen: 1, lines: 1, dueDate: '2026-12-01', principals: {} },
      tick: signed('tick'), approval: signed('approval'), signed: signed('order'),
    },
    'take review': review, 'release review': review, 'store blind entry': { ...review, entry: { totalDueFen: 1, lines: 1, dueDate: '2026-12-01', principals: {} } },
    'approve review': { ...review, digest: HASH, signed: signed('approval') }, 'join break-glass': { ...review, reason: 'x' },
    'sign break-glass': { ...review, digest: HASH, qualityCaseId: uuidv7(), signed: signed('approval') }, 'return review': { ...review, reason: 'other', whatToDo: 'x' },
    'ask maker': { ...review, question: 'x' }, 'answer reviewer': { ...review, answer: 'x' }, 'suggest hang-up': review, 'pass review to lead': review, 'withdraw review': review,
  };
}

const deep = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown;
/** Bodies that no kind takes, or that lie in wait for who reads them carelessly. */
const JUNK: unknown[] = [
  null, 0, '', 'x'.repeat(40_000), [], true, { length: 1 }, JSON.parse('{"__proto__":{"reviewId":"x"},"constructor":{"prototype":{}}}'), { toString: 'x', valueOf: 1, hasOwnProperty: 1 },
  { reviewId: '__proto__', operationId: 'constructor' }, { operationId: ['a'], reviewId: { $ne: null } }, { operationId: '01930000-0000-7000-8000-000000000001', totalDueFen: Number.MAX_SAFE_INTEGER + 2 }, deep(4_000),
];

const FULL: ReadonlySet<string> = new Set(['submit for review', 'approve review', 'order execution', 'fill fields']);

describe('commands, cases of others and malformed messages, over raw sockets', () => {
  let stage: Stage;
  let drafted: Drafted;
  let reviewId: string;
  let outsiders: RawDesktop[];
  const attacks = new Attacks(() => stage);
  const alive = (desktop = stage.agent) => desktop.must('write note', drafted.caseId, { noteId: uuidv7(), text: '还在' });
  const version = async () => (await stage.running.centre.cases.load(drafted.caseId))!.version;

  beforeAll(async () => {
    stage = await setStage();
    outsiders = await Promise.all(['agent2', 'mentor2', 'lead2', 'quality', 'risk', 'admin'].map((account) => signOn(stage, account)));
    drafted = await draft(stage);
    reviewId = await submit(stage, drafted);
  }, 60_000);
  afterAll(() => clearStage(stage));

  it('[PR3] [TP7] every kind of command on a case of somebody else is refused: to a colleague, a lead and a risk officer', async () => {
    const before = await version();
    for (const by of [outsiders[0]!, outsiders[2]!, outsiders[4]!]) {
      const all = bodies(stage, drafted, reviewId, by);
      expect(Object.keys(all).sort()).toEqual(Object.keys(commandSchemas).sort());
      for (const [kind, body] of Object.entries(all)) {
        await attacks.command(['not-your-case', 'tp5-over-limit', 'tp5-not-entitled', 'tp11-too-soon', 'escalation-unknown'], by, kind, drafted.caseId, body);
      }
      expect(by.cases.has(drafted.caseId)).toBe(false);
    }
    expect(await version()).toBe(before);
  }, 60_000);

  it('[TP6] [PR3] every kind of command by the reviewer, before the entry: what is the maker\'s stays the maker\'s', async () => {
    const { mentor } = stage;
    await take(stage, drafted, reviewId);
    const mine = new Set(['take review', 'release review', 'store blind entry', 'return review', 'suggest hang-up', 'pass review to lead', 'record view', 'raise risk', 'open work order']);
    for (const [kind, body] of Object.entries(bodies(stage, drafted, reviewId, mentor))) if (!mine.has(kind)) {
      const result = await mentor.command(kind as 'write note', drafted.caseId, body as never);
      expect({ kind, ...result }).toMatchObject({ kind, status: 'refused' });
      if (result.status === 'refused') attacks.note(mentor.person, result.refusal.code, kind);
    }
    await mentor.must('release review', drafted.caseId, { reviewId });
  }, 30_000);

  it('[SY2] reordered, repeated and renumbered commands change nothing twice and nothing out of turn', async () => {
    const desk = await signOn(stage, 'agent2');
    const own = uuidv7();
    await desk.must('open case', own, { reason: 'by-hand', callId: null, fromCase: null, number: null });
    const note = (text: string) => desk.make('write note', own, { noteId: uuidv7(), text });
    const [a, b, c] = [note('a'), note('b'), note('c')];
    const push = async (...commands: OuterCommand[]) => ((await desk.socket.timeout(10_000).emitWithAck('push', { commands })) as PushAnswer).results.map((result) => result.status);
    expect(await push(c, b, a)).toEqual(['gap']);
    expect(await push(b)).toEqual(['gap']);
    expect(await push(a, a, b, b, a)).toEqual(['accepted', 'accepted', 'accepted', 'accepted', 'accepted']);
    expect(await push({ ...c, number: a.number })).toEqual(['forked']);
    expect(await push(withInner(a, (inner) => ({ ...inner, body: { noteId: uuidv7(), text: 'other' } })))).toEqual(['forked']);
    expect(await push({ ...c, number: 2_000_000_000 })).toEqual(['gap']);
    expect(await push({ ...c, hash: HASH })).toEqual(['refused']);
    attacks.note(desk.person, 'command-hash', 'write note');
    const state = (await stage.running.centre.cases.load(own))!;
    expect(state.notes.map((one) => one.text)).toEqual(['a', 'b']);
    // A command of this desktop in somebody else's case neither takes nor blocks a number there.
    expect(await push({ ...note('d'), id: uuidv7(), case: drafted.caseId as never, number: 1 })).toEqual(['refused']);
    attacks.note(desk.person, 'not-your-case', 'write note');
    await alive();
    desk.close();
  }, 30_000);

  it('[RB1] [SY2] nobody stands in for another desktop: numbers pushed in its name are not taken', async () => {
    const victim = await signOn(stage, 'agent2');
    const own = uuidv7();
    await victim.must('open case', own, { reason: 'by-hand', callId: null, fromCase: null, number: null });
    // Signed in as oneself, under the other's desktop id, which is in every call they took.
    const thief = new RawDesktop(stage.running.url, victim.desktop);
    await thief.enrol('ws-thief');
    await thief.session('mentor2', 'aidline-demo');
    await expect(thief.connect()).rejects.toMatchObject({ data: { code: 'desktop-taken' } });
    thief.close();
    // With one's own desktop a command in the other's name is no message at all.
    const own2 = outsiders[1]!;
    own2.socket.emit('push', { commands: [{ ...own2.make('write note', own, { noteId: uuidv7(), text: 'x' }), desktop: victim.desktop, number: 2 }] }, () => undefined);
    expect(await own2.dismissed()).toBe('message-malformed');
    attacks.note(own2.person, 'message-malformed', 'push');
    const kept = await victim.command('write note', own, { noteId: uuidv7(), text: '是我写的' });
    expect(kept).toMatchObject({ status: 'accepted' });
    victim.close();
  }, 30_000);

  it('[RB1] junk in every kind of command is a refusal that advances the number, and nothing else', async () => {
    const before = await version();
    let turn = 0;
    for (const kind of [...Object.keys(commandSchemas), 'nothing like it', '__proto__', 'constructor']) {
      // The whole heap for a few, and a part of it that moves on for each of the others: every refusal is a commit.
      const heap = FULL.has(kind) ? JUNK : [0, 5, 9].map((step) => JUNK[(turn + step) % JUNK.length]);
      turn += 1;
      for (const body of heap) await attacks.command(['command-malformed', 'command-unknown', 'case-exists'], stage.agent, kind, drafted.caseId, body);
    }
    expect(await version()).toBe(before);
    await alive();
  }, 120_000);

  it('[RB1] inner parts that are no inner part', async () => {
    const { agent } = stage;
    const odd = ['', 'null', '[]', '{', '"x"', '{"madeAt":1}', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, '{"__proto__":{},"body":{}}', '\u0000', '\ud800'];
    for (const inner of odd) {
      const command = { ...agent.make('write note', drafted.caseId, { noteId: uuidv7(), text: 'x' }), inner, hash: hashOf(inner) };
      expect(await agent.send(command)).toMatchObject({ status: 'refused' });
    }
    const lone = withInner(agent.make('write note', drafted.caseId, { noteId: uuidv7(), text: 'x' }), (inner) => ({ ...inner, body: { noteId: uuidv7(), text: '\ud800 lone' } }));
    expect(await agent.send(lone)).toMatchObject({ status: 'refused', refusal: { code: 'command-malformed' } });
    await alive();
  }, 30_000);

  it('[RB1] junk in every ask, and in every doing of the centre itself', async () => {
    const admin = outsiders[5]!;
    for (const desktop of [stage.agent, admin]) {
      for (const kind of [...Object.keys(asks), 'nothing', '__proto__', 'toString']) {
        for (const body of [null, 'x', [], { case: 'x' }, { case: '__proto__', callId: '__proto__', factor: 'name', answer: 'x', extra: 1 }, deep(2_000)]) {
          const answer = await desktop.tryAsk(kind as 'people', body as never);
          expect(answer.ok, `${kind} ${JSON.stringify(body).slice(0, 40)}`).toBe(false);
          if (!answer.ok) attacks.note(desktop.person, answer.refusal.code, kind);
        }
      }
    }
    for (const kind of [...Object.keys(administrationCommandSchemas), 'found centre', '__proto__', 'constructor']) {
      for (const body of JUNK) await attacks.administer(['ask-malformed', 'role-may-not', 'policy-malformed', 'flow-malformed', 'administration-unknown'], admin, kind, body);
    }
    await alive();
  }, 120_000);

  it('[RB1] what is no message at all closes that one connection, and no other', async () => {
    const shapes: [string, unknown][] = [
      ['push', null], ['push', { commands: [] }], ['push', { commands: 'x' }], ['push', { commands: Array.from({ length: 101 }, () => ({})) }], ['push', { commands: [{ id: 'x' }] }],
      ['pull', null], ['pull', { cursor: 1, limit: 1 }], ['pull', { cursor: 'not a cursor', limit: 10 }], ['pull', { cursor: null, limit: -1 }], ['ask', null], ['ask', { id: 1, kind: 1 }], ['ask', 'x'],
    ];
    for (const [event, body] of shapes) {
      const desk = await signOn(stage, 'agent2');
      desk.socket.emit(event, body, () => undefined);
      const code = await desk.dismissed();
      expect(code, `${event} ${JSON.stringify(body).slice(0, 60)}`).not.toBeNull();
      attacks.note(desk.person, code ?? '', event);
    }
    const mute = await signOn(stage, 'agent2');
    mute.socket.emit('push', { commands: [] });
    expect(await mute.dismissed()).toBe('message-malformed');
    const huge = await signOn(stage, 'agent2');
    huge.socket.emit('ask', { id: uuidv7(), kind: 'people', body: { text: 'x'.repeat(MAX_MESSAGE_BYTES) } }, () => undefined);
    await huge.dismissed();
    const binary = await signOn(stage, 'agent2');
    binary.socket.emit('push', { commands: [randomBytes(1_000)] }, () => undefined);
    expect(await binary.dismissed()).toBe('message-malformed');
    const flood = await signOn(stage, 'agent2');
    for (let index = 0; index < 2_000; index += 1) flood.socket.emit('ask', { id: uuidv7(), kind: 'people', body: {} }, () => undefined);
    expect(await flood.dismissed()).toBe('too-frequent');
    attacks.note(flood.person, 'too-frequent', 'flood');
    await alive();
  }, 60_000);

  it('[RB1] every HTTP route takes junk for what it is', async () => {
    const url = stage.running.url;
    const sane = { protocol: PROTOCOL_VERSION };
    const sent = [null, 'x', [], {}, { ...sane, account: 'a'.repeat(10_000), password: 'x' }, { ...sane, account: '__proto__', password: 'x', workstation: uuidv7(), desktop: uuidv7(), clockAt: 'now' }, { ...sane, name: '', site: '', publicKey: 'x', secret: 'x', code: null }, deep(3_000)];
    for (const path of ['/session', '/enrolment', '/passphrase']) {
      for (const body of sent) {
        const response = await fetch(`${url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
        expect(response.status, `${path} ${JSON.stringify(body).slice(0, 60)}`).toBeGreaterThanOrEqual(400);
        expect(response.status).toBeLessThan(500);
        expect(await response.json()).toMatchObject({ refusal: { code: expect.any(String) }, text: { zh: { what: expect.any(String) }, en: { what: expect.any(String) } } });
      }
      for (const [type, body] of [['application/json', '{'], ['application/json', 'x'.repeat(200_000)], ['text/plain', 'x'], ['application/xml', '<x/>'], ['application/json', '{"__proto__":{"protocol":1}}']] as const) {
        const response = await fetch(`${url}${path}`, { method: 'POST', headers: { 'content-type': type }, body });
        expect(response.status, `${path} ${type}`).toBeGreaterThanOrEqual(400);
        expect(response.status).toBeLessThan(500);
      }
      expect((await fetch(`${url}${path}`)).status).toBe(404);
    }
    await alive();
    expect((await fetch(`${url}/health`)).status).toBe(200);
  }, 60_000);

  it('[TP7] each of these attempts is in the audit log, under the person who made it', () => attacks.areInTheAuditLog(), 30_000);
});
