import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { OperationPayload } from '#shared/operation/payload.ts';
import { STORIES } from '../../../server/bank/demo/stories.ts';
import type { RawDesktop } from '../server/raw-desktop.ts';
import { answerCall, blindFigures, clearStage, draft, enter, later, NOTE_TO_REVIEWER, setStage, signOn, submit, take, verifyHolder, type Drafted, type Stage } from '../server/story.ts';

const WORDS = '一共是九万多客户说好';

/** A message without the readings of the bank that are in it: those are the receiver's own. */
function withoutFacts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutFacts);
  if (typeof value !== 'object' || value === null) return value;
  if ('plans' in value && 'accounts' in value) return 'facts';
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutFacts(one)]));
}

/** A sum as anybody would write it: in fen, in yuan, with and without separators. */
function written(fen: number): string[] {
  const whole = Math.trunc(Math.abs(fen) / 100);
  const cents = String(Math.abs(fen) % 100).padStart(2, '0');
  const grouped = String(whole).replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return [String(fen), `${whole}.${cents}`, `${grouped}.${cents}`, grouped];
}

/** Everything of the maker's that would tell what is to be typed, or stand for it. */
function secretsOf(stage: Stage, payload: OperationPayload): string[] {
  const sums = [payload.totalDueFen, ...payload.lines.flatMap((line) => (line.type === 'settlement' ? [line.dueNowFen, line.remainingFen, line.feeFen, line.savedFen] : [line.dueNowFen]))].filter((fen) => Math.abs(fen) > 9_999);
  const signed = stage.agent.signed('tick', createHash('sha256').update(canonicalize(payload)!).digest('hex'));
  return [
    ...sums.flatMap(written), ...payload.lines.flatMap((line) => [line.say.zh, line.say.en]), payload.nonce, WORDS, NOTE_TO_REVIEWER, signed.personSignature, signed.workstationSignature,
    ...payload.lines.flatMap((line) => (line.type === 'plain' ? [line.reference, ...line.details.flatMap(({ value }) => [value.zh, value.en])] : [])).filter((text) => text.length > 3),
  ];
}
/**
 * What of the secrets is in the bytes. A number counts where it stands as a number, signed or not, in a value or among words:
 * four digits also come up by chance in the middle of a digest, a signature or an id, and tell nobody anything there.
 */
const found = (bytes: string, secrets: string[]): string[] =>
  [...new Set(secrets)].filter((secret) => (/^[\d.,]+$/.test(secret) ? new RegExp(`(?<![0-9A-Za-z+/_]|[0-9a-f]-)${secret.replaceAll('.', String.raw`\.`)}(?![0-9A-Za-z+/_]|-[0-9a-f])`).test(bytes) : bytes.includes(secret)));

