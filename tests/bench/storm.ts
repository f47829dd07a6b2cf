/**
 * `storm`: five thousand desktops are cut at once with a command on its way each, and come back as the shipped desktop does: each
 * one's own first try until its feed is read, and the server's processor time. Reference: bare Socket.IO with the same waits
 * between tries. The door lets in as many as it ships with (OF5).
 */
import { atMost, inTurn, quantile, side, type Bench } from './result.ts';
import { counting } from './scale/found-centre.ts';
import { NOTE, Stage } from './scale/stage.ts';
import type { Return } from './scale/light-desktop.ts';
import type { ToldChild } from './told-child.ts';

const DESKTOPS = Number(process.env['AIDLINE_BENCH_DESKTOPS'] ?? 5_000);
const ALL_WITHIN_S = 60;

type Told = { returns: Return[]; cutAt: number; lost?: number; doubled?: number };
type Figures = { p50: number; p99: number; last: number; tries: number; seconds: number };

const seconds = async (child: ToldChild): Promise<number> => ((await child.does('processor')) as { seconds: number }).seconds;

export const storm: Bench = {
  name: 'storm',
  async run({ runs, say }) {
    const stage = new Stage('storm');
    const figures = { ours: [] as Figures[], reference: [] as Figures[] };
    let [lost, doubled] = [0, 0];
    const note = (who: 'ours' | 'reference', told: readonly Told[], processor: number): void => {
      const returns = told.flatMap((one) => one.returns);
      const cutAt = Math.min(...told.map((one) => one.cutAt));
      const times = returns.map(({ ms }) => ms / 1000);
      const one = { p50: quantile(times, 0.5), p99: quantile(times, 0.99), last: (Math.max(...returns.map(({ at }) => at)) - cutAt) / 1000, tries: returns.reduce((sum, { tries }) => sum + tries, 0) / returns.length, seconds: processor };
      figures[who].push(one);
      say(`${who} p50 ${one.p50.toFixed(1)} s, p99 ${one.p99.toFixed(1)} s, all after ${one.last.toFixed(1)} s, ${one.tries.toFixed(1)} tries each, ${one.seconds.toFixed(1)} s of the server's processor`);
    };
    try {
      const { data, seats } = await stage.found('centre', { database: null, desktops: DESKTOPS, watchers: 0 });
      await inTurn(runs, async () => {
        const { child, url } = await stage.centre(['--data', data], false);
        const crowds = await stage.crowds(child, [url], counting(seats, figures.ours.length + 1));
        const before = await seconds(child);
        const told = (await crowds.all('storm')) as unknown as (Told & { lost: number; doubled: number })[];
        note('ours', told, (await seconds(child)) - before);
        for (const one of told) [lost, doubled] = [lost + one.lost, doubled + one.doubled];
        await crowds.end();
        await stage.end(child);
      }, async () => {
        const { child, url } = await stage.bareServer();
        const crowds = await stage.bareCrowds([url], DESKTOPS, NOTE);
        const before = await seconds(child);
        const told = (await crowds.all('storm')) as unknown as Told[];
        note('reference', told, (await seconds(child)) - before);
        await crowds.end();
        await stage.end(child);
      });
    } finally {
      await stage.dispose();
    }
    const of = (who: 'ours' | 'reference', what: keyof Figures): ReturnType<typeof side> => side(figures[who].map((one) => [one[what]]));
    const [a, b] = [of('ours', 'p99'), of('reference', 'p99')];
    const ratio = a.median / b.median;
    const both = (what: keyof Figures): [number, number] => [of('ours', what).median, of('reference', what).median];
    const [[myHalf, theirHalf], [myLast, theirLast], [mySeconds, theirSeconds], [myTries, theirTries]] = [both('p50'), both('last'), both('seconds'), both('tries')];
    return {
      bench: 'storm', unit: 's', better: 'lower', ours: a, reference: b, ratio,
      aims: [
        atMost('p99, ours / reference', 3, ratio), atMost('p50, ours / reference', 3, myHalf / theirHalf), atMost('processor seconds of the server, ours / reference', 3, mySeconds / theirSeconds),
        atMost('seconds from the cut until everybody is current', ALL_WITHIN_S, myLast), atMost('commands lost or doubled', 0, lost + doubled),
      ],
      notes: [
        `${DESKTOPS} desktops, a person and a case each; each one's own first try until its feed is read`,
        `p50 ${myHalf.toFixed(1)} s against ${theirHalf.toFixed(1)} s; last after ${myLast.toFixed(1)} s against ${theirLast.toFixed(1)} s; ${myTries.toFixed(1)} tries each against ${theirTries.toFixed(1)}; processor ${mySeconds.toFixed(1)} s against ${theirSeconds.toFixed(1)} s`,
        'ours proves token and machine, writes who came and went into the log, and applies each command that was on its way once; SQLite',
        'session tokens made without a passphrase and still good; clients and server on this machine; no TLS on either',
      ],
    };
  },
};
