import { ServerInfo } from '#shared/protocol/server-info.ts';
import { refuse, type Refusal } from '#shared/protocol/refusal.ts';

const ANSWER_MS = 3_000;

/** What a server says of itself before anybody is signed in; a demonstration lists its accounts. */
export async function readServerInfo(server: string): Promise<{ ok: true; value: ServerInfo } | { ok: false; refusal: Refusal }> {
  try {
    const response = await fetch(`${server.replace(/\/+$/, '')}/health`, { signal: AbortSignal.timeout(ANSWER_MS), redirect: 'error' });
    const info = ServerInfo.safeParse(await response.json());
    return info.success ? { ok: true, value: info.data } : { ok: false, ...refuse('server-unreachable') };
  } catch {
    return { ok: false, ...refuse('server-unreachable') };
  }
}
