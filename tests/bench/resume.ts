/**
 * `resume`: a desktop comes back after the line was gone, with 500 new events of its person: from the moment its connection
 * is taken until all of them are painted. Reference: a bare Socket.IO page that reconnects and paints 500 messages, in the same
 * Electron. When either tries again is its own affair and not measured.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { v7 as uuidv7 } from 'uuid';
import { readRuntime } from '../../build/runtime-file.ts';
import { stageProgram } from '../../build/stage.ts';
import { startVirtualDisplay } from '../../build/virtual-display.ts';
import { RawDesktop } from '../integration/server/raw-desktop.ts';
import { Proxy } from '../proof/proxy.ts';
import { atMost, inTurn, median, side, type Bench } from './result.ts';
import { scratchFolder } from './scratch-folder.ts';
import { stageReference, Window } from './screen-pop.ts';
import { ToldChild } from './told-child.ts';

/** Notes that the same person wrote at another machine: all of them are in the history of the case on the screen. */
const EVENTS = 500;
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

type Watched = { benchRows?: { paintedAt: number | null } };

/** Has the page note when so many rows have been painted: the second frame after the change that brought the last. */
const watchRows = (window: Window, selector: string, rows: number): Promise<void> => window.page.evaluate(([at, wanted]) => {
  const watched: { paintedAt: number | null } = { paintedAt: null };
  Object.assign(globalThis, { benchRows: watched });
  const observer = new MutationObserver(() => {
    if (document.querySelectorAll(at).length < wanted) return;
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => { watched.paintedAt = performance.now(); }));
  });
  observer.observe(document.body, { childList: true, subtree: true });
}, [selector, rows] as const);

async function paintedAt(window: Window): Promise<number> {
  const handle = await window.page.waitForFunction(() => (globalThis as Watched).benchRows?.paintedAt ?? false, undefined, { polling: 20, timeout: 60_000 });
  return ((await handle.jsonValue()) as number) + (await window.wallOffset());
}

/** On this machine's fine clock: when the first connection since then was taken. */
const joinedSince = (proxy: Proxy, since: number): number => {
  const at = proxy.joinedAt.find((one) => one >= since);
  if (at === undefined) throw new Error('nobody came back');
  return at;
};

export const resume: Bench = {
  name: 'resume',
  async run({ runs, say }) {
    const ends: (() => Promise<void> | void)[] = [];
    const [mine, theirs] = [[] as number[], [] as number[]];
    try {
      const display = await startVirtualDisplay(undefined, true);
      ends.push(() => display.stop());
      const data = scratchFolder('centre');
      ends.push(() => data.remove());
      const program = stageProgram();
      ends.push(() => program.remove());
      const bare = stageReference();
      ends.push(() => bare.remove());
      cpSync(here('./reference/bare-resume/index.html'), join(bare.folder, 'index.html'));
      const centre = new ToldChild(here('./drain-centre.ts'), [data.path]);
      ends.push(() => centre.stop());
      const server = new ToldChild(here('./reference/bare-resume/server.cjs'), []);
      ends.push(() => server.stop());
      const [line, bareLine] = [new Proxy(), new Proxy()];
      for (const proxy of [line, bareLine]) ends.push(() => proxy.close());
      line.upstream = ((await centre.hear('port')) as { port: number }).port;
      bareLine.upstream = ((await server.hear('port')) as { port: number }).port;
      const direct = `http://127.0.0.1:${line.upstream}`;

      say('opening an agent’s desktop and the reference');
      const desktop = await Window.open(program.folder, display.env, { server: await line.listen(), demo: true, as: 'agent', language: 'zh-CN', theme: 'light', workstation: 'bench' });
      ends.push(() => desktop.close());
      await desktop.page.getByTestId('demo-account-agent').click();
      await desktop.page.getByTestId('sign-in-submit').click();
      const window = await Window.open(bare.folder, display.env, { server: await bareLine.listen() });
      ends.push(() => window.close());
      await window.page.waitForSelector('[data-testid="rows"][data-connected="yes"]', { state: 'attached' });
      const elsewhere = await RawDesktop.signIn(direct, 'agent');
      ends.push(() => elsewhere.close());

      /** A case of its own for each run, so that none begins with the rows of the one before. */
      const openNew = async (): Promise<string> => {
        const caseId = uuidv7();
        await elsewhere.must('open case', caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });
        await desktop.page.getByTestId('nav-cases').click();
        // 在办: the open ones.
        await desktop.page.getByRole('tab').nth(1).click();
        await desktop.page.getByTestId(`case-${caseId}`).getByRole('button').last().click();
        await desktop.page.waitForSelector('[data-testid="at-hand"]');
        await desktop.page.keyboard.press('F4');
        return caseId;
      };
      const ours = async (): Promise<void> => {
        const caseId = await openNew();
        line.become({ kind: 'cut' });
        await desktop.page.waitForSelector('[data-testid="strip-centre"]');
        for (let n = 0; n < EVENTS; n += 1) await elsewhere.must('write note', caseId, { noteId: uuidv7(), text: `第 ${n} 次记` });
        await watchRows(desktop, '[data-testid="at-hand"] .pair', EVENTS);
        const since = performance.timeOrigin + performance.now();
        line.become({ kind: 'good' });
        mine.push((await paintedAt(desktop)) - joinedSince(line, since));
        say(`ours ${mine.at(-1)!.toFixed(0)} ms`);
      };
      let messages = 0;
      const reference = async (): Promise<void> => {
        bareLine.become({ kind: 'cut' });
        await window.page.waitForSelector('[data-testid="rows"][data-connected="no"]', { state: 'attached' });
        server.tell('queue', { queue: EVENTS });
        await server.hear('queued');
        messages += EVENTS;
        await watchRows(window, '.row', messages);
        const since = performance.timeOrigin + performance.now();
        bareLine.become({ kind: 'good' });
        theirs.push((await paintedAt(window)) - joinedSince(bareLine, since));
        say(`reference ${theirs.at(-1)!.toFixed(0)} ms`);
      };
      await ours();
      await reference();
      [mine.length, theirs.length] = [0, 0];
      await inTurn(runs, ours, reference);
    } finally {
      for (const end of ends.toReversed()) await Promise.resolve().then(end).catch((error: unknown) => say(`could not clean up: ${String(error)}`));
    }
    const [a, b] = [side(mine.map((ms) => [ms])), side(theirs.map((ms) => [ms]))];
    const ratio = a.median / b.median;
    return {
      bench: 'resume', unit: 'ms', better: 'lower', ours: a, reference: b, ratio, aims: [atMost('ours / reference', 2.5, ratio)],
      notes: [
        `${EVENTS} notes of one case, all of them in its history on the screen; the reference paints ${EVENTS} rows of text`,
        `the line is down for as long as the events take to make, not ten minutes: the token is good for longer than either`,
        `from the connection that was taken by the line's own proxy; medians ${median(mine).toFixed(0)} and ${median(theirs).toFixed(0)} ms`,
        `Electron ${readRuntime().electron.version}, server, bank and both desktops on this machine`,
      ],
    };
  },
};
