/** What the log holds of commands: the answer, where in the log it was given, and the numbers it was given under. */
import { join } from 'node:path';
import Database from 'better-sqlite3';

export type StoredCommand = { id: string; status: string; /** Of a refusal. */ code: string | null; kind: string; person: string; stream: string; batch: number };

export function readAnswers(folder: string): { commands: Map<string, StoredCommand>; gaps: string[] } {
  const db = new Database(join(folder, 'log.db'), { readonly: true });
  try {
    const rows = db.prepare('SELECT id, answer, kind, person, stream, batch FROM commands').all() as { id: string; answer: string; kind: string; person: string; stream: string; batch: number }[];
    const numbers = db.prepare('SELECT desktop, incarnation, stream, count(*) AS many, max(number) AS last FROM numbers GROUP BY desktop, incarnation, stream').all() as { desktop: string; incarnation: number; stream: string; many: number; last: number }[];
    const positions = db.prepare('SELECT count(*) AS many, max(position) AS last FROM entries').get() as { many: number; last: number };
    const gaps = numbers.filter(({ many, last }) => many !== last).map(({ desktop, stream }) => `numbers of desktop ${desktop} in ${stream} have a hole`);
    if (positions.many !== positions.last) gaps.push('positions of the log have a hole');
    return { commands: new Map(rows.map(({ answer, ...row }) => {
      const { status, refusal } = JSON.parse(answer) as { status: string; refusal?: { code: string } };
      return [row.id, { ...row, status, code: refusal?.code ?? null }];
    })), gaps };
  } finally {
    db.close();
  }
}
