/** What a bench stands on: one log on SQLite, or the logs of several nodes on one PostgreSQL; and what lies in it for the judge. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { EventLog } from '../../server/log/log.ts';
import type { LogOptions } from '../../server/log/log-options.ts';
import { openPostgresLog } from '../../server/log/postgres/open-postgres-log.ts';
import { openDatabase } from '../../server/log/sqlite/open-database.ts';
import { startSqliteLog } from '../../server/log/sqlite/open-sqlite-log.ts';
import { logInPostgres } from '../chaos/judge/read-postgres.ts';
import type { Evidence } from './judge/evidence.ts';
import { readDatabase } from './judge/read-database.ts';

export type BenchLogs = {
  /** One a node. */
  logs: readonly EventLog[];
  /** As a server does: for what is measured. */
  syncEachCommit(): void;
  written(): Promise<Pick<Evidence, 'events' | 'answers'>>;
  /** After the logs are closed. */
  remove(): Promise<void>;
};
export type OpensLogs = (options: LogOptions) => Promise<BenchLogs>;

export const onSqlite: OpensLogs = async (options) => {
  const folder = mkdtempSync(join(tmpdir(), 'aidline-control-'));
  const database = openDatabase(folder);
  if (!database.ok) throw new Error(database.error.code);
  // Thousands of stories, none of which cuts the power: that is tests/integration/log's to do.
  database.value.db.pragma('synchronous = OFF');
  const opened = startSqliteLog(database.value, options);
  if (!opened.ok) throw new Error(opened.error.code);
  return {
    logs: [opened.log],
    syncEachCommit: () => void database.value.db.pragma('synchronous = FULL'),
    written: async () => readDatabase(folder),
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
};

let made = 0;

async function sql(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${server}/postgres` });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** @param server on which databases may be made, `postgres://user@127.0.0.1:5433` */
export const onPostgres = (server: string, nodes: number): OpensLogs => async (options) => {
  const name = `bench_${createHash('sha256').update(`${process.pid} ${(made += 1)} ${Date.now()}`).digest('hex').slice(0, 20)}`;
  await sql(server, `CREATE DATABASE ${name}`);
  const url = `${server}/${name}`;
  const logs: EventLog[] = [];
  for (let node = 0; node < nodes; node += 1) {
    const opened = await openPostgresLog(url, options);
    if (!opened.ok) throw new Error(`${opened.error.code}: ${String(opened.error.cause)}`);
    logs.push(opened.log);
  }
  return { logs, syncEachCommit: () => undefined, written: () => logInPostgres(url, null), remove: () => sql(server, `DROP DATABASE ${name} WITH (FORCE)`) };
};

/** How many nodes `AIDLINE_TEST_NODES` asks for, as for the stages of tests/integration/server; one without it. */
export const nodesAsked = (): number => Number(process.env['AIDLINE_TEST_NODES'] ?? '1');

/** PostgreSQL where `AIDLINE_TEST_POSTGRES` names one, with the nodes that are asked for; else SQLite. */
export const asAsked: OpensLogs = (options) => {
  const server = process.env['AIDLINE_TEST_POSTGRES'];
  return (server === undefined ? onSqlite : onPostgres(server, nodesAsked()))(options);
};
