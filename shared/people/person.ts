import { z } from 'zod';
import { Instant, PersonId, Uuid7 } from '../protocol/ids.ts';
import { Entitlements } from '../review/policy.ts';
import { Role } from './roles.ts';

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
  since: Instant,
});
export type Person = z.infer<typeof Person>;
