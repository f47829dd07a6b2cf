import type Database from 'better-sqlite3';
import { commandText, earlierDigest, numberText, type CommandRow, type NumberRow } from '../chain.ts';

/** Count and digest of the commands and numbers that were stored before the chain held them (migration 2). */
export function earlierOf(db: Database.Database): { rows: number; digest: string } {
  const commands = db.prepare<[], CommandRow>('SELECT id, hash, kind, schema, stream, person, answer FROM commands WHERE batch IS NULL ORDER BY id');
  const numbers = db.prepare<[], NumberRow>(
    'SELECT desktop, incarnation, stream, number, command FROM numbers WHERE batch IS NULL ORDER BY desktop, incarnation, stream, number',
  );
  return earlierDigest(texts(commands, numbers));
}

function* texts(commands: Database.Statement<[], CommandRow>, numbers: Database.Statement<[], NumberRow>): Generator<string> {
  for (const row of commands.iterate()) yield commandText(row);
  for (const row of numbers.iterate()) yield numberText(row);
}
