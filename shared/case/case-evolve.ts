import type { Evolvers } from './evolver.ts';
import type { caseEventSchemas, FollowUpState, PromiseState, StopState } from './case-schema.ts';
import type { CaseState } from './state.ts';

const at = (event: { times: { recorded: string } }): string => event.times.recorded;

/** What a record holds under a name, and never what every object has under it (RB1). */
const own = <T>(record: Record<string, T>, key: string): T | undefined => (Object.hasOwn(record, key) ? record[key] : undefined);

function mapById<T extends Record<NoInfer<K>, string>, K extends string>(list: readonly T[], key: K, id: string, change: (item: T) => NoInfer<T>): T[] {
  return list.map((item) => (item[key] === id ? change(item) : item));
}

const changeStop = (state: CaseState, id: string, change: (stop: StopState) => StopState): CaseState => ({
  ...state,
  stops: mapById(state.stops, 'id', id, change),
});

/** The events of the case itself: calls, access, facts, verification, promises, follow-ups, work orders, stops, hand-overs. */
export const caseEvolvers: Evolvers<keyof typeof caseEventSchemas> = {
  'case opened': (state, body, event) => ({ ...state, opened: { ...body, at: at(event) }, owner: event.actor.person }),
  'call recorded': (state, body) => {
    const known = own(state.calls, body.event.callId) ?? [];
    if (known.some((event) => event.eventId === body.event.eventId)) return state;
    return { ...state, calls: { ...state.calls, [body.event.callId]: [...known, body.event] } };
  },
  'access granted': (state, body) => ({
    ...state,
    // Who had the whole case and now has a reviewer's share of it has had it all the same (TP6).
    sighted: body.as === 'reviewer' && (state.access[body.person] ?? 'reviewer') !== 'reviewer' && !state.sighted.includes(body.person) ? [...state.sighted, body.person] : state.sighted,
    access: { ...state.access, [body.person]: body.as },
    owner: body.as === 'owner' ? body.person : state.owner,
  }),
  'access revoked': (state, body) => {
    const { [body.person]: was, ...access } = state.access;
    const saw = was !== undefined && was !== 'reviewer' && (Object.keys(state.operations).length > 0 || state.notes.length > 0) && !state.sighted.includes(body.person);
    return { ...state, access, sighted: saw ? [...state.sighted, body.person] : state.sighted, owner: state.owner === body.person ? null : state.owner };
  },
  'customer identified': (state, body) => ({
    ...state, customerId: body.customerId, identifiedHow: body.how,
    // Another customer: what was read of the first one is not theirs, and what the first one proved proves nothing.
    ...(state.customerId === null || state.customerId === body.customerId ? {} : { facts: {}, factsTrouble: null, verification: {} }),
  }),
  'facts read': (state, body, event) => ({ ...state, facts: { ...state.facts, [body.for]: { ...body, at: at(event) } }, factsTrouble: null }),
  'facts unavailable': (state, body, event) => ({ ...state, factsTrouble: { ...body, at: at(event) } }),
  'verification checked': (state, body, event) => {
    const call = body.callId ?? 'none';
    const before = own(state.verification, call) ?? { level: 0, factors: [], failuresToday: 0 };
    const factors = [...before.factors, { factor: body.factor, ok: body.ok, at: at(event) }];
    return { ...state, verification: { ...state.verification, [call]: { level: body.level, factors, failuresToday: body.failuresToday } } };
  },
  'note written': (state, body, event) => ({
    ...state,
    notes: [...state.notes.filter((note) => note.noteId !== body.noteId), { ...body, at: at(event), by: event.actor.person }],
  }),
  'case closed': (state, body, event) => ({ ...state, closed: { at: at(event), outcome: body.outcome } }),
  'quality matter noted': (state, body, event) => ({ ...state, quality: { ...body, at: at(event) } }),
  'callback promised': (state, body, event) => ({
    ...state,
    promises: [...state.promises, { ...body, madeAt: at(event), status: 'open', tries: [] }],
  }),
  'callback tried': (state, body, event) => ({
    ...state,
    promises: mapById(state.promises, 'promiseId', body.promiseId, (p) => ({ ...p, tries: [...p.tries, { callId: body.callId, at: at(event) }] })),
  }),
  'promise kept': (state, body) => ({
    ...state,
    promises: mapById(state.promises, 'promiseId', body.promiseId, (p): PromiseState => ({ ...p, status: body.how === 'not-reached' ? 'not-reached' : 'kept' })),
  }),
  'follow-up opened': (state, body, event) => ({
    ...state,
    followUps: [...state.followUps, { id: body.followUpId, operationId: body.operationId, dueOn: body.dueOn, what: body.what, status: 'open', openedAt: at(event), checks: [], result: null, closedAt: null }],
  }),
  'posting checked': (state, body, event) => ({
    ...state,
    followUps: mapById(state.followUps, 'id', body.followUpId, (f) => ({ ...f, checks: [...f.checks, { ...body, at: at(event) }] })),
  }),
  'follow-up closed': (state, body, event) => ({
    ...state,
    followUps: mapById(state.followUps, 'id', body.followUpId, (f): FollowUpState => ({ ...f, status: 'closed', result: body.result, closedAt: at(event) })),
  }),
  'work order opened': (state, body, event) => ({ ...state, workOrders: [...state.workOrders, { ...body, at: at(event), by: event.actor.person }] }),
  'risk raised': (state, body, event) => ({ ...state, risks: [...state.risks, { ...body, at: at(event) }] }),
  'stop ordered': (state, body) => ({
    ...state,
    stops: [
      ...state.stops.filter((stop) => stop.id !== body.stopId),
      {
        id: body.stopId, cardId: body.cardId, lastFour: body.lastFour, stop: body.stop, status: 'ordered', reportedAt: body.reportedAt, lostAt: body.lostAt,
        effectiveAt: null, lapseAt: null, receipt: null, chargeFen: 0, newCardLastFour: null, reason: null, key: body.key, channel: null, toldNotInForce: false,
      },
    ],
  }),
  'card stopped': (state, body) => changeStop(state, body.stopId, (stop) => ({
    ...stop, status: 'in-force', receipt: body.receipt, effectiveAt: body.effectiveAt, lapseAt: body.lapseAt, chargeFen: body.chargeFen, newCardLastFour: body.newCardLastFour,
  })),
  'stop refused': (state, body) => changeStop(state, body.stopId, (stop) => ({ ...stop, status: 'refused', reason: body.reason })),
  'stop in doubt': (state, body) => changeStop(state, body.stopId, (stop) => ({ ...stop, status: 'in-doubt' })),
  'manual stop recorded': (state, body) => ({
    ...state,
    stops: [
      ...state.stops.filter((stop) => stop.id !== body.stopId),
      {
        id: body.stopId, cardId: body.cardId, lastFour: '', stop: 'lock', status: 'manual', reportedAt: body.reportedAt, lostAt: null, effectiveAt: body.inForceAt, lapseAt: null,
        receipt: body.receipt, chargeFen: 0, newCardLastFour: null, reason: null, key: null, channel: body.channel, toldNotInForce: body.toldNotInForce,
      },
    ],
  }),
  'escalated to lead': (state, body, event) => ({ ...state, escalations: [...state.escalations, { ...body, at: at(event), acceptedBy: null, outcome: null }] }),
  'escalation accepted': (state, body) => ({
    ...state,
    escalations: mapById(state.escalations, 'escalationId', body.escalationId, (e) => ({ ...e, acceptedBy: body.by })),
  }),
  'escalation finished': (state, body) => ({
    ...state,
    escalations: mapById(state.escalations, 'escalationId', body.escalationId, (e) => ({ ...e, outcome: body.outcome })),
  }),
  'hand-over offered': (state, body, event) => ({ ...state, handOver: { ...body, at: at(event) } }),
  // The successor becomes the maker of what is still open (TP17).
  'hand-over accepted': (state, body) => ({
    ...state,
    handOver: null,
    owner: body.by,
    operations: Object.fromEntries(
      Object.entries(state.operations).map(([id, operation]) => [id, operation.execution === null ? { ...operation, maker: body.by } : operation]),
    ),
  }),
  'message sent': (state, body, event) => ({ ...state, messages: [...state.messages, { ...body, at: at(event) }] }),
};
