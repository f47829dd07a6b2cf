import type { Db } from './database.ts';

export type LeftCases = ReturnType<typeof leftCasesOf>;

/** What is remembered of cases that left (PR6): their id and version, so that the feed goes on without a hole (SY5). */
export function leftCasesOf(db: Db) {
  const version = db.prepare('select version from left_case where id = ?').pluck();
  const put = db.prepare('insert into left_case (id, version) values (?, ?) on conflict (id) do update set version = excluded.version, wanted = 0');
  const wake = db.prepare('update left_case set version = ?, wanted = 1 where id = ?');
  const want = db.prepare('update left_case set wanted = 1 where id = ?');
  const wanted = db.prepare('select id from left_case where wanted = 1 order by id').pluck();
  const remove = db.prepare('delete from left_case where id = ?');
  const clear = db.prepare('delete from left_case');
  return {
    /** The last version that the feed has told of a case that left; null for one that did not. */
    versionOf: (id: string): number | null => {
      const found = version.get(id);
      return found === undefined ? null : Number(found);
    },
    put: (id: string, at: number): void => void put.run(id, at),
    /** The feed told of this version: the case is active again. */
    wake: (id: string, at: number): void => void wake.run(at, id),
    /** Somebody here asks for it. @returns false where it did not leave */
    want: (id: string): boolean => want.run(id).changes > 0,
    wanted: (): string[] => wanted.all().map(String),
    remove: (id: string): void => void remove.run(id),
    /** The next pull from the start tells of every case. */
    clear: (): void => void clear.run(),
  };
}
