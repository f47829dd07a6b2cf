import { v7 as uuidv7 } from 'uuid';
import type { CaseState } from '#shared/case/state.ts';
import type { CommandBody } from '#shared/case/commands.ts';
import { openCallOf } from '#shared/operation/call-of.ts';
import { forReturn } from '#shared/operation/on-return-terms.ts';
import { confirmationItems } from '#shared/operation/confirmation.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import { digestOf } from '#shared/operation/payload.ts';
import { payloadOf, validityLimit } from '#shared/operation/submission.ts';
import type { Person } from '#shared/people/person.ts';
import type { BlindEntry } from '#shared/review/review-schema.ts';
import { bookStartedLines, inquireOpenLines } from '../../server/operations/book-lines.ts';
import { readFactsInto } from '../../server/cases/read-facts.ts';
import { CAST, CONTROL, STRANGE_KEY, type Bench } from './bench-centre.ts';
import type { Line } from './memory-bank.ts';
import { attackOffline, goOnOffline, submitForReturn } from './offline-moves.ts';

/** One thing that somebody does, or that happens: numbers that are read as choices, so that every list of them is a story. */
export type Move = { what: number; who: number; a: number; b: number };

type Matter = { caseId: string; customer: string; operationId: string | null };
export type Play = { bench: Bench; matters: Matter[] };

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;
const MAKER = CAST[0]!;
const cast = (account: string): Person => CAST.find((person) => person.account === account)!;
const personOf = (id: string | null): Person => CAST.find((person) => person.id === id) ?? MAKER;

/** A case with its customer on the line, owned by the maker. */
async function begin({ bench, matters }: Play, move: Move): Promise<void> {
  if (matters.length >= 3) return;
  const caseId = bench.newId();
  const customer = pick(['c-1', 'c-1', 'c-2'], move.a);
  await bench.record(caseId, 'phones', [
    { kind: 'case opened', body: { reason: 'call', callId: null, fromCase: null, number: null, queue: 'es' } },
    { kind: 'access granted', body: { person: MAKER.id, as: 'owner' } },
    { kind: 'customer identified', body: { customerId: customer, how: 'search' } },
  ]);
  matters.push({ caseId, customer, operationId: null });
}

/** The customer is put through to whoever has the case, and verified. */
async function ring({ bench }: Play, state: CaseState): Promise<void> {
  if (state.owner === null || Object.keys(state.calls).some((id) => openCallOf(state, id) !== null)) return;
  const callId = `call-${bench.newId()}`;
  const at = bench.now();
  const call = (event: object): { kind: 'call recorded'; body: never } => ({ kind: 'call recorded', body: { event: { callId, at, ...event } } as never });
  await bench.record(state.id, 'phones', [
    call({ kind: 'queued', eventId: `${callId}-q`, queue: 'es', number: '19900000001' }),
    call({ kind: 'offered', eventId: `${callId}-o`, offerId: `${callId}-f`, personId: state.owner, desktopId: 'd', expiresAt: new Date(bench.nowMs + 20_000).toISOString() }),
    call({ kind: 'accepted', eventId: `${callId}-a`, offerId: `${callId}-f`, personId: state.owner, desktopId: 'd' }),
    call({ kind: 'answered', eventId: `${callId}-t`, personId: state.owner, recordingId: `rec-${callId}` }),
    { kind: 'verification checked', body: { callId, factor: 'servicePassword', ok: true, level: 3, failuresToday: 0 } },
  ]);
}

async function hangUp({ bench }: Play, state: CaseState): Promise<void> {
  const callId = Object.keys(state.calls).findLast((id) => openCallOf(state, id) !== null);
  if (callId === undefined) return;
  await bench.record(state.id, 'phones', [{ kind: 'call recorded', body: { event: { callId, at: bench.now(), kind: 'ended', eventId: `${callId}-e`, reason: 'customer-hung-up' } as never } }]);
}

const openCall = (state: CaseState): string => Object.keys(state.calls).findLast((id) => openCallOf(state, id) !== null) ?? Object.keys(state.calls).at(-1) ?? 'none';

