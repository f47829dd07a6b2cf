import { z } from 'zod';
import { upcastCaseState } from '#shared/case/case-upcast.ts';
import { CaseId, Instant } from '#shared/protocol/ids.ts';
import type { Db } from './database.ts';

const ConfirmedRow = z.object({ id: CaseId, version: z.int(), state: z.string(), heard_at: Instant, sweep: z.int() });
/** `state` is not parsed: its schema belongs to the case logic. One that an older program wrote is completed (SY7). */
export type ConfirmedCase = { id: string; version: number; state: unknown; heardAt: string; sweep: number };

export type ConfirmedCases = ReturnType<typeof confirmedCasesOf>;

/** More than a page of the feed brings: who folds what was put comes right after it. */
const MAX_JUST_PUT = 500;

/** The fold of what the server has told of each case this person may see. */
export function confirmedCasesOf(db: Db) {
  const read = (row: unknown): ConfirmedCase => {
    const { id, version, state, heard_at, sweep } = ConfirmedRow.parse(row);
    return { id, version, state: upcastCaseState(JSON.parse(state)), heardAt: heard_at, sweep };
  };
  const one = db.prepare('select id, version, state, heard_at, sweep from confirmed_case where id = ?');
  const all = db.prepare('select id, version, state, heard_at, sweep from confirmed_case order by id');
  const version = db.prepare('select version from confirmed_case where id = ?').pluck();
  const names = db.prepare('select id from confirmed_case order by id').pluck();
  const put = db.prepare(`insert into confirmed_case (id, version, state, heard_at, sweep) values (@id, @version, @state, @heardAt, @sweep)
    on conflict (id) do update set version = excluded.version, state = excluded.state, heard_at = excluded.heard_at, sweep = excluded.sweep`);
  const remove = db.prepare('delete from confirmed_case where id = ?');
  const unswept = db.prepare('select id from confirmed_case where sweep < ?').pluck();
  // As they were put, until they are read for the first time: a case that comes in is folded at once, and need not be read back for it.
  const justPut = new Map<string, ConfirmedCase>();
  return {
    get: (id: string): ConfirmedCase | null => {
      const put = justPut.get(id);
      if (put !== undefined) {
        justPut.delete(id);
        return put;
      }
      const row = one.get(id);
      return row === undefined ? null : read(row);
    },
    /** Of a case that is held; null for one that is not. */
    versionOf: (id: string): number | null => {
      const found = version.get(id);
      return found === undefined ? null : Number(found);
    },
    ids: (): string[] => names.all().map(String),
    all: (): ConfirmedCase[] => all.all().map(read),
    put: (held: ConfirmedCase): void => {
      put.run({ id: held.id, version: held.version, state: JSON.stringify(held.state), heardAt: held.heardAt, sweep: held.sweep });
      if (justPut.size >= MAX_JUST_PUT) justPut.clear();
      justPut.set(held.id, held);
    },
    remove: (id: string): boolean => {
      justPut.delete(id);
      return remove.run(id).changes > 0;
    },
    /** A transaction was undone, or rows left in another way: only the file tells what is there. */
    readAnew: (): void => justPut.clear(),
    /** Cases that the pull from the start numbered `sweep` did not name. */
    notIn: (sweep: number): string[] => unswept.all(sweep).map(String),
  };
}
