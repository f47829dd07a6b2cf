import { civilDateOf } from '../calendar/civil.ts';
import { within } from '../calendar/workdays.ts';
import { policyFacts } from '../flow/policy.ts';
import { maskNumbers } from '../privacy/mask.ts';
import { refuse } from '../protocol/refusal.ts';
import { workOrderDeadlines } from '../work-order/deadlines.ts';
import type { caseCommandSchemas } from './case-schema.ts';
import type { DecideContext } from './context.ts';
import { happened, ms, ownerOnly, type Deciders } from './decider.ts';
import { handOverDeciders } from './hand-over-decide.ts';
import { stopDeciders } from './stop-decide.ts';
import { isUnverified } from './stop-verify.ts';

/** Policy `es.minPrep`: whole seconds between now and the earliest promise; 0 where policy has none in effect. */
function minPrepSeconds(context: DecideContext): number {
  const es = policyFacts(context.flowPolicy, civilDateOf(context.calendar, context.now))['es'];
  const value = typeof es === 'object' && !Array.isArray(es) ? (es as Record<string, unknown>)['minPrep'] : undefined;
  return typeof value === 'number' ? value : 0;
}

export const caseDeciders: Deciders<keyof typeof caseCommandSchemas> = {
  'open case': (state, body, context) => {
    if (state.version > 0) return refuse('case-exists');
    return happened(
      { kind: 'case opened', body: { reason: body.reason, callId: body.callId, fromCase: body.fromCase, number: body.number, queue: null } },
      { kind: 'access granted', body: { person: context.by.person, as: 'owner' } },
    );
  },
  'write note': (state, body, context) => ownerOnly(state, context) ?? happened({ kind: 'note written', body: { noteId: body.noteId, text: maskNumbers(body.text) } }),
  'close case': (state, body, context) => {
    const mine = ownerOnly(state, context);
    if (mine) return mine;
    if (state.closed) return refuse('case-closed');
    const open = Object.values(state.operations).find((op) => ['in-review', 'approved', 'executing', 'in-doubt'].includes(op.status) || state.onReturn[op.id]?.status === 'ordered');
    if (open) return refuse('operation-open', { status: open.status });
    // TP10, FL6: what the bank has not answered is asked about for as long as the case is open.
    if (state.stops.some((stop) => stop.status === 'ordered' || stop.status === 'in-doubt')) return refuse('stop-open');
    // OF4: what was reported offline is looked up at the bank first, and the customer told.
    if (state.stops.some((stop) => isUnverified(state, stop))) return refuse('stop-open');
    if (state.promises.some((promise) => promise.status === 'open')) return refuse('promise-open');
    if (state.followUps.some((followUp) => followUp.status === 'open')) return refuse('follow-up-open');
    return happened({ kind: 'case closed', body: { outcome: maskNumbers(body.outcome) } });
  },
  // Changes nothing of the case: that it was taken is the entry in the audit log.
  'record view': () => happened(),
  'close quality case': (state, body, context) => {
    if (state.quality === null || context.by.role !== 'quality') return refuse('not-your-case');
    return happened({ kind: 'case closed', body: { outcome: maskNumbers(body.finding) } });
  },
  'promise callback': (state, body, context) => {
    const mine = ownerOnly(state, context);
    if (mine) return mine;
    if (state.promises.some((promise) => promise.promiseId === body.promiseId)) return refuse('promise-exists');
    const { secondFrom, secondTo } = body;
    const second = secondFrom !== null && secondTo !== null ? { from: secondFrom, to: secondTo } : null;
    const windows = [body, ...(second === null ? [] : [second])];
    // Half a window is none; the end of either decides how long figures stay valid (TP9).
    if ((second === null && secondFrom !== secondTo) || !windows.every(({ from, to }) => ms(from) < ms(to))) return refuse('promise-window');
    if (ms(body.to) <= ms(context.now)) return refuse('promise-past');
    // Time to check every line first; judged where the promise is made, since after an outage it has been given (ES-8).
    if (context.at === 'desktop' && body.operationId !== null && ms(body.from) < ms(context.now) + minPrepSeconds(context) * 1000) return refuse('promise-too-soon');
    // DOMAIN §8: callbacks 8–21 h, by the centre's clock.
    if (!windows.every(({ from, to }) => within(context.calendar, from, 8, 21) && within(context.calendar, new Date(ms(to) - 1).toISOString(), 8, 21))) return refuse('promise-hours');
    return happened({ kind: 'callback promised', body: { ...body, note: maskNumbers(body.note) } });
  },
  'keep promise': (state, body, context) => {
    const promise = state.promises.find((one) => one.promiseId === body.promiseId);
    if (!promise) return refuse('promise-unknown');
    return ownerOnly(state, context) ?? happened({ kind: 'promise kept', body });
  },
  'open follow-up': (state, body, context) => {
    const text = maskNumbers(body.what);
    return ownerOnly(state, context) ?? happened({ kind: 'follow-up opened', body: { followUpId: body.followUpId, operationId: null, dueOn: body.dueOn, what: { zh: text, en: text } } });
  },
  'close follow-up': (state, body, context) => {
    const followUp = state.followUps.find((one) => one.id === body.followUpId && one.status === 'open');
    if (!followUp) return refuse('follow-up-unknown');
    // ES-19: it closes only when the settled amount is paid and nothing unexpected was posted.
    if (followUp.operationId !== null && followUp.checks.at(-1)?.settled !== true) return refuse('follow-up-not-settled');
    const text = maskNumbers(body.result);
    return ownerOnly(state, context) ?? happened({ kind: 'follow-up closed', body: { followUpId: body.followUpId, result: { zh: text, en: text } } });
  },
  'open work order': (state, body, context) => {
    if (state.workOrders.some((one) => one.workOrderId === body.workOrderId)) return refuse('work-order-exists');
    const clock = workOrderDeadlines(context.now, body.urgency, context.calendar);
    return happened({ kind: 'work order opened', body: { ...body, text: maskNumbers(body.text), ...clock } });
  },
  'raise risk': (_state, body) => happened({ kind: 'risk raised', body: { ...body, text: maskNumbers(body.text) } }),
  ...stopDeciders,
  ...handOverDeciders,
};
