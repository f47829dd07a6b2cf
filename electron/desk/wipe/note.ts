import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Instant } from '#shared/protocol/ids.ts';
import { writeWhole } from '../store/write-whole.ts';
import { onDisk } from '../store/store-refusal.ts';

/** What stays of a workstation that was revoked: that it was, and whether everything is gone. Nothing of anybody. */
const WipeNote = z.strictObject({
  format: z.literal(1),
  server: z.string(),
  heardAt: Instant,
  /** Null while unsent work of this machine has not reached the server. */
  doneAt: Instant.nullable(),
});
export type WipeNote = z.infer<typeof WipeNote>;

const PREFIX = 'revoked-';
const plain = (server: string): string => server.replace(/\/+$/, '');
const pathOf = (root: string, server: string): string => join(root, `${PREFIX}${createHash('sha256').update(plain(server)).digest('hex').slice(0, 24)}.json`);

function read(path: string): WipeNote | null {
  try {
    return WipeNote.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export const wipeNoteOf = (root: string, server: string): WipeNote | null => onDisk(() => (existsSync(pathOf(root, server)) ? read(pathOf(root, server)) : null));

export const writeWipeNote = (root: string, note: Omit<WipeNote, 'format'>): void => writeWhole(pathOf(root, note.server), JSON.stringify({ format: 1, ...note, server: plain(note.server) }));

/** The machine was enrolled anew. */
export const removeWipeNote = (root: string, server: string): void => onDisk(() => rmSync(pathOf(root, server), { force: true }));

export const wipeNotes = (root: string): WipeNote[] =>
  onDisk(() => (existsSync(root) ? readdirSync(root) : []).filter((name) => name.startsWith(PREFIX) && name.endsWith('.json')).map((name) => read(join(root, name))).filter((note) => note !== null));
