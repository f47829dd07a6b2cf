import { z } from 'zod';
import { CommandResult, OuterCommand } from './command.ts';
import { Envelope } from './envelope.ts';
import { CaseId, Instant, kindName, PersonId, Uuid7 } from './ids.ts';
import { Refusal } from './refusal.ts';
import { Role } from '../people/roles.ts';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { KeyId, PublicKey } from './signature.ts';
import { SpoolKey } from './spool.ts';
import { WrappedKey } from './wrapped-key.ts';

/**
 * The wire protocol's version; the server speaks this one and the one before (SY7). What version 2 added, and how it is left
 * out for a desktop of version 1, is in `server/gateway/speaks-one.ts`.
 */
export const PROTOCOL_VERSION = 2;
export const OLDEST_PROTOCOL = 1;

export const MAX_MESSAGE_BYTES = 524_288;
export const MAX_PUSH = 400;
export const MAX_PULL = 400;
/** What is left of a feed is counted up to here. */
export const MAX_BEHIND = 50_000;

/** Opaque to desktops: the positions of the log's partitions and its epoch, encoded by the server. */
export const Cursor = z.string().min(1).max(400);
export type Cursor = z.infer<typeof Cursor>;

/** Sent in the Socket.IO handshake's `auth`. */
export const Hello = z.strictObject({
  protocol: z.int(),
  token: z.string().max(4000),
  /** The enrolled workstation's id (PR9). */
  workstation: Uuid7,
  desktop: Uuid7,
  incarnation: z.int().min(1),
  /** The workstation's Ed25519 signature over `helloBytes(token)`, base64: a copied token is of no use at another machine (PR9). */
  proof: z.base64().length(88),
  /** Since 2: urgent work waits here for the centre (OF4), so this desktop is let in before others when many come at once (OF5). */
  urgent: z.boolean().optional(),
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
  z.strictObject({
    status: z.literal('ok'), feed: Feed, more: z.boolean(),
    /** Since 2: how much of this person's feed is left after this page, at most `MAX_BEHIND`; for progress only (OF5). */
    behind: z.int().min(0).nullable().default(null),
  }),
  /** SY9: another epoch; the desktop forgets its cursor, pulls anew and sends again what it holds of the last 72 h. */
  z.strictObject({ status: z.literal('new-epoch') }),
]);
export type PullAnswer = z.infer<typeof PullAnswer>;

/** A request that is no command: it may carry what must never be stored (an answer to a verification question). */
export const AskRequest = z.strictObject({ id: Uuid7, kind: kindName(40), body: z.unknown() });
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
  workstation: Uuid7,
  desktop: Uuid7,
  /** The desktop's clock, so that one that is off by more than five minutes is told so. */
  clockAt: Instant,
  /** Since 2: when the person typed the passphrase, by the centre's clock as the desktop knows it; absent: just now. A session lasts so long from there. */
  typedAt: Instant.optional(),
});
/** A person's own key, wrapped under their passphrase: it follows them to enrolled workstations (TP8). */
export const KeptKey = z.strictObject({ keyId: KeyId, publicKey: PublicKey, wrapped: WrappedKey });
export type KeptKey = z.infer<typeof KeptKey>;

export const SignInAnswer = z.strictObject({
  token: z.string(),
  expiresAt: Instant,
  serverAt: Instant,
  epoch: Uuid7,
  /** What opens this workstation's own key, which lies sealed on its disk: told to those who may sign in there (PR1, PR9). */
  workstationSecret: z.base64(),
  /** The person's key as their last desk wrapped it (TP8), null before the first; `register` says that a new one may be registered. */
  key: z.strictObject({ kept: KeptKey.nullable(), register: z.boolean() }),
  /** The passphrase was set by two others: it has to be changed before anything else. */
  mustChange: z.boolean(),
  /** Since 2: what unsent work is sealed to in this workstation's spool (SY10). */
  spoolKey: SpoolKey.nullable().optional(),
  person: z.strictObject({ id: PersonId, human: Uuid7, account: z.string(), name: z.string(), no: z.string(), role: Role, skills: z.array(z.string()), team: z.string() }),
});
export type SignInAnswer = z.infer<typeof SignInAnswer>;

