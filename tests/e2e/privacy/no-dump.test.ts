/**
 * Every process of a desktop and of the server is ended by a crash, where the system may write cores and the folder they
 * would be written to is open: no core and no minidump is left anywhere.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ElectronApplication, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desktopCommand, makeFolder, removeFolder } from '../../../build/launch.ts';
import { readRuntime } from '../../../build/runtime-file.ts';
import { stageProgram, type StagedProgram } from '../../../build/stage.ts';
import { startVirtualDisplay, type VirtualDisplay } from '../../../build/virtual-display.ts';
import { CentreProcess } from '../harness/centre-process.ts';
import { coreLimitOf, familyOf, isGone, type Process } from '../harness/processes.ts';
import { launchElectron } from '../harness/launch-electron.ts';

const project = resolve(import.meta.dirname, '..', '..', '..');
const runtime = readRuntime();
const centre = new CentreProcess();
const folders: string[] = [];
let display: VirtualDisplay;
let program: StagedProgram;

beforeAll(async () => {
  [display] = await Promise.all([startVirtualDisplay({ width: 1366, height: 768 }, true), centre.start()]);
  program = stageProgram();
});
afterAll(async () => {
  display?.stop();
  program?.remove();
  for (const folder of folders) removeFolder(folder);
  await centre.stop();
});

/** A folder that everybody may write to, as a careless working directory is. */
function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aidline-cores-'));
  chmodSync(folder, 0o777);
  folders.push(folder);
  return folder;
}

