/** What people do at their desktops, with and without the line: seeded choices over what their own screen shows them. */
import type { CaseState } from '#shared/case/state.ts';
import { callOf, openCallOf } from '#shared/operation/call-of.ts';
import { confirmationItems } from '#shared/operation/confirmation.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import type { BlindEntry } from '#shared/review/review-schema.ts';
import type { CommandParams } from '#shared/protocol/desk-command.ts';
import type { Person } from '#shared/people/person.ts';
import type { ControlPolicy } from '#shared/review/policy.ts';
import type { Chance } from './chance.ts';

/** What people tell each other across the room: which case waits for whom. */
export type Room = { reviews: { caseId: string; reviewId: string }[]; handOvers: { caseId: string; handOverId: string; to: string }[]; escalations: { caseId: string; escalationId: string }[] };

/** A person at a desk, as far as their work is concerned: a simulated machine, or a real desk. */
export type Worker = {
  person: Pick<Person, 'id' | 'role'>;
  nowMs: number;
  /** What their screen shows; null while nobody is signed in. */
  cases(): CaseState[] | null;
  newId(): string;
  command(params: CommandParams): Promise<{ ok: boolean }>;
  ask(kind: string, body: unknown): Promise<boolean>;
};

/** What of the centre and its customers people go by. */
export type Place = {
  control: ControlPolicy;
  /** Who takes calls, and hands cases over to one another. */
  agents: readonly string[];
  lead: string;
  accountOf(state: CaseState): string;
  cardOf(state: CaseState): string;
  planIds(state: CaseState): string[];
  /** Whether this person's own facts are there, with all that a worksheet needs. */
  hasFacts(state: CaseState, person: string): boolean;
  /** A case as it truly is: reviewers type from facts of their own, which are looked up there. */
  truth(caseId: string): Promise<CaseState | null>;
};

export type WorkParts = { desk: Worker; chance: Chance; room: Room; place: Place };

const DAY = '2026-12-01';
const at = (hour: string): string => `2026-11-30T${hour}:00.000Z`;
const WORDS = ['客户说明天再打', '已核对账单', '需要回电', '情绪平稳', '转给班长'] as const;

/** One thing that this person does next. */
export async function work(parts: WorkParts): Promise<void> {
  const { desk, chance } = parts;
  if (desk.cases() === null) return;
  const { role } = desk.person;
  if (role === 'mentor' || role === 'lead') {
    if (chance.often(0.8) && (await review(parts))) return;
  }
  const own = (desk.cases() ?? []).filter((state) => state.owner === desk.person.id && state.closed === null);
  if (own.length === 0 || (own.length < 5 && chance.often(0.12))) return openCase(parts);
  // What is begun is mostly gone on with: an operation takes eight steps of two people.
  const begun = own.filter((one) => Object.values(one.operations).some((operation) => ['draft', 'approved', 'in-review'].includes(operation.status) || operation.payload !== null) && one.customerId !== null);
  if (begun.length > 0 && chance.often(0.55)) return operate(parts, chance.pick(begun));
  const state = chance.pick(own);
  if (chance.often(0.45) && state.customerId !== null) return operate(parts, state);
  return jot(parts, state);
}

async function openCase({ desk }: WorkParts): Promise<void> {
  await desk.command({ kind: 'open case', case: desk.newId(), body: { reason: 'by-hand', callId: null, fromCase: null, number: null } });
}

