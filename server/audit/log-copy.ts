/**
 * A log in a database, for the auditor: copied row by row into a file of SQLite that lasts as long as it is looked at, so that
 * one verifier walks both kinds. Only reads in the database; may run beside running servers.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type pg from 'pg';
import { LogFailure } from '../log/log-errors.ts';
import { connect, dropClient, failureOf, placeOf } from '../log/postgres/connections.ts';
import { exportLog } from '../log/postgres/export-log.ts';
import { SCHEMA } from '../log/postgres/migrations.ts';
import { exportKeys } from '../log/sealing/move-keys.ts';
import { ofFile, type AuditFault } from './fault.ts';
import { UsageError } from './usage-error.ts';

export const isDatabase = (text: string): boolean => /^postgres(ql)?:\/\//.test(text);

/** @param faults what is wrong with the database itself, before the chain is walked */
export type LogCopy = { path: string; faults: AuditFault[]; dispose: () => void };

/** The file itself, or a copy of what the database holds now. @throws UsageError where the database cannot be read */
export const logOf = async (database: string): Promise<LogCopy> => (isDatabase(database) ? copyOfLog(database) : { path: database, faults: [], dispose: () => undefined });

async function copyOfLog(url: string): Promise<LogCopy> {
  return copyTo(url, 'log.db', async (client, path) => {
    try {
      await exportLog(client, path, { copied: false });
    } catch (thrown) {
      // Rows that break a rule of the tables: no program of ours could have written them.
      if (!(thrown instanceof Database.SqliteError)) throw thrown;
      return [ofFile('file-damaged', `${thrown.code}: ${thrown.message}`)];
    }
    return foreignCode(client);
  });
}

/** @throws UsageError */
export const copyOfKeys = (url: string): Promise<LogCopy> => copyTo(url, 'keys.sqlite', async (client, path) => {
  await exportKeys(client, path);
  return [];
});

async function copyTo(url: string, name: string, copy: (client: pg.Client, path: string) => Promise<AuditFault[]>): Promise<LogCopy> {
  const folder = mkdtempSync(join(tmpdir(), 'aidline-audit-'));
  const dispose = (): void => rmSync(folder, { recursive: true, force: true });
  let client: pg.Client | null = null;
  try {
    client = await connect(url);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0');
    const path = join(folder, name);
    return { path, faults: await copy(client, path), dispose };
  } catch (thrown) {
    dispose();
    const failure = failureOf(thrown, placeOf(url));
    if (!(failure instanceof LogFailure)) throw new UsageError(`${placeOf(url)}: 不能读取 / cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    throw new UsageError(`${failure.error.code} (${failure.error.cause}): ${failure.error.text.zh} / ${failure.error.text.en}`);
  } finally {
    if (client !== null) dropClient(client);
  }
}

/** Triggers, rules, policies and functions would be code of somebody else's between the program and its rows. */
async function foreignCode(client: pg.Client): Promise<AuditFault[]> {
  const { rows } = await client.query<{ what: string }>(
    `SELECT format('trigger %s on %s', t.tgname, c.relname) AS what FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND NOT t.tgisinternal
     UNION ALL SELECT format('rule %s on %s', rulename, tablename) FROM pg_rules WHERE schemaname = $1
     UNION ALL SELECT format('policy %s on %s', policyname, tablename) FROM pg_policies WHERE schemaname = $1
     UNION ALL SELECT format('function %s', p.proname) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1
     UNION ALL SELECT format('view %s', c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('v', 'm', 'f') LIMIT 1`,
    [SCHEMA],
  );
  return rows.map(({ what }) => ofFile('tables-differ', what));
}
