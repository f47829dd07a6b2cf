/**
 * Events appended per second on SQLite and on PostgreSQL, both on the same disk, in turns, and the ratio; and how long one
 * append takes that is alone:
 *
 *   node tests/integration/postgres/append-rate.ts [rounds]
 *
 * Desktops that write at once, each to its own case with the number of its own command, as desktops do.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLog } from '../../../server/log/log.ts';
import { openSqliteLog } from '../../../server/log/sqlite/open-sqlite-log.ts';
import { appended, clock, command, granted, id, note, withCommand, write } from '../log/log-fixture.ts';
import { Cluster } from './cluster.ts';
import { openLog } from './postgres-fixture.ts';

const DESKTOPS = 200;
const WRITES = 40;
const ALONE = 50;
const ROUNDS = Number(process.argv[2] ?? 5);
const text = '客户来电咨询提前结清，已核对逐笔金额并说明手续费。'.repeat(8);
let next = 0x100_0000;

async function desktop(log: EventLog): Promise<void> {
  const stream = id((next += 1));
  const own = id((next += 1));
  await appended(log, write(stream, 0, [granted(own)]));
  for (let n = 1; n <= WRITES; n += 1) await appended(log, withCommand(write(stream, n, [note(text)]), command({ desktop: own, stream, number: n })));
}

type Run = { rate: number; aloneMs: number; cpuMs: number };
async function measured(log: EventLog): Promise<Run> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await Promise.all(Array.from({ length: DESKTOPS }, () => desktop(log)));
  const rate = (DESKTOPS * WRITES * 1000) / (performance.now() - started);
  const { user, system } = process.cpuUsage(cpu);
  const stream = id((next += 1));
  const alone = performance.now();
  for (let n = 0; n < ALONE; n += 1) await appended(log, write(stream, n, [note(text)]));
  const aloneMs = (performance.now() - alone) / ALONE;
  await log.close();
  return { rate, aloneMs, cpuMs: (user + system) / 1000 };
}

async function onSqlite(): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'aidline-rate-'));
  const opened = await openSqliteLog(folder, { now: clock });
  if (!opened.ok) throw new Error(opened.error.code);
  const run = await measured(opened.log);
  rmSync(folder, { recursive: true, force: true });
  return run;
}

const cluster = await Cluster.start({ shared_buffers: '256MB' }, null, tmpdir());
const runs = { sqlite: [] as Run[], postgres: [] as Run[] };
try {
  for (let round = 0; round < ROUNDS; round += 1) {
    runs.sqlite.push(await onSqlite());
    runs.postgres.push(await measured(await openLog(cluster.url(await cluster.database()))));
  }
} finally {
  await cluster.dispose();
}
const median = (of: keyof typeof runs, what: keyof Run): number => runs[of].map((run) => run[what]).toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
const both = (what: keyof Run, digits = 0) => ({ sqlite: Number(median('sqlite', what).toFixed(digits)), postgres: Number(median('postgres', what).toFixed(digits)), ratio: Number((median('postgres', what) / median('sqlite', what)).toFixed(2)) });
process.stdout.write(`${JSON.stringify({ eventsPerSecond: both('rate'), serverCpuMs: both('cpuMs'), msAlone: both('aloneMs', 1) }, null, 2)}\n`);
