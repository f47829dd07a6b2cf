import { LiveView } from '#shared/protocol/live-view.ts';
import { z } from 'zod';
import type { Db } from './database.ts';

const Row = z.object({ topic: z.string(), version: z.int(), value: z.string(), heard_at: z.string() });

export type LiveValues = ReturnType<typeof liveValuesOf>;

/** The last central truth heard, per topic; shown with its age until the server says more. */
export function liveValuesOf(db: Db) {
  const put = db.prepare(`insert into live (topic, version, value, heard_at) values (@topic, @version, @value, @heardAt)
    on conflict (topic) do update set version = excluded.version, value = excluded.value, heard_at = excluded.heard_at`);
  const all = db.prepare('select topic, version, value, heard_at from live');
  return {
    put: (view: LiveView): void =>
      void put.run({ topic: view.topic, version: view.version, value: JSON.stringify(view.value ?? null), heardAt: view.heardAt }),
    all: (): LiveView[] =>
      all.all().map((row) => {
        const { topic, version, value, heard_at } = Row.parse(row);
        return LiveView.parse({ topic, version, value: JSON.parse(value), heardAt: heard_at });
      }),
  };
}
