import type { ServerInfo } from '#shared/protocol/desk-rpc.ts';
import { afterPaint } from '../app/first-paint.ts';

export type DemoAccount = ServerInfo['accounts'][number];

/** The client of the desk process, which comes after the sign-in has been painted. */
export const deskLater = async () => (await import('../app/desk.ts')).desk;

/** The accounts a demonstration server lists; anything else lists none. The page itself opens no connection: the desk asks. */
export async function demoAccounts(server: string): Promise<DemoAccount[]> {
  await new Promise<void>(afterPaint);
  const reply = await (await deskLater()).calls.serverInfo({ server });
  return reply.ok && reply.value.demo ? reply.value.accounts : [];
}