function entryFor(operation: OperationState, wrong: boolean): BlindEntry {
  const { payload } = operation;
  const principals = Object.fromEntries((payload?.lines ?? []).flatMap((line) => (line.type === 'settlement' ? [[line.planId, line.remainingFen]] : [])));
  const reference = payload?.lines.flatMap((line) => (line.type === 'plain' ? [line.reference] : []))[0];
  return {
    totalDueFen: (payload?.totalDueFen ?? 0) + (wrong ? 1 : 0), lines: payload?.lines.length ?? 0, dueDate: payload?.dueDate ?? '2027-12-23', principals, lastFour: payload?.cardLastFour ?? '0000',
    ...(reference === undefined ? {} : { reference }),
  };
}

async function draft({ bench }: Play, matter: Matter, state: CaseState, by: Person, move: Move): Promise<void> {
  const operationId = matter.operationId !== null && state.operations[matter.operationId]?.execution === null ? matter.operationId : bench.newId();
  if (move.a % 3 === 2) {
    matter.operationId = operationId;
    const amountFen = pick([90_000, 150_000, 260_000, 5_000_000], move.b);
    await bench.send(by, 'draft operation', matter.caseId, {
      operationId, kind: pick(['refund', 'refund', 'limit-change'], move.b), lineId: bench.newId(), accountId: `${matter.customer}-account`, cardId: `${matter.customer}-card`, amountFen, reference: 'T1',
      customerWords: '退给我', recordingOffset: 3, continues: null,
    });
    return;
  }
  const all = bench.bank.planIds(matter.customer);
  const planIds = pick([[all[0]!], [all[1]!, all[2]!], [all[3]!], [all[0]!, all[1]!, all[2]!], [all[2]!]], move.b);
  await readFactsInto(bench.centre, matter.caseId, by.id, 'worksheet', planIds);
  matter.operationId = operationId;
  await bench.send(by, 'draft worksheet', matter.caseId, { operationId, kind: 'early-settlement', accountId: `${matter.customer}-account`, continues: null, lines: planIds.map((planId) => ({ planId, lineId: bench.newId() })) });
}

async function tick({ bench }: Play, matter: Matter, operation: OperationState, by: Person, leaveOne: boolean): Promise<void> {
  const items = CONTROL.kinds[operation.kind].selfCheck.filter((item) => operation.selfCheck[item.id] === undefined);
  for (const { id } of leaveOne ? items.slice(1) : items) await bench.send(by, 'tick self-check', matter.caseId, { operationId: operation.id, item: id, on: true });
}

function submission(bench: Bench, state: CaseState, operation: OperationState, by: Person): CommandBody<'submit for review'> {
  const context = { now: bench.now(), control: bench.centre.rules.control, by: { person: by.id } as never };
  const limit = validityLimit(state, operation, 'on-line', context);
  const validUntil = typeof limit === 'string' ? limit : bench.now();
  const nonce = bench.newId();
  const digest = digestOf(payloadOf(state, operation, { validUntil, nonce }, context));
  return { operationId: operation.id, reviewId: bench.newId(), nonce, noteToReviewer: '', customerWaits: 'on-line', validUntil, signed: bench.signed(by, 'tick', digest) };
}

async function confirm({ bench }: Play, matter: Matter, state: CaseState, operation: OperationState, by: Person, agrees: boolean): Promise<void> {
  const callId = openCall(state);
  for (const key of confirmationItems(operation, CONTROL.kinds[operation.kind])) {
    const [part, ...item] = key.split(':');
    await bench.send(by, 'confirm item', matter.caseId, { operationId: operation.id, part: part as 'eye', item: item.join(':'), agrees: agrees || item[0] !== 'total', callId, customerWords: '是的', recordingOffset: 10 });
  }
  if (operation.payload === null) return;
  await bench.send(by, 'type in proof', matter.caseId, { operationId: operation.id, callId, typedFen: operation.payload.totalDueFen, typedLines: operation.payload.lines.length, typedLastFour: operation.payload.cardLastFour });
}

export function orderBody(bench: Bench, state: CaseState, operation: OperationState, by: Person): CommandBody<'order execution'> {
  const digest = operation.digest ?? '0'.repeat(64);
  const lines = operation.payload?.lines ?? operation.worksheet.lines;
  return { operationId: operation.id, executionId: bench.newId(), digest, callId: openCall(state), keys: lines.map(({ lineId }) => ({ lineId, key: bench.newId() })), signed: bench.signed(by, 'order', digest) };
}

