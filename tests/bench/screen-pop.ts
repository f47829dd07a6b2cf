/**
 * `screen-pop`: from the moment when the server has taken a call (its event is on disk) until the caller's column of the
 * agent whom it is offered to has been painted: routing, the offer's own commit, the socket, the desk process, the page.
 * The reference is a Socket.IO event sent, and its text painted, in the same Electron. Painted is the second animation
 * frame after the change of the page, on both sides.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { desktopCommand, makeFolder, removeFolder, type DesktopSpec } from '../../build/launch.ts';
import { readRuntime } from '../../build/runtime-file.ts';
import { stageProgram } from '../../build/stage.ts';
import { startVirtualDisplay } from '../../build/virtual-display.ts';
import { STORIES } from '../../server/bank/demo/stories.ts';
import { endTree } from './process-tree.ts';
import { atMost, inTurn, median, quantile, side, type Bench } from './result.ts';
import { scratchFolder } from './scratch-folder.ts';
import { wallOffset } from './wall-clock.ts';

const POPS = 30;
const WARM_UP = 5;
const LONGEST_MS = 20_000;

/** A server of either side, and what it has told: when the thing of this key was accepted or sent. */
export class Sender {
  readonly acceptedAt = new Map<string, number>();
  readonly rang: { call: string; at: number }[] = [];
  readonly #child: ChildProcess;
  #heard: () => void = () => {};

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (told: { key?: string; rang?: string; at: number }) => {
      if (told.key !== undefined) this.acceptedAt.set(told.key, told.at);
      if (told.rang !== undefined) this.rang.push({ call: told.rang, at: told.at });
      this.#heard();
    });
  }

  static async start(file: string, args: string[]): Promise<{ sender: Sender; url: string }> {
    const child = fork(file, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const [told] = (await Promise.race([once(child, 'message'), once(child, 'exit').then(([code]) => { throw new Error(`${file} ended with ${String(code)}`); })])) as [{ url: string }];
    return { sender: new Sender(child), url: told.url };
  }

  tell(order: object): void {
    this.#child.send(order);
  }

  async until(holds: () => boolean, what: string): Promise<void> {
    const late = AbortSignal.timeout(LONGEST_MS);
    while (!holds()) await new Promise<void>((done, fail) => {
      this.#heard = done;
      late.addEventListener('abort', () => fail(new Error(`waited in vain: ${what}`)));
    });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    await gone;
  }
}

type Painted = { changedAt: number; paintedAt: number };

/** A program with its window, and an observer in its page that notes when each key was painted. */
export class Window {
  readonly page: Page;
  readonly #app: ElectronApplication;
  readonly #profile: string;

  private constructor(app: ElectronApplication, page: Page, profile: string) {
    this.#app = app;
    this.page = page;
    this.#profile = profile;
  }

  static async open(folder: string, env: Record<string, string>, spec: Omit<DesktopSpec, 'userDataDir'>): Promise<Window> {
    const profile = makeFolder('bench-pop', true);
    const app = await _electron.launch({ ...desktopCommand({ ...spec, userDataDir: profile }, { asTestUser: true, env, program: { folder } }), timeout: 60_000 });
    const page = await app.firstWindow();
    page.setDefaultTimeout(LONGEST_MS);
    return new Window(app, page, profile);
  }

  /** @param key attribute that carries the key, or null where it is the element's text */
  async observe(selector: string, key: string | null): Promise<void> {
    await this.page.evaluate(([at, attribute]) => {
      const painted: Record<string, Painted> = {};
      const element = document.querySelector(at!)!;
      const read = (): string => (attribute === null ? element.textContent : element.getAttribute(attribute!)) ?? '';
      let last = read();
      new MutationObserver(() => {
        const now = read();
        if (now === last) return;
        last = now;
        const changedAt = performance.now();
        if (now !== '') requestAnimationFrame(() => requestAnimationFrame(() => { painted[now] = { changedAt, paintedAt: performance.now() }; }));
      }).observe(element, { attributes: true, childList: true, characterData: true, subtree: true });
      Object.assign(window, { benchPainted: painted });
    }, [selector, key] as const);
  }

  /** @returns when the page had changed and when the key was painted, on the page's own clock */
  async painted(key: string): Promise<Painted> {
    const handle = await this.page.waitForFunction((wanted) => (window as unknown as { benchPainted: Record<string, Painted> }).benchPainted[wanted], key, { polling: 20 });
    return (await handle.jsonValue()) as Painted;
  }

  wallOffset(): Promise<number> {
    return this.page.evaluate(wallOffset);
  }

