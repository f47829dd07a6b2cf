import { z } from 'zod';
import { OperationKind } from '../operation/payload.ts';
import { Person } from '../people/person.ts';
import { flowDefinition } from '../flow/definition.ts';
import { Hash, Instant, PersonId, Uuid7 } from '../protocol/ids.ts';
import { KeyId, PublicKey, Signed } from '../protocol/signature.ts';
import { ControlPolicy } from '../review/policy.ts';
import { Change, ChangeRequest, Workstation } from './change.ts';

const Reason = z.string().trim().min(1).max(200);
const change = { changeId: Uuid7 };

/** What people do to the centre itself. All are central: decided by the server, never predicted. */
export const administrationCommandSchemas = {
  'propose change': z.strictObject({ ...change, change: Change, reason: Reason, signed: Signed }),
  'approve change': z.strictObject({ ...change, digest: Hash, signed: Signed }),
  'reject change': z.strictObject({ ...change, because: Reason }),
  'withdraw change': z.strictObject(change),
  /** TP15: at once, everywhere, by one. */
  'stop kind': z.strictObject({ operationKind: OperationKind, reason: Reason }),
  /** Protective, so one is enough: nothing that arrives after it is taken (TP8). */
  'revoke key': z.strictObject({ personId: PersonId, keyId: KeyId, reason: Reason }),
  'revoke workstation': z.strictObject({ workstationId: Uuid7, reason: Reason }),
  'disable person': z.strictObject({ personId: PersonId, reason: Reason }),
  /** A person's own key, made at their desk; once, or again after two people have reset the passphrase. */
  'register key': z.strictObject({ publicKey: PublicKey, keyId: KeyId }),
} as const;
export type AdministrationCommandKind = keyof typeof administrationCommandSchemas;
export type AdministrationCommand = { [K in AdministrationCommandKind]: { kind: K; body: z.infer<(typeof administrationCommandSchemas)[K]> } }[AdministrationCommandKind];

/** Events of the stream `centre:administration`. */
export const administrationEventSchemas = {
  /** Once, on an empty log: `init` makes two administrators; the demo makes its people; policy and flows come with the program. */
  'centre founded': z.strictObject({ how: z.enum(['init', 'demo']), people: z.array(Person).min(2), policy: ControlPolicy }),
  'change proposed': z.strictObject({ ...change, change: Change, digest: Hash, reason: z.string(), proposer: PersonId, signed: Signed }),
  'change approved': z.strictObject({ ...change, digest: Hash, approver: PersonId, signed: Signed }),
  'change rejected': z.strictObject({ ...change, by: PersonId, because: z.string() }),
  'change withdrawn': z.strictObject({ ...change, by: PersonId }),
  'kind stopped': z.strictObject({ operationKind: OperationKind, by: PersonId, reason: z.string() }),
  'key registered': z.strictObject({ personId: PersonId, keyId: KeyId, publicKey: PublicKey }),
  'key revoked': z.strictObject({ personId: PersonId, keyId: KeyId, by: PersonId, reason: z.string() }),
  /** Without two people only where the centre is founded (`init` gives one code for the first machine) or in the demo. */
  'workstation enrolled': z.strictObject({ workstation: Workstation, how: z.enum(['two people', 'first machine', 'demo']) }),
  'workstation revoked': z.strictObject({ workstationId: Uuid7, by: PersonId, reason: z.string() }),
  'person disabled': z.strictObject({ personId: PersonId, by: PersonId, reason: z.string() }),
} as const;
export type AdministrationEventKind = keyof typeof administrationEventSchemas;
export type AdministrationEvent = { [K in AdministrationEventKind]: { kind: K; body: z.infer<(typeof administrationEventSchemas)[K]> } }[AdministrationEventKind];

export const RegisteredKey = z.strictObject({ keyId: KeyId, publicKey: PublicKey, registeredAt: Instant, revokedAt: Instant.nullable() });
export type RegisteredKey = z.infer<typeof RegisteredKey>;
export const EnrolledWorkstation = Workstation.extend({ enrolledAt: Instant, revokedAt: Instant.nullable() });
export type EnrolledWorkstation = z.infer<typeof EnrolledWorkstation>;

/** The centre itself, folded from its stream: who there is, what they may do, with which keys, under which policy. */
export const AdministrationState = z.strictObject({
  version: z.int().min(0),
  founded: z.enum(['init', 'demo']).nullable(),
  people: z.record(PersonId, z.strictObject({ person: Person, keys: z.array(RegisteredKey), mayRegisterKey: z.boolean() })),
  workstations: z.record(Uuid7, EnrolledWorkstation),
  /** Every version that was ever in force, the newest last: that one is in force. */
  policies: z.array(ControlPolicy),
  flows: z.array(z.strictObject({ definition: flowDefinition, publication: z.enum(['inForce', 'recalled']) })),
  stopped: z.record(z.string(), z.strictObject({ by: PersonId, at: Instant, reason: z.string() })),
  changes: z.record(Uuid7, ChangeRequest),
  /** Of each change: on which version it was proposed, and by which keys; approval asks whether both still hold. */
  proposals: z.record(Uuid7, z.strictObject({ version: z.int(), personKey: KeyId, workstationKey: KeyId })),
  /** What a change is about, by `subjectOf`, and the version that changed it last: a proposal from before is overtaken. */
  touched: z.record(z.string(), z.int()),
  /** A person's tokens that were given before this version are void; `by` is the change whose code has been their passphrase since. */
  signedOut: z.record(PersonId, z.strictObject({ version: z.int(), by: Uuid7.nullable() })),
});
export type AdministrationState = z.infer<typeof AdministrationState>;
