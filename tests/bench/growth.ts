/**
 * `growth`: what a command costs the desk, and how long until the change is shown, with 1,000, 10,000 and 100,000 cases in the
 * file (far more than PR6 lets a desktop keep: stress, not use). The reference is the desk itself at 1,000.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Proxy } from '../proof/proxy.ts';
import { atMost, side, type Bench } from './result.ts';
import { scratchFolder } from './scratch-folder.ts';
import { ToldChild } from './told-child.ts';

const SIZES = [1_000, 10_000, 100_000] as const;

export const growth: Bench = {
  name: 'growth',
  async run({ runs, say }) {
    const figures = new Map<number, { append: number[]; shown: number[] }>(SIZES.map((size) => [size, { append: [], shown: [] }]));
    const scratch = scratchFolder('growth');
    const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
    const centre = new ToldChild(here('./drain-centre.ts'), [join(scratch.path, 'centre')]);
    const line = new Proxy();
    const url = await line.listen();
    try {
      line.upstream = ((await centre.hear('port')) as { port: number }).port;
      for (let run = 0; run < runs; run += 1) {
        // In turn, and each turn the other way round: no size always has the warmer machine.
        for (const size of run % 2 === 0 ? SIZES : SIZES.toReversed()) {
          line.become({ kind: 'good' });
          const child = new ToldChild(here('./growth-desk.ts'), [join(scratch.path, `${size}-${run}`), url, String(size)]);
          await child.hear('did', 'filled');
          line.become({ kind: 'cut' });
          child.tell('measure');
          const { append, shown } = (await child.hear('did', 'grown')) as { append: number; shown: number };
          await child.stop();
          figures.get(size)!.append.push(append);
          figures.get(size)!.shown.push(shown);
          say(`${size} cases: append ${append.toFixed(3)} ms, shown after ${shown.toFixed(3)} ms`);
        }
      }
    } finally {
      await centre.stop();
      await line.close();
      scratch.remove();
    }
    const of = (size: number, what: 'append' | 'shown') => side(figures.get(size)![what].map((ms) => [ms]));
    const [ours, reference] = [of(100_000, 'shown'), of(1_000, 'shown')];
    const ratioOf = (size: number, what: 'append' | 'shown'): number => of(size, what).median / of(1_000, what).median;
    return {
      bench: 'growth', unit: 'ms', better: 'lower', ours, reference, ratio: ratioOf(100_000, 'shown'),
      aims: [atMost('append, 100,000 cases / 1,000', 1.3, ratioOf(100_000, 'append')), atMost('shown, 100,000 cases / 1,000', 1.3, ratioOf(100_000, 'shown'))],
      notes: [
        `10,000 cases: append ${ratioOf(10_000, 'append').toFixed(2)}, shown ${ratioOf(10_000, 'shown').toFixed(2)} times that of 1,000`,
        `append: from the call until it is answered, with its sync; at 1,000 cases ${of(1_000, 'append').median.toFixed(3)} ms, at 100,000 ${of(100_000, 'append').median.toFixed(3)} ms`,
        'shown: from the call until the view of the case with the change has come over the port; medians of 300 commands a run',
      ],
    };
  },
};
