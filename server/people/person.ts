import { z } from 'zod';
import { Role } from '#shared/people/roles.ts';
import { Instant, PersonId } from '#shared/protocol/ids.ts';
import { Entitlements } from '#shared/review/policy.ts';

/** Somebody who may sign in. Entitlement to review is apart from the role (TP5). */
export const Person = z.strictObject({
  id: PersonId,
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
