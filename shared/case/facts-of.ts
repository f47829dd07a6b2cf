import { civilDateOf, daysBetween } from '../calendar/civil.ts';
import type { CardFact, FactTree, LineFact, PlanFact } from '../flow/facts.ts';
import { cardField } from '../flow/run-ground.ts';
import { policyFacts } from '../flow/policy.ts';
import { branchFacts } from '../knowledge/branch.ts';
import { demoBranches } from '../knowledge/branches.ts';
import { periodPrincipalFen } from '../money/instalment.ts';
import { confirmationGap } from '../operation/confirmation.ts';
import { callIdsOf, callOf, openCallOf } from '../operation/call-of.ts';
import type { OnReturnState } from '../operation/on-return-schema.ts';
import { forReturn } from '../operation/on-return-terms.ts';
import type { OperationState } from '../operation/operation-schema.ts';
import { OperationKind } from '../operation/payload.ts';
import type { KindPolicy } from '../review/policy.ts';
import { returnReasonNames } from '../review/review-schema.ts';
import type { Card, CustomerFacts, Plan } from '../protocol/bank.ts';
import type { Bilingual } from '../protocol/ids.ts';
import type { DecideContext } from './context.ts';
import type { CaseState } from './state.ts';
import { orderedStopId, standingOf } from './stop-verify.ts';

/** The call that is on now, or the one the case was opened with. */
export function currentCallId(state: CaseState): string | null {
  const ids = callIdsOf(state);
  return ids.findLast((id) => openCallOf(state, id) !== null) ?? ids.at(-1) ?? null;
}

/** The branch that the run has chosen, with its hours as they are now. */
function chosenBranch(state: CaseState, context: Pick<DecideContext, 'calendar' | 'now'>): FactTree['branch'] | null {
  const id = state.currentRun === null ? undefined : state.runs[state.currentRun]?.values['branchId'];
  const branch = demoBranches.find((one) => one.id === id);
  return branch === undefined ? null : branchFacts(branch, context.calendar, context.now);
}

const selectedIds = (state: CaseState): string[] => {
  const value = state.currentRun === null ? undefined : state.runs[state.currentRun]?.values['selected'];
  return Array.isArray(value) ? value : [];
};

/** The card that the customer named for an operation of the run, where it is on one card. */
const namedCardId = (state: CaseState): string | null => {
  const value = state.currentRun === null ? undefined : state.runs[state.currentRun]?.values[cardField];
  return Array.isArray(value) && value.length === 1 ? (value[0] ?? null) : null;
};

/**
 * The operation that the run is about. What another flow drafted, or what was executed before this run began, says nothing
 * of it: otherwise a limit changed an hour ago would pass for the card that is cancelled now.
 */
function operationOfRun(state: CaseState): OperationState | undefined {
  const operation = state.currentOperation === null ? undefined : state.operations[state.currentOperation];
  const run = state.currentRun === null ? undefined : state.runs[state.currentRun];
  if (operation === undefined || run === undefined || !OperationKind.safeParse(run.flowId).success) return operation;
  const again = Object.values(state.runs).some((one) => one.runId !== run.runId && one.flowId === run.flowId);
  const earlier = again && operation.execution !== null && run.startedAt !== null && operation.execution.startedAt < run.startedAt;
  return operation.kind === run.flowId && !earlier ? operation : undefined;
}

function planFact(plan: Plan, facts: CustomerFacts, ours: ReadonlySet<string>): PlanFact {
  return {
    id: plan.id, merchant: plan.merchant, signedOn: plan.signedOn, principalFen: plan.principalFen, periodsTotal: plan.periodsTotal, periodsPosted: plan.periodsPosted,
    periodsLeft: plan.periodsLeft, remainingFen: plan.remainingFen, perPeriodFen: periodPrincipalFen(plan, 1), status: plan.status, feeMode: plan.feeMode,
    // In a sentence of a flow: no capital in the middle.
    feeLabel: { zh: plan.feeLabel.zh, en: plan.feeLabel.en.toLowerCase() }, ruleConflict: plan.ruleConflict, openOperation: plan.openOperation || ours.has(plan.id), firstPostDate: plan.firstPostDate,
    cardLastFour: facts.cards.find((card) => card.id === plan.card)?.lastFour ?? '',
  };
}

