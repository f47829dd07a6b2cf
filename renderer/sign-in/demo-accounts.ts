import { z } from 'zod';
import { Role } from '#shared/people/roles.ts';
import { desk } from '../app/desk.ts';

const ServerInfo = z.object({
  demo: z.boolean(),
  accounts: z.array(z.object({ account: z.string(), password: z.string(), role: Role, name: z.string().optional() })).optional(),
});
export type DemoAccount = NonNullable<z.infer<typeof ServerInfo>['accounts']>[number];

/**
 * The accounts a demonstration server lists. The page itself opens no connection, so the desk process is asked
 * (`server info`, before anybody is signed in: it reads `GET {server}/health`). Anything else than a demo lists none.
 */
export async function demoAccounts(server: string): Promise<DemoAccount[]> {
  const reply = await desk.calls.ask({ kind: 'server info', body: { server } });
  if (!reply.ok) return [];
  const info = ServerInfo.safeParse(reply.value);
  return info.success && info.data.demo ? (info.data.accounts ?? []) : [];
}
