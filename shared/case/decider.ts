import type { Refusal } from '../protocol/refusal.ts';
import { refuse } from '../protocol/refusal.ts';
import type { CommandBody, CommandKind, CommandOf } from './commands.ts';
import type { DecideContext } from './context.ts';
import type { EventBody, EventKind } from './events.ts';
import type { CaseState } from './state.ts';

/** An event before it has an id: `decide` numbers them off the command. */
export type Happened = { [K in EventKind]: { kind: K; body: EventBody<K> } }[EventKind];

export type Ruling = { events: Happened[] } | { refusal: Refusal };

/** Decides one kind of command on a case that exists. */
export type Decider<K extends CommandKind> = (state: CaseState, body: CommandBody<K>, context: DecideContext, command: CommandOf<K>) => Ruling;
export type Deciders<K extends CommandKind> = { [P in K]: Decider<P> };

export const happened = (...events: Happened[]): Ruling => ({ events });

/** Most of what is done to a case is done by the person who has it. */
export function ownerOnly(state: CaseState, context: DecideContext): { refusal: Refusal } | null {
  return state.owner === context.by.person ? null : refuse('not-your-case');
}

/** Milliseconds of an instant. */
export const ms = (instant: string): number => Date.parse(instant);

/** @param minutes may be fractional; @returns the instant that much later */
export const plusMinutes = (instant: string, minutes: number): string => new Date(ms(instant) + minutes * 60_000).toISOString();

export const earliest = (...instants: string[]): string => instants.reduce((a, b) => (ms(a) <= ms(b) ? a : b));