/** The next honest step of a matter, by whoever's it is. */
async function goOn(play: Play, matter: Matter, move: Move): Promise<void> {
  const { bench } = play;
  const state = await bench.state(matter.caseId);
  if (state === null) return;
  const owner = personOf(state.owner);
  const operation = matter.operationId === null ? undefined : state.operations[matter.operationId];
  if (Object.keys(state.calls).every((id) => openCallOf(state, id) === null)) return ring(play, state);
  if (state.facts[owner.id] === undefined) return void (await readFactsInto(bench.centre, matter.caseId, owner.id, 'worksheet', []));
  if (operation === undefined || operation.status === 'done' || operation.status === 'partial' || operation.status === 'refused') return draft(play, matter, state, owner, move);
  if (operation.status === 'returned' || operation.status === 'void' || operation.status === 'withdrawn') return draft(play, matter, state, owner, move);
  if (operation.status === 'executing') return bookStartedLines(bench.centre, matter.caseId);
  if (operation.status === 'in-doubt') return inquireOpenLines(bench.centre, matter.caseId);
  const offline = forReturn(state, operation);
  if (offline !== null) {
    return goOnOffline(bench, matter.caseId, operation, offline, owner, move.who, {
      entry: (wrong) => entryFor(operation, wrong), confirm: () => confirm(play, matter, state, operation, owner, true), callId: openCall(state), again: () => draft(play, matter, state, owner, move),
    });
  }
  if (operation.payload === null) {
    const missing = CONTROL.kinds[operation.kind].selfCheck.some((item) => operation.selfCheck[item.id] === undefined);
    if (missing) return tick(play, matter, operation, owner, false);
    // OF2: now and then the line is down just then.
    if (move.a % 5 === 4) return submitForReturn(bench, matter.caseId, state, operation, owner);
    return void (await bench.send(owner, 'submit for review', matter.caseId, submission(bench, state, operation, owner)));
  }
  if (operation.ticked === null && operation.digest !== null) {
    await bench.send(owner, 'sign self-check', matter.caseId, { operationId: operation.id, digest: operation.digest, signed: bench.signed(owner, 'tick', operation.digest) });
  }
  if (operation.status === 'in-review') return review(play, matter, state, operation, pick([cast('mentor'), cast('lead')], state.reviews[operation.reviewId ?? '']?.forLead ? 1 : 0));
  const gap = operation.confirmation?.proofAt == null;
  if (gap) return confirm(play, matter, state, operation, owner, true);
  // What one node has not heard of the other matters most at the gate: a third of all orders meets something else there.
  if (bench.nodes > 1 && move.who % 3 === 0) return race(play, matter, move);
  await bench.send(owner, 'order execution', matter.caseId, orderBody(bench, state, operation, owner));
}

/** The next step of whoever reviews, entitled or not. */
async function review({ bench }: Play, matter: Matter, state: CaseState, operation: OperationState, by: Person, wrong = false): Promise<void> {
  const request = operation.reviewId === null ? undefined : state.reviews[operation.reviewId];
  if (request === undefined || operation.digest === null) return;
  const reviewId = request.id;
  const reconfirms = request.reconfirms === null ? null : personOf(state.reviews[request.reconfirms]?.decidedBy ?? null);
  const who = reconfirms ?? by;
  if (request.takenBy !== who.id) return void (await bench.send(who, 'take review', matter.caseId, { reviewId }));
  if (reconfirms === null && request.entries.findLast((entry) => entry.by === who.id)?.matches !== true) {
    await readFactsInto(bench.centre, matter.caseId, who.id, 'review', []);
    return void (await bench.send(who, 'store blind entry', matter.caseId, { reviewId, entry: entryFor(operation, wrong) }));
  }
  await bench.send(who, 'approve review', matter.caseId, { reviewId, digest: operation.digest, signed: bench.signed(who, 'approval', operation.digest) });
}

async function breakGlass({ bench }: Play, matter: Matter, state: CaseState, operation: OperationState, by: Person): Promise<void> {
  const request = operation.reviewId === null ? undefined : state.reviews[operation.reviewId];
  if (request === undefined || operation.digest === null) return;
  const reviewId = request.id;
  if (!request.seats.some((seat) => seat.by === by.id)) {
    const joined = await bench.send(by, 'join break-glass', matter.caseId, { reviewId, reason: '夜里没有复核人' });
    if (joined.status !== 'accepted') return;
    await readFactsInto(bench.centre, matter.caseId, by.id, 'review', []);
    return void (await bench.send(by, 'store blind entry', matter.caseId, { reviewId, entry: entryFor(operation, false) }));
  }
  await bench.send(by, 'sign break-glass', matter.caseId, { reviewId, digest: operation.digest, qualityCaseId: uuidv7(), signed: bench.signed(by, 'approval', operation.digest) });
}

