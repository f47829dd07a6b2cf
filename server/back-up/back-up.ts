import { chmodSync, closeSync, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { readHead } from '../log/sqlite/head.ts';
import { markAsCopy } from '../log/sqlite/open-database.ts';
import { verifyChain } from '../log/verify-chain.ts';
import { StartError } from '../start-error.ts';
import { DATABASES, fileDigest, FILES, MANIFEST, type Manifest } from './manifest.ts';

export function onDisk(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Copies one database as of one moment. One read transaction, whatever a server beside it writes meanwhile: SQLite's own
 * back-up would begin anew at each of its commits.
 */
function copyDatabase(from: string, to: string): void {
  const db = new Database(from, { readonly: true, fileMustExist: true, timeout: 10_000 });
  try {
    db.prepare('VACUUM INTO ?').run(to);
  } finally {
    db.close();
  }
  // As its original says of itself: a file that turns to a write-ahead log while it is opened cannot be checkpointed at once.
  const copy = new Database(to);
  try {
    copy.pragma('journal_mode = WAL');
  } finally {
    copy.close();
  }
}

/**
 * A whole copy of a centre's data, made beside its running server (OP1). The log comes first and the keys of its bodies after
 * it, so that every body of the copy has its key. The copy of the log knows that it is one: whoever starts on it begins a new
 * epoch (SY9). Its chain is verified before anything is said.
 *
 * @param data the data folder of a server on SQLite @param to a folder that does not exist or is empty @param now when
 * @throws StartError with what the person at the shell can do
 */
export async function backUp(data: string, to: string, now: string): Promise<Manifest> {
  if (!existsSync(join(data, 'log.db'))) throw new StartError(`${data}: 这里没有数据 / there is no data here`);
  emptyFolder(to);
  for (const name of DATABASES) if (existsSync(join(data, name))) copyDatabase(join(data, name), join(to, name));
  for (const name of FILES) if (existsSync(join(data, name))) copyFileSync(join(data, name), join(to, name));
  const log = join(to, 'log.db');
  const verdict = verifyChain(log);
  if (!verdict.ok) throw new StartError(`${log}: 备份的日志链不完整（位置 ${verdict.fault.position}），请查原件 / the chain of the copy is broken (position ${verdict.fault.position}): look at the original`);
  const { position, link } = headOf(log);
  markAsCopy(log);
  const files: Manifest['files'] = [];
  for (const name of [...DATABASES, ...FILES]) {
    const path = join(to, name);
    if (!existsSync(path)) continue;
    chmodSync(path, 0o600);
    onDisk(path);
    files.push({ name, ...(await fileDigest(path)) });
  }
  const manifest: Manifest = { format: 'aidline back-up 1', madeAt: now, position, link, files };
  // Last: a back-up that was cut off has none, and is none.
  writeFileSync(join(to, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
  onDisk(to);
  return manifest;
}

/** @throws StartError where something is there already: nothing is ever written over */
export function emptyFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (readdirSync(folder).length > 0) throw new StartError(`${folder}: 文件夹不是空的，不会覆盖 / the folder is not empty, and nothing is written over`);
}

function headOf(path: string): { position: number; link: string } {
  const db = new Database(path, { readonly: true });
  try {
    return readHead(db);
  } finally {
    db.close();
  }
}