const cardFact = (card: Card): CardFact => ({
  id: card.id, status: card.status, kind: card.kind, lastFour: card.lastFour, product: card.product, effectiveAt: card.effectiveAt,
});

const cardStatusText: Record<Card['status'], Bilingual> = {
  normal: { zh: '正常', en: 'normal' },
  locked: { zh: '锁定', en: 'locked' },
  lost: { zh: '挂失', en: 'reported lost' },
  frozen: { zh: '冻结', en: 'frozen' },
  cancelled: { zh: '已销卡', en: 'cancelled' },
  writtenOff: { zh: '核销', en: 'written off' },
};

function lineFacts(state: CaseState, operation: OperationState): LineFact[] {
  const checks = state.followUps.find((followUp) => followUp.operationId === operation.id)?.checks.at(-1);
  return operation.worksheet.lines.flatMap((line): LineFact[] => {
    const booked = operation.execution?.lines.find((one) => one.lineId === line.lineId);
    if (line.type === 'plain') return [{ id: line.lineId, cardId: line.cardId, merchant: line.title, dueFen: line.dueNowFen, outcome: booked?.status ?? null, say: line.say }];
    const posted = checks?.lines.find((one) => one.lineId === line.lineId);
    return [{
      id: line.lineId, planId: line.planId, merchant: line.merchant, signedOn: line.signedOn, principalFen: line.principalFen, dueFen: line.dueNowFen,
      penaltyFen: line.feeFen, savedFen: line.savedFen, say: line.say, postedFen: posted?.postedFen ?? null, planStatus: posted?.planStatus ?? null, outcome: booked?.status ?? null, mode: line.feeMode,
    }];
  });
}

/** OF2: signed for at this screen, it may be confirmed and ordered like an approval, and is none. */
function offlineFacts(one: OnReturnState, now: string): FactTree['approval'] {
  if (one.status === 'closed' || one.status === 'returned') return { status: 'void' };
  if (one.coSign === null) return { status: 'waiting' };
  return { status: one.notAfter > now ? 'valid' : 'expired', digest: one.digest, expiresAt: one.notAfter };
}

function approvalFacts(state: CaseState, operation: OperationState | undefined, now: string): FactTree['approval'] {
  if (!operation) return { status: 'none' };
  const review = operation.reviewId === null ? undefined : state.reviews[operation.reviewId];
  const approval = operation.approval;
  const offline = operation.execution === null && operation.status === 'draft' ? forReturn(state, operation) : null;
  if (offline !== null) return offlineFacts(offline, now);
  if (approval !== null) return { status: approval.validUntil > now ? 'valid' : 'expired', digest: approval.digest, expiresAt: approval.validUntil };
  if (operation.execution) return { status: 'used', digest: operation.execution.digest };
  if (operation.status === 'void') return { status: 'void' };
  if (operation.status === 'returned') {
    const reason = review?.returned?.reason;
    return { status: 'returned', returnReason: reason === undefined ? (review?.closedBecause ?? '') : returnReasonNames[reason] };
  }
  if (operation.status === 'in-review') return { status: review?.status === 'taken' ? 'taken' : 'waiting' };
  // Submitted, and below the sum from which two people must check it (TP1).
  if (operation.payload !== null && operation.status === 'draft') return { status: 'notNeeded', digest: operation.digest };
  return { status: 'none' };
}

const executed: ReadonlySet<string> = new Set(['executing', 'done', 'partial', 'refused', 'in-doubt']);

function operationFacts(operation: OperationState | undefined, policy: KindPolicy | undefined, trialFen: number | null): FactTree['operation'] {
  const lines = operation?.execution?.lines ?? [];
  const refused = lines.find((line) => line.reason !== null);
  return {
    totalDueFen: operation?.worksheet.totals.dueNowFen ?? trialFen,
    totalSavedFen: operation?.worksheet.totals.savedFen ?? null,
    digest: operation?.digest ?? null,
    outcome: operation && executed.has(operation.status) ? operation.status : 'none',
    drafted: operation !== undefined && operation.status !== 'withdrawn',
    selfChecked: operation !== undefined && policy !== undefined && policy.selfCheck.every((item) => operation.selfCheck[item.id] !== undefined),
    linesDone: lines.filter((line) => line.status === 'booked').length,
    linesNotDone: lines.filter((line) => line.status !== 'booked').length,
    refusedBecause: refused?.reason ?? null,
    toldAll: lines.length > 0 && lines.every((line) => line.acknowledged),
    answerBy: lines.find((line) => line.answerBy !== null)?.answerBy ?? null,
  };
}

