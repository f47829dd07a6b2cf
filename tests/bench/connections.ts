/**
 * `connections`: memory of the server for each signed-in, subscribed desktop, at five thousand on one node. Reference: bare
 * Socket.IO with as many connections in a room each. Both after their garbage was collected.
 */
import { ownPssOf } from './process-tree.ts';
import { atMost, inTurn, side, type Bench } from './result.ts';
import { Stage, NOTE } from './scale/stage.ts';
import type { ToldChild } from './told-child.ts';

const DESKTOPS = 5_000;
/** These fill what either process has reserved; what is measured are those after them. */
const FIRST = 1_000;
const FLAGS = ['--expose-gc'];

/** Proportional set size and heap of the server itself, without the demo's bank, after a collection. */
async function memoryOf(child: ToldChild): Promise<{ pss: number; heap: number }> {
  const { heapMb } = (await child.does('memory')) as { heapMb: number };
  return { pss: ownPssOf(child.pid), heap: heapMb };
}

export const connections: Bench = {
  name: 'connections',
  async run({ runs, say }) {
    const stage = new Stage('connections');
    const [mine, theirs] = [[] as number[], [] as number[]];
    const heaps = { ours: [] as number[], reference: [] as number[] };
    try {
      const { data, seats } = await stage.found('centre', { database: null, desktops: DESKTOPS, watchers: 0 });
      const perDesktop = (before: { pss: number; heap: number }, after: { pss: number; heap: number }): { pss: number; heap: number } => ({ pss: ((after.pss - before.pss) * 1024) / (DESKTOPS - FIRST), heap: ((after.heap - before.heap) * 1e6) / 1024 / (DESKTOPS - FIRST) });
      await inTurn(runs, async () => {
        const { child, url } = await stage.centre(['--data', data], true, FLAGS);
        const first = await stage.crowds(child, [url], seats.slice(0, FIRST));
        const before = await memoryOf(child);
        const others = await stage.crowds(child, [url], seats.slice(FIRST));
        const each = perDesktop(before, await memoryOf(child));
        mine.push(each.pss);
        heaps.ours.push(each.heap);
        say(`ours ${each.pss.toFixed(1)} kB a desktop (heap ${each.heap.toFixed(1)}), ${before.pss.toFixed(0)} MB before`);
        for (const crowds of [first, others]) await crowds.end();
        await stage.end(child);
      }, async () => {
        const { child, url } = await stage.bareServer(null, FLAGS);
        const first = await stage.bareCrowds([url], FIRST, NOTE);
        const before = await memoryOf(child);
        const others = await stage.bareCrowds([url], DESKTOPS - FIRST, NOTE);
        const each = perDesktop(before, await memoryOf(child));
        theirs.push(each.pss);
        heaps.reference.push(each.heap);
        say(`reference ${each.pss.toFixed(1)} kB a connection (heap ${each.heap.toFixed(1)})`);
        for (const crowds of [first, others]) await crowds.end();
        await stage.end(child);
      });
    } finally {
      await stage.dispose();
    }
    const [a, b] = [side(mine.map((one) => [one])), side(theirs.map((one) => [one]))];
    const ratio = a.median / b.median;
    const heap = { ours: side(heaps.ours.map((one) => [one])).median, reference: side(heaps.reference.map((one) => [one])).median };
    return {
      bench: 'connections', unit: 'kB', better: 'lower', ours: a, reference: b, ratio, aims: [atMost('ours / reference', 1.5, ratio), atMost('of the heap, ours / reference', 1.5, heap.ours / heap.reference)],
      notes: [
        `${DESKTOPS} desktops, a person and a case each, ten to a machine; in, proved, told their live values, their case read`,
        `of it in the heap: ours ${heap.ours.toFixed(1)} kB, reference ${heap.reference.toFixed(1)} kB; where the heap grew by more than the process, it grew into pages that the start had left`,
        'session tokens are made by the server itself without a passphrase, and everybody is let in at once (OF5 lifted)',
        `from ${FIRST} connections to ${DESKTOPS}: the first fill what either process has reserved; what the centre holds of a person whether connected or not is there before; SQLite; no TLS on either`,
      ],
    };
  },
};
