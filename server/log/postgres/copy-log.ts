/**
 * The day a centre outgrows its first machine: its whole log, the keys of its bodies, and what lies beside them, from files
 * into a database, every row as it is. Positions, links, numbers and answers stay, so desktops' cursors and unsent commands do;
 * nothing is lost by it, so the epoch stays as well.
 *
 * The chain is walked before, and again on what the database then holds, and every row is compared. All of it is one
 * transaction: where anything differs, nothing is left behind.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type pg from 'pg';
import type { Bilingual } from '#shared/protocol/ids.ts';
import { LogFailure } from '../log-errors.ts';
import { countKeys, importKeys } from '../sealing/move-keys.ts';
import { markAsCopy, openDatabase } from '../sqlite/open-database.ts';
import { walkChain } from '../verify-chain.ts';
import { connect, dropClient, failureOf, placeOf } from './connections.ts';
import { exportLog } from './export-log.ts';
import { migrate, unfitness } from './schema.ts';
import { logTables, namesOf, type Table } from './tables.ts';

/** Why nothing was copied: the text to tell, and what was found. */
export type CopyRefusal = { code: 'copy-no-source' | 'copy-source-broken' | 'copy-source-unlinked' | 'copy-target-not-empty' | 'copy-differs'; cause: string; text: Bilingual };
export type Copied = { entries: number; batches: number; keys: number; link: string; epoch: string };

const texts: Record<CopyRefusal['code'], Bilingual> = {
  'copy-no-source': { zh: '来源文件夹里没有事件日志（log.db 和 keys.sqlite）。请核对 --from；没有复制任何内容。', en: 'The source folder holds no event log (log.db and keys.sqlite). Check --from; nothing was copied.' },
  'copy-source-broken': { zh: '来源日志的审计链不完整，没有复制。请先用 npm run audit -- verify 查明。', en: 'The chain of the source log is not intact, and nothing was copied. Look into it with npm run audit -- verify first.' },
  'copy-source-unlinked': { zh: '来源日志刚升级，还没有启动过。请先用本版本的服务器启动一次再复制。', en: 'The source log was just migrated and not started since. Start this version of the server on it once, then copy.' },
  'copy-target-not-empty': { zh: '目标数据库里已有日志，拒绝覆盖。请指定一个空数据库；没有复制任何内容。', en: 'The target database holds a log already, which is not written over. Name an empty database; nothing was copied.' },
  'copy-differs': { zh: '复制后的内容与来源不一致，已全部撤销；目标仍为空。', en: 'What was copied is not what the source holds. All of it was undone, and the target is still empty.' },
};
const no = (code: CopyRefusal['code'], cause: string): { ok: false; refusal: CopyRefusal } => ({ ok: false, refusal: { code, cause, text: texts[code] } });

const LOT = 1_000;

/**
 * What goes along in the same transaction. Called under the source's lock, before its keys are copied: what it seals is opened
 * with one of them. The function it answers writes, and names what differs then, or null.
 */
type GoesAlong = (folder: string) => Promise<(client: pg.Client) => Promise<string | null>>;

/**
 * @param folder the data folder of a server that does not run: its lock is held meanwhile. Afterwards its log knows that it
 *   was copied: whoever starts on it again begins a new epoch (SY9).
 * @throws LogFailure for trouble of either database
 */
export async function copyLog(folder: string, url: string, along: GoesAlong = async () => async () => null): Promise<{ ok: true; copied: Copied } | { ok: false; refusal: CopyRefusal }> {
  if (!existsSync(join(folder, 'log.db')) || !existsSync(join(folder, 'keys.sqlite'))) return no('copy-no-source', folder);
  const opened = openDatabase(folder);
  if (!opened.ok) throw new LogFailure(opened.error);
  const { db, path, close } = opened.value;
  const client = await connect(url).catch((thrown: unknown) => {
    close();
    throw thrown;
  });
  try {
    const answer = await copied(client, db, folder, placeOf(url), along);
    if (answer.ok) markAsCopy(path);
    return answer;
  } catch (thrown) {
    throw failureOf(thrown, placeOf(url));
  } finally {
    dropClient(client);
    close();
  }
}

