/**
 * What passes between the renderer and the desk process over one MessagePort. One contract: the desk's server
 * and the renderer's client are both derived from `deskMethods` and `deskTopics`, and both parse what they
 * receive as unknown.
 *
 * A method is answered once, `{ok: true, value}` or `{ok: false, refusal}`. A topic pushes its view at once and
 * after every change until it is unsubscribed.
 */
import { z } from 'zod';
import { Diagnostics } from './diagnostics.ts';
import { CaseId, Instant, StreamId, Uuid7 } from './ids.ts';
import { Role } from '../people/roles.ts';
import { BlindEntry } from '../review/review-schema.ts';
import { Refusal } from './refusal.ts';
import { Rules } from './rules.ts';
import { SpoolOutcome } from './spool.ts';
import { EnrolmentAnswer, SignInAnswer } from './wire.ts';

// ---------------------------------------------------------------- views

export const SignedInPerson = SignInAnswer.shape.person;
export type SignedInPerson = z.infer<typeof SignedInPerson>;

export const SessionView = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('signed-out'),
    /** Why, where it was not the person's own doing (`revoked`, `session-over`, …). */
    refusal: Refusal.nullable(),
  }),
  z.strictObject({
    status: z.literal('signed-in'),
    person: SignedInPerson,
    server: z.string(),
    workstation: z.string(),
    desktop: Uuid7,
    /** `offline`: checked against this machine's own file (OF3); the server has not been heard yet. */
    checkedBy: z.enum(['server', 'this-machine']),
    signedInAt: Instant,
    /** Whether this person can sign here: `lost` and `none` leave them everything but ticks, approvals and orders; in the moment of `opening` what is signed waits. */
    key: z.enum(['opening', 'ready', 'lost', 'none']),
    /** Until when this machine alone may sign this person in. */
    offlineUntil: Instant,
  }),
  /** Somebody is signed in, and their desk is locked: `idle` after a time without input, `person` by themselves. Work already given goes on to the server. */
  z.strictObject({ status: z.literal('locked'), person: SignedInPerson, server: z.string(), workstation: z.string(), why: z.enum(['idle', 'person']), since: Instant }),
]);
export type SessionView = z.infer<typeof SessionView>;

/**
 * How a command stands (SY8). `saved-here` ◌ 已存本机 · `asked` a central command on its way, never predicted ·
 * `confirmed` ● 中心已收 · `refused` ✕ 中心未受理.
 */
export const Look = z.enum(['saved-here', 'asked', 'confirmed', 'refused']);
export type Look = z.infer<typeof Look>;

export const Mark = z.strictObject({
  command: Uuid7,
  stream: StreamId,
  number: z.int().min(1),
  kind: z.string(),
  look: Look,
  urgent: z.boolean(),
  madeAt: Instant,
  saidAt: Instant.nullable(),
  /** Central commands: the server refuses them after this. */
  notAfter: Instant.nullable(),
  /** With `refused`: the server's reason. */
  refusal: Refusal.nullable(),
  /** With `saved-here`: it would be refused on what the server has told since; the server still decides. */
  doubtful: Refusal.nullable(),
  /** With `refused`: when the person put it away. It stays readable. */
  seenAt: Instant.nullable(),
});
export type Mark = z.infer<typeof Mark>;

export const CaseView = z.strictObject({
  case: CaseId,
  /** The last version confirmed by the server; 0 for a case that only this desktop knows yet. */
  version: z.int().min(0),
  /** A `CaseState` of `shared/case/state.ts`: the confirmed events and this desktop's pending commands on top. */
  state: z.unknown(),
  /** This desktop's commands of this case, oldest first; confirmed ones for 72 hours. */
  marks: z.array(Mark),
  /** When the server last told anything of this case (SY8: the age of what is shown). */
  heardAt: Instant.nullable(),
});
export type CaseView = z.infer<typeof CaseView>;

/** What changed in the list: the first push has `whole` and replaces everything held. */
export const CasesChange = z.strictObject({
  whole: z.boolean(),
  changed: z.array(CaseView),
  gone: z.array(CaseId),
});
export type CasesChange = z.infer<typeof CasesChange>;

/** A case that a colleague handed over at this screen, until the server has taken the hand-over in or has refused it (OF1). */
export const TakenOverView = z.strictObject({
  case: CaseId,
  handOverId: Uuid7,
  fromName: z.string(),
  note: z.string(),
  at: Instant,
  /** When the leaver's desktop last heard of it (SY8). */
  heardAt: Instant.nullable(),
  /** The server did not take it: the case has left, and what was done here is refused with it. */
  refusal: Refusal.nullable(),
});
export type TakenOverView = z.infer<typeof TakenOverView>;

