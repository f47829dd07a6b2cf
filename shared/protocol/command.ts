import { z } from 'zod';
import { Hash, Instant, kindName, StreamId, Uuid7 } from './ids.ts';
import { Refusal } from './refusal.ts';

/**
 * The outer part of a command, parsed before its inner part (SY2): a bad inner part is a refusal that advances
 * the number, a bad outer part closes the connection.
 */
export const OuterCommand = z.strictObject({
  id: Uuid7,
  desktop: Uuid7,
  /** Renewed when a desktop finds itself `forked`; numbers start at 1 in each. */
  incarnation: z.int().min(1),
  case: StreamId,
  /** Contiguous from 1 within (desktop, incarnation, case). */
  number: z.int().min(1),
  kind: kindName(60),
  schema: z.int().min(1),
  /** SHA-256 of the bytes of `inner`. */
  hash: Hash,
  urgent: z.boolean(),
  inner: z.string().max(48_000),
});
export type OuterCommand = z.infer<typeof OuterCommand>;

/** The inner part: what the kind's own schema covers is `body`. */
export const InnerCommand = z.strictObject({
  /** The desktop's clock, corrected by its last known offset: a claim. */
  madeAt: Instant,
  saidAt: Instant.nullable(),
  /** Ids of earlier commands of this case that this one builds on (SY3). */
  dependsOn: z.array(Uuid7).max(20),
  /** Central commands only: the server refuses them after this instant, so that nothing fires hours later. */
  notAfter: Instant.nullable(),
  body: z.unknown(),
});
export type InnerCommand = z.infer<typeof InnerCommand>;

/** The stored answer to a command: the same for every repeat of the same id and hash. */
export const CommandResult = z.discriminatedUnion('status', [
  z.strictObject({ id: Uuid7, status: z.literal('accepted'), version: z.int().min(0), recordedAt: Instant }),
  z.strictObject({ id: Uuid7, status: z.literal('refused'), refusal: Refusal, recordedAt: Instant }),
  /** A number seen before under another hash: nothing is applied; the desktop takes a new incarnation and renumbers. */
  z.strictObject({ id: Uuid7, status: z.literal('forked') }),
  /** The number is ahead of what the server has: send again from `expected`. */
  z.strictObject({ id: Uuid7, status: z.literal('gap'), expected: z.int().min(1) }),
]);
export type CommandResult = z.infer<typeof CommandResult>;
