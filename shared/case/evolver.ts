import type { EventBody, EventKind } from './events.ts';
import type { FoldedEvent } from './decision.ts';
import type { CaseState } from './state.ts';

/** What one kind of event changes. The body is there; what it refers to may not be (its own body withheld). */
export type Evolver<K extends EventKind> = (state: CaseState, body: EventBody<K>, event: FoldedEvent) => CaseState;
export type Evolvers<K extends EventKind> = { [P in K]: Evolver<P> };
