import { z } from 'zod';
import { Hash, Instant, PersonId, StreamId, Uuid7 } from './ids.ts';

/** Who caused an event: a person at a workstation, or one of the machines. */
export const Actor = z.strictObject({
  kind: z.enum(['person', 'server', 'phones', 'bank']),
  person: PersonId.nullable(),
  workstation: z.string().max(100).nullable(),
});
export type Actor = z.infer<typeof Actor>;

/** The three times, never mixed: said by the customer, claimed by the desktop, recorded by the server (rules use this one). */
export const Times = z.strictObject({
  said: Instant.nullable(),
  made: Instant,
  recorded: Instant,
});

/**
 * What everyone who may see the stream gets, for ever; the body may be withheld (TP6) or erased (PR7).
 * `version` is contiguous within the stream (SY5); `link` is the hash-chain link of the batch it was appended in (PR5).
 */
export const Envelope = z.strictObject({
  id: Uuid7,
  case: StreamId,
  version: z.int().min(1),
  kind: z.string().min(1).max(60),
  schema: z.int().min(1),
  actor: Actor,
  times: Times,
  command: Uuid7.nullable(),
  bodyHash: Hash,
  link: Hash,
});
export type Envelope = z.infer<typeof Envelope>;

/** An event as decided, before the log gives it version, recorded time and link. */
export type EventDraft<K extends string = string, B = unknown> = {
  id: string;
  kind: K;
  body: B;
  /** When the customer said it, if the command carries it. */
  said?: string | null;
};
