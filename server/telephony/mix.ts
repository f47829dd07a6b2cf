import type { Random } from './random.ts';
import type { CallIntent, Persona } from './script.ts';

/** A customer of the bank who may call; given by whoever knows them. */
export interface Caller {
  customerId: string;
  phone: string;
  /** What this customer may call about; absent: anything. Who has no plan does not settle one. */
  intents?: readonly CallIntent[];
}

/** How often what happens; weights are relative, chances between 0 and 1. */
export interface CallMix {
  intents: readonly (readonly [CallIntent, number])[];
  /** The caller rang a short while ago about the same matter. */
  repeat: number;
  /** The number is withheld. */
  withheld: number;
  /** The bank's customer, from a number that it does not know. */
  otherNumber: number;
  /** Nobody whom the bank knows. */
  stranger: number;
  relative: number;
  /** Mean patience in the queue, ms, once the first five seconds are over. */
  patienceMs: number;
  callback: readonly (readonly [CallbackOutcome, number])[];
}
export type CallbackOutcome = 'holder' | 'other' | 'no-answer' | 'busy';

export const defaultMix: CallMix = {
  intents: [
    ['early-settlement', 22], ['loss-report', 10], ['password-reset', 14], ['statement', 18], ['points', 9],
    ['limit', 8], ['annual-fee', 7], ['dispute', 4], ['general', 8],
  ],
  repeat: 0.12,
  withheld: 0.04,
  otherNumber: 0.1,
  stranger: 0.05,
  relative: 0.07,
  patienceMs: 150_000,
  callback: [['holder', 70], ['other', 10], ['no-answer', 15], ['busy', 5]],
};

const queues: Record<CallIntent, string> = {
  'early-settlement': 'instalment', 'loss-report': 'loss', 'password-reset': 'password', statement: 'general', points: 'general',
  limit: 'general', 'annual-fee': 'general', dispute: 'loss', general: 'general', callback: 'general',
};

export function queueOfIntent(intent: CallIntent): string {
  return queues[intent];
}

/** The commonest matter of a queue: what a call is about of which only the queue is known. */
export function intentOfQueue(queue: string | null): CallIntent {
  return defaultMix.intents.find(([intent]) => intent !== 'dispute' && queue !== 'general' && queues[intent] === queue)?.[0] ?? 'general';
}

export interface DrawnCall {
  customerId: string | null;
  /** null: withheld. */
  number: string | null;
  intent: CallIntent;
  persona: Persona;
  repeat: boolean;
  patienceMs: number;
}

/**
 * Who calls next, and about what.
 *
 * @param random where chance comes from
 * @param callers the bank's customers
 * @param recent calls of the last while, for those who call again
 */
export function drawCall(random: Random, callers: readonly Caller[], recent: readonly DrawnCall[], mix: CallMix = defaultMix): DrawnCall {
  const patience = drawPatience(random, mix);
  const before = recent.length > 0 && random.chance(mix.repeat) ? random.pick(recent) : undefined;
  if (before) return { ...before, repeat: true, patienceMs: patience * 1.5 };

  const intent = random.weighted(mix.intents);
  const able = callers.filter((caller) => !caller.intents || caller.intents.includes(intent));
  const caller = random.chance(mix.stranger) ? undefined : random.pick(able.length > 0 ? able : callers);
  const persona: Persona = caller && random.chance(mix.relative) ? 'relative' : 'holder';
  const strange = !caller || persona === 'relative' || random.chance(mix.otherNumber);
  const number = random.chance(mix.withheld) ? null : strange ? strangeNumber(random) : caller.phone;
  return {
    customerId: caller?.customerId ?? null, number, intent, persona, repeat: false,
    patienceMs: intent === 'loss-report' ? patience * 2 : patience,
  };
}

/** Few hang up at once, then at a steady rate: an exponential after five seconds. */
export function drawPatience(random: Random, mix: CallMix = defaultMix): number {
  return Math.round(5000 + random.exponential(mix.patienceMs));
}

/** A number that belongs to nobody: 100 is no mobile prefix. */
function strangeNumber(random: Random): string {
  return `100${String(random.int(0, 99_999_999)).padStart(8, '0')}`;
}
