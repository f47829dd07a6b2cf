import type { DecideContext } from '../case/context.ts';
import { happened, ms, ownerOnly, type Deciders, type Happened, type Ruling } from '../case/decider.ts';
import type { CaseState } from '../case/state.ts';
import { maskNumbers } from '../privacy/mask.ts';
import { refuse, type Refusal } from '../protocol/refusal.ts';
import { bandOf, isHighValue } from '../review/policy.ts';
import type { Named } from '../review/review-schema.ts';
import { confirmationGap, confirmationItems } from './confirmation.ts';
import { ownCallOf } from './call-of.ts';
import { fallsWith } from './falls-with.ts';
import { gate, isOrderable, isRelated, sumToday } from './gate.ts';
import { coSignedHere, forReturn, ownCallAt, verifiedOn } from './on-return-terms.ts';
import type { operationCommandSchemas, OperationState } from './operation-schema.ts';
import { pinnedFacts } from './pinned-facts.ts';
import { digestOf, planIdOf, type OperationLine } from './payload.ts';
import { draftPlain } from './plain-decide.ts';
import { recordingOffsetOf } from './plain-words.ts';
import { payloadOf, validityLimit } from './submission.ts';
import { signatureFault } from '../review/signature-check.ts';
import { makeWorksheet } from './worksheet.ts';

type Refused = { refusal: Refusal };

const CLOCK_TOLERANCE_MS = 5_000;

const isRefused = (value: object): value is Refused => 'refusal' in value;

/** The operation, where this person is its maker and it is not booked or on its way. */
export function makersOperation(state: CaseState, operationId: string, context: DecideContext): OperationState | Refused {
  const mine = ownerOnly(state, context);
  if (mine) return mine;
  const operation = state.operations[operationId];
  if (!operation) return refuse('operation-unknown');
  if (operation.maker !== context.by.person) return refuse('not-the-maker');
  return operation;
}

/** Charging rules are those of the contract; their version is the control policy's. */
const chargingRules = (context: DecideContext): { version: string } => ({ version: context.control.version });

function draftWorksheet(state: CaseState, body: Parameters<Deciders<'draft worksheet'>['draft worksheet']>[1], context: DecideContext): Ruling {
  const mine = ownerOnly(state, context);
  if (mine) return mine;
  const before = state.operations[body.operationId];
  if (before?.execution) return refuse('tp18-frozen');
  const reading = state.facts[context.by.person];
  if (state.customerId === null || !reading) return refuse('customer-not-identified');
  if (isRelated(state.customerId, context)) return refuse('tp14-related');
  const sheet = makeWorksheet(reading.facts, { quotes: reading.quotes, refused: [] }, body.lines.map((line) => line.planId), chargingRules(context));
  if (isRefused(sheet)) return sheet;
  if (sheet.quoteExpiresAt === null) return refuse('worksheet-unquoted');
  const taken = body.lines.find((line) => otherOperationOn(state, body.operationId, line.planId));
  if (taken) return refuse('worksheet-open-operation', { planId: taken.planId });
  const lines: OperationLine[] = sheet.lines.map((line, index) => ({
    type: 'settlement', lineId: body.lines[index]!.lineId, planId: line.planId, merchant: line.merchant, signedOn: line.signedOn, principalFen: line.principal.fen,
    periodsTotal: line.periodsTotal, periodsPosted: line.periodsPosted, remainingFen: line.remaining.fen, feeMode: line.feeMode, chargingRule: line.chargingRule,
    feeFen: line.fee.fen, dueNowFen: line.dueNow.fen, savedFen: line.saved.fen, cardLastFour: line.cardLastFour, say: line.say,
  }));
  const mismatches = sheet.lines.flatMap((line, index) =>
    line.agreement === 'agrees' ? [] : [{ lineId: body.lines[index]!.lineId, oursFen: line.dueNow.fen, bankFen: line.bankDueNow?.fen ?? null }],
  );
  return happened(...fallsWith(before), {
    kind: 'worksheet drafted',
    body: {
      operationId: body.operationId, kind: body.kind, customerId: state.customerId, accountId: sheet.accountId, maker: context.by.person, lines, mismatches,
      totals: {
        dueNowFen: sheet.totals.dueNowFen, savedFen: sheet.totals.savedFen, billUnpaidFen: sheet.beside.billUnpaidFen,
        creditBalanceFen: sheet.beside.creditBalanceFen, nextBillFen: sheet.beside.nextBillFen,
      },
      statementDate: sheet.statementDate, dueDate: sheet.dueDate, quoteExpiresAt: sheet.quoteExpiresAt, cutoffAt: sheet.cutoffAt,
      pinned: pinnedFacts(reading.facts, { planIds: sheet.lines.map((line) => line.planId) }, context.control.kinds[body.kind].pinned), factsReadAt: sheet.factsReadAt, continues: body.continues,
    },
  });
}

