/**
 * Reads a log with nothing but its database and AES: bodies that are sealed are opened with the ring's file and the rows of
 * wrapped keys, by the format that docs/log.md tells.
 */
import { createDecipheriv } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { LoggedEvent } from './evidence.ts';

export type EntryRow = { position: number; content: string; bytes: Buffer; keyId: string };
export type KeyRow = { id: string; purpose: string; version: number | null; wrapped: Buffer | null };

function open(key: Buffer, sealed: Buffer, bound: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(Buffer.from(bound, 'utf8'));
  decipher.setAuthTag(sealed.subarray(sealed.length - 16));
  return Buffer.concat([decipher.update(sealed.subarray(12, sealed.length - 16)), decipher.final()]);
}

/** Data keys by id; null where one was destroyed. @param ringFile the ring's key */
export function dataKeys(ringFile: string, rows: readonly KeyRow[]): (id: string) => Buffer | null {
  const ring = JSON.parse(readFileSync(ringFile, 'utf8')) as { keys: { version: number; key: string }[] };
  const keys = new Map(rows.map(({ id, purpose, version, wrapped }) => {
    const by = ring.keys.find((one) => one.version === version);
    return [id, wrapped === null || by === undefined ? null : open(Buffer.from(by.key, 'base64'), wrapped, `aidline ring\u0000${version}\u0000${purpose}\u0000${id}`)] as const;
  }));
  return (id) => keys.get(id) ?? null;
}

export function eventOf({ position, content, bytes, keyId }: EntryRow, keyOf: (id: string) => Buffer | null): LoggedEvent {
  const key = keyId === 'unsealed' ? null : keyOf(keyId);
  const plain = keyId === 'unsealed' ? bytes : key === null ? null : open(key, bytes.subarray(1), `aidline body\u00001\u0000${keyId}`);
  return { ...(JSON.parse(content) as Omit<LoggedEvent, 'position' | 'body'>), position, body: plain === null ? null : (JSON.parse(plain.toString('utf8')) as Record<string, unknown>) };
}

function keysIn(folder: string): (id: string) => Buffer | null {
  const file = join(folder, 'keys.sqlite');
  if (!existsSync(file)) return () => null;
  const db = new Database(file, { readonly: true });
  const rows = db.prepare('SELECT id, purpose, ring_version AS version, wrapped FROM keys').all() as KeyRow[];
  db.close();
  return dataKeys(join(folder, 'ring.key'), rows);
}

/** @param folder the server's data folder */
export function readDatabase(folder: string): { events: LoggedEvent[]; answers: Map<string, string> } {
  const keyOf = keysIn(folder);
  const db = new Database(join(folder, 'log.db'), { readonly: true });
  const rows = db.prepare("SELECT e.position, e.content, b.bytes, b.key_id AS keyId FROM entries e JOIN bodies b ON b.event_id = e.event_id WHERE e.class = 'event' ORDER BY e.position").all() as EntryRow[];
  const answers = new Map((db.prepare('SELECT id, answer FROM commands').all() as { id: string; answer: string }[]).map(({ id, answer }) => [id, (JSON.parse(answer) as { status: string }).status]));
  db.close();
  return { events: rows.map((row) => eventOf(row, keyOf)), answers };
}
