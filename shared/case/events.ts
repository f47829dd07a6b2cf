import type { z } from 'zod';
import { runEventSchemas } from '../flow/run.ts';
import { onReturnEventSchemas } from '../operation/on-return-schema.ts';
import { operationEventSchemas } from '../operation/operation-schema.ts';
import { recoveredEventSchemas } from '../operation/recovered-schema.ts';
import type { EventDraft } from '../protocol/envelope.ts';
import { upcastBody, type Steps } from '../protocol/upcast.ts';
import { reviewEventSchemas } from '../review/review-schema.ts';
import { caseEventSchemas } from './case-schema.ts';
import { handOverEventSchemas } from './hand-over-schema.ts';
import { lateWorkEventSchemas } from './late-work.ts';
import { nightEventSchemas } from './night-schema.ts';

/** Every kind of event a case's stream can hold, with the present schema of its body. */
export const eventSchemas = {
  ...caseEventSchemas,
  ...runEventSchemas,
  ...operationEventSchemas,
  ...recoveredEventSchemas,
  ...onReturnEventSchemas,
  ...reviewEventSchemas,
  ...nightEventSchemas,
  ...lateWorkEventSchemas,
  ...handOverEventSchemas,
} as const;

/** Of all event kinds together: raised where one is added or changed after a release (SY7). */
export const EVENT_SCHEMA_VERSION = 2;
/** Version 2 added kinds and changed none. */
export const EVENT_STEPS: Steps = { 1: {} };
/** The version in which a kind's body last changed: what its envelopes carry, so that an older program reads what it knows. */
const CHANGED_IN: Readonly<Record<string, number>> = {};
export const eventSchemaOf = (kind: string): number => CHANGED_IN[kind] ?? 1;

export type EventKind = keyof typeof eventSchemas;
export type EventBody<K extends EventKind> = z.infer<(typeof eventSchemas)[K]>;
export type CaseEventDraft = { [K in EventKind]: EventDraft<K, EventBody<K>> }[EventKind];

export const isEventKind = (kind: string): kind is EventKind => Object.hasOwn(eventSchemas, kind);

/**
 * Reads an event's body from the wire or a database row.
 *
 * @param schema the version that the envelope carries
 * @returns the parsed body, or null where it is withheld or erased; throws where it is malformed, since the
 * log never holds such a body.
 */
export function parseEventBody<K extends EventKind>(kind: K, body: unknown, schema: number = EVENT_SCHEMA_VERSION): EventBody<K> | null {
  return body === null ? null : (eventSchemas[kind].parse(upcastBody(EVENT_STEPS, EVENT_SCHEMA_VERSION, kind, schema, body)) as EventBody<K>);
}