/**
 * Each stop once, by the bank's word: what was reported elsewhere is in force when the bank has it stopped, or when the order that
 * the centre gave for it is (OF4); until then no receipt of another channel makes it so (SY8).
 */
function stopFacts(state: CaseState): NonNullable<FactTree['stops']> {
  const orders = new Set(state.stops.filter((stop) => stop.status === 'manual').map((stop) => orderedStopId(stop.id)));
  return state.stops.filter((stop) => !orders.has(stop.id)).map((stop) => {
    const { inForce, inForceAt, order } = standingOf(state, stop);
    const shown = order ?? stop;
    const status = order !== null ? order.status : stop.status === 'manual' && inForce ? 'in-force' : stop.status;
    const effectiveAt = stop.status === 'manual' ? inForceAt : stop.effectiveAt;
    return { id: stop.id, lastFour: shown.lastFour || (state.verifiedStops[stop.id]?.lastFour ?? ''), kind: shown.stop, status, effectiveAt, lapseAt: shown.lapseAt, receipt: shown.receipt };
  });
}

/** Each part stands once the ones before it do; what was executed stays confirmed. */
function confirmationFacts(operation: OperationState | undefined, policy: KindPolicy | undefined): FactTree['confirmation'] {
  if (!operation || !policy || operation.payload === null) return { eye: false, heart: false, hand: false, failedProofs: 0 };
  const gap = operation.execution === null ? confirmationGap(operation, policy) : null;
  return {
    eye: gap === null || !gap.startsWith('eye:'),
    heart: gap === null || gap === 'proof',
    hand: gap === null,
    failedProofs: operation.confirmation?.failedProofs ?? 0,
  };
}

/**
 * What is known of a case at the moment of deciding, by the names that flows use (FLOWS §0). What was never read stays
 * out and is unknown, never false (FL5).
 */
