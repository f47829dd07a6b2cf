/**
 * `catch-up`: an empty desktop receives a case load of 100,000 events: from the moment the line stands until every case is in
 * its encrypted file and in its view. Reference: the same bytes over a bare socket through the same proxy, in messages of the
 * same size, put into an encrypted file of the same settings, one transaction a message.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MAX_MESSAGE_BYTES } from '#shared/protocol/wire.ts';
import { Proxy } from '../proof/proxy.ts';
import { writeCaseLoad } from './case-load.ts';
import { processorMsOf } from './process-tree.ts';
import { atLeast, inTurn, median, side, type Bench } from './result.ts';
import { scratchFolder } from './scratch-folder.ts';
import { ToldChild } from './told-child.ts';

const CASES = 2_000;
const EVENTS_EACH = 50;
const EVENTS = CASES * EVENTS_EACH;
/** Half a message is what a page of the feed takes. */
const MESSAGE = MAX_MESSAGE_BYTES / 2;
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export const catchUp: Bench = {
  name: 'catch-up',
  async run({ runs, say }) {
    const scratch = scratchFolder('catch-up');
    const children = new Set<ToldChild>();
    const start = (file: string, args: readonly string[]): ToldChild => {
      const child = new ToldChild(here(file), args);
      children.add(child);
      return child;
    };
    const end = async (child: ToldChild): Promise<void> => {
      children.delete(child);
      await child.stop();
    };
    const [proxy, bare] = [new Proxy(), new Proxy()];
    const [mine, theirs] = [[] as number[], [] as number[]];
    const processor = { centre: [] as number[], desktop: [] as number[], giver: [] as number[], taker: [] as number[] };
    let bytes = 0;
    try {
      const data = join(scratch.path, 'centre');
      const founding = start('./drain-centre.ts', [data]);
      await founding.hear('port');
      await end(founding);
      say(`writing ${EVENTS} events over ${CASES} cases`);
      await writeCaseLoad(data, CASES, EVENTS_EACH);
      const centre = start('./drain-centre.ts', [data]);
      proxy.upstream = ((await centre.hear('port')) as { port: number }).port;
      const url = await proxy.listen();
      const { port: bareDoor } = new URL(await bare.listen());
      let desks = 0;

      const ours = async (): Promise<void> => {
        const desk = start('./drain-desk.ts', [join(scratch.path, `desk-${(desks += 1)}`)]);
        await desk.hear('did', 'start');
        const before = proxy.told;
        desk.tell('catch up', { account: 'agent', server: url, cases: CASES });
        await desk.hear('did', 'online');
        const centreBefore = processorMsOf(centre.pid);
        const { ms, processorMs, cases, here: notes } = (await desk.hear('did', 'catch up')) as { ms: number; processorMs: number; cases: number; here: number };
        processor.centre.push(processorMsOf(centre.pid) - centreBefore);
        processor.desktop.push(processorMs);
        if (cases !== CASES || notes !== CASES * (EVENTS_EACH - 2)) throw new Error(`${cases} cases with ${notes} notes arrived`);
        bytes = proxy.told - before;
        mine.push((EVENTS * 1000) / ms);
        say(`ours ${Math.round(mine.at(-1)!)} events/s, ${(bytes / 1e6).toFixed(1)} MB`);
        await end(desk);
      };
      const reference = async (): Promise<void> => {
        const giver = start('./reference/raw-transfer/transfer.ts', ['give', String(bytes), String(MESSAGE)]);
        bare.upstream = ((await giver.hear('port')) as { port: number }).port;
        const taker = start('./reference/raw-transfer/transfer.ts', ['take', bareDoor, join(scratch.path, `raw-${theirs.length}-${mine.length}.db`), String(bytes), String(MESSAGE), String(Math.round(bytes / CASES))]);
        const giverBefore = processorMsOf(giver.pid);
        const { ms, processorMs } = (await taker.hear('did', 'take')) as { ms: number; processorMs: number };
        processor.giver.push(processorMsOf(giver.pid) - giverBefore);
        processor.taker.push(processorMs);
        theirs.push((EVENTS * 1000) / ms);
        say(`reference ${Math.round(theirs.at(-1)!)} events/s`);
        await end(taker);
        await end(giver);
      };
      // The first run tells how many bytes it takes, and is not counted. The centre reads no events for any of them: they are
      // of open cases, which it folds when it starts.
      await ours();
      for (const list of [mine, processor.centre, processor.desktop]) list.length = 0;
      await inTurn(runs, ours, reference);
    } finally {
      for (const child of children) await child.stop();
      await proxy.close();
      await bare.close();
      scratch.remove();
    }
    const [a, b] = [side(mine.map((rate) => [rate]), 'low'), side(theirs.map((rate) => [rate]), 'low')];
    const ratio = a.median / b.median;
    const ms = (list: readonly number[]): string => `${Math.round(median(list))} ms`;
    return {
      bench: 'catch-up', unit: 'events/s', better: 'higher', ours: a, reference: b, ratio, aims: [atLeast('ours / reference', 0.4, ratio)],
      notes: [
        `${CASES} cases of ${EVENTS_EACH} events, ${(bytes / 1e6).toFixed(1)} MB on the wire, as snapshots (SY5)`,
        'ours: as the centre keeps it folded, authorised and put into JSON page by page; parsed, stored with synchronous FULL and folded into the view at the desktop',
        `reference: the same bytes in messages of ${MESSAGE / 1024} kB asked for one after another, one row a case, one transaction a message, synchronous FULL`,
        `processor time, medians: ours ${ms(processor.centre)} at the centre, ${ms(processor.desktop)} at the desktop; reference ${ms(processor.giver)} giving, ${ms(processor.taker)} taking`,
      ],
    };
  },
};