/** Notes, follow-ups, promises and the like: what can be done without the line. */
async function jot({ desk, chance, room, place }: WorkParts, state: CaseState): Promise<void> {
  const give = (kind: string, body: unknown) => desk.command({ kind, case: state.id, body });
  const followUp = state.followUps.find((one) => one.status === 'open' && one.operationId === null);
  const promise = state.promises.find((one) => one.status === 'open');
  switch (chance.int(0, 15)) {
    case 0: return void (await give('open follow-up', { followUpId: desk.newId(), dueOn: DAY, what: chance.pick(WORDS) }));
    case 1: if (followUp !== undefined) return void (await give('close follow-up', { followUpId: followUp.id, result: '已办' })); break;
    case 2: return void (await give('promise callback', { promiseId: desk.newId(), from: at('02:00'), to: at('03:00'), secondFrom: null, secondTo: null, note: chance.pick(WORDS), operationId: null }));
    case 3: if (promise !== undefined) return void (await give('keep promise', { promiseId: promise.promiseId, how: 'reached' })); break;
    case 4: return void (await give('open work order', { workOrderId: desk.newId(), kind: 'question', urgency: chance.pick(['urgent', 'important', 'ordinary']), text: chance.pick(WORDS) }));
    case 5: return void (await give('raise risk', { riskId: desk.newId(), what: 'other', text: chance.pick(WORDS) }));
    case 6: return void (await give('record manual stop', {
      stopId: desk.newId(), cardId: null, channel: 'duty-phone', receipt: 'R1', person: '值班', inForceAt: null, reportedAt: new Date(desk.nowMs).toISOString(), toldNotInForce: true,
    }));
    case 7: return void (await give('record view', { viewId: desk.newId() }));
    case 8: {
      const to = chance.pick(place.agents.filter((person) => person !== desk.person.id));
      const handOverId = desk.newId();
      const given = await give('hand over case', { handOverId, to, note: '' });
      if (given.ok) room.handOvers.push({ caseId: state.id, handOverId, to });
      return;
    }
    case 9: {
      const escalationId = desk.newId();
      const given = await give('escalate to lead', { escalationId, kind: 'complaint', goal: '主管回电', deadline: '今天', ruleToldAt: null, rungsUsed: [], branch: '', mood: '急', complaintWords: true });
      if (given.ok) room.escalations.push({ caseId: state.id, escalationId });
      return;
    }
    case 10: if (chance.often(0.3)) return void (await give('close case', { outcome: 'done' })); break;
    case 11: {
      // Two in a row, the second building on the first: the first refused takes the second with it (SY3).
      const followUpId = desk.newId();
      await give('open follow-up', { followUpId, dueOn: DAY, what: chance.pick(WORDS) });
      return void (await give('close follow-up', { followUpId, result: '已办' }));
    }
    default:
  }
  await give('write note', { noteId: desk.newId(), text: `${chance.pick(WORDS)} ${chance.int(1, 999)}` });
}

/** What somebody types blind who looks at the right figures, or one fen beside them. */
export function entryFor(operation: OperationState, wrong: boolean): BlindEntry {
  const { payload } = operation;
  const principals = Object.fromEntries((payload?.lines ?? []).flatMap((line) => (line.type === 'settlement' ? [[line.planId, line.remainingFen]] : [])));
  const reference = payload?.lines.flatMap((line) => (line.type === 'plain' ? [line.reference] : []))[0];
  return {
    totalDueFen: (payload?.totalDueFen ?? 0) + (wrong ? 1 : 0), lines: payload?.lines.length ?? 0, dueDate: payload?.dueDate ?? '2027-12-23', principals, lastFour: payload?.cardLastFour ?? '0000',
    ...(reference === undefined ? {} : { reference }),
  };
}

