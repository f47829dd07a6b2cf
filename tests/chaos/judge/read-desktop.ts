/** Reads a desktop's file with nothing but SQLite and its key. */
import Database from 'better-sqlite3';

export type KeptCommand = { seq: number; id: string; stream: string; status: string; refusal: string | null; dependsOn: string[] };
export type KeptCase = { id: string; version: number; state: unknown };
/** A case that was handed over at this screen: `refusal` null while the server has not spoken. */
export type KeptCopy = { id: string; command: string; refusal: string | null; state: string | null };
export type LeftCase = { id: string; version: number; wanted: number };
export type KeptFile = { commands: Map<string, KeptCommand>; cases: Map<string, KeptCase>; copies: Map<string, KeptCopy>; left: Map<string, LeftCase> };

export function readDesktop(file: string, key: Buffer): KeptFile {
  const db = new Database(file, { readonly: true });
  try {
    db.pragma("cipher = 'sqlcipher'");
    db.pragma(`key = "x'${key.toString('hex')}'"`);
    const commands = db.prepare('select seq, id, stream, status, refusal, inner_text from outbox order by seq').all() as (KeptCommand & { inner_text: string })[];
    const cases = db.prepare('select id, version, state from confirmed_case').all() as { id: string; version: number; state: string }[];
    const copies = db.prepare('select id, command, refusal, state from taken_over').all() as KeptCopy[];
    const left = db.prepare('select id, version, wanted from left_case').all() as LeftCase[];
    return {
      copies: new Map(copies.map((row) => [row.command, row])),
      left: new Map(left.map((row) => [row.id, row])),
      commands: new Map(commands.map(({ inner_text: inner, ...row }) => [row.id, { ...row, dependsOn: (JSON.parse(inner) as { dependsOn: string[] }).dependsOn }])),
      cases: new Map(cases.map((row) => [row.id, { ...row, state: JSON.parse(row.state) as unknown }])),
    };
  } finally {
    db.close();
  }
}
