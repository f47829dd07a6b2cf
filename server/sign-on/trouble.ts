import * as client from 'openid-client';
import type { Refusal } from '#shared/protocol/refusal.ts';

const no = (code: string, why?: string): Refusal => (why === undefined ? { code } : { code, detail: { why: why.slice(0, 60) } });

/** Codes of the library after which the provider was there and said something that cannot be believed. */
const FALSE: Readonly<Record<string, string>> = {
  OAUTH_KEY_SELECTION_FAILED: 'key', OAUTH_INVALID_RESPONSE: 'answer', OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED: 'issuer', OAUTH_UNSUPPORTED_OPERATION: 'algorithm', OAUTH_PARSE_ERROR: 'answer',
  OAUTH_RESPONSE_IS_NOT_JSON: 'answer', OAUTH_MISSING_SERVER_METADATA: 'metadata', OAUTH_INVALID_SERVER_METADATA: 'metadata', OAUTH_REQUEST_PROTOCOL_FORBIDDEN: 'address', OAUTH_HTTP_REQUEST_FORBIDDEN: 'address',
};

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
/** The library tells which claim it was two causes down. */
function claimOf(error: unknown): string | null {
  for (let at: unknown = error, depth = 0; isRecord(at) && depth < 4; at = at['cause'], depth += 1) if (typeof at['claim'] === 'string') return at['claim'];
  return null;
}
function statusOf(error: unknown): number | null {
  for (let at: unknown = error, depth = 0; isRecord(at) && depth < 4; at = at['cause'], depth += 1) if (typeof at['status'] === 'number') return at['status'];
  return null;
}

/** What the authorisation response itself says went wrong. */
export const refusedThere = (error: string): Refusal =>
  (error === 'temporarily_unavailable' || error === 'server_error' ? no('sign-on-provider-down') : no('sign-on-denied', /^[\w.-]{1,60}$/.test(error) ? error : 'error'));

/** An error of the provider, or on the way to it, as somebody at the sign-in may hear it. Not one of ours: no token is in it. */
export function troubleOf(error: unknown): Refusal {
  if (error instanceof client.AuthorizationResponseError) return refusedThere(error.error);
  if (error instanceof client.ResponseBodyError) {
    if (error.error === 'invalid_grant') return no('sign-on-code-over');
    return error.status >= 500 ? no('sign-on-provider-down') : no('sign-on-provider-false', error.error);
  }
  const code = isRecord(error) && typeof error['code'] === 'string' ? error['code'] : '';
  if (code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED') return claimOf(error) === 'auth_time' ? no('sign-on-answer-false', 'auth_time') : no('sign-on-clock');
  if (code === 'OAUTH_JWT_CLAIM_COMPARISON_FAILED') return no('sign-on-answer-false', claimOf(error) ?? 'claim');
  if (code === 'OAUTH_RESPONSE_IS_NOT_CONFORM') return (statusOf(error) ?? 500) >= 500 ? no('sign-on-provider-down') : no('sign-on-provider-false', `HTTP ${statusOf(error)}`);
  const why = FALSE[code];
  return why === undefined ? no('sign-on-provider-down') : no('sign-on-answer-false', why);
}
