import pg from 'pg';
import { logError, type LogError, type LogErrorCode } from '../log-errors.ts';

/** By SQLSTATE, the longest prefix first: what PostgreSQL says, as an error that a person can act on. */
const STATES: readonly (readonly [state: string, code: LogErrorCode])[] = [
  ['57014', 'database-busy'],
  ['55P03', 'database-busy'],
  ['25P03', 'database-busy'],
  ['25006', 'database-read-only'],
  ['53100', 'database-disk-full'],
  ['53300', 'database-unreachable'],
  ['3D000', 'database-missing'],
  ['42501', 'database-rights'],
  ['28', 'database-credentials'],
  ['08', 'database-unreachable'],
  ['57P', 'database-unreachable'],
  ['40', 'database-busy'],
  ['53', 'database-busy'],
  ['58', 'database-io'],
  ['XX', 'database-io'],
];
const NETWORK: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ECONNABORTED', 'EACCES']);

/**
 * What went wrong between server and database, or null for what is no matter of the database (a constraint, a bug of ours).
 *
 * @param place of the database, without a password
 */
export function databaseTrouble(thrown: unknown, place: string): LogError | null {
  if (!(thrown instanceof Error)) return null;
  if (thrown instanceof pg.DatabaseError) {
    const state = thrown.code ?? '';
    const found = STATES.find(([prefix]) => state.startsWith(prefix));
    return found === undefined ? null : logError(found[1], place, `${state}: ${thrown.message}`);
  }
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  const as = (name: LogErrorCode): LogError => logError(name, place, code === '' ? thrown.message : `${code}: ${thrown.message}`);
  // Node names each address that it tried, and the reasons apart.
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return databaseTrouble(thrown.errors[0], place);
  if (NETWORK.has(code)) return as('database-unreachable');
  if (/SASL|password/i.test(thrown.message)) return as('database-credentials');
  if (/SSL|TLS|certificate|CERT/.test(`${code} ${thrown.message}`)) return as('database-tls');
  if (/timeout|terminated|not queryable|closed|timed out/i.test(thrown.message)) return as('database-unreachable');
  return null;
}

/** A connection that is gone, and with it the answer to whatever was under way; another one may be had. */
export const isLost = (error: LogError): boolean => error.code === 'database-unreachable';
/** Worth another try before anybody is told: a fail-over looks like the first for a while, and its standby like the last. */
export const mayPass = (error: LogError): boolean => isLost(error) || error.code === 'database-busy';