export const LiveView = z.strictObject({
  topic: z.string(),
  version: z.int(),
  value: z.unknown(),
  heardAt: Instant,
});
export type LiveView = z.infer<typeof LiveView>;

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

export const Draft = z.strictObject({
  case: CaseId.nullable(),
  field: z.string().min(1).max(120),
  text: z.string().max(20_000),
  at: Instant,
});
export type Draft = z.infer<typeof Draft>;

// ---------------------------------------------------------------- methods

const nothing = z.strictObject({});
const done = z.strictObject({ done: z.literal(true) });

export const CommandParams = z.strictObject({
  /** UUIDv7 made by the caller, so that pressing twice or asking again after a crash is once. Made here without it. */
  id: Uuid7.optional(),
  kind: z.string().min(1).max(60),
  case: StreamId,
  body: z.unknown(),
  /** When the customer said it. */
  saidAt: Instant.nullable().optional(),
  /** Without it: the pending commands of the case, where this one could not stand without them. */
  dependsOn: z.array(Uuid7).max(20).optional(),
  urgent: z.boolean().optional(),
  /** Central commands only; default 60. */
  notAfterSeconds: z.int().min(1).max(3600).optional(),
  /**
   * For what is signed with the passphrase typed for it (`approve review`, `sign break-glass`): opens the key once, is kept
   * nowhere and sent nowhere. The desk adds `signed` (TP8), and to a submission `validUntil`: the body comes without them.
   */
  passphrase: z.string().min(1).max(200).optional(),
});
export type CommandParams = z.infer<typeof CommandParams>;

export const CommandAnswer = z.strictObject({
  commandId: Uuid7,
  /** `pending`: decided here and stored. `asked`: a central command, stored and on its way. */
  decided: z.enum(['pending', 'asked']),
});
export type CommandAnswer = z.infer<typeof CommandAnswer>;

/** What a server says of itself before anybody is signed in. */
export const ServerInfo = z.object({
  demo: z.boolean(),
  accounts: z.array(z.object({ account: z.string(), password: z.string(), role: Role, name: z.string() })),
  /** Single sign-on: the provider's host, and whether it answered when it was last asked. */
  signOn: z.object({ provider: z.string(), reachable: z.boolean() }).nullable().default(null),
});
export type ServerInfo = z.infer<typeof ServerInfo>;

const ofOperation = { case: CaseId, operationId: Uuid7 };
const secondPerson = { account: z.string().min(1).max(80), passphrase: z.string().min(1).max(200) };

/** OF2: the second person at the maker's screen: who they are, what they type blind, their signature; `leave` gives the screen back. */
export const CoSignParams = z.discriminatedUnion('step', [
  z.strictObject({ step: z.literal('begin'), ...ofOperation, ...secondPerson }),
  z.strictObject({ step: z.literal('enter'), ...ofOperation, entry: BlindEntry }),
  z.strictObject({ step: z.literal('sign'), ...ofOperation, ...secondPerson }),
  z.strictObject({ step: z.literal('leave') }),
]);
export type CoSignParams = z.infer<typeof CoSignParams>;

export const CoSignValue = z.discriminatedUnion('step', [
  /** `matched`: they have typed it right already, and have only to sign. */
  z.strictObject({ step: z.literal('begun'), reviewer: z.strictObject({ id: Uuid7, name: z.string(), no: z.string(), role: Role }), openUntil: Instant, entriesLeft: z.int(), matched: z.boolean() }),
  z.strictObject({ step: z.literal('entered'), matches: z.boolean(), entriesLeft: z.int() }),
  z.strictObject({ step: z.literal('signed') }),
  z.strictObject({ step: z.literal('left') }),
]);

