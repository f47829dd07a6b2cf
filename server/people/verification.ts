import type { CaseState } from '#shared/case/state.ts';
import { civilDateOf } from '#shared/calendar/civil.ts';
import { policyFacts } from '#shared/flow/policy.ts';
import type { AskValue } from '#shared/protocol/asks.ts';
import type { VerifyFactor } from '#shared/protocol/bank.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { levelOf } from '#shared/people/verification-level.ts';
import { appendToCase } from '../cases/append-case.ts';
import type { Centre } from '../centre.ts';
import type { z } from 'zod';

type Factor = z.infer<typeof VerifyFactor>;
type Checked = { ok: true; value: AskValue<'verify'> } | { ok: false; refusal: Refusal };

/** Failures of one customer on one civil day over all cases and desktops (FLOWS V). */
function failuresToday(centre: Centre, customerId: string): number {
  const today = civilDateOf(centre.rules.calendar, centre.clock.now());
  return centre.open.all()
    .filter((state) => state.customerId === customerId)
    .flatMap((state) => Object.values(state.verification).flatMap((one) => one.factors))
    .filter((factor) => !factor.ok && civilDateOf(centre.rules.calendar, factor.at) === today).length;
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

/** Compares one answer blindly: the value goes to the bank and nowhere else; only its kind and pass or fail are kept. */
export async function checkFactor(centre: Centre, caseId: string, callId: string | null, factor: Factor, answer: string): Promise<Checked> {
  const state = await centre.cases.load(caseId);
  if (state?.customerId == null) return { ok: false, refusal: { code: 'customer-not-identified' } };
  return inTurn(state.customerId, () => checkNow(centre, caseId, callId, factor, answer));
}

async function checkNow(centre: Centre, caseId: string, callId: string | null, factor: Factor, answer: string): Promise<Checked> {
  const state = await centre.cases.load(caseId);
  if (state?.customerId == null) return { ok: false, refusal: { code: 'customer-not-identified' } };
  const customerId = state.customerId;
  await centre.open.settled();
  if (failuresToday(centre, customerId) >= maxFailures(centre)) return { ok: false, refusal: { code: 'verification-locked' } };
  const checked = await centre.bank.verify({ customerId, factor, answer });
  if (checked.kind !== 'answer') return { ok: false, refusal: { code: 'bank-unreachable' } };
  const ok = checked.value.ok;
  let value = { ok, level: 0, failuresToday: 0 };
  await appendToCase({ ...centre, now: () => centre.clock.now() }, caseId, 'server', (current) => {
    const level = levelOf([...known(current, callId), { factor, ok }]);
    value = { ok, level, failuresToday: failuresToday(centre, customerId) + (ok ? 0 : 1) };
    return { events: [{ kind: 'verification checked', body: { callId, factor, ...value } }] };
  });
  return { ok: true, value };
}

/** What the caller keys on the phone: reaches the bank from the phone system, never through a desktop. */
export type KeyedDigits = (callId: string) => Promise<string | null>;

export async function collectServicePassword(centre: Centre, keyed: KeyedDigits, caseId: string, callId: string): Promise<Checked> {
  const digits = await keyed(callId);
  return digits === null ? { ok: false, refusal: { code: 'nothing-keyed' } } : checkFactor(centre, caseId, callId, 'servicePassword', digits);
}