/** The next honest step of an operation, or now and then another. */
export async function operate(parts: WorkParts, state: CaseState): Promise<void> {
  const { desk, chance, room, place } = parts;
  const give = (kind: string, body: unknown) => desk.command({ kind, case: state.id, body });
  const callId = Object.keys(state.calls).findLast((id) => openCallOf(state, id) !== null) ?? null;
  const operation = state.currentOperation === null ? Object.values(state.operations).at(-1) : state.operations[state.currentOperation];
  if (chance.often(0.06)) {
    return void (await give('stop card', {
      stopId: desk.newId(), key: desk.newId(), cardId: place.cardOf(state), stop: 'lock', reportedAt: new Date(desk.nowMs).toISOString(), lostAt: null, callId, customerWords: '丢了', recordingOffset: 1,
    }));
  }
  const planIds = place.planIds(state);
  if (!place.hasFacts(state, desk.person.id) || chance.often(0.05)) {
    await desk.ask('read facts', { case: state.id, purpose: 'worksheet', planIds });
    return;
  }
  if (operation === undefined || ['done', 'partial', 'refused', 'returned', 'void', 'withdrawn'].includes(operation.status)) {
    if (chance.often(0.5) && planIds.length > 0) {
      const chosen = chance.often(0.5) ? [chance.pick(planIds)] : planIds.slice(0, 2);
      return void (await give('draft worksheet', { operationId: desk.newId(), kind: 'early-settlement', accountId: place.accountOf(state), continues: null, lines: chosen.map((planId) => ({ planId, lineId: desk.newId() })) }));
    }
    return void (await give('draft operation', {
      operationId: desk.newId(), kind: chance.pick(['refund', 'limit-change']), lineId: desk.newId(), accountId: place.accountOf(state), cardId: place.cardOf(state),
      amountFen: chance.pick([90_000, 260_000, 5_000_000]), reference: 'T1', customerWords: '退给我', recordingOffset: 3, continues: null,
    }));
  }
  if (operation.status === 'executing' || operation.status === 'in-doubt') return;
  if (chance.often(0.04)) return void (await give('withdraw operation', { operationId: operation.id, reason: '' }));
  if (operation.payload === null) {
    const missing = place.control.kinds[operation.kind].selfCheck.filter((item) => operation.selfCheck[item.id] === undefined);
    for (const { id } of missing) await give('tick self-check', { operationId: operation.id, item: id, on: true });
    const reviewId = desk.newId();
    const given = await give('submit for review', { operationId: operation.id, reviewId, nonce: desk.newId(), noteToReviewer: '', customerWaits: 'on-line' });
    if (given.ok) room.reviews.push({ caseId: state.id, reviewId });
    return;
  }
  if (operation.ticked === null && operation.digest !== null) return void (await give('sign self-check', { operationId: operation.id, digest: operation.digest }));
  if (operation.status === 'in-review' || callId === null || callOf(state, callId) === null) return;
  if (operation.confirmation?.proofAt == null) {
    for (const key of confirmationItems(operation, place.control.kinds[operation.kind])) {
      const [part, ...item] = key.split(':');
      await give('confirm item', { operationId: operation.id, part, item: item.join(':'), agrees: true, callId, customerWords: '是的', recordingOffset: 10 });
    }
    return void (await give('type in proof', { operationId: operation.id, callId, typedFen: operation.payload.totalDueFen, typedLines: operation.payload.lines.length, typedLastFour: operation.payload.cardLastFour ?? '0000' }));
  }
  await give('order execution', {
    operationId: operation.id, executionId: desk.newId(), digest: operation.digest, callId, keys: operation.payload.lines.map(({ lineId }) => ({ lineId, key: desk.newId() })),
  });
}

/** @returns whether there was anything to do */
async function review({ desk, chance, room, place }: WorkParts): Promise<boolean> {
  for (const waiting of room.escalations.splice(0)) {
    if (desk.person.id !== place.lead) {
      room.escalations.push(waiting);
      break;
    }
    await desk.command({ kind: 'accept escalation', case: waiting.caseId, body: { escalationId: waiting.escalationId } });
    return true;
  }
  const seen = desk.cases() ?? [];
  const taken = seen.find((state) => Object.values(state.reviews).some((one) => one.status === 'taken' && one.takenBy === desk.person.id));
  if (taken === undefined) {
    const waiting = room.reviews.length === 0 ? undefined : chance.pick(room.reviews);
    if (waiting === undefined) return false;
    const given = await desk.command({ kind: 'take review', case: waiting.caseId, body: { reviewId: waiting.reviewId } });
    // Mostly once: who is refused looks for another.
    if (given.ok && chance.often(0.6)) room.reviews = room.reviews.filter((one) => one !== waiting);
    return true;
  }
  const request = Object.values(taken.reviews).find((one) => one.status === 'taken' && one.takenBy === desk.person.id)!;
  const give = (kind: string, body: unknown) => desk.command({ kind, case: taken.id, body });
  if (chance.often(0.08)) {
    await give('return review', { reviewId: request.id, reason: 'other', whatToDo: '再核一次' });
    return true;
  }
  const entry = request.entries.findLast((one) => one.by === desk.person.id);
  if (entry?.matches !== true && request.reconfirms === null) {
    await desk.ask('read facts', { case: taken.id, purpose: 'review', planIds: [] });
    // A reviewer types from facts of their own; here they are looked up where the truth lies.
    const truth = await place.truth(taken.id);
    const operation = truth?.operations[request.operationId];
    if (operation !== undefined) await give('store blind entry', { reviewId: request.id, entry: entryFor(operation, chance.often(0.1)) });
    return true;
  }
  const digest = taken.operations[request.operationId]?.digest ?? null;
  if (digest !== null) await give('approve review', { reviewId: request.id, digest });
  return true;
}

/** Who was handed a case takes it. */
export async function takeOver({ desk, room }: WorkParts): Promise<void> {
  const mine = room.handOvers.find((one) => one.to === desk.person.id);
  if (mine === undefined) return;
  room.handOvers = room.handOvers.filter((one) => one !== mine);
  await desk.command({ kind: 'accept hand-over', case: mine.caseId, body: { handOverId: mine.handOverId, nonce: desk.newId(), reviewId: desk.newId() } });
}

