import type { Db } from './database.ts';

export type Library = ReturnType<typeof libraryOf>;

/** Policy, calendar and flows as the server last published them; what they hold is parsed by who uses them. */
export function libraryOf(db: Db) {
  const put = db.prepare('insert into library (name, value, read_at) values (?, ?, ?) on conflict (name) do update set value = excluded.value, read_at = excluded.read_at');
  const get = db.prepare('select value from library where name = ?').pluck();
  return {
    put: (name: string, value: unknown, at: string): void => void put.run(name, JSON.stringify(value), at),
    get: (name: string): unknown => {
      const held = get.get(name);
      return held === undefined ? null : JSON.parse(String(held));
    },
  };
}
