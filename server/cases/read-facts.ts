import type { FactsPurpose } from '#shared/case/case-schema.ts';
import type { Happened } from '#shared/case/decider.ts';
import type { CaseState } from '#shared/case/state.ts';
import { callOf } from '#shared/operation/call-of.ts';
import type { Quote } from '#shared/protocol/bank.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { Centre } from '../centre.ts';
import type { AuditEntry } from '../log/log.ts';
import { appendToCase } from './append-case.ts';

const words = { none: { zh: '在办', en: 'under way' }, review: { zh: '提前结清·待复核', en: 'Early settlement · in review' }, promise: { zh: '已约回电', en: 'Callback promised' }, followUp: { zh: '跟进中', en: 'Followed up' } };

/** What is already under way for a customer and with whom, so that nobody starts it twice (FLOWS X2). */
function underWay(centre: Centre, customerId: string, except: string): { caseId: string; what: { zh: string; en: string }; owner: string; ownerName: string }[] {
  return centre.open.all().flatMap((state) => {
    if (state.customerId !== customerId || state.id === except || state.owner === null) return [];
    const inReview = Object.values(state.operations).some((operation) => operation.status === 'in-review' || operation.status === 'approved');
    const busy = inReview || state.promises.some((one) => one.status === 'open') || state.followUps.some((one) => one.status === 'open');
    if (!busy) return [];
    const what = inReview ? words.review : state.promises.some((one) => one.status === 'open') ? words.promise : state.followUps.length > 0 ? words.followUp : words.none;
    return [{ caseId: state.id, what, owner: state.owner, ownerName: centre.people.byId(state.owner)?.name ?? '' }];
  });
}

function recentCalls(centre: Centre, customerId: string, except: string): { at: string; agentName: string; what: { zh: string; en: string }; promised: string }[] {
  return centre.open.all()
    .filter((state) => state.customerId === customerId && state.id !== except && state.opened !== null)
    .map((state) => {
      const flow = Object.values(state.runs).at(-1);
      const title = centre.rules.flows.find((one) => one.definition.id === flow?.flowId)?.definition.title ?? { zh: '来电', en: 'Call' };
      const promise = state.promises.at(-1);
      return { at: state.opened!.at, agentName: state.owner === null ? '' : (centre.people.byId(state.owner)?.name ?? ''), what: title, promised: promise === undefined ? '' : promise.from };
    })
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, 3);
}

/** Figures and stopped cards are of one customer: a case that has any stays with that one (FL6: a stop is sent in the case's customer's name). */
export const isFixedTo = (state: CaseState, other: string): boolean =>
  state.customerId !== null && state.customerId !== other && (Object.keys(state.operations).length > 0 || state.stops.length > 0);

const callerNumber = (state: CaseState): string | undefined =>
  Object.keys(state.calls).map((id) => callOf(state, id)).findLast((call) => call?.direction === 'in' && call.number !== null)?.number ?? undefined;

/**
 * Has the bank read for one person and puts the reading into the case as an event: the only way facts enter (DESIGN).
 * A bank that does not answer is an event too, so that the screen can say so.
 *
 * PR8: the view is in the log before anything of it is sent, also where the bank then does not answer.
 *
 * @param planIds plans to be quoted as well; the selected ones
 * @param workstation where the person asked; null where the server reads of itself
 */