/** Whatever anybody might try: the right thing by the wrong person, or the wrong thing by the right one. */
async function attack(play: Play, matter: Matter, move: Move): Promise<void> {
  const { bench } = play;
  const state = await bench.state(matter.caseId);
  const operation = matter.operationId === null ? undefined : state?.operations[matter.operationId];
  if (state === null || operation === undefined) return;
  const by = pick(CAST, move.who);
  const { caseId } = matter;
  const digest = operation.digest ?? '0'.repeat(64);
  const reviewId = operation.reviewId ?? bench.newId();
  const order = orderBody(bench, state, operation, by);
  const offline = forReturn(state, operation);
  if (offline !== null && move.b % 2 === 0) return attackOffline(bench, caseId, operation, offline, by, move.a, openCall(state));
  switch (move.a % 17) {
    case 16: return submitForReturn(bench, caseId, state, operation, by);
    case 0: return void (await bench.send(by, 'order execution', caseId, order));
    case 1: return void (await bench.send(by, 'order execution', caseId, { ...order, signed: bench.signed(by, 'order', digest, STRANGE_KEY) }));
    case 2: return void (await bench.send(by, 'order execution', caseId, { ...order, signed: bench.signed(by, 'approval', digest) }));
    case 3: return void (await bench.send(by, 'approve review', caseId, { reviewId, digest, signed: bench.signed(by, 'approval', digest) }));
    case 4: return void (await bench.send(by, 'approve review', caseId, { reviewId, digest, signed: bench.signed(cast('mentor'), 'approval', digest) }));
    case 5: return review(play, matter, state, operation, by, move.b % 3 === 0);
    case 6: return breakGlass(play, matter, state, operation, by);
    case 7: return void (await bench.send(by, 'submit for review', caseId, submission(bench, state, operation, by)));
    case 8: return void (await bench.send(by, 'submit for review', caseId, { ...submission(bench, state, operation, by), validUntil: new Date(bench.nowMs + 9_000_000).toISOString() }));
    case 9: return void (await bench.send(by, 'sign self-check', caseId, { operationId: operation.id, digest, signed: bench.signed(by, 'tick', digest) }));
    case 10: return confirm(play, matter, state, operation, by, move.b % 2 === 0);
    case 11: return void (await bench.send(by, 'withdraw operation', caseId, { operationId: operation.id, reason: '' }));
    case 12: return void (await bench.send(by, 'withdraw review', caseId, { reviewId }));
    case 13: return void (await bench.send(by, 'return review', caseId, { reviewId, reason: 'other', whatToDo: 'x' }));
    case 14: return draft(play, matter, state, by, { ...move, a: move.b });
    default: return tick(play, matter, operation, by, true);
  }
}

/** Two things at the same moment, from two desktops. */
async function race(play: Play, matter: Matter, move: Move): Promise<void> {
  const { bench } = play;
  const state = await bench.state(matter.caseId);
  const operation = matter.operationId === null ? undefined : state?.operations[matter.operationId];
  if (state === null || operation === undefined) return;
  const owner = personOf(state.owner);
  const order = (desktop: number) => bench.send(owner, 'order execution', matter.caseId, orderBody(bench, state, operation, owner), desktop);
  const others = [
    () => order(2),
    () => bench.administer(cast('risk'), 'stop kind', { operationKind: operation.kind, reason: 'x' }),
    () => bench.administer(cast('admin'), 'disable person', { personId: operation.approval?.by[0] ?? cast('mentor').id, reason: 'x' }),
    () => bench.send(owner, 'withdraw operation', matter.caseId, { operationId: operation.id, reason: '' }, 2),
    () => readFactsInto(bench.centre, matter.caseId, owner.id, 'worksheet', []),
  ];
  await Promise.all([order(1), pick(others, move.b)()]);
}

