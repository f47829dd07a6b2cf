import { z } from 'zod';
import { CommandResult, OuterCommand } from './command.ts';
import { Envelope } from './envelope.ts';
import { CaseId, Instant, PersonId, Uuid7 } from './ids.ts';
import { Refusal } from './refusal.ts';
import { Role } from '../people/roles.ts';

/** The wire protocol's version; the server speaks this one and the one before (SY7). */
export const PROTOCOL_VERSION = 1;
export const OLDEST_PROTOCOL = 1;

export const MAX_MESSAGE_BYTES = 262_144;
export const MAX_PUSH = 100;
export const MAX_PULL = 200;

/** Opaque to desktops: the positions of the log's partitions and its epoch, encoded by the server. */
export const Cursor = z.string().min(1).max(400);
export type Cursor = z.infer<typeof Cursor>;

/** Sent in the Socket.IO handshake's `auth`. */
export const Hello = z.strictObject({
  protocol: z.int(),
  token: z.string().max(4000),
  workstation: z.string().min(1).max(100),
  desktop: Uuid7,
  incarnation: z.int().min(1),
});
export type Hello = z.infer<typeof Hello>;

/** One thing in the feed, in the log's order. */
export const FeedItem = z.discriminatedUnion('type', [
  /** A grant, a release of withheld bodies, or a start: replaces what the desktop holds of the case. */
  z.strictObject({ type: z.literal('snapshot'), case: CaseId, version: z.int().min(0), state: z.unknown() }),
  z.strictObject({ type: z.literal('event'), envelope: Envelope, body: z.unknown() }),
  /** SY6: the case's rows leave this desktop. */
  z.strictObject({ type: z.literal('revoked'), case: CaseId }),
]);
export type FeedItem = z.infer<typeof FeedItem>;

/** A stretch of the feed: applied only where `from` is the desktop's own cursor, otherwise the desktop pulls (SY5). */
export const Feed = z.strictObject({ from: Cursor.nullable(), to: Cursor, items: z.array(FeedItem) });
export type Feed = z.infer<typeof Feed>;

export const PushRequest = z.strictObject({ commands: z.array(OuterCommand).min(1).max(MAX_PUSH) });
export const PushAnswer = z.strictObject({ results: z.array(CommandResult) });
export type PushAnswer = z.infer<typeof PushAnswer>;

export const PullRequest = z.strictObject({ cursor: Cursor.nullable(), limit: z.int().min(1).max(MAX_PULL) });
export const PullAnswer = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('ok'), feed: Feed, more: z.boolean() }),
  /** SY9: another epoch; the desktop forgets its cursor, pulls anew and sends again what it holds of the last 72 h. */
  z.strictObject({ status: z.literal('new-epoch') }),
]);
export type PullAnswer = z.infer<typeof PullAnswer>;

/** A request that is no command: it may carry what must never be stored (an answer to a verification question). */
export const AskRequest = z.strictObject({ id: Uuid7, kind: z.string().min(1).max(40), body: z.unknown() });
export type AskRequest = z.infer<typeof AskRequest>;
export const AskAnswer = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), value: z.unknown() }),
  z.strictObject({ ok: z.literal(false), refusal: Refusal }),
]);
export type AskAnswer = z.infer<typeof AskAnswer>;

/** Central truth that is not a case (agent state, offers, queue, review pool): always sent whole, newest version wins. */
export const LiveMessage = z.strictObject({ topic: z.string().max(30), version: z.int(), value: z.unknown() });
export type LiveMessage = z.infer<typeof LiveMessage>;

export const SignInRequest = z.strictObject({
  protocol: z.int(),
  account: z.string().min(1).max(80),
  password: z.string().min(1).max(200),
  workstation: z.string().min(1).max(100),
  desktop: Uuid7,
  /** The desktop's clock, so that one that is off by more than five minutes is told so. */
  clockAt: Instant,
});
export const SignInAnswer = z.strictObject({
  token: z.string(),
  expiresAt: Instant,
  serverAt: Instant,
  epoch: Uuid7,
  person: z.strictObject({ id: PersonId, account: z.string(), name: z.string(), no: z.string(), role: Role, skills: z.array(z.string()), team: z.string() }),
});
export type SignInAnswer = z.infer<typeof SignInAnswer>;

/** Why the server closes a connection; the desktop keeps its outbox in every case. */
export const Goodbye = z.strictObject({ refusal: Refusal });

/** Event names on the socket; all requests are acknowledged with the answer named. */
export const SOCKET = { push: 'push', pull: 'pull', ask: 'ask', feed: 'feed', live: 'live', goodbye: 'goodbye' } as const;
