/**
 * Whether a database can hold a log, and the numbered migrations of its tables (RB3). The row of `schema_version` says how
 * far the tables are and what a program must know at least to work on them.
 */
import type pg from 'pg';
import { z } from 'zod';
import { logError, type LogError } from '../log-errors.ts';
import { migrations as all, SCHEMA, type Migration } from './migrations.ts';

/** Two servers that start at once: one makes the tables, the other finds them made. Any number that nothing else uses. */
const MIGRATION_LOCK = 0x4149_444c;
const OLDEST_SERVER = 140_000;

const Fitness = z.object({ syncs: z.string(), fsync: z.string(), standby: z.boolean(), readOnly: z.string(), encoding: z.string(), version: z.coerce.number() });
const Version = z.object({ version: z.int(), minimumCode: z.int() });
type Version = z.infer<typeof Version>;

/**
 * Asked on each connection that writes: settings may differ by role and database, and a fail-over may lead to another server.
 *
 * @returns why this database must not be written to, or null
 */
export async function unfitness(client: pg.Client, place: string): Promise<LogError | null> {
  const { rows } = await client.query(
    `SELECT current_setting('synchronous_commit') AS syncs, current_setting('fsync') AS fsync, pg_is_in_recovery() AS standby,
       current_setting('transaction_read_only') AS "readOnly", current_setting('server_encoding') AS encoding, current_setting('server_version_num') AS version`,
  );
  const { syncs, fsync, standby, readOnly, encoding, version } = Fitness.parse(rows[0]);
  if (version < OLDEST_SERVER || encoding !== 'UTF8') return logError('database-unfit', place, `server_version_num ${version}, encoding ${encoding}`);
  if (standby || readOnly === 'on') return logError('database-read-only', place, standby ? 'the server is in recovery' : 'transaction_read_only is on');
  // SY1: what is acknowledged survives power loss. The weaker degrees of `synchronous_commit` still sync the primary's disk.
  if (syncs === 'off' || fsync === 'off') return logError('database-not-durable', place, `synchronous_commit ${syncs}, fsync ${fsync}`);
  return null;
}

/** Null: no log was ever made here. */
async function versionOf(client: pg.Client): Promise<Version | 'foreign' | null> {
  const { rows } = await client.query<{ tables: number; known: boolean }>(
    `SELECT count(*) AS tables, coalesce(bool_or(c.relname = 'schema_version'), false) AS known
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')`,
    [SCHEMA],
  );
  const found = rows[0];
  if (found === undefined || found.tables === 0) return null;
  if (!found.known) return 'foreign';
  // With the schema's name: whoever may not look into it is told so, and not that there is no such table.
  const version = await client.query(`SELECT version, minimum_code AS "minimumCode" FROM ${SCHEMA}.schema_version`);
  return version.rows[0] === undefined ? 'foreign' : Version.parse(version.rows[0]);
}

function refusal(version: Awaited<ReturnType<typeof versionOf>>, place: string, list: readonly Migration[]): LogError | null {
  const newest = list.at(-1)?.number ?? 0;
  if (version === 'foreign') return logError('database-foreign', place, `schema ${SCHEMA} without its version`);
  if (version !== null && version.minimumCode > newest) return logError('log-newer', place, `tables of version ${version.version} ask for a program of ${version.minimumCode}, this one knows ${newest}`);
  return null;
}

/**
 * Brings the tables to the newest version, in one transaction. Running it again does nothing.
 *
 * @param list for tests of migrations only
 * @returns the versions before (0 for an empty database) and now, or why not; then nothing was changed
 */
export async function migrate(client: pg.Client, place: string, list: readonly Migration[] = all): Promise<{ ok: true; from: number; to: number } | { ok: false; error: LogError }> {
  await client.query(`BEGIN; SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
  const found = await versionOf(client);
  const refused = refusal(found, place, list);
  if (refused !== null) {
    await client.query('ROLLBACK');
    return { ok: false, error: refused };
  }
  const from = found === null || found === 'foreign' ? 0 : found.version;
  const pending = list.filter(({ number }) => number > from);
  const newest = pending.at(-1);
  if (from === 0) await client.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}; CREATE TABLE schema_version (one boolean PRIMARY KEY CHECK (one), version int NOT NULL, minimum_code int NOT NULL)`);
  for (const { sql } of pending) await client.query(sql);
  if (newest !== undefined) {
    await client.query(
      `INSERT INTO schema_version (one, version, minimum_code) VALUES (true, $1, $2) ON CONFLICT (one) DO UPDATE SET version = excluded.version, minimum_code = greatest(schema_version.minimum_code, excluded.minimum_code)`,
      [newest.number, Math.max(...pending.map(({ minimumCode }) => minimumCode))],
    );
  }
  await client.query('COMMIT');
  return { ok: true, from, to: newest?.number ?? from };
}

/**
 * At a server's start: an empty database gets its tables, so that nobody needs a second command for a first try. Older
 * tables are left to whoever decides on the upgrade, because servers of the version before may still work on them.
 */
export async function makeReady(client: pg.Client, place: string, list: readonly Migration[] = all): Promise<LogError | null> {
  const found = await versionOf(client);
  const refused = refusal(found, place, list);
  if (refused !== null) return refused;
  if (found === null) {
    const made = await migrate(client, place, list);
    return made.ok ? null : made.error;
  }
  const newest = list.at(-1)?.number ?? 0;
  return found === 'foreign' || found.version >= newest ? null : logError('database-older', place, `tables of version ${found.version}, this program makes ${newest}`);
}
