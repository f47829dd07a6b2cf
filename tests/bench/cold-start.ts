/**
 * `cold-start`: from the start of the process to a sign-in that can be used (its first input takes the focus; second
 * frame), and the memory of all processes a moment later. The reference is a window of the same Electron with React and
 * one button, bundled by the same Vite. Each start has an empty profile; the files are in the machine's cache.
 */
import { chmodSync, cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import { desktopCommand, makeFolder, removeFolder } from '../../build/launch.ts';
import { readRuntime } from '../../build/runtime-file.ts';
import { stageProgram } from '../../build/stage.ts';
import { startVirtualDisplay, type VirtualDisplay } from '../../build/virtual-display.ts';
import { pssOf, runsElsewhere } from './process-tree.ts';
import { atMost, inTurn, median, side, type Bench } from './result.ts';
import { watchedLaunch } from './watched-launch.ts';

/** Between usable and the look at the memory: what starts late belongs to it too. */
const SETTLE_MS = 1500;

type Start = { ms: number; megabytes: number; alone: boolean };

const reference = join(import.meta.dirname, 'reference', 'one-button');

async function buildReference(): Promise<{ folder: string; remove(): void }> {
  const folder = makeFolder('bench-one-button', false);
  for (const name of ['main.cjs', 'package.json']) cpSync(join(reference, name), join(folder, name));
  await build({ root: reference, base: './', configFile: false, logLevel: 'error', plugins: [react()], build: { outDir: join(folder, 'page'), target: 'chrome130', emptyOutDir: true } });
  openToAll(folder);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Both sides run as the ordinary user of set-up, who must be able to read them. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
}

async function startOnce(folder: string, selector: string, display: VirtualDisplay): Promise<Start> {
  const profile = makeFolder('bench-profile', true);
  try {
    const command = desktopCommand({ userDataDir: profile, server: 'http://127.0.0.1:9', language: 'zh-CN', theme: 'light' }, { asTestUser: true, env: display.env, program: { folder } });
    const launched = await watchedLaunch(command, selector);
    try {
      await new Promise((done) => setTimeout(done, SETTLE_MS));
      return { ms: launched.usableMs, megabytes: pssOf(launched.pid), alone: !runsElsewhere(readRuntime().electron.executable, launched.pid) };
    } finally {
      await launched.end();
    }
  } finally {
    removeFolder(profile);
  }
}

export const coldStart: Bench = {
  name: 'cold-start',
  async run({ runs, say }) {
    const display = await startVirtualDisplay(undefined, true);
    const program = stageProgram();
    const button = await buildReference();
    const ours: Start[] = [];
    const other: Start[] = [];
    const startOurs = (): Promise<Start> => startOnce(program.folder, '[data-testid="sign-in-account"]', display);
    const startReference = (): Promise<Start> => startOnce(button.folder, '[data-testid="button"]', display);
    try {
      await startOurs();
      await startReference();
      await inTurn(runs, async () => {
        ours.push(await startOurs());
        say(`ours ${ours.at(-1)!.ms} ms, ${ours.at(-1)!.megabytes.toFixed(0)} MB`);
      }, async () => {
        other.push(await startReference());
        say(`reference ${other.at(-1)!.ms} ms, ${other.at(-1)!.megabytes.toFixed(0)} MB`);
      });
    } finally {
      button.remove();
      program.remove();
      display.stop();
    }
    const [mine, its] = [side(ours.map(({ ms }) => [ms])), side(other.map(({ ms }) => [ms]))];
    const megabytes = { ours: median(ours.map((start) => start.megabytes)), reference: median(other.map((start) => start.megabytes)) };
    // Neighbours in time: what runs beside both weighs on both.
    const memoryRatio = median(ours.map((start, run) => start.megabytes / other[run]!.megabytes));
    const ratio = mine.median / its.median;
    const disturbed = [...ours, ...other].filter(({ alone }) => !alone).length;
    const runtime = readRuntime();
    return {
      bench: 'cold-start', unit: 'ms', better: 'lower', ours: mine, reference: its, ratio,
      aims: [atMost('time, ours / reference', 1.5, ratio), atMost('memory, ours / reference', 1.6, memoryRatio)],
      notes: [
        `memory (PSS of all processes, ${SETTLE_MS} ms after): ours ${megabytes.ours.toFixed(0)} MB, reference ${megabytes.reference.toFixed(0)} MB`,
        ...(disturbed > 0 ? [`another program of this Electron ran beside ${disturbed} of ${2 * runs} starts: pages shared with it count less, so the memory of a quiet machine is higher on both sides and its ratio lower`] : []),
        `Electron ${runtime.electron.version}, under Xvfb 1920×1080, as an ordinary user, sandbox on, empty profile, one warm-up each`,
      ],
    };
  },
};
