import { afterAll, beforeAll, expect, it } from 'vitest';
import { appended, CASE_A, command, granted, id, note, withCommand, write } from '../log/log-fixture.ts';
import { Cluster } from './cluster.ts';
import { openLog } from './postgres-fixture.ts';

let cluster: Cluster;
// The database knows nothing of the tables' sizes, as after a restore.
beforeAll(async () => void (cluster = await Cluster.start({ autovacuum: 'off' })));
afterAll(() => cluster.dispose());

it('[SY2] an append looks at its own command\'s rows and its own case\'s readers, however many there are', async () => {
  const name = await cluster.database();
  const [cases, commands] = [120, 150];
  const log = await openLog(cluster.url(name));
  for (let n = 0; n < cases; n += 1) await appended(log, write(id(0x9000 + n), 0, [granted(id(0x7000 + n)), granted(id(0x7001 + n))]));
  for (let n = 1; n <= commands; n += 1) await appended(log, withCommand(write(CASE_A, n - 1, [note('once')]), command({ number: n })));
  // What a connection has counted is known when it has ended.
  await log.close();
  const [read] = await cluster.sql<{ numbers: string; access: string; whole: string }>(name, `SELECT
    (SELECT sum(idx_tup_read) FROM pg_stat_all_indexes WHERE relname = 'numbers') AS numbers, (SELECT sum(idx_tup_read) FROM pg_stat_all_indexes WHERE relname = 'access') AS access,
    (SELECT sum(seq_tup_read) FROM pg_stat_all_tables WHERE schemaname = 'aidline' AND relname IN ('numbers', 'access', 'entries', 'commands', 'streams')) AS whole`);
  expect(Number(read?.numbers)).toBeGreaterThan(commands);
  expect(Number(read?.numbers)).toBeLessThan(commands * 8);
  expect(Number(read?.access)).toBeLessThan(cases * 8);
  expect(Number(read?.whole)).toBeLessThan(cases);
});