/** One plan is in one open operation at a time; a line the bank refused may be taken up by a new one (TP18). */
function otherOperationOn(state: CaseState, operationId: string, planId: string): boolean {
  return Object.values(state.operations).some((operation) => {
    if (operation.id === operationId) return false;
    const booked = operation.execution?.lines.find((line) => line.planId === planId);
    if (booked) return booked.status !== 'refused' && booked.status !== 'free';
    const open = ['in-review', 'approved'].includes(operation.status);
    return open && operation.worksheet.lines.some((line) => planIdOf(line) === planId);
  });
}

/** Where the customer said each plan's name: ticks of the run whose item is that plan (FL7). */
function namedOnRecording(state: CaseState, payload: Pick<OperationState['worksheet'], 'lines'>): Named {
  const ticks = Object.values(state.runs).flatMap((run) => Object.values(run.steps).flatMap((step) => step.ticks));
  return payload.lines.map((line) => {
    if (line.type === 'plain') return { planId: null, recordingOffset: recordingOffsetOf(line) };
    return { planId: line.planId, recordingOffset: ticks.find((tick) => tick.item === line.planId)?.recordingOffset ?? null };
  });
}

function submit(state: CaseState, body: Parameters<Deciders<'submit for review'>['submit for review']>[1], context: DecideContext): Ruling {
  const operation = makersOperation(state, body.operationId, context);
  if (isRefused(operation)) return operation;
  if (operation.execution !== null) return refuse('tp4-already-started', { status: operation.status });
  if (!['draft', 'returned', 'void'].includes(operation.status)) return refuse('operation-not-editable', { status: operation.status });
  if (isRelated(operation.customerId, context)) return refuse('tp14-related');
  // A request never takes the place of another: entries, reviewer and outcome of that one would be gone.
  if (state.reviews[body.reviewId] !== undefined) return refuse('review-not-open');
  if (operation.worksheet.mismatches.length > 0) return refuse('worksheet-mismatch');
  const policy = context.control.kinds[operation.kind];
  const missing = policy.selfCheck.filter((item) => operation.selfCheck[item.id] === undefined);
  if (missing.length > 0) return refuse('self-check-incomplete', { missing: missing.length });
  if (context.stoppedKinds !== 'unknown' && context.stoppedKinds.includes(operation.kind)) return refuse('tp15-stopped');
  const limit = validityLimit(state, operation, body.customerWaits, context);
  if (typeof limit !== 'string') return limit;
  if (ms(body.validUntil) <= ms(context.now)) return refuse('tp9-expired');
  // The desk's corrected clock may be a little ahead; never by as much as would matter.
  if (ms(body.validUntil) > ms(limit) + CLOCK_TOLERANCE_MS) return refuse('tp9-too-long');
  const payload = payloadOf(state, operation, body, context);
  const digest = digestOf(payload);
  // What was ticked and signed is what the server makes of its own facts, to the fen; otherwise the figures moved.
  if (body.signed.digest !== digest || body.signed.purpose !== 'tick') return refuse('tp2-digest');
  const unsigned = signatureFault(context, 'tick', digest);
  if (unsigned) return unsigned;
  const made: Happened = { kind: 'payload made', body: { operationId: operation.id, payload, digest, noteToReviewer: maskNumbers(body.noteToReviewer), signed: body.signed } };
  if (!isHighValue(policy, payload.totalDueFen, payload.lines.length, sumToday(operation, context))) return happened(made);
  const promise = state.promises.findLast((one) => one.status === 'open');
  return happened(made, {
    kind: 'review requested',
    body: {
      reviewId: body.reviewId, operationId: operation.id, kind: operation.kind, kindName: policy.name, band: bandOf(policy, payload.totalDueFen), digest, validUntil: payload.validUntil,
      customerWaits: body.customerWaits, promisedTo: body.customerWaits === 'callback' ? (promise?.to ?? null) : null,
      principalsAsked: policy.keyFigures.includes('principals') && payload.lines.length <= policy.principalsUpToLines, keyFigures: policy.keyFigures, named: namedOnRecording(state, payload), reconfirms: null,
    },
  });
}