/**
 * `POST /sign-on`: a desktop asks to sign somebody in at the identity provider. The server makes state, nonce and PKCE and keeps
 * them sealed in `attempt`; the desktop gets the address to open in the browser and listens for what comes back (RFC 8252).
 */
export const SignOnRequest = z.strictObject({
  protocol: z.int(), workstation: Uuid7,
  redirectUri: z.string().regex(/^http:\/\/127\.0\.0\.1:\d{1,5}\/aidline\/sign-on$/),
  /** SHA-256 of a secret that only this desktop holds, base64url: nobody else finishes what it began. */
  challenge: z.string().length(43),
});
export const SignOnBegun = z.strictObject({ attempt: z.string().min(1).max(4000), url: z.url({ protocol: /^https?$/ }).max(4000), state: z.string().min(16).max(200) });
export type SignOnBegun = z.infer<typeof SignOnBegun>;
/** What the browser brought to the loopback address, as it came. */
export const SignOnResponse = z.strictObject({ state: z.string().max(200), code: z.string().max(4000).optional(), iss: z.string().max(300).optional(), error: z.string().max(100).optional() });
export type SignOnResponse = z.infer<typeof SignOnResponse>;
/** `POST /sign-on/answer`: the server exchanges the code and decides who it is; no token of the provider ever reaches a desktop. */
export const SignOnAnswerRequest = z.strictObject({ protocol: z.int(), attempt: z.string().min(1).max(4000), secret: z.string().length(43), response: SignOnResponse, clockAt: Instant });
/**
 * Who it is, and no token yet: which desktop (whose file) that is, the machine knows only now. `comeBack` gives it a token, at this
 * machine only and until `until`, again after the line was down. Kept in memory only.
 */
export const SignOnAnswer = SignInAnswer.omit({ token: true, expiresAt: true, mustChange: true }).extend({ comeBack: z.string(), until: Instant });
export type SignOnAnswer = z.infer<typeof SignOnAnswer>;
/** `POST /session/again`; `proof` as in `Hello`, over this token. */
export const ComeBackRequest = z.strictObject({ protocol: z.int(), comeBack: z.string().max(4000), workstation: Uuid7, desktop: Uuid7, proof: z.base64().length(88) });
export const ComeBackAnswer = z.strictObject({ token: z.string(), expiresAt: Instant, serverAt: Instant });

/**
 * `POST /enrolment`: a machine asks to be enrolled (PR9). Asked again with the same key, it tells how the request stands. The
 * secret seals the machine's private key on its own disk; the server keeps it and tells it to those who sign in.
 */
export const EnrolmentRequest = z.strictObject({
  protocol: z.int(), name: z.string().trim().min(1).max(60), site: z.string().trim().min(1).max(60), publicKey: PublicKey, secret: z.base64().length(44),
  /** From `init`, for the first machine only. */
  code: z.string().max(60).nullable(),
});
export type EnrolmentRequest = z.infer<typeof EnrolmentRequest>;
export const EnrolmentAnswer = z.strictObject({
  status: z.enum(['enrolled', 'waiting', 'revoked']), workstation: Uuid7,
  /** The first digits of the key's id, for two people to compare on both screens. */
  fingerprint: z.string(),
});
export type EnrolmentAnswer = z.infer<typeof EnrolmentAnswer>;

/** What a workstation signs to be let in: `aidline/1/hello\n`, then SHA-256 of the token. */
export const helloBytes = (token: string): Uint8Array => concatBytes(utf8ToBytes('aidline/1/hello\n'), sha256(utf8ToBytes(token)));

/** Why the server closes a connection; the desktop keeps its outbox in every case. */
export const Goodbye = z.strictObject({ refusal: Refusal });

/** Event names on the socket; all requests are acknowledged with the answer named. */
export const SOCKET = { push: 'push', pull: 'pull', ask: 'ask', feed: 'feed', live: 'live', goodbye: 'goodbye' } as const;
