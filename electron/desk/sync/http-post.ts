import { z } from 'zod';
import { Refusal } from '#shared/protocol/refusal.ts';

export type Answered<T> =
  | { status: 'answered'; answer: T }
  | { status: 'refused'; refusal: Refusal }
  /** No server there, one in trouble (5xx), or something that is none of ours. */
  | { status: 'unreachable' };

const ANSWER_MS = 8_000;
const Refused = z.object({ refusal: Refusal });

/**
 * `POST {server}{path}`: what is asked before there is a connection.
 * @param shape of the answer; a refusal has its own
 */
export async function httpPost<S extends z.ZodType>(server: string, path: string, request: object, shape: S): Promise<Answered<z.output<S>>> {
  let body: unknown;
  try {
    const response = await fetch(`${server.replace(/\/+$/, '')}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(ANSWER_MS),
      redirect: 'error',
    });
    if (response.status >= 500) return { status: 'unreachable' };
    body = await response.json();
  } catch {
    return { status: 'unreachable' };
  }
  const answer = shape.safeParse(body);
  if (answer.success) return { status: 'answered', answer: answer.data };
  const refused = Refused.safeParse(body);
  return refused.success ? { status: 'refused', refusal: refused.data.refusal } : { status: 'unreachable' };
}
