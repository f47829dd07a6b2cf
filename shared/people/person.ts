import { z } from 'zod';
import { Instant, PersonId, Uuid7 } from '../protocol/ids.ts';
import { Entitlements } from '../review/policy.ts';
import { Role } from './roles.ts';

/**
 * Who a person is at an identity provider: the claim of its ID token that names them, and its value. Both are part of the person,
 * so that two administrators say who may come in as whom (TP12). The claim must be one that nobody can change about themselves.
 */
export const SignOnIdentity = z.strictObject({ issuer: z.url({ protocol: /^https?$/ }).max(300), claim: z.string().min(1).max(60), value: z.string().min(1).max(255) });
export type SignOnIdentity = z.infer<typeof SignOnIdentity>;

/** Somebody who may sign in. Entitlement to review is apart from the role (TP5). */
export const Person = z.strictObject({
  id: PersonId,
  /** The human behind it: two accounts of one human share it, and are one person to every rule (TP5). */
  human: Uuid7,
  account: z.string().min(1).max(80),
  name: z.string().min(1).max(40),
  /** 工号, spoken to customers. */
  no: z.string().min(1).max(20),
  role: Role,
  team: z.string().max(40),
  skills: z.array(z.string().max(40)).max(20),
  entitlements: Entitlements,
  /** Customers who are this person or a relative or declared (TP14). */
  relatedCustomers: z.array(z.string()).max(50),
  active: z.boolean(),
  /** Where present, single sign-on is this person's only way in at the server: no passphrase is. */
  signOn: SignOnIdentity.optional(),
  since: Instant,
});
export type Person = z.infer<typeof Person>;
