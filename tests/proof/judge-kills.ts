/** What the centre's file says of what a desk called saved. Reads the rows themselves and imports nothing of the product. */
import Database from 'better-sqlite3';

export type Saved = { id: string; caseId: string };

/**
 * @param file the log's database, of a server that is not running
 * @param saved in the order in which the desk said so
 * @returns how many of them are not there, are there more than once, or stand before one that was saved earlier in the same case
 */
export function judgeKills(file: string, saved: readonly Saved[]): { lost: number; doubled: number; disordered: number } {
  const db = new Database(file, { readonly: true });
  try {
    const answers = db.prepare<[string], { answer: string }>('select answer from commands where id = ?');
    // The envelope is the entry's content; the command that an event came of stands in it.
    const events = db.prepare<[], { position: number; content: string }>(`select position, content from entries where class = 'event' order by position`).all();
    const made = new Map<string, number[]>();
    for (const { position, content } of events) {
      const { command } = JSON.parse(content) as { command: string | null };
      if (command !== null) made.set(command, [...(made.get(command) ?? []), position]);
    }
    let [lost, doubled, disordered] = [0, 0, 0];
    const reached = new Map<string, number>();
    for (const { id, caseId } of saved) {
      const stored = answers.all(id);
      const accepted = stored.filter((row) => (JSON.parse(row.answer) as { status: string }).status === 'accepted');
      const positions = made.get(id) ?? [];
      if (accepted.length === 0 || positions.length === 0) lost += 1;
      // A note is one event, and the opening of a case two at most, side by side.
      else if (stored.length > 1 || new Set(positions).size !== positions.length || positions.at(-1)! - positions[0]! >= positions.length) doubled += 1;
      else if (positions[0]! < (reached.get(caseId) ?? 0)) disordered += 1;
      reached.set(caseId, positions.at(-1) ?? 0);
    }
    return { lost, doubled, disordered };
  } finally {
    db.close();
  }
}
