import type { ServerInfo } from '#shared/protocol/server-info.ts';
import { afterPaint } from '../app/first-paint.ts';

export type DemoAccount = ServerInfo['accounts'][number];

/** The client of the desk process, which comes after the sign-in has been painted. */
export const deskLater = async () => (await import('../app/desk.ts')).desk;

/** What a server says of itself: the accounts of a demonstration, and single sign-on. The page itself opens no connection: the desk asks. */
export async function serverSays(server: string): Promise<{ accounts: DemoAccount[]; signOn: ServerInfo['signOn'] }> {
  await new Promise<void>(afterPaint);
  const reply = await (await deskLater()).calls.serverInfo({ server });
  return reply.ok ? { accounts: reply.value.demo ? reply.value.accounts : [], signOn: reply.value.signOn } : { accounts: [], signOn: null };
}