/** A confirmation is taken on a call that is on now, of figures that are approved where they must be (TP1). */
function confirmable(state: CaseState, operationId: string, callId: string, context: DecideContext, madeAt: string): OperationState | Refused {
  const operation = makersOperation(state, operationId, context);
  if (isRefused(operation)) return operation;
  if (operation.payload === null || operation.digest === null) return refuse('no-payload');
  if (operation.execution) return refuse('tp4-already-started');
  const high = isHighValue(context.control.kinds[operation.kind], operation.payload.totalDueFen, operation.payload.lines.length, sumToday(operation, context));
  const offline = forReturn(state, operation);
  if (offline !== null) return confirmableOnReturn(state, operation, callId, context, madeAt);
  if (high && operation.approval === null) return refuse('tp1-no-approval');
  if (!isOrderable(operation)) return refuse('operation-not-editable', { status: operation.status });
  if (ms(operation.payload.validUntil) <= ms(context.now)) return refuse('tp9-expired');
  if (ownCallOf(state, callId, context.by.person) === null) return refuse('tp1-no-call');
  if ((state.verification[callId]?.level ?? 0) < 3) return refuse('verification-too-low', { needed: 3 });
  return operation;
}

/**
 * OF2: the same of figures that a second person signed for at this screen. The centre hears of it when all is over: the call
 * is judged as it was when the words were said, and whether T has passed is told by the order's own answer.
 */
function confirmableOnReturn(state: CaseState, operation: OperationState, callId: string, context: DecideContext, madeAt: string): OperationState | Refused {
  if (coSignedHere(state, operation) === null) return refuse('tp1-no-approval');
  if (!isOrderable(operation)) return refuse('operation-not-editable', { status: operation.status });
  if (ms(operation.payload!.validUntil) <= ms(madeAt)) return refuse('tp9-expired');
  if (ownCallAt(state, callId, context.by.person, madeAt) === null) return refuse('tp1-no-call');
  return verifiedOn(state, callId, context.by.person) < 3 ? refuse('verification-too-low', { needed: 3 }) : operation;
}

