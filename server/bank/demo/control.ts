/** The demo's strings, from the outside: clock, faults, ledger, simulated callers. Throws when the bank is away. */
import { z } from 'zod';
import { AnswersAnswer, CallersAnswer, ClockAnswer, LedgerAnswer } from './demo-schema.ts';
import type { Caller, LedgerEntry, Touch } from './demo-schema.ts';
import type { FaultOrder } from './faults.ts';

export type DemoBankControl = {
  clock(): Promise<ClockAnswer>;
  /** Sets the business time (null: back to real time) and makes up the night batches up to it. */
  setClock(now: string | null, frozen?: boolean): Promise<ClockAnswer>;
  /** Sets a fault; its defaults are filled in by the bank. */
  fault(fault: z.input<typeof FaultOrder>): Promise<void>;
  clearFaults(): Promise<void>;
  ledger(customerId?: string): Promise<LedgerEntry[]>;
  callers(limit?: number, offset?: number): Promise<{ callers: Caller[]; total: number }>;
  /** What a simulated caller knows about themselves. */
  answers(customerId: string): Promise<AnswersAnswer>;
  /** Something happens at the bank that the desk has no part in. */
  touch(move: Touch): Promise<void>;
};

export function makeDemoBankControl({ url, secret }: { url: string; secret: string }): DemoBankControl {
  async function ask<S extends z.ZodType>(schema: S, method: string, path: string, body?: unknown): Promise<z.infer<S>> {
    const response = await fetch(`${url}${path}`, {
      method, signal: AbortSignal.timeout(60_000), body: body === undefined ? null : JSON.stringify(body),
      headers: { authorization: `Bearer ${secret}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`demo bank: ${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return schema.parse(answer);
  }
  return {
    clock: () => ask(ClockAnswer, 'GET', '/clock'),
    setClock: (now, frozen = false) => ask(ClockAnswer, 'POST', '/clock', now === null ? { now } : { now, frozen }),
    fault: async (fault) => void (await ask(z.unknown(), 'POST', '/faults', fault)),
    clearFaults: async () => void (await ask(z.unknown(), 'DELETE', '/faults')),
    ledger: async (customerId) => (await ask(LedgerAnswer, 'GET', `/ledger?limit=5000${customerId === undefined ? '' : `&customerId=${encodeURIComponent(customerId)}`}`)).entries,
    callers: (limit = 500, offset = 0) => ask(CallersAnswer, 'GET', `/demo/callers?limit=${limit}&offset=${offset}`),
    answers: (customerId) => ask(AnswersAnswer, 'GET', `/demo/answers/${encodeURIComponent(customerId)}`),
    touch: async (move) => void (await ask(z.unknown(), 'POST', '/demo/touch', move)),
  };
}
