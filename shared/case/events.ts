import type { z } from 'zod';
import { runEventSchemas } from '../flow/run.ts';
import { operationEventSchemas } from '../operation/operation-schema.ts';
import type { EventDraft } from '../protocol/envelope.ts';
import { reviewEventSchemas } from '../review/review-schema.ts';
import { caseEventSchemas } from './case-schema.ts';

/** Every kind of event a case's stream can hold, with the schema of its body. All are at schema version 1. */
export const eventSchemas = {
  ...caseEventSchemas,
  ...runEventSchemas,
  ...operationEventSchemas,
  ...reviewEventSchemas,
} as const;

export const EVENT_SCHEMA_VERSION = 1;

export type EventKind = keyof typeof eventSchemas;
export type EventBody<K extends EventKind> = z.infer<(typeof eventSchemas)[K]>;
export type CaseEventDraft = { [K in EventKind]: EventDraft<K, EventBody<K>> }[EventKind];

export const isEventKind = (kind: string): kind is EventKind => Object.hasOwn(eventSchemas, kind);

/**
 * Reads an event's body from the wire or a database row.
 *
 * @returns the parsed body, or null where it is withheld or erased; throws where it is malformed, since the
 * log never holds such a body.
 */
export function parseEventBody<K extends EventKind>(kind: K, body: unknown): EventBody<K> | null {
  return body === null ? null : (eventSchemas[kind].parse(body) as EventBody<K>);
}