const CORE = /^core(\.|$)|\.(dmp|core|mdmp)$|^report\..*\.json$/i;
function dumpsIn(...places: string[]): string[] {
  return places.flatMap((place) => readdirSync(place, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && (CORE.test(entry.name) || /crashpad.(new|pending|completed|reports)/i.test(entry.parentPath)))
    .map((entry) => join(entry.parentPath, entry.name));
}
/** Dumps beside the temporary folders of others, which come and go. */
const dumpsInTemp = (): string[] => readdirSync(tmpdir()).filter((name) => CORE.test(name)).map((name) => join(tmpdir(), name));

async function until(fits: () => boolean, what: string): Promise<void> {
  await expect.poll(fits, { timeout: 30_000, message: what }).toBe(true);
}

/** The same user and environment as the launcher gives, but the system may write cores: as a shell that somebody opened for debugging. */
function withoutLauncher(executable: string, cwd: string): string {
  const user = process.getuid?.() === 0 ? runtime.testUser : null;
  const change = user === null ? '' : `setpriv --reuid=${user.uid} --regid=${user.gid} --init-groups --inh-caps=-all -- `;
  const file = join(cwd, 'start-unguarded');
  writeFileSync(file, `#!/bin/sh\nulimit -c "$(ulimit -H -c)"\ncd '${cwd}'\nexec ${change}'${executable}' "$@"\n`, { mode: 0o755 });
  return file;
}

async function open(way: 'by the launcher' | 'directly'): Promise<{ app: ElectronApplication; page: Page; profile: string; cwd: string }> {
  const profile = makeFolder('no-dump', true);
  const cwd = openFolder();
  folders.push(profile);
  const app = await launchElectron(() => {
    const command = desktopCommand(
      { userDataDir: profile, server: centre.url, demo: true, as: 'agent', language: 'zh-CN' },
      { asTestUser: true, env: display.env, program: { folder: program.folder } },
    );
    return { ...command, cwd, executablePath: way === 'directly' ? withoutLauncher(runtime.electron.executable, cwd) : command.executablePath };
  });
  const page = await app.firstWindow();
  page.setDefaultTimeout(30_000);
  await page.getByTestId('demo-account-agent').click();
  await page.getByTestId('sign-in-password').press('Enter');
  await page.getByTestId('top-bar').waitFor();
  return { app, page, profile, cwd };
}

/** The first one may only undo a handler of the script engine: sent until the process is gone. */
function crash(pid: number, signal: NodeJS.Signals): boolean {
  if (isGone(pid)) return true;
  try {
    process.kill(pid, signal);
  } catch {
    // It went in between.
  }
  return false;
}

/** By what Chromium calls them: the desk process, the network's, the pages', the graphics', the zygotes. */
const kinds: [string, RegExp][] = [
  ['desk', /--type=utility.*--utility-sub-type=node\.mojom|--type=utility.*Aidline desk/],
  ['network', /--type=utility.*network\.mojom/],
  ['gpu', /--type=gpu-process/],
];
const RENDERER = /--type=renderer/;

describe.skipIf(process.platform !== 'linux')('[PR1] a crash leaves no core and no minidump', () => {
  it('a process that is allowed to does: the search below would find it', () => {
    const cwd = openFolder();
    spawnSync('sh', ['-c', 'ulimit -c "$(ulimit -H -c)"; kill -SEGV $$'], { cwd });
    const pattern = spawnSync('cat', ['/proc/sys/kernel/core_pattern'], { encoding: 'utf8' }).stdout.trim();
    // Where the system hands cores to a program of its own, the limits below tell all there is to tell.
    expect(dumpsIn(cwd).length > 0 || pattern.startsWith('|') || pattern.startsWith('/') || spawnSync('sh', ['-c', 'ulimit -H -c'], { encoding: 'utf8' }).stdout.trim() === '0').toBe(true);
  });

  it.each([['by the launcher', 'SIGSEGV'], ['directly', 'SIGSEGV'], ['directly', 'SIGABRT']] as const)('of a desktop started %s, each process by %s', async (way, signal) => {
    const before = dumpsInTemp();
    const { app, page, profile, cwd } = await open(way);
    const main = app.process();
    const family = (): Process[] => familyOf(main.pid ?? 0);
    const limits = family().map(({ pid, command }) => ({ limit: coreLimitOf(pid), command }));
    expect(limits.length).toBeGreaterThan(5);
    expect(limits.filter(({ limit }) => limit !== '0 0' && limit !== 'gone')).toEqual([]);
    for (const [name, pattern] of kinds) {
      await until(() => family().some(({ command }) => pattern.test(command)), `a ${name} process`);
      for (const { pid } of family().filter(({ command }) => pattern.test(command))) {
        await until(() => crash(pid, signal), `${name} gone`);
      }
    }
    // The page is the first process of a world of its own, which no signal from outside ends: it is made to crash from within.
    const pages = family().filter(({ command }) => RENDERER.test(command));
    const devtools = await page.context().newCDPSession(page);
    void devtools.send('Page.crash').catch(() => {});
    await until(() => pages.some(({ pid }) => isGone(pid)), 'page gone');
    await until(() => family().some(({ command }) => RENDERER.test(command)), 'a page again');
    const all = family();
    const ended = new Promise((done) => main.once('exit', done));
    await until(() => all.toReversed().map(({ pid }) => crash(pid, signal)).every(Boolean), 'all gone');
    await ended;
    const home = runtime.testUser?.home;
    expect([...dumpsIn(cwd, profile, ...(home === undefined ? [] : [home])), ...dumpsInTemp().filter((path) => !before.includes(path))]).toEqual([]);
  });

  it.each(['SIGSEGV', 'SIGABRT'] as const)('of a server, its demo bank too, by %s', async (signal) => {
    const cwd = openFolder();
    const data = openFolder();
    const child = spawn('sh', ['-c', 'ulimit -c "$(ulimit -H -c)"; exec "$@"', 'sh', process.execPath, join(project, 'server', 'main.ts'), '--demo', '--calls', 'off', '--port', '0', '--data', data, '--log-level', 'warn'], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((done) => child.once('exit', done));
    await new Promise<void>((done, fail) => {
      let said = '';
      child.once('exit', (code) => fail(new Error(`the server ended with ${code}`)));
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes('listening ')) done();
      });
    });
    const all = familyOf(child.pid ?? 0);
    expect(all.length).toBeGreaterThan(1);
    expect(all.map(({ pid }) => coreLimitOf(pid))).toEqual(all.map(() => '0 0'));
    await until(() => all.toReversed().map(({ pid }) => crash(pid, signal)).every(Boolean), 'all gone');
    await ended;
    expect(dumpsIn(cwd, data)).toEqual([]);
    rmSync(data, { recursive: true, force: true });
  });
});