/** The centre itself changes: by two, or by those who may not. */
async function govern({ bench }: Play, move: Move): Promise<void> {
  const [admin, other, mentor, lead] = [cast('admin'), cast('other-admin'), cast('mentor'), cast('lead')];
  const now = (person: Person): Person => bench.centre.people.byId(person.id) ?? person;
  const version = `v-${bench.newId()}`;
  const next = { ...bench.centre.rules.control, version };
  switch (move.a % 10) {
    case 0: return void (await bench.change(admin, other, { kind: 'publish policy', policy: { ...next, equivalentTo: [bench.centre.rules.control.version] } }));
    case 1: return void (await bench.change(admin, other, { kind: 'publish policy', policy: { ...next, equivalentTo: [] } }));
    case 2: return void (await bench.change(admin, admin, { kind: 'publish policy', policy: { ...next, equivalentTo: [bench.centre.rules.control.version] } }));
    case 3: return void (await bench.change(pick(CAST, move.who), pick(CAST, move.b), { kind: 'change person', person: { ...now(mentor), active: true, entitlements: now(mentor).entitlements } }));
    case 4: return void (await bench.change(admin, other, { kind: 'change person', person: { ...now(lead), active: true, relatedCustomers: move.b % 2 === 0 ? ['c-2'] : [] } }));
    case 5: return void (await bench.administer(cast('risk'), 'stop kind', { operationKind: pick(['early-settlement', 'refund'], move.b), reason: 'x' }));
    case 6: return void (await bench.change(cast('risk'), admin, { kind: 'release kind', operationKind: pick(['early-settlement', 'refund'], move.b) }));
    case 7: return void (await bench.administer(pick(CAST, move.who), 'disable person', { personId: pick([mentor, lead], move.b).id, reason: 'x' }));
    case 8: return void (await bench.change(admin, other, { kind: 'change person', person: { ...now(mentor), active: true } }));
    default: {
      const key = bench.centre.administration.state.people[pick([mentor, lead], move.b).id]?.keys.at(-1);
      if (move.who % 7 === 0 && key !== undefined) await bench.administer(cast('admin'), 'revoke key', { personId: pick([mentor, lead], move.b).id, keyId: key.keyId, reason: 'x' });
    }
  }
}

async function handOver({ bench }: Play, matter: Matter): Promise<void> {
  const state = await bench.state(matter.caseId);
  if (state === null || state.owner === null) return;
  const from = personOf(state.owner);
  const to = from.id === MAKER.id ? cast('successor') : MAKER;
  const handOverId = bench.newId();
  await bench.send(from, 'hand over case', matter.caseId, { handOverId, to: to.id, note: '' });
  await bench.send(to, 'accept hand-over', matter.caseId, { handOverId, nonce: bench.newId(), reviewId: bench.newId() });
}

const LINES: readonly Line[] = ['answer-lost', 'order-lost', 'order-late', 'fine'];

/** Plays one move. More than half of all go on honestly, or nothing would ever be executed. */
export async function playMove(play: Play, move: Move): Promise<void> {
  const { bench, matters } = play;
  bench.at = (move.who + move.a) % bench.nodes;
  if (matters.length === 0) await begin(play, move);
  const matter = pick(matters, move.b);
  const what = move.what % 40;
  if (what < 22) return goOn(play, matter, move);
  if (what < 27) return attack(play, matter, move);
  switch (what) {
    case 27: return begin(play, move);
    case 28: return void (bench.nowMs += pick([30_000, 240_000, 1_000_000, 1_700_000, 90_000_000], move.a));
    case 29: return bench.bank.move(matter.customer, move.a);
    case 30: bench.bank.balanceFen += 1; bench.bank.line = pick(LINES, move.a); return;
    case 31: bench.bank.refuseNext = true; return;
    case 32: return bench.bank.arrive();
    case 33: await bench.restart(); return inquireOpenLines(bench.centre, matter.caseId);
    case 34: {
      const again = bench.sent.length === 0 ? undefined : pick(bench.sent, move.a);
      return again === undefined ? undefined : void (await bench.deliver(again.by, again.outer));
    }
    case 35: return race(play, matter, move);
    case 36: return govern(play, move);
    case 37: {
      const state = await bench.state(matter.caseId);
      return state === null ? undefined : hangUp(play, state);
    }
    case 38: return handOver(play, matter);
    default: {
      bench.nowMs += 16 * 60_000;
      const state = await bench.state(matter.caseId);
      const operation = matter.operationId === null ? undefined : state?.operations[matter.operationId];
      if (state === null || operation === undefined) return;
      for (const lead of ['lead', 'other-lead', 'lead', 'other-lead']) {
        const now = await bench.state(matter.caseId);
        const current = matter.operationId === null ? undefined : now?.operations[matter.operationId];
        if (now !== null && current !== undefined) await breakGlass(play, matter, now, current, cast(lead));
      }
    }
  }
}
