/** How the line to the centre stands, and what waits for it. */
import { z } from 'zod';
import { Mark } from './case-view.ts';
import { Instant, StreamId, Uuid7 } from './ids.ts';
import { Refusal } from './refusal.ts';

export const Connection = z.enum([
  /** Nobody is signed in. */
  'none',
  'connecting',
  'online',
  /** Tried again by itself; `refusal` is what the server or the disk said last, if anything. */
  'offline',
  /** The server will not have this desktop and trying again by itself is no use: `refusal` says why (`protocol-too-old`, …). */
  'refused',
]);
export type Connection = z.infer<typeof Connection>;

/** A case whose commands made the server fail: kept, shown, and left out of what is sent until it is tried again (SY3). */
export const SetAsideStream = z.strictObject({
  stream: StreamId,
  /** The first command of it that got no answer. */
  command: Uuid7,
  kind: z.string(),
  /** What the server said (`server-trouble`, …), or `no-answer`. */
  code: z.string(),
  at: Instant,
  tries: z.int().min(1),
  /** From when it is tried again by itself. */
  tryAt: Instant,
});
export type SetAsideStream = z.infer<typeof SetAsideStream>;

export const SyncView = z.strictObject({
  connection: Connection,
  refusal: Refusal.nullable(),
  /** Held here and not yet answered by the server. */
  unsent: z.int().min(0),
  /** Of these, on their way now. */
  inFlight: z.int().min(0),
  /** The most that was unsent since nothing was: what is on its way shows how far it is. */
  unsentOf: z.int().min(0),
  /** Not all of the feed has been read yet. */
  catchingUp: z.boolean(),
  /** What is left of the feed and the most that was; null while nothing is read or the server does not count it. */
  behind: z.strictObject({ left: z.int().min(0), of: z.int().min(0) }).nullable(),
  setAside: z.array(SetAsideStream),
  /** What others left unsent at this workstation and this desktop delivers for them (SY10). */
  spooled: z.int().min(0),
  lastContactAt: Instant.nullable(),
  /** The server's clock minus this machine's. */
  clockOffsetMs: z.int(),
  /** This machine's clock is off by more than five minutes. */
  clockIsOff: z.boolean(),
  /** Refused and not yet put away, oldest first (SY3). */
  refused: z.array(Mark),
  /** Counts up when unsent commands had to be numbered anew (`forked`). */
  incarnation: z.int().min(1),
  renumberedAt: Instant.nullable(),
});
export type SyncView = z.infer<typeof SyncView>;
