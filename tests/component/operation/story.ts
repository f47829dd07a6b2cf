/**
 * The story "the largest instalment" as a case's log, made by the real deciders: each stage is the state that the
 * maker's and the mentor's desktops would hold. No clock, no randomness.
 */
import { CHINA_CALENDAR } from '#shared/calendar/china-2026.ts';
import type { Command, CommandBody, CommandKind } from '#shared/case/commands.ts';
import { payloadOf, validityLimit } from '#shared/operation/submission.ts';
import { returnLimit } from '#shared/operation/on-return-terms.ts';
import { digestOf, PlainKind, planIdOf } from '#shared/operation/payload.ts';
import type { Signed, SignaturePurpose } from '#shared/protocol/signature.ts';
import type { DecideContext, Who } from '#shared/case/context.ts';
import { decide } from '#shared/case/decide.ts';
import type { FoldedEvent } from '#shared/case/decision.ts';
import type { EventBody, EventKind } from '#shared/case/events.ts';
import { foldCase } from '#shared/case/evolve.ts';
import type { CaseState } from '#shared/case/state.ts';
import { settle } from '#shared/money/instalment.ts';
import type { CustomerFacts, FeeMode, Plan, Quote } from '#shared/protocol/bank.ts';
import { ControlPolicy, PinnableFact } from '#shared/review/policy.ts';
import type { UnsignedBody } from '../../../renderer/app/send.ts';
import { settlementLines } from '../../../renderer/operation/line-words.ts';
import { bodiesFor } from '#shared/review/withholding.ts';

const both = (zh: string, en: string): { zh: string; en: string } => ({ zh, en });
const names: Record<PlainKind, { zh: string; en: string }> = {
  'limit-change': both('额度调整', 'Limit change'), 'card-cancellation': both('有余额销卡', 'Card cancellation'), refund: both('退款', 'Refund'),
  'emergency-payment': both('紧急支付', 'Emergency payment'), 'loss-reissue-abroad': both('境外补卡', 'Card sent abroad'),
};
const plainPolicy = (kind: PlainKind): unknown => ({
  name: names[kind], keyFigures: kind === 'limit-change' ? ['total', 'last-four'] : ['total', 'last-four', 'reference'], pinned: ['card.status', 'account.hold'],
  reviewLimitFen: { mentor: 20_000_000, lead: 100_000_000 }, highValueFromFen: 5_000_000, highValueFromLines: 2, principalsUpToLines: 0, validMinutesOnLine: 30, validMinutesAfterPromise: 30,
  confirmationMinutes: 45, recordingRequired: true, bands: [{ fromFen: 0, text: both('5 万元以下', 'below 50,000') }, { fromFen: 5_000_000, text: both('5 万元以上', '50,000 and above') }],
  selfCheck: [{ id: 'amount', text: both('金额，逐位核对', 'The sum, digit by digit') }], consent: [{ id: 'clear', text: both('以系统生效为准', 'It counts once the system has it') }],
});
export const control: ControlPolicy = ControlPolicy.parse({
  version: 'control-test', effectiveFrom: '2026-11-01T00:00:00.000Z', source: 'test', equivalentTo: [], reviewTakenMinutes: 5, maxBlindEntries: 2,
  breakGlass: { afterMinutes: 15, capFen: 50_000_000, perDay: 3 }, offline: { capFen: 20_000_000, hours: 12, withoutRecording: true },
  kinds: {
    'early-settlement': {
      name: both('分期提前结清', 'Early settlement'), keyFigures: ['total', 'lines', 'due-date', 'principals'], pinned: PinnableFact.options, reviewLimitFen: { mentor: 100_000_000, lead: 200_000_000 }, highValueFromFen: 5_000_000, highValueFromLines: 3, principalsUpToLines: 3,
      validMinutesOnLine: 30, validMinutesAfterPromise: 30, confirmationMinutes: 45, recordingRequired: true,
      bands: [{ fromFen: 0, text: both('5 万元以下', 'below 50,000') }, { fromFen: 5_000_000, text: both('5 万至 20 万元', '50,000 to 200,000') }, { fromFen: 20_000_000, text: both('20 万元以上', '200,000 and above') }],
      selfCheck: [
        { id: 'holder', text: both('户名与卡号尾号', 'Holder and last four of the card') },
        { id: 'count', text: both('笔数', 'Number of plans') },
        { id: 'identity', text: both('每笔日期、商户、原金额与客户选定的一致', 'Each date, merchant and original amount is what the customer named') },
        { id: 'periods', text: both('每笔已入账期数', 'Periods posted of each plan') },
        { id: 'mode', text: both('收费模式与合同一致', 'Charging mode as in the contract') },
        { id: 'total', text: both('合计', 'The total') },
        { id: 'due-date', text: both('到期还款日', 'The due date') },
        { id: 'clear', text: both('无在途退款、无重复申请', 'No refund on its way, no second application') },
      ],
      consent: [
        { id: 'irrevocable', text: both('办了不能撤销,也不能恢复分期', 'It cannot be undone or re-instated') },
        { id: 'no-refund', text: both('已经收过的不退', 'What was charged is not refunded') },
        { id: 'minimum-payment', text: both('全额计入最低还款,自动还款会一起扣,请备足', 'It counts in full in the minimum payment and auto-pay will take it') },
        { id: 'other-items', text: both('账单上原来的欠款照常还', 'Other items on the bill are still due') },
        { id: 'limit', text: both('额度恢复以系统为准', 'Limit recovery follows the system') },
      ],
    },
    ...Object.fromEntries(PlainKind.options.map((kind) => [kind, plainPolicy(kind)])),
  },
});