async function copied(client: pg.Client, source: Database.Database, folder: string, place: string, along: GoesAlong): ReturnType<typeof copyLog> {
  const verdict = walkChain(source);
  if (!verdict.ok) return no('copy-source-broken', `${verdict.fault.kind} at ${verdict.fault.position}: ${verdict.fault.said}`);
  if (source.prepare(`SELECT 1 FROM facts WHERE name = 'unlinked'`).get() !== undefined) return no('copy-source-unlinked', folder);
  const unfit = await unfitness(client, place);
  if (unfit !== null) throw new LogFailure(unfit);
  const ready = await migrate(client, place);
  if (!ready.ok) throw new LogFailure(ready.error);
  const writeAlong = await along(folder);
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SELECT 1 FROM partitions WHERE partition = 0 FOR UPDATE');
  const { rows } = await client.query('SELECT 1 FROM facts UNION ALL SELECT 1 FROM key_facts UNION ALL SELECT 1 FROM entries LIMIT 1');
  if (rows.length > 0) {
    await client.query('ROLLBACK');
    return no('copy-target-not-empty', place);
  }
  for (const { name, value } of source.prepare<[], { name: string; value: string }>('SELECT name, value FROM facts').all()) await client.query('INSERT INTO facts (name, value) VALUES ($1, $2)', [name, value]);
  for (const table of logTables) await copyTable(client, source, table);
  const keys = await importKeys(client, join(folder, 'keys.sqlite'));
  const differs = (await writeAlong(client)) ?? (await difference(client, source, verdict.link)) ?? (JSON.stringify(await countKeys(client)) === JSON.stringify(keys) ? null : `keys, ties or holds: ${JSON.stringify(keys)} in the source`);
  if (differs !== null) {
    await client.query('ROLLBACK');
    return no('copy-differs', differs);
  }
  await client.query('COMMIT');
  const epoch = String(source.prepare(`SELECT value FROM facts WHERE name = 'epoch'`).pluck().get());
  return { ok: true, copied: { entries: verdict.entries, batches: verdict.batches, keys: keys.keys, link: verdict.link, epoch } };
}

async function copyTable(client: pg.Client, source: Database.Database, table: Table): Promise<void> {
  const insert = `INSERT INTO ${table.name} (${namesOf(table)}) SELECT * FROM unnest(${table.columns.map(({ type }, n) => `$${n + 1}::${type}[]`).join(', ')})`;
  const rows = source.prepare(`SELECT ${namesOf(table)} FROM ${table.name} ORDER BY ${table.by.join(', ')}`).raw().iterate() as IterableIterator<unknown[]>;
  let lot: unknown[][] = [];
  const write = async (): Promise<void> => {
    await client.query({ name: `copy ${table.name}`, text: insert, values: table.columns.map((_, column) => lot.map((row) => row[column])) });
    lot = [];
  };
  for (const row of rows) {
    lot.push(row);
    if (lot.length === LOT) await write();
  }
  if (lot.length > 0) await write();
}

/** Reads everything back and holds it against the source: the chain first, then row by row; names the first difference. */
async function difference(client: pg.Client, source: Database.Database, link: string): Promise<string | null> {
  const folder = mkdtempSync(join(tmpdir(), 'aidline-copy-'));
  const path = join(folder, 'read-back.db');
  try {
    await exportLog(client, path, { copied: false });
    const back = new Database(path, { readonly: true });
    try {
      const verdict = walkChain(back);
      if (!verdict.ok) return `${verdict.fault.kind} at ${verdict.fault.position}: ${verdict.fault.said}`;
      if (verdict.link !== link) return `the head is ${verdict.link}, in the source ${link}`;
      const facts = { name: 'facts', columns: [{ name: 'name', type: 'text' }, { name: 'value', type: 'text' }], by: ['name'] } as const;
      for (const table of [facts, ...logTables]) {
        const differs = rowDiffers(source, back, table);
        if (differs !== null) return differs;
      }
      return null;
    } finally {
      back.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function rowDiffers(source: Database.Database, back: Database.Database, table: Table): string | null {
  const select = `SELECT ${namesOf(table)} FROM ${table.name} ORDER BY ${table.by.join(', ')}`;
  const [ours, theirs] = [source, back].map((db) => db.prepare(select).raw().iterate() as IterableIterator<unknown[]>);
  let at = 0;
  for (const row of ours!) {
    at += 1;
    const other = theirs!.next();
    const same = !other.done && row.every((value, column) => (Buffer.isBuffer(value) ? Buffer.isBuffer(other.value[column]) && value.equals(other.value[column]) : value === other.value[column]));
    if (!same) {
      theirs!.return?.();
      return `${table.name}: row ${at} (${table.by.map((name) => String(row[table.columns.findIndex((column) => column.name === name)])).join(', ')})`;
    }
  }
  return theirs!.next().done === true ? null : `${table.name}: more than the ${at} rows of the source`;
}
