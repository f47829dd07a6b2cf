/**
 * The measured points of docs/scale.md: `node tests/bench/scale/points.ts [years]`. What a command costs with how many seats there are
 * and how many of them work; what a log of so many cases takes to start on, on the disk and in memory; what a desktop costs
 * while nobody does anything. A few minutes; look at how one figure grows into the next, not at the figures.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { EventDraft } from '#shared/protocol/envelope.ts';
import type { StreamId } from '#shared/protocol/ids.ts';
import { openSealedLog } from '../../../server/log/sealing/open-sealed-log.ts';
import { pssOf } from '../process-tree.ts';
import type { ToldChild } from '../told-child.ts';
import { counting } from './found-centre.ts';
import { Stage } from './stage.ts';

const SEATS = [200, 800, 2_000];
const WORKING = 200;
const WORK_MS = 6_000;
const QUIET_MS = 6_000;
const CASES = [1_000, 4_000, 16_000];
const EVENTS_A_CASE = 20;
const AT_ONCE = 200;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const seconds = async (child: ToldChild): Promise<number> => ((await child.does('processor')) as { seconds: number }).seconds;
const us = (from: number, to: number, count: number): string => `${Math.round(((to - from) * 1e6) / count)} µs`;

/** A command's cost where as many desktops are there as `seats`, and the same number of them works. */
async function bySeats(stage: Stage): Promise<void> {
  for (const count of SEATS) {
    const { data, seats } = await stage.found(`seats-${count}`, { database: null, desktops: count, watchers: 0 });
    const { child, url } = await stage.centre(['--data', data], true, ['--expose-gc']);
    const idle = await stage.crowds(child, [url], seats.slice(WORKING));
    const working = await stage.crowds(child, [url], counting(seats.slice(0, WORKING), 2));
    await wait(3_000);
    const before = await seconds(child);
    await wait(QUIET_MS);
    const quiet = await seconds(child);
    const worked = (await working.all('work', { ms: WORK_MS })) as { accepted: number }[];
    const accepted = worked.reduce((sum, one) => sum + one.accepted, 0);
    say(`${count} seats, ${WORKING} of them working: ${Math.round((accepted * 1000) / WORK_MS)} commands/s, ${us(quiet, await seconds(child), accepted)} of processor each; quiet: ${us(before, quiet, (count * QUIET_MS) / 1000)} a desktop and second`);
    for (const crowds of [idle, working]) await crowds.end();
    await stage.end(child);
  }
}

/** A log of so many closed and open cases: one in eight is open. */
async function write(data: string, from: number, to: number): Promise<void> {
  const now = (): string => new Date().toISOString();
  const opened = await openSealedLog(data, { ring: null, ringSecret: '', now, newId: () => uuidv7() });
  if (!opened.ok) throw new Error(opened.error.code);
  const person = uuidv7();
  const event = (kind: string, body: unknown): EventDraft => ({ id: uuidv7(), kind, body });
  for (let n = from; n < to; n += AT_ONCE) {
    await opened.log.append(Array.from({ length: Math.min(AT_ONCE, to - n) }, (_one, index) => {
      const events = [
        event('case opened', { reason: 'by-hand', callId: null, fromCase: null, number: null, queue: null }), event('access granted', { person, as: 'owner' }),
        ...Array.from({ length: EVENTS_A_CASE - 3 }, (_two, note) => event('note written', { noteId: uuidv7(), text: `客户说想把三笔分期都还清，第 ${note} 次记` })),
        index % 8 === 0 ? event('note written', { noteId: uuidv7(), text: '还在办' }) : event('case closed', { outcome: 'done' }),
      ];
      return { writes: [{ stream: uuidv7() as StreamId, expectedVersion: 0, events, actor: { kind: 'person' as const, person, workstation: 'bench' }, madeAt: now(), customer: null }], command: null, audit: [] };
    }));
  }
  await opened.log.close();
}

const DAYS_ON = 8;

/** Once while all of it is of these days, and once when what is closed was closed longer ago than a call is remembered. */
async function byYears(stage: Stage): Promise<void> {
  for (const cases of CASES) {
    const { data } = await stage.found(`years-${cases}`, { database: null, desktops: 20, watchers: 0 });
    await write(data, 0, cases);
    for (const days of [0, DAYS_ON]) {
      const began = performance.now();
      const { child } = await stage.centre(['--data', data, ...(days === 0 ? [] : ['--now', new Date(Date.now() + days * 86_400_000).toISOString()])], true, ['--expose-gc']);
      const started = performance.now() - began;
      const { heapMb } = (await child.does('memory')) as { heapMb: number };
      say(`${cases} cases of ${EVENTS_A_CASE} events, ${days} days later: started in ${(started / 1000).toFixed(1)} s, heap ${heapMb.toFixed(0)} MB, PSS ${pssOf(child.pid).toFixed(0)} MB, file ${(statSync(join(data, 'log.db')).size / 1e6).toFixed(0)} MB`);
      await stage.end(child);
    }
  }
}

const stage = new Stage('points');
try {
  if (process.argv[2] !== 'years') await bySeats(stage);
  await byYears(stage);
} finally {
  await stage.dispose();
}