/** TP6: every byte that whoever is to check blind received, from their sign-in to their entry. */
describe('every byte before the entry, over raw sockets', () => {
  let stage: Stage;
  let lead: RawDesktop;
  let lead2: RawDesktop;
  beforeAll(async () => {
    stage = await setStage();
    [lead, lead2] = await Promise.all([signOn(stage, 'lead'), signOn(stage, 'lead2')]);
  }, 60_000);
  afterAll(() => clearStage(stage));

  const bytesOf = (desktop: RawDesktop): string => desktop.received.map((text) => JSON.stringify(withoutFacts(JSON.parse(text)))).join('\n');
  const operation = (of: Drafted) => stage.agent.state(of.caseId).operations[of.operationId]!;
  /** Words of the maker wherever there is room for words. */
  const talk = async (of: Drafted, reviewId: string): Promise<void> => {
    const { agent } = stage;
    const { caseId } = of;
    await agent.must('write note', caseId, { noteId: uuidv7(), text: WORDS });
    await agent.must('raise risk', caseId, { riskId: uuidv7(), what: 'other', text: WORDS });
    await agent.must('open work order', caseId, { workOrderId: uuidv7(), kind: 'question', urgency: 'ordinary', text: WORDS });
    const followUpId = uuidv7();
    await agent.must('open follow-up', caseId, { followUpId, dueOn: '2026-12-20', what: WORDS });
    await agent.must('close follow-up', caseId, { followUpId, result: WORDS });
    await agent.must('record manual stop', caseId, { stopId: uuidv7(), cardId: null, channel: 'duty-phone', receipt: WORDS, person: WORDS, inForceAt: null, reportedAt: stage.running.centre.clock.now(), toldNotInForce: true });
    await agent.must('answer reviewer', caseId, { reviewId, answer: WORDS });
    await agent.must('escalate to lead', caseId, { escalationId: uuidv7(), kind: '转班长', goal: WORDS, deadline: WORDS, ruleToldAt: null, rungsUsed: [], branch: WORDS, mood: WORDS, complaintWords: false });
  };
  /** Everything that one may try to be told: refusals and their details, lists, a pull from nothing, facts for every purpose. */
  const pry = async (by: RawDesktop, of: Drafted, reviewId: string): Promise<void> => {
    const { digest } = operation(of);
    await by.command('approve review', of.caseId, { reviewId, digest: digest!, signed: by.signed('approval', digest!) });
    await by.command('ask maker', of.caseId, { reviewId, question: '多少' });
    await by.command('tick self-check', of.caseId, { operationId: of.operationId, item: 'total', on: true });
    await by.command('withdraw operation', of.caseId, { operationId: of.operationId, reason: 'x' });
    await by.command('sign self-check', of.caseId, { operationId: of.operationId, digest: digest!, signed: by.signed('tick', digest!) });
    await by.command('order inquiry', of.caseId, { operationId: of.operationId, lineId: of.lineIds[0]! });
    await by.command('type in proof', of.caseId, { operationId: of.operationId, callId: of.callId, typedFen: 1, typedLines: 1, typedLastFour: '0000' });
    for (const purpose of ['review', 'worksheet', 'gate', 'posting', 'callback'] as const) await by.tryAsk('read facts', { case: of.caseId, purpose, planIds: [] });
    await by.tryAsk('people', {});
    await by.tryAsk('review pairs', {});
    await by.tryAsk('rules', { have: null });
    await by.tryAsk('read facts', { case: of.caseId, purpose: 'review', planIds: [] });
    // What came of all that is on its way still: the end of a start and of a pull that goes on are the same place once it has come.
    let cursor = '';
    do {
      await by.pull();
      cursor = by.cursor ?? '';
      by.cursor = null;
      await by.pull();
    } while (by.cursor !== cursor);
  };

  it('[TP6] what looks for a number finds it wherever a person could read it, and not in the middle of a digest', () => {
    for (const told of ['"due":4321,', '"saved":-4321}', '付到尾号4321的账户', 'ending 4321.', '"4321"', '(4321)']) expect(found(told, ['4321'])).toEqual(['4321']);
    for (const chance of ['a4321f', '1764321009', '0192b3c4-4321-7abc', 'Zx/4321+', '432100']) expect(found(chance, ['4321'])).toEqual([]);
    expect(found('¥87,654.00', ['87,654.00', '87,654'])).toEqual(['87,654.00', '87,654']);
    expect(found('"87654x00"', ['87654.00'])).toEqual([]);
  });

  it('[TP6] a settlement: pool, snapshot, feed, pull, lists, refusals, a first miss, and two leads who break the glass', async () => {
    const drafted = await draft(stage);
    const reviewId = await submit(stage, drafted);
    await talk(drafted, reviewId);
    const secrets = secretsOf(stage, operation(drafted).payload!);
    expect(secrets.length).toBeGreaterThan(30);
    const { mentor, agent } = stage;
    await take(stage, drafted, reviewId);
    await pry(mentor, drafted, reviewId);
    await mentor.must('store blind entry', drafted.caseId, { reviewId, entry: { ...blindFigures(agent.state(drafted.caseId), drafted), totalDueFen: 4_711, principals: {} } });
    await mentor.until(() => mentor.state(drafted.caseId).reviews[reviewId]?.entries.length === 1, 'the miss');
    await mentor.must('release review', drafted.caseId, { reviewId });
    await later(stage, stage.running.centre.rules.control.breakGlass.afterMinutes);
    for (const one of [lead, lead2]) {
      await one.must('join break-glass', drafted.caseId, { reviewId, reason: '专家不在' });
      await one.until(() => one.cases.has(drafted.caseId), 'the case');
      await pry(one, drafted, reviewId);
      // What the one lead typed, the other one has not got.
      expect(found(bytesOf(one), secrets)).toEqual([]);
      await enter(stage, drafted, reviewId, one);
    }
    expect(found(bytesOf(mentor), secrets)).toEqual([]);
    // And it is there to be found: after her own entry, and with the maker.
    expect(bytesOf(lead)).toContain(String(operation(drafted).payload!.totalDueFen));
    expect(found(bytesOf(agent), secrets)).toContain(WORDS);
  }, 60_000);

  it('[TP6] a sum that nobody but the customer says: an emergency payment', async () => {
    const { agent, mentor } = stage;
    const { customerId } = STORIES.reset;
    const accountId = `${customerId}-credit`;
    await agent.ask('set agent state', { to: 'available', basedOn: agent.liveValue('agent')!.version }).catch(() => undefined);
    const call = await answerCall(stage, customerId);
    await verifyHolder(stage, call.caseId, call.callId, customerId);
    const drafted: Drafted = { ...call, operationId: uuidv7(), lineIds: [uuidv7()], matter: { customerId, accountId, planIds: [] } };
    await agent.must('draft operation', call.caseId, {
      operationId: drafted.operationId, kind: 'emergency-payment', lineId: drafted.lineIds[0]!, accountId, cardId: 'card-story-reset-credit', amountFen: 8_765_400, reference: '4321', customerWords: WORDS, recordingOffset: 12, continues: null,
    });
    for (const item of stage.running.centre.rules.control.kinds['emergency-payment'].selfCheck) await agent.must('tick self-check', call.caseId, { operationId: drafted.operationId, item: item.id, on: true });
    const reviewId = await submit(stage, drafted, agent, 'on-line');
    const secrets = secretsOf(stage, operation(drafted).payload!);
    expect(secrets).toContain('87,654.00');
    await take(stage, drafted, reviewId);
    await pry(mentor, drafted, reviewId);
    expect(found(bytesOf(mentor), secrets)).toEqual([]);
    const before = mentor.received.length;
    const { payload } = operation(drafted);
    await mentor.must('store blind entry', call.caseId, { reviewId, entry: { totalDueFen: payload!.totalDueFen, lines: 1, dueDate: payload!.dueDate, principals: {}, lastFour: payload!.cardLastFour, reference: '4321' } });
    await mentor.until(() => mentor.received.slice(before).join('').includes(WORDS), 'the released bodies');
  }, 60_000);
});