export const deskMethods = {
  /** For the sign-in screen: is it a demonstration, and with which accounts. Refusal: `server-unreachable`. */
  serverInfo: { params: z.strictObject({ server: z.url({ protocol: /^https?$/ }) }), value: ServerInfo },
  /**
   * Online where the server answers, otherwise against this machine's file within the grace (OF3).
   * Refusals: `wrong-password`, `locked-out`, `server-unreachable` (first sign-in needs it), `offline-grace-over`,
   * `protocol-too-old`, `clock-off`, `store-corrupt`, `store-newer`, `store-unwritable`, `store-full`,
   * `store-key-lost`, `store-in-use`, `passphrase-differs` (the password was changed elsewhere: give `oldPassword`), `old-password-wrong`,
   * `store-of-another-person`, `already-signed-in`.
   */
  signIn: {
    params: z.strictObject({
      account: z.string().min(1).max(80),
      password: z.string().min(1).max(200),
      /** `http://host:port` */
      server: z.url({ protocol: /^https?$/ }),
      oldPassword: z.string().min(1).max(200).optional(),
    }),
    value: SessionView,
  },
  /**
   * Signs somebody in at the identity provider, in the system's browser; answered when they have, or after five minutes. The file and
   * the person's key are opened by `openSignedOn`. A second call takes the place of the first.
   * Refusals: the codes `sign-on-…`, `server-unreachable`, `workstation-not-enrolled`, `workstation-revoked`, `person-disabled`, `already-signed-in`.
   */
  signOn: {
    params: z.strictObject({ server: z.url({ protocol: /^https?$/ }) }),
    /** `new`: neither this machine nor the centre holds anything under a desk passphrase; one has to be chosen. */
    value: z.strictObject({ name: z.string(), account: z.string(), passphrase: z.enum(['known', 'new']) }),
  },
  /** The desk passphrase after `signOn`, within ten minutes; `newPassphrase` takes its place once it has opened everything. Refusals: `passphrase-weak`, `desk-passphrase-wrong`, `desk-passphrase-weak`, `passphrase-differs`, `old-password-wrong`, `sign-on-timeout`, `locked-out`, those of the file. */
  openSignedOn: {
    params: z.strictObject({ passphrase: z.string().min(1).max(200), oldPassphrase: z.string().min(1).max(200).optional(), newPassphrase: z.string().min(1).max(200).optional() }), value: SessionView,
  },
  cancelSignOn: { params: nothing, value: done },
  /**
   * Refused as `hand-over-open` with `{items}` where promises, operations or follow-ups of one's own were accepted by nobody,
   * unless `keepMine`: they stay one's own. Refused as `unsent-work` with `{unsent}` unless `evenUnsent`; unsent commands stay
   * in the person's file.
   */
  signOut: { params: z.strictObject({ evenUnsent: z.boolean().optional(), keepMine: z.boolean().optional() }), value: done },
  session: { params: nothing, value: SessionView },
  /**
   * The way out of `store-corrupt`, `store-newer` and `store-key-lost`: the person's files are moved aside (never
   * deleted), what can still be read of the outbox is carried over at the next sign-in.
   */
  moveAside: {
    params: z.strictObject({ account: z.string().min(1).max(80), server: z.url({ protocol: /^https?$/ }) }),
    value: z.strictObject({ folder: z.string() }),
  },
  /** Answered after the outbox row is on disk (SY1). A local one that `decide` refuses is not stored. */
  command: { params: CommandParams, value: CommandAnswer },
  /**
   * Something done to the centre itself (TP12, TP15): signed here where its kind is signed, and with the passphrase typed for it
   * where it agrees to a change. `offline` without a connection. The body comes without `signed`.
   */
  administer: {
    params: z.strictObject({ kind: z.string().min(1).max(40), body: z.unknown(), passphrase: z.string().min(1).max(200).optional() }),
    value: z.strictObject({ done: z.literal(true), half: z.string().nullable() }),
  },
  /** Asks the server to enrol this machine, or how its request stands (PR9). Refusals: `server-unreachable`, `enrolment-code`, `workstation-key-lost`. */
  enrol: {
    params: z.strictObject({ server: z.url({ protocol: /^https?$/ }), name: z.string().trim().min(1).max(60), site: z.string().trim().min(1).max(60), code: z.string().max(60).nullable() }),
    value: EnrolmentAnswer,
  },
  /** Before signing in with a code of others, or at any time: the file and the person's key are wrapped anew. Refusals: `wrong-password`, `passphrase-weak`, … */
  changePassphrase: {
    params: z.strictObject({ account: z.string().min(1).max(80), server: z.url({ protocol: /^https?$/ }), old: z.string().min(1).max(200), new: z.string().min(1).max(200) }),
    value: done,
  },
  /**
   * The passphrase once more, in a session that goes on: where its time at the centre is over (`sign-in-over`), it counts from now.
   * Tried at the person's own file. Refusals: `wrong-passphrase` with `{left}`, `locked-out`, those of the file.
   */
  typeAgain: { params: z.strictObject({ passphrase: z.string().min(1).max(200) }), value: done },
  /** Locks the desk at once: everything but signing out, unlocking and keeping what is typed is refused as `locked` from here on. */
  lock: { params: nothing, value: done },
  /** With the passphrase of whoever is signed in, tried at their own file. Refusals: as `typeAgain`. */
  unlock: { params: z.strictObject({ passphrase: z.string().min(1).max(200) }), value: SessionView },
  /** A key, the mouse or a touch, told now and then: the desk locks itself after a time without. */
  inputSeen: { params: nothing, value: done },
  /** Ends another session of the person's own (ask `own sessions`), with the passphrase typed for it. Refusals: `wrong-passphrase`, `locked-out`, `session-unknown`, `offline`, those of signing. */
  endOwnSession: { params: z.strictObject({ session: Uuid7, passphrase: z.string().min(1).max(200) }), value: done },
  /** Passed through to the server and stored nowhere. `offline` without a connection. */
  ask: {
    params: z.strictObject({ kind: z.string().min(1).max(40), body: z.unknown() }),
    value: z.unknown(),
  },
  /**
   * Typed and not yet sent. `kind` tells what may be kept (PR2): of `card-number`, `code` and `answer` nothing is.
   * `ended`: the field was left, so the last token is finished. `text: ''` removes the draft.
   */
  saveDraft: {
    params: z.strictObject({
      case: CaseId.nullable(),
      field: z.string().min(1).max(120),
      text: z.string().max(20_000),
      kind: z.enum(['text', 'card-number', 'code', 'answer']).default('text'),
      ended: z.boolean().optional(),
    }),
    value: z.strictObject({ saved: z.boolean() }),
  },
  /** Of one case, or with `case: null` those of no case, or of all without it. */
  drafts: { params: z.strictObject({ case: CaseId.nullable().optional() }), value: z.array(Draft) },
  /** A refused command was read; it leaves `sync.refused` and stays in its case's marks. */
  refusalSeen: { params: z.strictObject({ command: Uuid7 }), value: done },
  /** Sends a case anew that was set aside. */
  tryAgain: { params: z.strictObject({ stream: StreamId }), value: done },
  /**
   * How this desktop stands, for whoever has to find out what is wrong: versions, ids, counts, codes and times; never
   * anything that was said, typed or read of a customer. Written into the folder `diagnostics` of the desktop's data.
   */
  diagnostics: { params: nothing, value: z.strictObject({ file: z.string(), told: Diagnostics }) },
  /**
   * The successor types their own account and passphrase at the leaver's screen, once for the whole list (OF1); closed by
   * `closeHandOver`, by the end of the session, or after a quarter of an hour. Refusals: `second-person-same`,
   * `second-person-not-here`, `hand-over-to-nobody`, and those of signing in without the server.
   */
  openHandOver: {
    params: z.strictObject({ account: z.string().min(1).max(80), passphrase: z.string().min(1).max(200) }),
    value: z.strictObject({ successor: z.strictObject({ id: Uuid7, name: z.string(), no: z.string(), role: Role }), openUntil: Instant }),
  },
  /**
   * One case, signed by both and copied into the successor's file. `copied: false`: signed, and their disk did not take the
   * copy; the same `handOverId` again copies it again. Refusals: `hand-over-not-open`, and those of the command.
   */
  handOverHere: {
    params: z.strictObject({ case: CaseId, handOverId: Uuid7, note: z.string().max(300) }),
    value: z.strictObject({ commandId: Uuid7, copied: z.boolean() }),
  },
  /**
   * One step of a co-sign at this screen while the centre is down (OF2). The passphrase opens the reviewer's file for that step and is
   * kept nowhere. Refusals: `of2-centre-is-up`, `of2-not-submitted`, `of2-reviewer-waits`, those of `openHandOver`, and of the rules.
   */
  coSign: { params: CoSignParams, value: CoSignValue },
  closeHandOver: { params: nothing, value: done },
  /** A hand-over that the server refused was read. */
  takenOverSeen: { params: z.strictObject({ case: CaseId }), value: done },
  /**
   * Writes all that this workstation keeps unsent for a server into one file, sealed (SY10); nobody need be signed in. `folder`
   * null: the downloads. Refusals: `salvage-empty`, `salvage-folder`.
   */
  exportSpool: { params: z.strictObject({ server: z.url({ protocol: /^https?$/ }), folder: z.string().min(1).max(1000).nullable() }), value: z.strictObject({ file: z.string(), rows: z.int() }) },
  /** Hands such a file's rows to the server. Refusals: `salvage-unreadable`, `salvage-other-server`, `server-unreachable`. */
  importSpool: { params: z.strictObject({ server: z.url({ protocol: /^https?$/ }), content: z.string().max(60_000_000) }), value: SpoolOutcome },
  /** Delivers what is unsent at this workstation, whoever left it. Refusal: `server-unreachable`. */
  deliverSpool: { params: z.strictObject({ server: z.url({ protocol: /^https?$/ }) }), value: SpoolOutcome },
  /** How many commands this workstation keeps unsent for a server. */
  spooled: { params: z.strictObject({ server: z.url({ protocol: /^https?$/ }) }), value: z.strictObject({ rows: z.int().min(0) }) },
  /** Before the windows close. */
  quitCheck: { params: nothing, value: z.strictObject({ unsent: z.int().min(0) }) },
  syncStatus: { params: nothing, value: SyncView },
  /** Try to connect now rather than after the waiting time. */
  connectNow: { params: nothing, value: done },
} satisfies Record<string, { params: z.ZodType; value: z.ZodType }>;

