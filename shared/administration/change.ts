import { z } from 'zod';
import { OperationKind } from '../operation/payload.ts';
import { Person } from '../people/person.ts';
import { flowDefinition } from '../flow/definition.ts';
import { CustomerId, Instant, PersonId, Uuid7 } from '../protocol/ids.ts';
import { digestOfJson, KeyId, PublicKey } from '../protocol/signature.ts';
import { ControlPolicy } from '../review/policy.ts';

/** A machine that people may sign in at (PR9): its id, the name on its label, its site, its public key. */
export const Workstation = z.strictObject({
  id: Uuid7, name: z.string().trim().min(1).max(60), site: z.string().trim().min(1).max(60), keyId: KeyId, publicKey: PublicKey,
});
export type Workstation = z.infer<typeof Workstation>;

/**
 * What could weaken two-person control, and is therefore changed by two people only (TP12). Each says the whole new value,
 * so that what the second person reads is what comes into force.
 */
export const Change = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('add person'), person: Person }),
  z.strictObject({ kind: z.literal('change person'), person: Person }),
  /** The old passphrase and the key that it opens are void; the person starts anew with a code in two halves. */
  z.strictObject({ kind: z.literal('reset passphrase'), personId: PersonId }),
  z.strictObject({ kind: z.literal('enrol workstation'), workstation: Workstation }),
  z.strictObject({ kind: z.literal('publish policy'), policy: ControlPolicy }),
  z.strictObject({ kind: z.literal('publish flow'), definition: flowDefinition, publication: z.enum(['inForce', 'recalled']) }),
  /** TP15: what one risk officer stopped, two let go. */
  z.strictObject({ kind: z.literal('release kind'), operationKind: OperationKind }),
  /** PR7: `matter` is the number of the lawsuit or the inquiry; a customer is held until every matter is lifted. */
  z.strictObject({ kind: z.literal('set legal hold'), customerId: CustomerId, matter: z.string().trim().min(1).max(60), reason: z.string().trim().min(1).max(200) }),
  z.strictObject({ kind: z.literal('lift legal hold'), customerId: CustomerId, matter: z.string().trim().min(1).max(60), reason: z.string().trim().min(1).max(200) }),
  z.strictObject({ kind: z.literal('erase customer'), customerId: CustomerId, reason: z.string().trim().min(1).max(200) }),
]);
export type Change = z.infer<typeof Change>;
export type ChangeKind = Change['kind'];

/** What both people sign: the change, its id and who proposed it. */
export const changeDigest = (change: { changeId: string; proposer: string; change: Change }): string =>
  digestOfJson({ changeId: change.changeId, proposer: change.proposer, change: change.change });

/** A request for a change, and what became of it. */
export const ChangeRequest = z.strictObject({
  changeId: Uuid7, proposer: PersonId, proposedAt: Instant, reason: z.string(), change: Change, digest: KeyId,
  status: z.enum(['waiting', 'in-force', 'rejected', 'withdrawn']), decidedBy: PersonId.nullable(), decidedAt: Instant.nullable(), because: z.string().nullable(),
});
export type ChangeRequest = z.infer<typeof ChangeRequest>;

/**
 * What a change replaces, where it says the whole new value of something that others may change meanwhile: the second person
 * must not put back what a third has just taken away. Null where there is nothing to overtake.
 */
export function subjectOf(change: Change): string | null {
  switch (change.kind) {
    case 'add person':
    case 'change person':
      return `person ${change.person.id}`;
    case 'reset passphrase':
      return `person ${change.personId}`;
    case 'publish policy':
      return 'policy';
    case 'publish flow':
      return `flow ${change.definition.id}`;
    case 'release kind':
      return `kind ${change.operationKind}`;
    default:
      return null;
  }
}
