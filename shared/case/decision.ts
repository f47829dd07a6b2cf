import type { Envelope, EventDraft } from '../protocol/envelope.ts';
import type { Refusal } from '../protocol/refusal.ts';

/**
 * What `decide` answers: the events that happened, or why nothing did. Never both: a refusal changes no state.
 */
export type Decision<E extends EventDraft = EventDraft> = { events: E[] } | { refusal: Refusal };

export const isRefused = (decision: Decision): decision is { refusal: Refusal } => 'refusal' in decision;

/**
 * An event as `evolve` reads it: what the envelope says, and the body, null where it is withheld (TP6) or erased (PR7).
 * A desktop's pending commands give the same shape, with the made time standing in for the recorded one.
 */
export type FoldedEvent = Pick<Envelope, 'id' | 'case' | 'version' | 'kind' | 'schema' | 'actor' | 'times'> & {
  body: unknown;
};
