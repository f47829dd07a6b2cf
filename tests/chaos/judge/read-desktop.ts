/** Reads a desktop's file with nothing but SQLite and its key. */
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';

export type KeptCommand = { seq: number; id: string; stream: string; kind: string; status: string; refusal: string | null; seen: string | null; dependsOn: string[]; body: unknown };
export type KeptCase = { id: string; version: number; state: unknown };
/** A case that was handed over at this screen: `refusal` null while the server has not spoken. */
export type KeptCopy = { id: string; command: string; refusal: string | null; state: string | null };
export type LeftCase = { id: string; version: number; wanted: number };
export type KeptFile = { commands: Map<string, KeptCommand>; cases: Map<string, KeptCase>; copies: Map<string, KeptCopy>; left: Map<string, LeftCase> };

export function readDesktop(file: string, key: Buffer): KeptFile {
  // Of a workstation that wiped itself.
  if (!existsSync(file)) return { commands: new Map(), cases: new Map(), copies: new Map(), left: new Map() };
  const db = new Database(file, { readonly: true });
  try {
    db.pragma("cipher = 'sqlcipher'");
    db.pragma(`key = "x'${key.toString('hex')}'"`);
    const commands = db.prepare('select seq, id, stream, kind, status, refusal, seen_at as seen, inner_text from outbox order by seq').all() as (KeptCommand & { inner_text: string })[];
    const cases = db.prepare('select id, version, state from confirmed_case').all() as { id: string; version: number; state: string }[];
    const copies = db.prepare('select id, command, refusal, state from taken_over').all() as KeptCopy[];
    const left = db.prepare('select id, version, wanted from left_case').all() as LeftCase[];
    return {
      copies: new Map(copies.map((row) => [row.command, row])),
      left: new Map(left.map((row) => [row.id, row])),
      commands: new Map(commands.map(({ inner_text: text, ...row }) => {
        const { dependsOn, body } = JSON.parse(text) as { dependsOn: string[]; body: unknown };
        return [row.id, { ...row, dependsOn, body }];
      })),
      cases: new Map(cases.map((row) => [row.id, { ...row, state: JSON.parse(row.state) as unknown }])),
    };
  } finally {
    db.close();
  }
}