export const deskTopics = {
  session: { params: nothing, view: SessionView },
  sync: { params: nothing, view: SyncView },
  cases: { params: nothing, view: CasesChange },
  /** Null while this desktop knows nothing of it, and after it was revoked. */
  case: { params: z.strictObject({ case: CaseId }), view: CaseView.nullable() },
  /** Flows, policy and calendar as last published; kept for work without the server, null before the first sign-in. */
  rules: { params: nothing, view: Rules.nullable() },
  /** What colleagues handed over at this screen and the server has not confirmed, refused ones first. */
  'taken-over': { params: nothing, view: z.array(TakenOverView) },
  /** The newest value of a topic (`agent`, `offer`, `queue`, `reviews`, `lights`, `clock`, …); null before the first. */
  live: { params: z.strictObject({ topic: z.string().min(1).max(30) }), view: LiveView.nullable() },
} satisfies Record<string, { params: z.ZodType; view: z.ZodType }>;

export type DeskMethod = keyof typeof deskMethods;
export type MethodParams<M extends DeskMethod> = z.input<(typeof deskMethods)[M]['params']>;
export type MethodValue<M extends DeskMethod> = z.output<(typeof deskMethods)[M]['value']>;
export type DeskReply<V> = { ok: true; value: V } | { ok: false; refusal: Refusal };
/** What the renderer calls: every method, answered with a reply that never throws for what a person can cause. */
export type DeskCalls = { [M in DeskMethod]: (params: MethodParams<M>) => Promise<DeskReply<MethodValue<M>>> };
/** What the desk implements: the same, with parsed parameters. */
export type DeskHandlers = {
  [M in DeskMethod]: (
    params: z.output<(typeof deskMethods)[M]['params']>,
  ) => Promise<DeskReply<MethodValue<M>>> | DeskReply<MethodValue<M>>;
};

