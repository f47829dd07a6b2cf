import type { AgentStateName, AgentStateRequest } from '#shared/telephony/agent-state.ts';
import type { CallEvent } from '#shared/telephony/call-event.ts';
import type { CallOffer, CallState } from '#shared/telephony/call-state.ts';
import type { Queue } from '#shared/telephony/queue.ts';
import type { QueueSummary, RoutingPolicy } from '#shared/telephony/routing.ts';
import type { Phones } from './phones.ts';
import type { Scheduler } from './scheduler.ts';

/** A person at a desk, as the keeper of agent states tells it. */
export interface DeskAgent {
  personId: string;
  desktopId: string;
  extension: string;
  state: AgentStateName;
  /** Version and start of that state; an older version never replaces a newer one (CT4). */
  version: number;
  since: string;
  /** The call that the state names, where it is on-call. */
  callId: string | null;
  skills: readonly string[];
  reachable: boolean;
}

/** What the switchboard needs of the rest of the server. */
export interface SwitchboardParts {
  phones: Phones;
  scheduler: Scheduler;
  /** A new unique id (UUIDv7). */
  newId(): string;
  /** Stores events; resolves when they are durable. Nothing is shown or acknowledged before. */
  record(events: CallEvent[]): Promise<void>;
  /** The stored events of a call that is not in memory; none where it is unknown. */
  load(callId: string): Promise<readonly CallEvent[]>;
  /** A call's state after events were stored. */
  onCall(state: CallState, events: readonly CallEvent[]): void;
  /** A call rings at one desktop. */
  onOffer(offer: CallOffer, call: CallState): void;
  onOfferEnded(offer: CallOffer, call: CallState): void;
  /** What the phones ask of an agent's state; the keeper of agent states answers through `agentChanged`. */
  onAgentRequest(personId: string, request: AgentStateRequest): void;
  onSummary(summary: QueueSummary): void;
  onError(error: unknown): void;
  policy?: RoutingPolicy;
  queues?: readonly Queue[];
  /** A call whose latest event is older is history, not a ringing phone: never offered, changes nobody's state. */
  staleMs?: number;
}
