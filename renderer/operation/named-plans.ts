import type { RunState } from '#shared/flow/run.ts';

/** Where on the recording the customer named a plan or agreed to something, in their own words (FL7). */
export type CustomerSaid = {
  stepId: string;
  tickId: string;
  item: string | null;
  words: string | null;
  offset: number | null;
  callId: string | null;
  at: string | null;
};

/** The plans the customer chose, in the order they were named. */
export function selectedPlanIds(run: RunState | null): string[] {
  const selected = run?.values['selected'];
  return Array.isArray(selected) ? selected : [];
}

/** Everything the customer said yes to in a run, in the order of its steps. */
export function saidInRun(run: RunState | null): CustomerSaid[] {
  if (run === null) return [];
  return run.order.flatMap((stepId) =>
    (run.steps[stepId]?.ticks ?? []).map((tick) => ({
      stepId, tickId: tick.tickId, item: tick.item, words: tick.customerWords, offset: tick.recordingOffset, callId: tick.callId, at: tick.saidAt ?? tick.at,
    })),
  );
}

/** The moment at which the customer named each plan; a plan without one was never named aloud. */
export function namedPlans(run: RunState | null): ReadonlyMap<string, CustomerSaid> {
  const named = new Map<string, CustomerSaid>();
  for (const said of saidInRun(run)) {
    if (said.item !== null && !named.has(said.item)) named.set(said.item, said);
  }
  return named;
}

/** `134` → `02:14`; hours only where there are any. */
export function offsetText(seconds: number): string {
  const pad = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${pad(Math.floor((seconds % 3600) / 60))}:${pad(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
