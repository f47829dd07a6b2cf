/**
 * What passes between the renderer and the desk process over one MessagePort. One contract: the desk's server
 * and the renderer's client are both derived from `deskMethods` and `deskTopics`, and both parse what they
 * receive as unknown.
 *
 * A method is answered once, `{ok: true, value}` or `{ok: false, refusal}`. A topic pushes its view at once and
 * after every change until it is unsubscribed.
 */
import { z } from 'zod';
import { CaseView, CasesChange, TakenOverView } from './case-view.ts';
import { CoSignParams, CoSignValue } from './co-sign-step.ts';
import { CommandAnswer, CommandParams } from './desk-command.ts';
import { Diagnostics } from './diagnostics.ts';
import { Draft } from './draft.ts';
import { CaseId, Instant, StreamId, Uuid7 } from './ids.ts';
import { Role } from '../people/roles.ts';
import { LiveView } from './live-view.ts';
import type { Refusal } from './refusal.ts';
import { Rules } from './rules.ts';
import { ServerInfo } from './server-info.ts';
import { SessionView } from './session-view.ts';
import { SpoolOutcome } from './spool.ts';
import { SyncView } from './sync-view.ts';
import { EnrolmentAnswer } from './wire.ts';

const nothing = z.strictObject({});
const done = z.strictObject({ done: z.literal(true) });

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