  async close(): Promise<void> {
    const child = this.#app.process();
    if (child.exitCode === null && child.signalCode === null) await endTree(child.pid!, once(child, 'exit'));
    removeFolder(this.#profile);
  }
}

/** At any moment of a frame and of the server's own rhythm. */
export const aWhile = (): Promise<void> => new Promise((done) => setTimeout(done, 100 + Math.random() * 100));

/** Milliseconds: to the second frame, to the change of the page, and to the second frame from the event's arrival. */
type Pops = { samples: number[]; untilChanged: number[]; fromArrival: number[] };

async function popOurs(centre: Sender, desktop: Window, count: number): Promise<Pops> {
  centre.tell({ setClock: true });
  const offset = await desktop.wallOffset();
  const pops: Pops = { samples: [], untilChanged: [], fromArrival: [] };
  for (let n = 0; n < count; n += 1) {
    const [accepted, rang] = [centre.acceptedAt.size, centre.rang.length];
    centre.tell({ ring: STORIES.settle.customerId });
    await centre.until(() => centre.acceptedAt.size > accepted && centre.rang.length > rang, 'a call that is accepted');
    const [caseId, at] = [...centre.acceptedAt].at(-1)!;
    const call = centre.rang.at(-1)!;
    const { changedAt, paintedAt } = await desktop.painted(caseId);
    pops.samples.push(paintedAt + offset - at);
    pops.untilChanged.push(changedAt + offset - at);
    pops.fromArrival.push(paintedAt + offset - call.at);
    centre.tell({ hangUp: call.call });
    await desktop.page.waitForSelector('[data-testid="caller"][data-ringing="no"]', { state: 'attached' });
    await aWhile();
  }
  return pops;
}

export async function popReference(server: Sender, window: Window, count: number): Promise<Omit<Pops, 'fromArrival'>> {
  server.tell({ setClock: true });
  const offset = await window.wallOffset();
  const pops: Omit<Pops, 'fromArrival'> = { samples: [], untilChanged: [] };
  for (let n = 0; n < count; n += 1) {
    const text = `call ${server.acceptedAt.size + 1}`;
    server.tell({ send: text });
    await server.until(() => server.acceptedAt.has(text), 'an event that is sent');
    const { changedAt, paintedAt } = await window.painted(text);
    pops.samples.push(paintedAt + offset - server.acceptedAt.get(text)!);
    pops.untilChanged.push(changedAt + offset - server.acceptedAt.get(text)!);
    await aWhile();
  }
  return pops;
}

/** Signs in on the desktop as a person does, and goes available. */
async function goAvailable({ page }: Window): Promise<void> {
  await page.getByTestId('demo-account-agent').click();
  await page.getByTestId('sign-in-submit').click();
  await page.waitForSelector('[data-testid="agent-state"]:not([data-state="unknown"])');
  if ((await page.getByTestId('agent-state').getAttribute('data-state')) !== 'available') {
    await page.getByTestId('agent-state').click();
    await page.getByTestId('state-available').click();
    await page.waitForSelector('[data-testid="agent-state"][data-state="available"]');
  }
  await page.waitForSelector('[data-testid="caller"]');
}

export function stageReference(): { folder: string; remove(): void } {
  const folder = makeFolder('bench-bare-socket', false);
  for (const name of ['main.cjs', 'package.json', 'index.html']) cpSync(join(import.meta.dirname, 'reference', 'bare-socket', name), join(folder, name));
  cpSync(resolve(import.meta.dirname, '../../node_modules/socket.io-client/dist/socket.io.min.js'), join(folder, 'socket.io.min.js'));
  chmodSync(folder, 0o755);
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o644);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export const screenPop: Bench = {
  name: 'screen-pop',
  async run({ runs, say }) {
    const ends: (() => Promise<void> | void)[] = [];
    const ours: Pops[] = [];
    const other: Omit<Pops, 'fromArrival'>[] = [];
    try {
      const display = await startVirtualDisplay(undefined, true);
      ends.push(() => display.stop());
      const data = scratchFolder('centre');
      ends.push(() => data.remove());
      const program = stageProgram();
      ends.push(() => program.remove());
      const bare = stageReference();
      ends.push(() => bare.remove());
      const centre = await Sender.start(fileURLToPath(new URL('./timed-centre.ts', import.meta.url)), [data.path]);
      ends.push(() => centre.sender.stop());
      const server = await Sender.start(join(import.meta.dirname, 'reference', 'bare-socket', 'server.cjs'), []);
      ends.push(() => server.sender.stop());

      say('opening an agent’s desktop and the reference');
      const desktop = await Window.open(program.folder, display.env, { server: centre.url, demo: true, as: 'agent', language: 'zh-CN', theme: 'light', workstation: 'bench' });
      ends.push(() => desktop.close());
      await goAvailable(desktop);
      await desktop.observe('[data-testid="caller"]', 'data-case-id');
      const window = await Window.open(bare.folder, display.env, { server: server.url });
      ends.push(() => window.close());
      await window.page.waitForSelector('[data-testid="text"][data-connected="yes"]', { state: 'attached' });
      await window.observe('[data-testid="text"]', null);

      await popOurs(centre.sender, desktop, WARM_UP);
      await popReference(server.sender, window, WARM_UP);
      await inTurn(runs, async () => {
        ours.push(await popOurs(centre.sender, desktop, POPS));
        say(`ours ${median(ours.at(-1)!.samples).toFixed(1)} ms`);
      }, async () => {
        other.push(await popReference(server.sender, window, POPS));
        say(`reference ${median(other.at(-1)!.samples).toFixed(1)} ms`);
      });
    } finally {
      // Each for itself: one that fails must not keep the others.
      for (const end of ends.toReversed()) await Promise.resolve().then(end).catch((error: unknown) => say(`could not clean up: ${String(error)}`));
    }
    const [mine, its] = [side(ours.map(({ samples }) => samples)), side(other.map(({ samples }) => samples))];
    const ratio = mine.median / its.median;
    const fromArrival = ours.flatMap((pops) => pops.fromArrival);
    return {
      bench: 'screen-pop', unit: 'ms', better: 'lower', ours: mine, reference: its, ratio,
      aims: [atMost('ours / reference', 2, ratio), atMost('ours, p95 in ms', 60, mine.p95)],
      notes: [
        `${POPS} pops a run; p95 is that of all pops`,
        `until the page changed, before the frames: ours median ${median(ours.flatMap((pops) => pops.untilChanged)).toFixed(1)} ms, reference ${median(other.flatMap((pops) => pops.untilChanged)).toFixed(1)} ms`,
        `from the event's arrival at the server, before it is on disk: median ${median(fromArrival).toFixed(1)} ms, p95 ${quantile(fromArrival, 0.95).toFixed(1)} ms`,
        `Electron ${readRuntime().electron.version}, 60 frames a second under Xvfb 1920×1080, server, bank and both desktops on this machine`,
      ],
    };
  },
};
