import { z } from 'zod';
import { FactsPurpose } from '../case/case-schema.ts';
import { chosenStateSchema, agentStateSchema } from '../telephony/agent-state.ts';
import { FindAnswer, FindQuery, VerifyFactor } from './bank.ts';
import { CaseId, Fen, Hash, Instant, isOwnKey, PersonId, Uuid7 } from './ids.ts';
import { Refusal } from './refusal.ts';
import { Role } from '../people/roles.ts';
import { KeyId, PublicKey, SignedSessionEnd } from './signature.ts';
import { WrappedKey } from './wrapped-key.ts';

const CallId = z.string().min(1).max(64).refine(isOwnKey);
const done = z.strictObject({ done: z.literal(true) });
const onCall = z.strictObject({ callId: CallId });

/**
 * Requests that are no commands: answered at once, never kept in an outbox. They carry what must not be stored (an
 * answer to a verification question, a passphrase) or what only makes sense now (answering a call that rings).
 */
export const asks = {
  /** The rules a desktop decides by: published flows, policy, calendar. See `rules.ts`. */
  rules: { body: z.strictObject({ have: z.string().nullable() }), value: z.strictObject({ version: z.string(), rules: z.unknown().nullable() }) },
  'find customer': { body: z.strictObject({ case: CaseId, query: FindQuery }), value: FindAnswer },
  /** Ties the case to the customer and reads the facts: both come back as events. */
  'identify customer': { body: z.strictObject({ case: CaseId, customerId: z.string().min(1).max(64) }), value: done },
  /** A case that left this desktop (PR6) and is active again: as this person may see it now. Refusal: `not-your-case`. */
  'case snapshot': { body: z.strictObject({ case: CaseId }), value: z.strictObject({ version: z.int().min(1), state: z.unknown() }) },
  /** Has the server read the bank for the asking person; the facts come back as an event. */
  'read facts': { body: z.strictObject({ case: CaseId, purpose: FactsPurpose, planIds: z.array(z.string().max(64)).max(50) }), value: done },
  verify: {
    body: z.strictObject({ case: CaseId, callId: CallId.nullable(), factor: VerifyFactor, answer: z.string().min(1).max(120) }),
    value: z.strictObject({ ok: z.boolean(), level: z.int(), failuresToday: z.int() }),
  },
  /** The caller keys the enquiry password; the agent learns 通过 or 未通过 only. */
  'collect service password': { body: z.strictObject({ case: CaseId, callId: CallId }), value: z.strictObject({ ok: z.boolean(), level: z.int(), failuresToday: z.int() }) },
  /** A doing of the centre itself (TP12, TP15): the kinds and bodies of `administration-schema.ts`. `half` of a new passphrase's code goes to the approver, the other to the proposer. */
  administer: { body: z.strictObject({ kind: z.string().min(1).max(40), body: z.unknown() }), value: z.strictObject({ done: z.literal(true), half: z.string().nullable() }) },
  /** The proposer's half of the code, told once. */
  'take half': { body: z.strictObject({ changeId: Uuid7 }), value: z.strictObject({ half: z.string() }) },
  /** A person's own key, wrapped under their passphrase on their desk, kept for the other workstations they sign in at (TP8). Registers it where it is new. */
  'keep key': { body: z.strictObject({ publicKey: PublicKey, keyId: KeyId, wrapped: WrappedKey }), value: done },
  /** Where the person who asks is signed in, newest first (ASVS 7.5.2); `until`: then the passphrase, or the provider, is needed again. */
  'own sessions': {
    body: z.strictObject({}),
    value: z.array(z.strictObject({ session: Uuid7, workstation: z.string(), site: z.string(), since: Instant, how: z.enum(['passphrase', 'sign-on']), until: Instant.nullable(), here: z.boolean() })),
  },
  /** Ends another of them, at once and at all servers; signed with the passphrase typed for it. Refusals: `session-unknown`, those of signatures. */
  'end own session': { body: z.strictObject({ session: Uuid7, signed: SignedSessionEnd }), value: done },
  /** Signing out: this session's tokens are of no use from here on. `logout` ends the browser's session at the identity provider, where there is one. */
  'end session': { body: z.strictObject({}), value: z.strictObject({ done: z.literal(true), logout: z.url({ protocol: /^https?$/ }).nullable() }) },
  'change passphrase': { body: z.strictObject({ old: z.string().min(1).max(200), new: z.string().min(1).max(200) }), value: done },
  /** Who reviewed whom how often in the last 30 days, so that pairs that always review each other show. */
  'review pairs': {
    body: z.strictObject({}),
    value: z.array(z.strictObject({ maker: PersonId, makerName: z.string(), reviewer: PersonId, reviewerName: z.string(), approved: z.int(), returned: z.int(), shareOfMaker: z.number(), shareOfReviewer: z.number() })),
  },
  'set agent state': { body: z.strictObject({ to: chosenStateSchema, basedOn: z.int().min(0), minutes: z.int().min(1).max(480).optional(), hardCall: z.boolean().optional() }), value: agentStateSchema },
  'finish wrap-up': { body: z.strictObject({ basedOn: z.int().min(0) }), value: agentStateSchema },
  'answer call': { body: z.strictObject({ callId: CallId }), value: z.strictObject({ case: CaseId }) },
  'hold call': { body: onCall, value: done },
  'retrieve call': { body: onCall, value: done },
  'end call': { body: onCall, value: done },
  /** Dials the reserved phone for a promise; how it went comes as call events. */
  'dial callback': { body: z.strictObject({ case: CaseId, promiseId: Uuid7 }), value: z.strictObject({ callId: CallId }) },
  /** How a hand-over that was signed at one screen went (OF1), asked by who knows the leaver's command and the hash of its contents. */
  'hand-over outcome': {
    body: z.strictObject({ command: Uuid7, hash: Hash }),
    value: z.strictObject({ outcome: z.enum(['unknown', 'accepted', 'refused']), refusal: Refusal.nullable() }),
  },
  /** Everyone who could take over or be asked, for pickers. */
  people: { body: z.strictObject({}), value: z.array(z.strictObject({ id: PersonId, name: z.string(), no: z.string(), role: Role, online: z.boolean() })) },
  /** A lead has seen what became of late work (SY10). */
  'put away late work': { body: z.strictObject({ commands: z.array(Uuid7).min(1).max(200) }), value: done },
  /** A lead sees the case that late work is about; that they may is an event of the case. */
  'open late case': { body: z.strictObject({ command: Uuid7 }), value: z.strictObject({ case: CaseId }) },
  /** SY9, for leads: what core banking booked in the time that a restored centre has lost, and nobody has answered for yet. */
  'lost bookings': {
    body: z.strictObject({}),
    value: z.array(z.strictObject({ key: z.string(), caseId: CaseId, customerId: z.string(), kind: z.string(), accountId: z.string().nullable(), amountFen: Fen.nullable(), receipt: z.string(), bookedAt: Instant })),
  },
  /** The lead has looked it up in core banking: from now on it holds nothing. */
  'settle lost booking': { body: z.strictObject({ key: z.string().min(1).max(128), note: z.string().trim().min(1).max(300) }), value: done },
  /** How much waits unsent at this desktop, told now and then for whoever runs the centre; refused work waits for nobody. Answers that it was heard. */
  'tell outbox': { body: z.strictObject({ waiting: z.int().min(0).max(10_000_000), oldestSeconds: z.number().min(0).max(100_000_000) }), value: done },
  renew: { body: z.strictObject({}), value: z.strictObject({ token: z.string(), expiresAt: Instant }) },
} as const;

export type AskKind = keyof typeof asks;
export type AskBody<K extends AskKind> = z.infer<(typeof asks)[K]['body']>;
export type AskValue<K extends AskKind> = z.infer<(typeof asks)[K]['value']>;
export const isAskKind = (kind: string): kind is AskKind => Object.hasOwn(asks, kind);