export type DeskTopic = keyof typeof deskTopics;
export type TopicParams<T extends DeskTopic> = z.input<(typeof deskTopics)[T]['params']>;
export type TopicView<T extends DeskTopic> = z.output<(typeof deskTopics)[T]['view']>;

// ---------------------------------------------------------------- frames on the port

/** Renderer → desk. `n` is the renderer's own counter. */
export const ToDesk = z.discriminatedUnion('t', [
  z.strictObject({ t: z.literal('call'), n: z.int(), method: z.string(), params: z.unknown() }),
  z.strictObject({ t: z.literal('subscribe'), n: z.int(), topic: z.string(), params: z.unknown() }),
  z.strictObject({ t: z.literal('unsubscribe'), n: z.int() }),
]);
export type ToDesk = z.infer<typeof ToDesk>;

export const Reply = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), value: z.unknown() }),
  z.strictObject({ ok: z.literal(false), refusal: Refusal }),
]);

/** Desk → renderer. */
export const FromDesk = z.discriminatedUnion('t', [
  z.strictObject({ t: z.literal('reply'), n: z.int(), reply: Reply }),
  z.strictObject({ t: z.literal('view'), n: z.int(), view: z.unknown() }),
]);
export type FromDesk = z.infer<typeof FromDesk>;

/** The part of a MessagePort that both ends need; the browser's, Electron's and Node's all fit behind it. */
export type DeskPort = {
  postMessage(message: unknown): void;
  /** Calls back with each message's data, already unwrapped from its event. */
  onMessage(handler: (data: unknown) => void): void;
  close(): void;
};

/** The session of somebody who is signed in. */
export type SignedIn = Extract<SessionView, { status: 'signed-in' }>;
