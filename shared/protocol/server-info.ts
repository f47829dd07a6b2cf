import { z } from 'zod';
import { Role } from '../people/roles.ts';

/** What a server says of itself before anybody is signed in. */
export const ServerInfo = z.object({
  demo: z.boolean(),
  accounts: z.array(z.object({ account: z.string(), password: z.string(), role: Role, name: z.string() })),
  /** Single sign-on: the provider's host, and whether it answered when it was last asked. */
  signOn: z.object({ provider: z.string(), reachable: z.boolean() }).nullable().default(null),
});
export type ServerInfo = z.infer<typeof ServerInfo>;
