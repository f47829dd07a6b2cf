/** What the log holds of commands: the answer, where in the log it was given, and the numbers it was given under. */
import { join } from 'node:path';
import Database from 'better-sqlite3';

export type StoredCommand = { id: string; status: string; /** Of a refusal. */ code: string | null; kind: string; person: string; stream: string; batch: number };
export type Answers = { commands: Map<string, StoredCommand>; gaps: string[] };

type AnswerRow = { id: string; answer: string; kind: string; person: string; stream: string; batch: number };
type NumbersRow = { desktop: string; incarnation: number; stream: string; many: number; last: number };
/** As either database has them. */
export type AnswerRows = { commands: readonly AnswerRow[]; numbers: readonly NumbersRow[]; positions: { many: number; last: number } };

export const ANSWER_ROWS = {
  commands: 'SELECT id, answer, kind, person, stream, batch FROM commands',
  numbers: 'SELECT desktop, incarnation, stream, count(*) AS many, max(number) AS last FROM numbers GROUP BY desktop, incarnation, stream',
  positions: 'SELECT count(*) AS many, max(position) AS last FROM entries',
} as const;

export function answersOf({ commands, numbers, positions }: AnswerRows): Answers {
  const gaps = numbers.filter(({ many, last }) => many !== last).map(({ desktop, stream }) => `numbers of desktop ${desktop} in ${stream} have a hole`);
  if (positions.many !== positions.last) gaps.push('positions of the log have a hole');
  return { commands: new Map(commands.map(({ answer, ...row }) => {
    const { status, refusal } = JSON.parse(answer) as { status: string; refusal?: { code: string } };
    return [row.id, { ...row, status, code: refusal?.code ?? null }];
  })), gaps };
}

export function readAnswers(folder: string): Answers {
  const db = new Database(join(folder, 'log.db'), { readonly: true });
  try {
    return answersOf({
      commands: db.prepare(ANSWER_ROWS.commands).all() as AnswerRow[], numbers: db.prepare(ANSWER_ROWS.numbers).all() as NumbersRow[],
      positions: db.prepare(ANSWER_ROWS.positions).get() as AnswerRows['positions'],
    });
  } finally {
    db.close();
  }
}