export const operationDeciders: Deciders<keyof typeof operationCommandSchemas> = {
  'draft worksheet': draftWorksheet,
  'draft operation': draftPlain,
  'sign self-check': (state, body, context) => {
    const operation = makersOperation(state, body.operationId, context);
    if (isRefused(operation)) return operation;
    if (operation.execution) return refuse('tp4-already-started');
    if (operation.payload === null || operation.digest === null) return refuse('no-payload');
    if (operation.digest !== body.digest || body.signed.digest !== body.digest) return refuse('tp2-digest');
    if (operation.payload.maker !== context.by.person) return refuse('not-the-maker');
    return signatureFault(context, 'tick', body.digest) ?? happened({ kind: 'self-check signed', body });
  },
  'tick self-check': (state, body, context) => {
    const operation = makersOperation(state, body.operationId, context);
    if (isRefused(operation)) return operation;
    if (!['draft', 'returned', 'void'].includes(operation.status)) return refuse('operation-not-editable', { status: operation.status });
    if (!context.control.kinds[operation.kind].selfCheck.some((item) => item.id === body.item)) return refuse('self-check-unknown', { item: body.item });
    return happened({ kind: 'self-check ticked', body });
  },
  'submit for review': submit,
  'withdraw operation': (state, body, context) => {
    const operation = makersOperation(state, body.operationId, context);
    if (isRefused(operation)) return operation;
    if (operation.execution) return refuse('tp9-too-late');
    // An approval goes with it: a request that still stood could be withdrawn later, and bring the operation back.
    const review: Happened[] = (operation.status === 'in-review' || operation.status === 'approved') && operation.reviewId !== null
      ? [{ kind: 'review withdrawn', body: { reviewId: operation.reviewId, by: context.by.person } }] : [];
    return happened(...review, { kind: 'operation withdrawn', body: { operationId: body.operationId, reason: maskNumbers(body.reason) } });
  },
  'confirm item': (state, body, context, { madeAt }) => {
    const operation = confirmable(state, body.operationId, body.callId, context, madeAt);
    if (isRefused(operation)) return operation;
    const known = confirmationItems(operation, context.control.kinds[operation.kind]);
    if (!known.includes(`${body.part}:${body.item}`)) return refuse('confirmation-unknown-item', { item: body.item });
    const confirmed: Happened = { kind: 'item confirmed', body: { ...body, customerWords: maskNumbers(body.customerWords), digest: operation.digest! } };
    if (body.agrees) return happened(confirmed);
    return happened(confirmed, { kind: 'approval voided', body: { operationId: operation.id, reason: 'customer-disagrees', changed: [] } });
  },
  'type in proof': (state, body, context, { madeAt }) => {
    const operation = confirmable(state, body.operationId, body.callId, context, madeAt);
    if (isRefused(operation)) return operation;
    const gap = confirmationGap(operation, context.control.kinds[operation.kind], { withoutProof: true });
    if (gap !== null || operation.confirmation?.callId !== body.callId) return refuse('confirmation-incomplete', { item: gap });
    const payload = operation.payload!;
    const ok = body.typedFen === payload.totalDueFen && body.typedLines === payload.lines.length && body.typedLastFour === payload.cardLastFour;
    const typed: Happened = { kind: 'proof typed', body: { operationId: operation.id, callId: body.callId, digest: operation.digest!, ok } };
    // FLOWS ES-15: the third miss goes back to review.
    if (!ok && operation.confirmation.failedProofs >= 2) {
      return happened(typed, { kind: 'approval voided', body: { operationId: operation.id, reason: 'proof-failed', changed: [] } });
    }
    return happened(typed);
  },
  'order execution': gate,
  'order inquiry': (state, body, context) => {
    // Of whoever has the case: after a hand-over its maker is gone, and what was executed stays the maker's (TP17).
    const mine = ownerOnly(state, context);
    if (mine) return mine;
    const operation = state.operations[body.operationId];
    if (!operation) return refuse('operation-unknown');
    const line = operation.execution?.lines.find((one) => one.lineId === body.lineId);
    if (!line) return refuse('line-unknown');
    // The server asks the bank; only its answer is an event (TP10).
    return line.status === 'in-doubt' || line.status === 'started' ? happened() : refuse('line-not-in-doubt', { status: line.status });
  },
  'acknowledge outcome': (state, body, context) => {
    // Of whoever has the case: after a hand-over its maker is gone, and what was executed stays the maker's (TP17).
    const mine = ownerOnly(state, context);
    if (mine) return mine;
    const operation = state.operations[body.operationId];
    if (!operation) return refuse('operation-unknown');
    const line = operation.execution?.lines.find((one) => one.lineId === body.lineId);
    if (!line || line.status === 'started') return refuse('line-unknown');
    return happened({ kind: 'outcome acknowledged', body });
  },
};
