/**
 * The reference of `outbox-append`: one row, one durable commit, in an encrypted file of the same settings, and nothing
 * else: no decision, no index, no view.
 */
import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';

/** @param file path of a database that does not exist yet */
export function oneRowOneCommit(file: string): { append(text: string): void; close(): void } {
  const db = new Database(file);
  db.pragma("cipher = 'sqlcipher'");
  db.pragma(`key = "x'${randomBytes(32).toString('hex')}'"`);
  db.pragma('locking_mode = EXCLUSIVE');
  db.pragma('temp_store = MEMORY');
  db.pragma('secure_delete = ON');
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('create table row (seq integer primary key, text text not null) strict');
  const insert = db.prepare('insert into row (text) values (?)');
  return { append: (text) => void insert.run(text), close: () => db.close() };
}