export async function readFactsInto(
  centre: Centre, caseId: string, person: string, purpose: FactsPurpose, planIds: readonly string[], identify: { customerId: string; how: 'number' | 'search' } | null = null,
  workstation: string | null = null,
): Promise<{ ok: true } | { ok: false; refusal: Refusal }> {
  const before = await centre.cases.load(caseId);
  const customerId = identify?.customerId ?? before?.customerId ?? null;
  if (before === null || customerId === null) return { ok: false, refusal: { code: 'customer-not-identified' } };
  const number = callerNumber(before);
  const [facts, quotes] = await Promise.all([
    centre.bank.read(number === undefined ? { customerId } : { customerId, callerNumber: number }),
    planIds.length === 0 ? null : centre.bank.quote({ customerId, planIds: [...planIds] }),
    viewed(centre, { kind: 'customer viewed', person, workstation, about: customerId, detail: { case: caseId, purpose } }),
  ]);
  const quoted: Quote[] = quotes?.kind === 'answer' ? quotes.value.quotes : [];
  const trouble = facts.kind !== 'answer' ? facts : quotes?.kind === 'no-answer' ? quotes : null;
  const event: Happened = facts.kind === 'answer' && trouble === null
    ? { kind: 'facts read', body: { purpose, for: person, facts: facts.value, quotes: quoted, underWay: underWay(centre, customerId, caseId), recentCalls: recentCalls(centre, customerId, caseId) } }
    : { kind: 'facts unavailable', body: { purpose, for: person, cause: trouble?.kind === 'no-answer' ? trouble.cause : (trouble?.code ?? 'unknown'), text: trouble?.text ?? { zh: '', en: '' } } };
  let fixed = false;
  await appendToCase({ ...centre, now: () => centre.clock.now() }, caseId, 'bank', (state) => {
    if (state === null || state.access[person] === undefined) return { events: [] };
    // The bank took its time: what was done meanwhile is of the customer the case had then.
    fixed = identify !== null && isFixedTo(state, identify.customerId);
    if (fixed) return { events: [] };
    // Figures that the bank gave meanwhile are what a worksheet is being made from: a reading without any does not take their place.
    const meanwhile = state.facts[person];
    if (planIds.length === 0 && state.customerId === customerId && meanwhile !== undefined && meanwhile.quotes.length > 0 && meanwhile.at !== before.facts[person]?.at) return { events: [] };
    const identified: Happened[] = identify !== null && state.customerId !== identify.customerId ? [{ kind: 'customer identified', body: identify }] : [];
    return { events: [...identified, event] };
  });
  if (fixed) return { ok: false, refusal: { code: 'customer-fixed' } };
  return event.kind === 'facts read' ? { ok: true } : { ok: false, refusal: { code: 'bank-unreachable' } };
}

async function viewed(centre: Centre, entry: AuditEntry): Promise<void> {
  const [result] = await centre.log.append([{ writes: [], command: null, audit: [entry] }]);
  if (result?.status !== 'appended') throw new Error(`a view was not recorded: ${result?.status ?? 'nothing'}`);
}

/** The last of the server's own readings of each case for each person that are under way. */
const readings = new WeakMap<Centre['cases'], Map<string, Promise<void>>>();

/**
 * Ties a ringing call to the customer whose reserved number it shows, where there is exactly one. No proof of the holder.
 *
 * One after another for the same person: whoever answers while the bank still reads for the offer has that reading (PR8: one view),
 * and another only where it gave none.
 */
export async function recogniseCaller(centre: Centre, caseId: string, person: string): Promise<void> {
  const last = readings.get(centre.cases) ?? new Map<string, Promise<void>>();
  readings.set(centre.cases, last);
  const key = `${caseId} ${person}`;
  const turn = (last.get(key) ?? Promise.resolve()).catch(() => undefined).then(() => recognise(centre, caseId, person));
  last.set(key, turn);
  try {
    await turn;
  } finally {
    if (last.get(key) === turn) last.delete(key);
  }
}

async function recognise(centre: Centre, caseId: string, person: string): Promise<void> {
  const state = await centre.cases.load(caseId);
  if (state === null) return;
  if (state.customerId !== null) {
    if (state.facts[person] === undefined) await readFactsInto(centre, caseId, person, 'call', []);
    return;
  }
  const number = callerNumber(state);
  if (number === undefined) return;
  const found = await centre.bank.find({ phone: number });
  if (found.kind !== 'answer' || found.value.matches.length !== 1) return;
  await readFactsInto(centre, caseId, person, 'call', [], { customerId: found.value.matches[0]!.id, how: 'number' });
}