export const id = (n: number): string => `0190a0b0-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
export const CASE = id(1);
export const MAKER = id(2);
export const MENTOR = id(3);
export const LEAD_A = id(0x11);
export const LEAD_B = id(0x12);
export const SUCCESSOR = id(0x13);
export const QUALITY = id(0x14);
export const RUN = id(4);
export const OPERATION = id(5);
export const REVIEW = id(6);
export const CALL = 'call-1';
export const CALLBACK = 'call-2';
export const maker: Who = { person: MAKER, human: id(0x21), role: 'agent', entitlements: { reviewLimitFen: {} }, workstation: null, no: '3107', skills: ['es'] };
export const mentor: Who = { person: MENTOR, human: id(0x22), role: 'mentor', entitlements: { reviewLimitFen: { 'early-settlement': 100_000_000, 'emergency-payment': 20_000_000 } }, workstation: null, no: '1002', skills: ['es'] };
export const leadA: Who = { person: LEAD_A, human: id(0x23), role: 'lead', entitlements: { reviewLimitFen: {} }, workstation: null, no: '1101', skills: ['es'] };
export const leadB: Who = { person: LEAD_B, human: id(0x24), role: 'lead', entitlements: { reviewLimitFen: {} }, workstation: null, no: '1102', skills: ['es'] };
export const successor: Who = { person: SUCCESSOR, human: id(0x25), role: 'agent', entitlements: { reviewLimitFen: {} }, workstation: null, no: '3108', skills: ['es'] };
const PEOPLE: Record<string, Who> = { [MAKER]: maker, [MENTOR]: mentor, [LEAD_A]: leadA, [LEAD_B]: leadB, [SUCCESSOR]: successor };

/** A signature as the server found it good: these tests draw screens, the bytes are tested where they are made. */
export const keyOf = (who: Who): string => who.human.slice(-2).padEnd(64, '0');
export const signed = (purpose: SignaturePurpose, digest: string, who: Who): Signed => ({
  purpose, digest, personKey: keyOf(who), personSignature: `${'A'.repeat(86)}==`, workstationKey: 'b'.repeat(64), workstationSignature: `${'A'.repeat(86)}==`,
});

const feeLabel = { zh: '利息', en: 'Interest' };
type Terms = { merchant: string; signedOn: string; principalFen: number; n: number; k: number; mode: FeeMode; feePpm: number; penaltyPpm?: number };
const shops: Terms[] = [
  { merchant: '华联电器城', signedOn: '2026-05-16', principalFen: 8_888_888, n: 24, k: 7, mode: 'B', feePpm: 7_500, penaltyPpm: 30_000 },
  { merchant: '青松家居', signedOn: '2026-06-21', principalFen: 6_000_000, n: 12, k: 5, mode: 'A', feePpm: 6_000 },
  { merchant: '远山旅行社', signedOn: '2026-07-02', principalFen: 1_200_000, n: 12, k: 5, mode: 'D', feePpm: 6_000 },
  { merchant: '朝阳牙科诊所', signedOn: '2022-03-14', principalFen: 3_600_000, n: 60, k: 55, mode: 'C', feePpm: 5_800 },
  { merchant: '北岸数码', signedOn: '2026-08-09', principalFen: 999_900, n: 36, k: 33, mode: 'B', feePpm: 1_000, penaltyPpm: 60_000 },
];
const plan = (terms: Terms, index: number): Plan => ({
  id: `plan-${index + 1}`, account: 'acc-1', card: 'card-1', merchant: terms.merchant, signedOn: terms.signedOn, firstPostDate: terms.signedOn, principalFen: terms.principalFen,
  periodsTotal: terms.n, periodsPosted: terms.k, periodsLeft: terms.n - terms.k, remainingFen: 0, status: 'active', feeMode: terms.mode, feePpm: terms.feePpm,
  penaltyPpm: terms.penaltyPpm ?? 0, feeLabel, ruleConflict: false, openOperation: false,
});
export function makeFacts(count: number, at: string): { facts: CustomerFacts; quotes: Quote[] } {
  const plans = Array.from({ length: count }, (_, index) => {
    const made = plan(shops[index % shops.length]!, index);
    const terms = settle(made);
    if ('refusal' in terms) throw new Error(terms.refusal.code);
    return { plan: { ...made, remainingFen: terms.remainingFen }, terms };
  });
  return {
    facts: {
      customer: { id: 'cust-1', maskedName: '王**', surname: '王', title: { zh: '先生', en: 'Mr' }, reservedPhoneMasked: '138****0172', numberMatchesReserved: true, tier: 'gold', flags: [] },
      accounts: [{
        id: 'acc-1', kind: 'credit', pastDueDays: 0, isStatementDay: false, statementDate: '2026-12-08', cutoffAt: '2026-11-21T12:00:00.000Z', dueDate: '2026-12-26', hold: 'none',
        pendingRefundFen: 0, pendingReversals: 0, hardshipAgreement: false, billUnpaidFen: 481_260, billDueDate: '2026-11-26', creditBalanceFen: 20_000, nextBillFen: 1_204_418, autoDebitLastFour: '8841',
      }],
      cards: [{ id: 'card-1', account: 'acc-1', kind: 'credit', holder: 'primary', first6: '622200', lastFour: '6225', product: { zh: '金卡', en: 'Gold' }, status: 'normal', effectiveAt: null, lapseAt: null }],
      plans: plans.map((one) => one.plan), recentTransactions: [], readAt: at, asOf: at,
    },
    quotes: plans.map(({ plan: one, terms }) => ({
      planId: one.id, dueNowFen: terms.dueNowFen, remainingFen: terms.remainingFen, feeFen: terms.extraFen, savedFen: terms.savedFen, periodsPosted: one.periodsPosted,
      statementDate: '2026-12-08', dueDate: '2026-12-26', quotedAt: at, expiresAt: '2026-12-07T15:59:59.000Z',
    })),
  };
}

export type Story = ReturnType<typeof startStory>;

/** @param planCount how many plans the customer has; @param chosen how many of them they named */
export function startStory(planCount = 5, chosen = 3) {
  const events: FoldedEvent[] = [];
  let clock = Date.parse('2026-11-21T06:40:00.000Z');
  let serial = 0x1000;
  let silence = false;
  let gateChange: ((facts: CustomerFacts) => CustomerFacts) | null = null;
  const fresh = (): string => id((serial += 1));
  const at = (): string => new Date(clock).toISOString();
  const later = (seconds: number): void => void (clock += seconds * 1000);
  const state = (): CaseState => foldCase(events)!;
  const context = (by: Who, signature: DecideContext['signature'] = 'unknown'): DecideContext => {
    const read = makeFacts(planCount, at());
    return {
      at: 'server', now: at(), by, calendar: CHINA_CALENDAR, control, flowPolicy: { version: 'test', parameters: [] }, flow: () => null,
      site: { bank: { zh: '示范银行', en: 'Demo Bank' }, officialNumber: '955xx', ivrKey: '3', dutyPhone: '010-5550 0100' },
      lights: { core: 'up', centre: 'up', phone: 'up' }, gateFacts: silence ? 'unknown' : { facts: gateChange === null ? read.facts : gateChange(read.facts), quotes: read.quotes },
      person: (person) => ({ human: PEOPLE[person]?.human ?? person, role: PEOPLE[person]?.role ?? 'agent', entitlements: mentor.entitlements as never, active: true, relatedCustomers: [], keys: PEOPLE[person] === undefined ? [] : [keyOf(PEOPLE[person])], online: true }),
      ledger: { entries: [] }, signature, signatureOf: (_person, one) => ({ ok: true, purpose: one.purpose, digest: one.digest }), stoppedKinds: [], breakGlassToday: 0, qualityStaff: [QUALITY], reviewOffered: true,
    };
  };
  /** As the server finds a command's signatures: these are always good. */
  const signatureIn = (body: unknown): DecideContext['signature'] => {
    const one = (body as { signed?: Signed }).signed;
    return one === undefined ? 'unknown' : { ok: true, purpose: one.purpose, digest: one.digest };
  };
  const push = <K extends EventKind>(kind: K, body: EventBody<K>, by: string | null = MAKER): void => {
    later(1);
    events.push({
      id: fresh(), case: CASE, version: events.length + 1, kind, schema: 1, body,
      actor: { person: by, workstation: null, desktop: null } as never, times: { recorded: at(), made: at(), said: null } as never,
    });
  };
  const command = <K extends CommandKind>(kind: K, body: CommandBody<K>, by: Who = maker): { refused: string | null } => {
    later(1);
    const decision = decide(events.length === 0 ? null : state(), { id: fresh(), kind, body, madeAt: at(), saidAt: null } as Command, context(by, signatureIn(body)));
    if ('refusal' in decision) return { refused: decision.refusal.code };
    for (const event of decision.events) push(event.kind, event.body as never, by.person);
    return { refused: null };
  };
  /** What the desk adds to a submission: until when it is good, and the tick over the payload it makes. */
  const submission = (body: UnsignedBody<'submit for review'>, by: Who = maker): CommandBody<'submit for review'> => {
    const { operationId, nonce, customerWaits: waits } = body;
    const operation = state().operations[operationId]!;
    const validUntil = validityLimit(state(), operation, waits, context(by));
    if (typeof validUntil !== 'string') throw new Error(validUntil.refusal.code);
    const digest = digestOf(payloadOf(state(), operation, { validUntil, nonce }, context(by)));
    return { ...body, validUntil, signed: signed('tick', digest, by) };
  };
  const must = <K extends CommandKind>(kind: K, body: CommandBody<K>, by: Who = maker): void => {
    const { refused } = command(kind, body, by);
    if (refused !== null) throw new Error(`${kind}: ${refused}`);
  };
  const call = (callId: string, kind: 'queued' | 'answered' | 'ended' | 'callback-dialled' | 'callback-answered'): void =>
    push('call recorded', { event: { eventId: fresh(), callId, at: at(), kind, queue: 'general', number: '13800000172', recordingId: `rec-${callId}`, personId: MAKER } as never });
  const readFacts = (who: Who, purpose: 'call' | 'worksheet' | 'review' | 'callback', quotesOff: Record<string, number> = {}): void => {
    const read = makeFacts(planCount, at());
    const quotes = read.quotes.map((quote) => ({ ...quote, dueNowFen: quote.dueNowFen + (quotesOff[quote.planId] ?? 0) }));
    push('facts read', { purpose, for: who.person, facts: read.facts, quotes, underWay: [], recentCalls: [] }, null);
  };
  const planIds = Array.from({ length: chosen }, (_, index) => `plan-${index + 1}`);
  const lineOf = (planId: string): string => state().operations[OPERATION]!.worksheet.lines.find((line) => planIdOf(line) === planId)!.lineId;

  push('case opened', { reason: 'call', callId: CALL, fromCase: null, number: '13800000172', queue: 'general' });
  push('access granted', { person: MAKER, as: 'owner' });
  call(CALL, 'queued');
  call(CALL, 'answered');
  push('customer identified', { customerId: 'cust-1', how: 'number' });
  readFacts(maker, 'call');
  push('run started', { runId: RUN, flowId: 'early-settlement', flowVersion: 1, steps: ['ES-1', 'ES-3', 'ES-5', 'ES-9', 'ES-10', 'ES-11', 'ES-13', 'ES-14', 'ES-15', 'ES-16', 'ES-18', 'ES-19'], previousRunId: null, carried: {} });
  push('fields filled', { runId: RUN, stepId: 'ES-3', values: { selected: planIds }, counted: [] });
  planIds.forEach((planId, index) => push('step ticked', { runId: RUN, stepId: 'ES-3', tickId: 'named', item: planId, customerWords: '就是这一笔', recordingOffset: 74 + index * 23, callId: CALL, saidAt: at() }));
  for (const [index, tick] of ['whole', 'irrevocable', 'noRefund', 'billedAtOnce', 'dueDate', 'ownWill'].entries()) {
    push('step ticked', { runId: RUN, stepId: 'ES-5', tickId: tick, item: null, customerWords: '清楚', recordingOffset: 190 + index * 11, callId: CALL, saidAt: at() });
  }

  return {
    maker, mentor, fresh, at, later, state, push, command, must, readFacts, planIds, events,
    mentorState: (): CaseState => foldCase(bodiesFor(state(), events, MENTOR))!,
    failGate: (change: (facts: CustomerFacts) => CustomerFacts): void => void (gateChange = change),
    promise(): void {
      must('promise callback', { promiseId: id(7), from: '2026-11-21T08:30:00.000Z', to: '2026-11-21T09:00:00.000Z', secondFrom: null, secondTo: null, note: '', operationId: null });
      call(CALL, 'ended');
    },
    draft(quotesOff: Record<string, number> = {}): void {
      readFacts(maker, 'worksheet', quotesOff);
      must('draft worksheet', { operationId: OPERATION, kind: 'early-settlement', accountId: 'acc-1', lines: planIds.map((planId, index) => ({ lineId: id(0x100 + index), planId })), continues: null });
    },
    selfCheck(count = 8): void {
      for (const item of control.kinds['early-settlement'].selfCheck.slice(0, count)) must('tick self-check', { operationId: OPERATION, item: item.id, on: true });
    },
    submit(review = REVIEW): void {
      must('submit for review', submission({ operationId: OPERATION, reviewId: review, nonce: fresh(), noteToReviewer: '客户听力不好,已重复两遍', customerWaits: 'callback' }));
    },
    take(review = REVIEW): void {
      must('take review', { reviewId: review }, mentor);
      readFacts(mentor, 'review');
    },
    /** As the reader's own desktop holds the case. */
    seenBy: (person: string): CaseState => foldCase(bodiesFor(state(), events, person))!,
    join(who: Who, reason: string): void {
      must('join break-glass', { reviewId: REVIEW, reason }, who);
      readFacts(who, 'review');
    },
    signSeat(who: Who, qualityCaseId: string): void {
      const { digest } = state().operations[OPERATION]!;
      must('sign break-glass', { reviewId: REVIEW, digest: digest!, qualityCaseId, signed: signed('approval', digest!, who) }, who);
    },
    handOver(to: Who, handOverId = id(0x31), review = id(0x32)): void {
      must('hand over case', { handOverId, to: to.person, note: '请接着回电' });
      must('accept hand-over', { handOverId, nonce: fresh(), reviewId: review }, to);
    },
    /** OF2: submitted for the return of the line, as the desk completes it. */
    submitHere(coSignId = id(0x41)): void {
      const operation = state().operations[OPERATION]!;
      const nonce = fresh();
      const validUntil = returnLimit(operation, control, at());
      const digest = digestOf(payloadOf(state(), operation, { validUntil, nonce }, context(maker)));
      must('submit for return', { operationId: OPERATION, coSignId, nonce, policyVersion: control.version, validUntil, signed: signed('tick', digest, maker) });
    },
    enterHere(wrongBy = 0, coSignId = id(0x41)): void {
      const payload = state().operations[OPERATION]!.payload!;
      const principals = Object.fromEntries(settlementLines(payload.lines).map((line) => [line.planId, line.remainingFen]));
      must('enter blind here', { operationId: OPERATION, coSignId, reviewer: MENTOR, entry: { totalDueFen: payload.totalDueFen + wrongBy, lines: payload.lines.length, dueDate: payload.dueDate, principals } });
    },
    coSignHere(coSignId = id(0x41)): void {
      const { digest } = state().operations[OPERATION]!;
      must('co-sign here', { operationId: OPERATION, coSignId, reviewer: MENTOR, digest: digest!, approval: signed('approval', digest!, mentor) });
    },
    /** @param silent the bank does not answer, or the centre has not been heard */
    orderHere(callId: string, silent = false): { refused: string | null } {
      const one = state().onReturn[OPERATION]!;
      if (silent) silence = true;
      const answer = command('order on return', {
        operationId: OPERATION, coSignId: one.coSignId, executionId: fresh(), digest: one.digest, callId, keys: state().operations[OPERATION]!.payload!.lines.map((line) => ({ lineId: line.lineId, key: fresh() })),
        factsReadAt: one.factsReadAt, notAfter: one.notAfter, reviewer: MENTOR, entry: one.entries.at(-1)!.entry, tick: one.tick, approval: one.coSign!.approval, signed: signed('order', one.digest, maker),
      });
      silence = false;
      return answer;
    },
    signTaken(who: Who): void {
      const { digest } = state().operations[OPERATION]!;
      must('sign self-check', { operationId: OPERATION, digest: digest!, signed: signed('tick', digest!, who) }, who);
    },
    /** A body as the screen sent it, with what the desk adds, decided by the rules. */
    fromDesk(kind: 'submit for review' | 'order execution' | 'sign self-check' | 'sign break-glass' | 'approve review', body: object, by: Who = maker): { refused: string | null } {
      if (kind === 'submit for review') return command(kind, submission(body as never, by), by);
      const purpose = kind === 'order execution' ? 'order' : kind === 'sign self-check' ? 'tick' : 'approval';
      return command(kind, { ...body, signed: signed(purpose, (body as { digest: string }).digest, by) } as never, by);
    },
    entry(wrongBy = 0, review = REVIEW, by: Who = mentor): void {
      const payload = state().operations[OPERATION]!.payload!;
      must('store blind entry', {
        reviewId: review,
        entry: { totalDueFen: payload.totalDueFen + wrongBy, lines: payload.lines.length, dueDate: payload.dueDate, principals: Object.fromEntries(settlementLines(payload.lines).map((line) => [line.planId, line.remainingFen])) },
      }, by);
    },
    approve(review = REVIEW): void {
      const { digest } = state().operations[OPERATION]!;
      must('approve review', { reviewId: review, digest: digest!, signed: signed('approval', digest!, mentor) }, mentor);
    },
    callBack(): void {
      call(CALLBACK, 'callback-dialled');
      call(CALLBACK, 'callback-answered');
      push('verification checked', { callId: CALLBACK, factor: 'servicePassword', ok: true, level: 3, failuresToday: 0 }, null);
      readFacts(maker, 'callback');
    },
    confirm(part: 'eye' | 'heart', item: string, offset: number, agrees = true): void {
      must('confirm item', { operationId: OPERATION, part, item, agrees, callId: CALLBACK, customerWords: agrees ? '一致' : '不一致', recordingOffset: offset });
    },
    confirmEye(): void {
      planIds.forEach((planId, index) => this.confirm('eye', `line:${lineOf(planId)}`, 62 + index * 14));
      this.confirm('eye', 'total', 120);
      this.confirm('eye', 'due-date', 128);
    },
    confirmHeart(count = 5): void {
      control.kinds['early-settlement'].consent.slice(0, count).forEach((item, index) => this.confirm('heart', item.id, 150 + index * 9));
    },
    prove(wrongBy = 0): void {
      const payload = state().operations[OPERATION]!.payload!;
      must('type in proof', { operationId: OPERATION, callId: CALLBACK, typedFen: payload.totalDueFen + wrongBy, typedLines: payload.lines.length, typedLastFour: payload.cardLastFour });
    },
    order(): { refused: string | null } {
      const operation = state().operations[OPERATION]!;
      return command('order execution', { operationId: OPERATION, executionId: fresh(), digest: operation.digest!, callId: CALLBACK, keys: operation.worksheet.lines.map((line) => ({ lineId: line.lineId, key: fresh() })), signed: signed('order', operation.digest!, maker) });
    },
    outcome(planId: string, how: 'booked' | 'refused' | 'in-doubt'): void {
      const line = state().operations[OPERATION]!.execution!.lines.find((one) => one.planId === planId)!;
      const ids = { operationId: OPERATION, lineId: line.lineId, key: line.key };
      if (how === 'booked') push('line booked', { ...ids, receipt: `R2611210${line.lineId.slice(-3)}`, effectiveAt: at(), postsOn: '2026-11-22' }, null);
      if (how === 'refused') push('line refused', { ...ids, code: 'line-refused', reason: { zh: '银行未受理这一笔(合同状态待核)', en: 'The bank did not accept this line (contract status to be verified)' } }, null);
      if (how === 'in-doubt') push('line in doubt', { ...ids, cause: 'timeout', answerBy: '2026-11-21T10:00:00.000Z' }, null);
    },
    finish(outcome: 'done' | 'partial' | 'refused'): void {
      push('execution finished', { operationId: OPERATION, outcome }, null);
      push('follow-up opened', { followUpId: id(9), operationId: OPERATION, dueOn: '2026-11-22', what: { zh: '次日核对入账，直至结清还款', en: 'Check the posting each morning until settled and paid' } }, null);
    },
    posted(on: string, how: 'right' | 'wrong' | 'paid'): void {
      const operation = state().operations[OPERATION]!;
      const booked = operation.execution!.lines.filter((line) => line.status === 'booked');
      const lines = booked.map((line, index) => {
        const expectedFen = operation.worksheet.lines.find((one) => one.lineId === line.lineId)!.dueNowFen;
        const off = how === 'wrong' && index === 0 ? 100_00 : 0;
        return { lineId: line.lineId, planId: line.planId ?? '', expectedFen, postedFen: expectedFen + off, planStatus: 'settled', ok: off === 0 };
      });
      push('posting checked', { followUpId: id(9), on, lines, unexpected: how === 'wrong' ? 1 : 0, unpaidFen: how === 'paid' ? 0 : 11_850_187, dueDate: how === 'paid' ? null : '2026-12-26', settled: how === 'paid' }, null);
    },
  };
}
