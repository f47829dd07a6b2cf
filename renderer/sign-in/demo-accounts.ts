import type { ServerInfo } from '#shared/protocol/desk-rpc.ts';
import { desk } from '../app/desk.ts';

export type DemoAccount = ServerInfo['accounts'][number];

/** The accounts a demonstration server lists; anything else lists none. The page itself opens no connection: the desk asks. */
export async function demoAccounts(server: string): Promise<DemoAccount[]> {
  const reply = await desk.calls.serverInfo({ server });
  return reply.ok && reply.value.demo ? reply.value.accounts : [];
}
