/**
 * `drain`: commands made offline by one desktop → the centre → the last of them to be seen on a second desktop, durable at all
 * three, authorised and audited. The reference is PouchDB with express-pouchdb: the same number of records of the same size,
 * live from one desktop through the centre to the other. Then both once more with the line cut three times, and counted.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { Proxy } from '../proof/proxy.ts';
import { installReference } from './install-reference.ts';
import { atLeast, inTurn, median, side, type Bench } from './result.ts';
import { scratchFolder } from './scratch-folder.ts';
import { ToldChild } from './told-child.ts';

const COMMANDS = 10_000;
/** Over so many cases as one person might have touched in a night with that many. */
const PER_CASE = 50;
const BATCHES = [100, 500] as const;
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

type Drained = { rate: number; lost: number; doubled: number };

/** Cuts the line three times, at the same moments in the run of either side. */
async function cutThrice(proxies: readonly Proxy[]): Promise<void> {
  for (let cut = 0; cut < 3; cut += 1) {
    await wait(350);
    for (const proxy of proxies) proxy.become({ kind: 'cut' });
    await wait(150);
    for (const proxy of proxies) proxy.become({ kind: 'good' });
  }
}

async function withParts<T>(work: (parts: { folder: string; child(file: string, args: readonly string[]): ToldChild; proxy(port: number): Promise<{ proxy: Proxy; url: string }> }) => Promise<T>): Promise<T> {
  const scratch = scratchFolder('drain');
  const children: ToldChild[] = [];
  const proxies: Proxy[] = [];
  try {
    return await work({
      folder: scratch.path,
      child: (file, args) => {
        const made = new ToldChild(file, args);
        children.push(made);
        return made;
      },
      proxy: async (port) => {
        const made = new Proxy();
        made.upstream = port;
        proxies.push(made);
        return { proxy: made, url: await made.listen() };
      },
    });
  } finally {
    for (const child of children) await child.stop();
    for (const proxy of proxies) await proxy.close();
    scratch.remove();
  }
}

export const ours = (commands: number, cuts: boolean): Promise<Drained> => withParts(async ({ folder, child, proxy }) => {
  const centre = child(here('./drain-centre.ts'), [join(folder, 'centre')]);
  const { port } = (await centre.hear('port')) as { port: number };
  const [lineOfA, lineOfB] = [await proxy(port), await proxy(port)];
  const [a, b] = [child(here('./drain-desk.ts'), [join(folder, 'a')]), child(here('./drain-desk.ts'), [join(folder, 'b')])];
  for (const [desk, line] of [[a, lineOfA], [b, lineOfB]] as const) {
    await desk.hear('did', 'start');
    desk.tell('sign in', { account: 'agent', server: line.url });
    await desk.hear('did', 'sign in');
  }
  lineOfA.proxy.become({ kind: 'cut' });
  a.tell('make', { count: commands, perCase: PER_CASE });
  await a.hear('did', 'make');
  const notes = commands - Math.ceil(commands / PER_CASE);
  b.tell('watch', { count: notes });
  await b.hear('did', 'watching');
  const began = Date.now();
  lineOfA.proxy.become({ kind: 'good' });
  a.tell('send');
  const arrived = b.hear('did', 'watch');
  if (cuts) await cutThrice([lineOfA.proxy, lineOfB.proxy]);
  const { at } = (await arrived) as { at: number };
  await a.hear('did', 'send');
  b.tell('count');
  const counted = (await b.hear('did', 'count')) as { here: number; distinct: number };
  return { rate: (commands * 1000) / (at - began), lost: notes - counted.distinct, doubled: counted.here - counted.distinct };
});

export const reference = (commands: number, batch: number, cuts: boolean): Promise<Drained> => withParts(async ({ folder, child, proxy }) => {
  const installed = await installReference('pouchdb');
  const server = child(join(installed, 'server.mjs'), [folder]);
  const { port } = (await server.hear('port')) as { port: number };
  const [lineOfA, lineOfB] = [await proxy(port), await proxy(port)];
  const desk = (line: string, name: string): ToldChild => child(join(installed, 'desk.mjs'), [join(folder, name), `${line}/night`]);
  const [a, b] = [desk(lineOfA.url, 'a'), desk(lineOfB.url, 'b')];
  await Promise.all([a.hear('did', 'start'), b.hear('did', 'start')]);
  // As large as one of our commands with its outer part.
  a.tell('make', { count: commands, text: JSON.stringify({ kind: 'write note', madeAt: '2026-11-23T02:00:00.000Z', case: '0195'.padEnd(36, '0'), hash: '0'.repeat(64), text: '客户说想把三笔分期都还清，第 1000 次记', note: '0195'.padEnd(36, '0') }) });
  await a.hear('did', 'make');
  b.tell('watch', { count: commands, batch });
  await b.hear('did', 'watching');
  // The first look of a live replication is its own affair.
  await wait(1_000);
  const began = Date.now();
  a.tell('send', { batch });
  const arrived = b.hear('did', 'watch');
  if (cuts) await cutThrice([lineOfA.proxy, lineOfB.proxy]);
  const { at } = (await arrived) as { at: number };
  b.tell('count');
  const counted = (await b.hear('did', 'count')) as { here: number; distinct: number };
  return { rate: (commands * 1000) / (at - began), lost: commands - counted.distinct, doubled: counted.here - counted.distinct };
});

export const drain: Bench = {
  name: 'drain',
  async run({ runs, say }) {
    const mine: number[] = [];
    const theirs = new Map<number, number[]>(BATCHES.map((batch) => [batch, []]));
    await inTurn(runs, async () => {
      mine.push((await ours(COMMANDS, false)).rate);
      say(`ours ${Math.round(mine.at(-1)!)} commands/s`);
    }, async () => {
      for (const batch of BATCHES) theirs.get(batch)!.push((await reference(COMMANDS, batch, false)).rate);
      say(`reference ${BATCHES.map((batch) => `${Math.round(theirs.get(batch)!.at(-1)!)} (batch ${batch})`).join(', ')} records/s`);
    });
    say('the same with the line cut three times');
    const cut = { ours: await ours(COMMANDS, true), reference: await reference(COMMANDS, 500, true) };
    const better = BATCHES.toSorted((a, b) => median(theirs.get(b)!) - median(theirs.get(a)!))[0]!;
    const [a, b] = [side(mine.map((rate) => [rate]), 'low'), side(theirs.get(better)!.map((rate) => [rate]), 'low')];
    const ratio = a.median / b.median;
    return {
      bench: 'drain', unit: 'commands/s', better: 'higher', ours: a, reference: b, ratio, aims: [atLeast('ours / reference', 3, ratio)],
      notes: [
        `${COMMANDS} commands made offline over ${COMMANDS / PER_CASE} cases; from the line's return until the last one is in the view of the person's second desktop`,
        `reference: PouchDB 9 with LevelDB at all three, batch ${better} (the better of ${BATCHES.join(' and ')}); it syncs hardly ever, authorises nothing and keeps no audit; ours is FULL at all three`,
        `with three cuts: ours lost ${cut.ours.lost}, doubled ${cut.ours.doubled}, ${Math.round(cut.ours.rate)}/s; reference lost ${cut.reference.lost}, doubled ${cut.reference.doubled}, ${Math.round(cut.reference.rate)}/s`,
        'three processes and the line between them on this machine, both sides through the same TCP proxy; no TLS on either',
      ],
    };
  },
};
