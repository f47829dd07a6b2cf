import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase, type OpenedDatabase } from '../../../server/log/sqlite/open-database.ts';
import { GroupWriter } from '../../../server/log/sqlite/write-group.ts';
import { Reader } from '../../../server/log/sqlite/reader.ts';
import { clock, temporaryFolder } from './log-fixture.ts';

let database: OpenedDatabase;
let dispose: () => Promise<void>;
beforeEach(async () => {
  const temporary = await temporaryFolder();
  dispose = temporary.dispose;
  const opened = openDatabase(temporary.folder);
  if (!opened.ok) throw new Error(opened.error.cause);
  database = opened.value;
});
afterEach(async () => {
  database.close();
  await dispose();
});

it('walks no table from end to end, and sorts nothing, whatever it is asked', () => {
  const { db } = database;
  const asked: string[] = [];
  // Every statement of the log is prepared when its reader and writer are made: they are taken down here.
  const recording = new Proxy(db, {
    get(target, name) {
      if (name === 'prepare') {
        return (sql: string) => {
          asked.push(sql);
          return target.prepare(sql);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const made = [new Reader(recording), new GroupWriter(recording, clock)];
  expect(made).toHaveLength(2);
  expect(asked.length).toBeGreaterThan(25);
  const wrong: string[] = [];
  for (const sql of asked) {
    const unbound = sql.replaceAll('?', "'1'");
    for (const step of db.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${unbound}`).all()) {
      // The last row of `batches` and the range of audit entries are read along an index from one end.
      // What is left for a reader is counted over rows that an index gave, up to a limit.
      const bounded = /LIMIT/.test(sql) && /^SCAN (batches|\(subquery-\d+\))$/.test(step.detail);
      if ((step.detail.startsWith('SCAN') && !bounded) || step.detail.includes('TEMP B-TREE')) wrong.push(`${step.detail}: ${sql}`);
    }
  }
  // Who reads a case, in the order of grants: a handful of people are sorted.
  expect(wrong.filter((each) => !each.includes('SELECT r.person FROM access'))).toEqual([]);
});
