/** Reads a desktop's file with nothing but SQLite and its key. */
import Database from 'better-sqlite3';

export type KeptCommand = { seq: number; id: string; stream: string; status: string; refusal: string | null; dependsOn: string[] };
export type KeptCase = { id: string; version: number; state: unknown };

export function readDesktop(file: string, key: Buffer): { commands: Map<string, KeptCommand>; cases: Map<string, KeptCase> } {
  const db = new Database(file, { readonly: true });
  try {
    db.pragma("cipher = 'sqlcipher'");
    db.pragma(`key = "x'${key.toString('hex')}'"`);
    const commands = db.prepare('select seq, id, stream, status, refusal, inner_text from outbox order by seq').all() as (KeptCommand & { inner_text: string })[];
    const cases = db.prepare('select id, version, state from confirmed_case').all() as { id: string; version: number; state: string }[];
    return {
      commands: new Map(commands.map(({ inner_text: inner, ...row }) => [row.id, { ...row, dependsOn: (JSON.parse(inner) as { dependsOn: string[] }).dependsOn }])),
      cases: new Map(cases.map((row) => [row.id, { ...row, state: JSON.parse(row.state) as unknown }])),
    };
  } finally {
    db.close();
  }
}
