/** Who is at this desk, as its screen is told. */
import { z } from 'zod';
import { Instant, Uuid7 } from './ids.ts';
import { Refusal } from './refusal.ts';
import { SignInAnswer } from './wire.ts';

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
    /** When the desk locks itself unless there is input, told from a minute before; null while that is further off. */
    locksAt: Instant.nullable(),
  }),
  /** Somebody is signed in, and their desk is locked: `idle` after a time without input, `person` by themselves. Work already given goes on to the server. */
  z.strictObject({ status: z.literal('locked'), person: SignedInPerson, server: z.string(), workstation: z.string(), why: z.enum(['idle', 'person']), since: Instant }),
]);
export type SessionView = z.infer<typeof SessionView>;

/** The session of somebody who is signed in. */
export type SignedIn = Extract<SessionView, { status: 'signed-in' }>;
