/**
 * Events appended per second with and without sealing, in turns on the same machine, and the ratio:
 *
 *   node tests/integration/log/sealing-rate.ts
 *
 * Desktops that write at once, each to its own case; every tenth write begins a case (a new key), the others go on.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLog } from '../../../server/log/log.ts';
import { openSqliteLog } from '../../../server/log/sqlite/open-sqlite-log.ts';
import { clock, id, note } from './log-fixture.ts';
import { ofCustomer, openSealed } from './sealing-fixture.ts';

const DESKTOPS = 200;
const WRITES = 50;
const ROUNDS = 9;
const text = '客户来电咨询提前结清，已核对逐笔金额并说明手续费。'.repeat(8);
let next = 0x100_0000;

async function desktop(log: EventLog): Promise<void> {
  let stream = id((next += 1));
  let version = 0;
  for (let n = 0; n < WRITES; n += 1) {
    if (version === 10) [stream, version] = [id((next += 1)), 0];
    const [result] = await log.append([ofCustomer(version < 2 ? null : `C-${stream}`, stream, version, [note(text)])]);
    if (result?.status !== 'appended') throw new Error(JSON.stringify(result));
    version += 1;
  }
}

async function rate(sealed: boolean): Promise<{ appends: number; cpuMs: number; readsMs: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'aidline-rate-'));
  const plain = sealed ? null : await openSqliteLog(folder, { now: clock });
  if (plain !== null && !plain.ok) throw new Error(plain.error.code);
  const log = plain === null ? (await openSealed(folder)).log : plain.log;
  const cpu = process.cpuUsage();
  const started = performance.now();
  await Promise.all(Array.from({ length: DESKTOPS }, () => desktop(log)));
  const appends = (DESKTOPS * WRITES * 1000) / (performance.now() - started);
  const { user, system } = process.cpuUsage(cpu);
  const reading = performance.now();
  for (let position = 0; ;) {
    const page = await log.eventsAfter(position, 1000);
    if (page.length === 0) break;
    position = page.at(-1)!.position;
  }
  const readsMs = performance.now() - reading;
  await log.close();
  rmSync(folder, { recursive: true, force: true });
  return { appends, cpuMs: (user + system) / 1000, readsMs };
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const runs = { plain: [] as Awaited<ReturnType<typeof rate>>[], sealed: [] as Awaited<ReturnType<typeof rate>>[] };
for (let round = 0; round < ROUNDS; round += 1) {
  runs.plain.push(await rate(false));
  runs.sealed.push(await rate(true));
}
const appends = (of: keyof typeof runs): number => Math.round(median(runs[of].map((run) => run.appends)));
const cpu = (of: keyof typeof runs): number => Math.round(median(runs[of].map((run) => run.cpuMs)));
const reads = (of: keyof typeof runs): number => Math.round(median(runs[of].map((run) => run.readsMs)));
process.stdout.write(`${JSON.stringify({
  eventsPerSecond: { plain: appends('plain'), sealed: appends('sealed'), ratio: Number((appends('sealed') / appends('plain')).toFixed(2)) },
  // Of a machine that others use as well, this is the steadier figure.
  cpuMsToAppend10000: { plain: cpu('plain'), sealed: cpu('sealed'), ratio: Number((cpu('sealed') / cpu('plain')).toFixed(2)) },
  msToRead10000: { plain: reads('plain'), sealed: reads('sealed') },
}, null, 2)}\n`);
