import { z } from 'zod';
import { Person } from '../people/person.ts';
import { Instant, PersonId, Uuid7 } from '../protocol/ids.ts';
import { KeyId } from '../protocol/signature.ts';
import { ControlPolicy } from '../review/policy.ts';
import { EnrolledWorkstation } from './administration-schema.ts';
import { ChangeRequest, Workstation } from './change.ts';

/** The centre itself as its administrators and risk officers see it: no secret, no customer. */
export const AdministrationView = z.strictObject({
  people: z.array(z.strictObject({ person: Person, online: z.boolean(), keys: z.array(z.strictObject({ keyId: KeyId, registeredAt: Instant, revokedAt: Instant.nullable() })) })),
  workstations: z.array(EnrolledWorkstation),
  /** Machines that asked to be enrolled; two people compare the fingerprint with the machine's screen. */
  enrolments: z.array(z.strictObject({ workstation: Workstation, fingerprint: z.string(), askedAt: Instant })),
  policy: ControlPolicy,
  policyVersions: z.array(z.string()),
  flows: z.array(z.strictObject({ id: z.string(), version: z.int(), publication: z.enum(['inForce', 'retired', 'recalled']), title: z.strictObject({ zh: z.string(), en: z.string() }) })),
  stopped: z.array(z.strictObject({ kind: z.string(), by: PersonId, at: Instant, reason: z.string() })),
  /** Waiting ones, and the last fifty that were decided, newest first. */
  changes: z.array(ChangeRequest),
  /** Codes of which this person may still take their half. */
  halves: z.array(Uuid7),
  /** Of the identity provider that this centre was set up with. */
  signOnIssuer: z.string().optional(),
});
export type AdministrationView = z.infer<typeof AdministrationView>;
