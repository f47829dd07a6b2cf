import { SpoolAnswer, type SpoolRequest } from '#shared/protocol/spool.ts';

/** Hands rows to the server; null where it is not there, or does not take them now. */
export type PostSpool = (server: string, request: SpoolRequest) => Promise<SpoolAnswer | null>;

const ANSWER_MS = 60_000;

/** `POST {server}/spool`. A server of protocol 1 has no such door: it counts as not there, and the rows stay. */
export const spoolOverHttp: PostSpool = async (server, request) => {
  try {
    const response = await fetch(`${server.replace(/\/+$/, '')}/spool`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request), signal: AbortSignal.timeout(ANSWER_MS), redirect: 'error',
    });
    if (!response.ok) return null;
    return SpoolAnswer.safeParse(await response.json()).data ?? null;
  } catch {
    return null;
  }
};

