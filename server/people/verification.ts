import { v7 as uuidv7 } from 'uuid';
import type { CaseState } from '#shared/case/state.ts';
import { civilDateOf } from '#shared/calendar/civil.ts';
import { policyFacts } from '#shared/flow/policy.ts';
import type { AskValue } from '#shared/protocol/asks.ts';
import type { VerifyFactor } from '#shared/protocol/bank.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { levelOf } from '#shared/people/verification-level.ts';
import { customerStream } from '#shared/protocol/ids.ts';
import { appendToCase } from '../cases/append-case.ts';
import type { Centre } from '../centre.ts';
import type { StreamWrite } from '../log/log.ts';
import type { z } from 'zod';

type Factor = z.infer<typeof VerifyFactor>;
type Checked = { ok: true; value: AskValue<'verify'> } | { ok: false; refusal: Refusal };

const FAILED = 'verification failed';

/**
 * Failures of one customer on one civil day over all cases and desktops (FLOWS V). They stand in the customer's own stream:
 * closing a case, or opening another, does not begin the count anew.
 */
async function failuresToday(centre: Centre, customerId: string): Promise<number> {
  const today = civilDateOf(centre.rules.calendar, centre.clock.now());
  const events = await centre.log.readStream(customerStream(customerId), 1);
  return events.filter(({ envelope }) => envelope.kind === FAILED && civilDateOf(centre.rules.calendar, envelope.times.recorded) === today).length;
}

async function failureOf(centre: Centre, customerId: string, caseId: string, factor: Factor): Promise<StreamWrite> {
  const stream = customerStream(customerId);
  return {
    stream, expectedVersion: await centre.log.lastVersion(stream), actor: { kind: 'server', person: null, workstation: null }, madeAt: centre.clock.now(), customer: customerId,
    events: [{ id: uuidv7(), kind: FAILED, body: { caseId, factor } }],
  };
}

const maxFailures = (centre: Centre): number => {
  const verify = policyFacts(centre.rules.flowPolicy, civilDateOf(centre.rules.calendar, centre.clock.now()))['verify'];
  const value = typeof verify === 'object' && !Array.isArray(verify) ? (verify as Record<string, unknown>)['maxFailures'] : undefined;
  return typeof value === 'number' ? value : 3;
};

const known = (state: CaseState | null, callId: string | null): { factor: string; ok: boolean }[] => state?.verification[callId ?? 'none']?.factors ?? [];

const turns = new Map<string, Promise<unknown>>();

/** One question of a customer at a time, or many guesses at once would be counted as one. */
function inTurn<T>(customerId: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(customerId) ?? Promise.resolve()).then(work);
  const settled = turn.then(() => undefined, () => undefined);
  turns.set(customerId, settled);
  void settled.then(() => {
    if (turns.get(customerId) === settled) turns.delete(customerId);
  });
  return turn;
}

/** What the agent's own screen shows proves nothing of the caller, and its answer must not be asked for (PR2). */
const onScreen: ReadonlySet<Factor> = new Set<Factor>(['recentTransaction', 'statementDay', 'autoDebitLastFour']);

/** Compares one answer blindly: the value goes to the bank and nowhere else; only its kind and pass or fail are kept. */
export async function checkFactor(centre: Centre, caseId: string, callId: string | null, factor: Factor, answer: string): Promise<Checked> {
  const state = await centre.cases.load(caseId);
  if (state?.customerId == null) return { ok: false, refusal: { code: 'customer-not-identified' } };
  return inTurn(state.customerId, () => checkNow(centre, caseId, callId, factor, answer));
}

async function checkNow(centre: Centre, caseId: string, callId: string | null, factor: Factor, answer: string): Promise<Checked> {
  const state = await centre.cases.load(caseId);
  if (state?.customerId == null) return { ok: false, refusal: { code: 'customer-not-identified' } };
  // What is proved is proved on a call of this case, never under a name that somebody made up.
  if (callId !== null && state.opened?.callId !== callId && !Object.hasOwn(state.calls, callId) && !Object.hasOwn(state.handCalls, callId)) return { ok: false, refusal: { code: 'call-unknown' } };
  if (onScreen.has(factor)) return { ok: false, refusal: { code: 'factor-on-screen' } };
  const customerId = state.customerId;
  const failures = await failuresToday(centre, customerId);
  if (failures >= maxFailures(centre)) return { ok: false, refusal: { code: 'verification-locked' } };
  const checked = await centre.bank.verify({ customerId, factor, answer });
  if (checked.kind !== 'answer') return { ok: false, refusal: { code: 'bank-unreachable' } };
  const ok = checked.value.ok;
  let value = { ok, level: 0, failuresToday: 0 };
  await appendToCase({ ...centre, now: () => centre.clock.now() }, caseId, 'server', async (current) => {
    const level = levelOf([...known(current, callId), { factor, ok }]);
    value = { ok, level, failuresToday: failures + (ok ? 0 : 1) };
    return { events: [{ kind: 'verification checked', body: { callId, factor, ...value } }], also: ok ? [] : [await failureOf(centre, customerId, caseId, factor)] };
  });
  return { ok: true, value };
}

/** What the caller keys on the phone: reaches the bank from the phone system, never through a desktop. */
export type KeyedDigits = (callId: string) => Promise<string | null>;

export async function collectServicePassword(centre: Centre, keyed: KeyedDigits, caseId: string, callId: string): Promise<Checked> {
  const digits = await keyed(callId);
  return digits === null ? { ok: false, refusal: { code: 'nothing-keyed' } } : checkFactor(centre, caseId, callId, 'servicePassword', digits);
}
