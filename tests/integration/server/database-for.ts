/**
 * The stories of this folder on PostgreSQL instead of SQLite, where `AIDLINE_TEST_POSTGRES` names a server on which databases
 * may be made (`postgres://user@127.0.0.1:5433`): each data folder gets a database of its own, and finds it again when it is
 * started anew.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import pg from 'pg';

/** @returns the options of a server, none where SQLite is under test */
export async function databaseFor(data: string): Promise<string[]> {
  const server = process.env['AIDLINE_TEST_POSTGRES'];
  if (server === undefined) return [];
  const name = `story_${createHash('sha256').update(data).digest('hex').slice(0, 20)}`;
  const client = new pg.Client({ connectionString: `${server}/postgres` });
  await client.connect();
  try {
    const { rows } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rows.length === 0) await client.query(`CREATE DATABASE ${name}`);
  } finally {
    await client.end();
  }
  const redis = process.env['AIDLINE_TEST_REDIS'];
  return ['--database', `${server}/${name}`, ...(redis === undefined ? [] : ['--redis', redis])];
}

/** What lies beside the log of a stopped server, changed or read by hand. @param statement that both databases understand */
export async function besideTheLog(data: string, statement: string): Promise<unknown[]> {
  const [, url] = await databaseFor(data);
  if (url === undefined) {
    const db = new Database(join(data, 'people.sqlite'));
    try {
      const prepared = db.prepare(statement);
      return prepared.reader ? prepared.all() : [prepared.run()];
    } finally {
      db.close();
    }
  }
  const client = new pg.Client({ connectionString: url, options: '-c search_path=aidline' });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}
