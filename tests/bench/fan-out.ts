/**
 * `fan-out`: from the commit of a command to its arrival at three watchers, on two nodes with PostgreSQL and Redis, at half the
 * rate that these two accept. Reference: two bare Socket.IO servers with the Redis Streams adapter, from the message's arrival at
 * one of them to three clients, at the same rate.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { atMost, inTurn, quantile, side, type Bench } from './result.ts';
import { NOTE, Stage } from './scale/stage.ts';
import type { ToldChild } from './told-child.ts';

const DESKTOPS = 200;
const WATCHERS = 3;
const MS = 10_000;
const FULL_MS = 4_000;

type Told = { sent: number; arrivals: [string, number][] };

export const fanOut: Bench = {
  name: 'fan-out',
  async run({ runs, say }) {
    const stage = new Stage('fan-out');
    const p99 = { ours: [] as number[], reference: [] as number[] };
    const p50 = { ours: [] as number[], reference: [] as number[] };
    const rates: number[] = [];
    const note = (who: 'ours' | 'reference', delays: readonly number[], rate: number): void => {
      p99[who].push(quantile(delays, 0.99));
      p50[who].push(quantile(delays, 0.5));
      say(`${who} p50 ${p50[who].at(-1)!.toFixed(1)} ms, p99 ${p99[who].at(-1)!.toFixed(1)} ms at ${Math.round(rate)}/s, ${delays.length} arrivals`);
    };
    const ours = async (): Promise<void> => {
      const [database, redis] = [await stage.database(), await stage.redis()];
      const { data, seats } = await stage.found(`run-${rates.length}`, { database, desktops: DESKTOPS, watchers: WATCHERS });
      const args = ['--data', data, '--database', database, '--redis', redis];
      const nodes = [await stage.centre(args, true), await stage.centre(args, true)];
      const crowds = await stage.crowds(nodes[0]!.child, nodes.map(({ url }) => url), seats);
      const worked = (await crowds.all('work', { ms: FULL_MS })) as { accepted: number }[];
      const rate = (worked.reduce((sum, { accepted }) => sum + accepted, 0) * 1000) / FULL_MS / 2;
      rates.push(rate);
      // What the other node still tells of it is not counted.
      await wait(1_000);
      for (const { child } of nodes) await child.does('accepted');
      const told = (await crowds.all('tell', { ms: MS, perSecond: rate / 2 })) as Told[];
      const acceptedAt = new Map<string, number>();
      for (const { child } of nodes) {
        // The node that accepted it was told of the commit before the other one.
        for (const [command, at] of (await accepted(child))) acceptedAt.set(command, Math.min(at, acceptedAt.get(command) ?? Infinity));
      }
      const delays = told.flatMap(({ arrivals }) => arrivals.flatMap(([command, at]) => (acceptedAt.has(command) ? [at - acceptedAt.get(command)!] : [])));
      const due = told.reduce((sum, { sent }) => sum + sent, 0) * WATCHERS;
      if (delays.length !== due) say(`${delays.length} of ${due} arrived within a second of the end`);
      note('ours', delays, rate);
      await crowds.end();
      for (const { child } of nodes) await stage.end(child);
    };
    const reference = async (): Promise<void> => {
      const redis = await stage.redis();
      const rate = rates.at(-1)!;
      const nodes = [await stage.bareServer(redis), await stage.bareServer(redis)];
      const crowds = await stage.bareCrowds(nodes.map(({ url }) => url), DESKTOPS, NOTE, WATCHERS);
      const told = (await crowds.all('tell', { ms: MS, perSecond: rate / 2 })) as { delays: number[] }[];
      note('reference', told.flatMap(({ delays }) => delays), rate);
      await crowds.end();
      for (const { child } of nodes) await stage.end(child);
    };
    try {
      // The first tells at what rate the reference goes, and is not counted.
      await ours();
      p99.ours.length = p50.ours.length = 0;
      await inTurn(runs, ours, reference);
    } finally {
      await stage.dispose();
    }
    const [a, b] = [side(p99.ours.map((one) => [one])), side(p99.reference.map((one) => [one]))];
    const ratio = a.median / b.median;
    const middle = (of: readonly number[]): string => side(of.map((one) => [one])).median.toFixed(1);
    return {
      bench: 'fan-out', unit: 'ms', better: 'lower', ours: a, reference: b, ratio, aims: [atMost('p99, ours / reference', 2, ratio)],
      notes: [
        `each run is the p99 of ${MS / 1000} s; medians (p50) ${middle(p50.ours)} ms and ${middle(p50.reference)} ms`,
        `${DESKTOPS} desktops over two nodes, each case watched by ${WATCHERS} others, ${Math.round(side(rates.map((one) => [one])).median)} commands/s: half of what the two accept when each desktop sends the next at once`,
        'ours: from the commit to the parsed message, authorised for each watcher; the owner is sent it too. Reference: from the message to the emit and on; nothing is stored but in Redis',
        'clients, nodes, PostgreSQL and Redis on this machine; session tokens made without a passphrase; no TLS on either',
      ],
    };
  },
};

const accepted = async (child: ToldChild): Promise<[string, number][]> => ((await child.does('accepted')) as { at: [string, number][] }).at;
