import { z } from 'zod';
import { CaseId, Hash, Instant, Uuid7 } from '#shared/protocol/ids.ts';
import { Refusal } from '#shared/protocol/refusal.ts';
import type { Db } from './database.ts';

const Row = z.object({
  id: CaseId, hand_over_id: Uuid7, command: Uuid7, hash: Hash, from_person: z.string(), from_name: z.string(), note: z.string(), at: Instant,
  state: z.string().nullable(), version: z.int(), heard_at: Instant.nullable(), refusal: z.string().nullable(),
});

/** A case as the leaver's desktop showed it when it was handed over at this screen (OF1). */
export type TakenOverCase = {
  id: string;
  handOverId: string;
  /** The leaver's command, and the hash of its inner bytes: what is done here builds on it, and whoever knows both may ask how it went. */
  command: string;
  hash: string;
  from: { person: string; name: string };
  note: string;
  at: string;
  /** Not yet parsed: its schema belongs to the case logic. */
  state: unknown;
  /** The version that the leaver's desktop had confirmed. */
  version: number;
  /** When that desktop last heard the server of it: the age of what is shown. */
  heardAt: string | null;
};

/** What became of a hand-over that the server, or the one before it, did not take. */
export type RefusedTakeOver = Omit<TakenOverCase, 'state' | 'version' | 'heardAt'> & { refusal: Refusal };

export type TakenOver = ReturnType<typeof takenOverOf>;

/** What colleagues handed over at this screen and the server has not confirmed yet (OF1). */
export function takenOverOf(db: Db) {
  const columns = 'id, hand_over_id, command, hash, from_person, from_name, note, at, state, version, heard_at, refusal';
  const one = db.prepare(`select ${columns} from taken_over where id = ?`);
  const all = db.prepare(`select ${columns} from taken_over order by at, id`);
  const put = db.prepare(`insert or replace into taken_over (${columns})
    values (@id, @handOverId, @command, @hash, @fromPerson, @fromName, @note, @at, @state, @version, @heardAt, null)`);
  const refuse = db.prepare(`update taken_over set state = null, note = '', refusal = ? where id = ? and refusal is null`);
  const remove = db.prepare('delete from taken_over where id = ?');

  const read = (found: unknown): TakenOverCase | RefusedTakeOver => {
    const row = Row.parse(found);
    const base = {
      id: row.id, handOverId: row.hand_over_id, command: row.command, hash: row.hash, from: { person: row.from_person, name: row.from_name }, note: row.note, at: row.at,
    };
    return row.refusal !== null || row.state === null
      ? { ...base, refusal: Refusal.parse(JSON.parse(row.refusal ?? '{"code":"hand-over-unknown"}')) }
      : { ...base, state: JSON.parse(row.state) as unknown, version: row.version, heardAt: row.heard_at };
  };
  const isWaiting = (row: TakenOverCase | RefusedTakeOver): row is TakenOverCase => !('refusal' in row);

  return {
    /** A copy that still waits for the server; null for any other case. */
    get: (id: string): TakenOverCase | null => {
      const found = one.get(id);
      const row = found === undefined ? null : read(found);
      return row !== null && isWaiting(row) ? row : null;
    },
    waiting: (): TakenOverCase[] => all.all().map(read).filter(isWaiting),
    refused: (): RefusedTakeOver[] => all.all().map(read).filter((row) => !isWaiting(row)) as RefusedTakeOver[],
    put: (copy: TakenOverCase): void => void put.run({
      id: copy.id, handOverId: copy.handOverId, command: copy.command, hash: copy.hash, fromPerson: copy.from.person, fromName: copy.from.name, note: copy.note, at: copy.at,
      state: JSON.stringify(copy.state), version: copy.version, heardAt: copy.heardAt,
    }),
    /** The server has not taken it: the case leaves, the reason stays until it was read. */
    refuse: (id: string, refusal: Refusal): void => void refuse.run(JSON.stringify(refusal), id),
    remove: (id: string): boolean => remove.run(id).changes > 0,
  };
}