export function factsOf(state: CaseState, context: Pick<DecideContext, 'now' | 'by' | 'calendar' | 'control' | 'flowPolicy' | 'lights' | 'site'>): FactTree {
  const reading = state.facts[context.by.person] ?? null;
  const facts = reading?.facts ?? null;
  const callId = currentCallId(state);
  const call = callId === null ? null : callOf(state, callId);
  const verification = state.verification[callId ?? 'none'];
  const operation = operationOfRun(state);
  const selected = selectedIds(state);
  const inOurOperations = new Set(
    Object.values(state.operations)
      .filter((one) => one.id !== state.currentOperation)
      .flatMap((one) => (one.execution?.lines ?? []).filter((line) => ['started', 'booked', 'in-doubt'].includes(line.status)).flatMap((line) => line.planId ?? [])),
  );
  const plan = facts?.plans.find((one) => selected.includes(one.id)) ?? facts?.plans.find((one) => one.status === 'active') ?? facts?.plans[0];
  const namedCard = facts?.cards.find((one) => one.id === namedCardId(state));
  const account = facts?.accounts.find((one) => one.id === (namedCard ?? plan)?.account) ?? facts?.accounts.find((one) => one.kind === 'credit') ?? facts?.accounts[0];
  const card = namedCard ?? facts?.cards.find((one) => one.id === plan?.card) ?? facts?.cards.find((one) => one.account === account?.id);
  const promise = state.promises.findLast((one) => one.status === 'open');
  const lastCheck = state.followUps.findLast((one) => one.operationId !== null)?.checks.at(-1);
  const policy = operation ? context.control.kinds[operation.kind] : undefined;
  const quotes = reading?.quotes.filter((quote) => selected.includes(quote.planId)) ?? [];
  const today = civilDateOf(context.calendar, context.now);
  const holdsPrimary = facts === null ? null : facts.cards.some((one) => one.holder === 'primary');
  const source = reading === null ? undefined : { source: '核心系统', readAt: reading.at };

  return {
    now: context.now,
    ...(context.lights === 'unknown' ? {} : { channel: context.lights }),
    caller: {
      numberMatchesReserved: facts?.customer.numberMatchesReserved ?? null,
      isHolder: verification === undefined ? null : verification.level >= 1,
      isPrimaryHolder: verification === undefined || holdsPrimary === null ? null : verification.level >= 1 && holdsPrimary,
      isThirdParty: null,
    },
    customer: { matches: state.customerId === null ? null : 1, surname: facts?.customer.surname ?? null, title: facts?.customer.title ?? null, hasReservedPhone: facts === null ? null : facts.customer.reservedPhoneMasked !== '' },
    verify: { level: verification?.level ?? 0, failures: verification?.failuresToday ?? 0 },
    ...(card ? { card: { ...cardFact(card), statusText: cardStatusText[card.status] } } : {}),
    ...(facts ? { holder: { cards: facts.cards.map(cardFact) }, plans: facts.plans.map((one) => planFact(one, facts, inOurOperations)) } : {}),
    ...(account
      ? {
          account: {
            pastDueDays: account.pastDueDays, isStatementDay: account.isStatementDay, cutoffAt: account.cutoffAt, dueDate: account.dueDate, statementDate: account.statementDate,
            hold: account.hold, pendingRefundFen: account.pendingRefundFen, pendingReversals: account.pendingReversals, hardshipAgreement: account.hardshipAgreement,
            billUnpaidFen: account.billUnpaidFen, minimumFen: account.billUnpaidFen, creditBalanceFen: account.creditBalanceFen, nextBillFen: account.nextBillFen,
          },
        }
      : {}),
    ...(quotes.length > 0 ? { quote: { expiresAt: quotes.map((quote) => quote.expiresAt).sort()[0]!, agrees: operation ? operation.worksheet.mismatches.length === 0 : null } } : {}),
    operation: operationFacts(operation, policy, quotes.length > 0 ? quotes.reduce((sum, quote) => sum + quote.dueNowFen, 0) : null),
    approval: approvalFacts(state, operation, context.now),
    confirmation: confirmationFacts(operation, policy),
    promise: {
      from: promise?.from ?? null, to: promise?.to ?? null, made: promise !== undefined || state.promises.length > 0,
      answered: call?.direction === 'out' && call.answeredAt !== null,
    },
    stops: stopFacts(state),
    agent: { no: context.by.no, skills: context.by.skills },
    risk: { flagged: state.risks.length > 0 },
    case: {
      complaintOpen: facts === null ? null : facts.customer.flags.includes('complaintOpen') || state.workOrders.some((one) => one.kind === 'complaint'),
      repeatWish: reading === null ? null : reading.underWay.length > 0,
      minutes: state.opened === null ? 0 : Math.floor((Date.parse(context.now) - Date.parse(state.opened.at)) / 60_000),
    },
    ...(facts
      ? {
          transactions: facts.recentTransactions.map((one) => ({
            id: one.id, at: one.at, amountFen: one.amountFen, merchant: one.merchant, lastFour: facts.cards.find((other) => other.id === one.card)?.lastFour ?? '',
          })),
        }
      : {}),
    branch: chosenBranch(state, context),
    lead: { accepted: state.escalations.some((one) => one.acceptedBy !== null), outcome: state.escalations.at(-1)?.outcome ?? 'none' },
    lines: operation ? lineFacts(state, operation) : [],
    ...(lastCheck ? { unexpectedPostings: lastCheck.unexpected, followUp: { unpaidFen: lastCheck.unpaidFen, settled: lastCheck.settled, daysToDue: lastCheck.dueDate === null ? null : daysBetween(today, lastCheck.dueDate) } } : {}),
    site: {
      ...context.site,
      callTime: call?.queuedAt ?? state.opened?.at ?? null, callbackBy: promise?.to ?? null,
    },
    policy: policyFacts(context.flowPolicy, today),
    ...(source ? { sources: { account: source, card: source, plans: source, selected: source, quote: source, holder: source, transactions: source } } : {}),
  };
}
