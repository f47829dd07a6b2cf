/**
 * The shell around the page, on real Electron with Chromium's sandbox on: a page of our own stands in
 * for the interface, so that each promise of the main process is tested by itself.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchElectron } from '../harness/launch-electron.ts';
import type { ElectronApplication, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { desktopCommand, makeFolder, removeFolder } from '../../../build/launch.ts';
import type { LaunchOptions } from '../../../build/launch.ts';
import { stageProgram } from '../../../build/stage.ts';
import type { StagedProgram } from '../../../build/stage.ts';
import { startVirtualDisplay } from '../../../build/virtual-display.ts';
import type { VirtualDisplay } from '../../../build/virtual-display.ts';

const PAGE = '<!doctype html><meta charset="utf-8"><title>shell</title><script src="/page.js"></script><p id="said"></p>';
/** Notes what reaches the page, for the tests to read. */
const SCRIPT = `
  window.seen = { ports: [], notices: [], quits: [], violations: [] };
  window.answer = 'confirmed';
  addEventListener('message', (event) => {
    if (event.data && event.data.aidline === 'desk-port') seen.ports.push({ generation: event.data.generation, port: event.ports.length });
  });
  addEventListener('securitypolicyviolation', (event) => seen.violations.push(event.effectiveDirective));
  aidline.onNotice((notice) => seen.notices.push(notice));
  aidline.onQuitRequested((request) => { seen.quits.push(request); if (answer) aidline.answerQuit(answer); });
  aidline.connect();
`;

type Seen = { ports: { generation: number; port: number }[]; notices: { kind: string; what?: string }[]; quits: { reason: string }[]; violations: string[] };

let display: VirtualDisplay;
let program: StagedProgram;
let profile: string;
let app: ElectronApplication;
let page: Page;
/** Playwright forgets it when the program has ended. */
let child: ChildProcess;

const options = (): LaunchOptions => ({ program, asTestUser: true, env: display.env });
const seen = (): Promise<Seen> => page.evaluate(() => (window as unknown as { seen: Seen }).seen);
const until = (ready: (now: Seen) => boolean) => expect.poll(async () => ready(await seen()), { timeout: 15_000 }).toBe(true);
/** Waits for the program to end and gives its exit code. */
const ended = () =>
  new Promise<number | null>((done) => {
    if (child.exitCode !== null) done(child.exitCode);
    else child.once('exit', (code) => done(code));
  });
/** A key as the system gives it: what a debugger types would pass the main process by. */
const press = (keyCode: string, modifiers: ('control' | 'alt')[]) =>
  app.evaluate(({ BrowserWindow }, key) => BrowserWindow.getAllWindows()[0]?.webContents.sendInputEvent({ type: 'keyDown', ...key }), { keyCode, modifiers });
const closeWindow = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
const alive = () => child.exitCode === null && child.signalCode === null;

beforeAll(async () => {
  display = await startVirtualDisplay({ width: 1366, height: 768 }, true);
  program = stageProgram();
  writeFileSync(join(program.folder, 'out/renderer/index.html'), PAGE, { mode: 0o644 });
  writeFileSync(join(program.folder, 'out/renderer/page.js'), SCRIPT, { mode: 0o644 });
});
afterAll(() => {
  display.stop();
  program.remove();
});

beforeEach(async () => {
  profile = makeFolder('shell', true);
  app = await launchElectron(() => desktopCommand({ userDataDir: profile, server: 'http://127.0.0.1:9', as: 'agent', theme: 'dark' }, options()));
  child = app.process();
  page = await app.firstWindow();
  await until((now) => now.ports.length === 1);
});
afterEach(async () => {
  if (alive()) {
    child.kill('SIGKILL');
    await ended();
  }
  removeFolder(profile);
});

describe('a page that may do nothing but talk to its desk', () => {
  it('is sandboxed, isolated, and knows its platform', async () => {
    const found = await page.evaluate(() => ({
      origin: location.origin,
      keys: Object.keys(window.aidline).toSorted(),
      platform: window.aidline.platform,
      node: [typeof (window as { require?: unknown }).require, typeof (globalThis as { process?: unknown }).process],
    }));
    expect(found.origin).toBe('aidline://app');
    expect(found.keys).toEqual(['answerQuit', 'connect', 'onNotice', 'onQuitRequested', 'platform', 'setCallOn', 'setStrip']);
    expect(found.platform).toMatchObject({ packaged: false, demo: false, server: 'http://127.0.0.1:9', asRole: 'agent', theme: 'dark' });
    expect(found.node).toEqual(['undefined', 'undefined']);
    const flags = await app.evaluate(({ app: program }) => program.commandLine.hasSwitch('no-sandbox'));
    expect(flags).toBe(false);
  });

  it('reaches no address, opens no window, leaves its place for nothing, gets no permission', async () => {
    const outcome = await page.evaluate(async () => {
      const fetched = await fetch('http://127.0.0.1:9/').then(() => 'reached', () => 'refused');
      const opened = window.open('aidline://app/index.html');
      const permission = await navigator.permissions.query({ name: 'geolocation' });
      const notification = await Notification.requestPermission();
      location.href = 'https://example.com/';
      return { fetched, opened: opened === null, permission: permission.state, notification };
    });
    expect(outcome).toEqual({ fetched: 'refused', opened: true, permission: 'denied', notification: 'denied' });
    await until((now) => now.violations.includes('connect-src'));
    expect(page.url()).toBe('aidline://app/index.html');
    expect(app.windows()).toHaveLength(1);
  });

  it('runs no script that did not come with it', async () => {
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
    });
    await until((now) => now.violations.includes('script-src-elem'));
    expect(await page.evaluate(() => 'injected' in window)).toBe(false);
  });
});

describe('what is left on the machine', () => {
  it('holds no storage of the page', async () => {
    await page.evaluate(() => {
      localStorage.setItem('secret', '4000000000000002');
      document.cookie = 'secret=4000000000000002';
    });
    const over = ended();
    await closeWindow();
    expect(await over).toBe(0);
    const left = globSync('**/*', { cwd: profile, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(left.length).toBeGreaterThan(0);
    expect(left.filter((entry) => readFileSync(join(entry.parentPath, entry.name)).includes('4000000000000002'))).toEqual([]);
    expect(left.filter((entry) => entry.parentPath.includes('Partitions'))).toEqual([]);
  });
});

describe('the port to the desk process', () => {
  it('comes again after a reload', async () => {
    await page.reload();
    await until((now) => now.ports.length === 1);
    expect((await seen()).ports).toEqual([{ generation: 2, port: 1 }]);
  });

  it('comes again by itself when the desk process was killed, and says so', async () => {
    const pid = await app.evaluate(({ app: program }) => program.getAppMetrics().find((item) => item.name === 'Aidline desk')?.pid);
    expect(pid).toBeTypeOf('number');
    process.kill(pid as number, 'SIGKILL');
    await until((now) => now.ports.length === 2);
    const now = await seen();
    expect(now.notices).toEqual([{ kind: 'desk-restarting' }]);
    expect(now.ports[1]).toEqual({ generation: 2, port: 1 });
  });
});

describe('a call is not interrupted by a key', () => {
  it('ignores reload and close while a call is on, and tells the page', async () => {
    await page.evaluate(() => window.aidline.setCallOn(true));
    for (const [keyCode, ...modifiers] of [['F5'], ['r', 'control'], ['w', 'control'], ['F4', 'alt']] as const) await press(keyCode, [...modifiers]);
    await closeWindow();
    await until((now) => now.notices.length === 5);
    expect((await seen()).notices.map((notice) => notice.what)).toEqual(['reload', 'reload', 'close', 'close', 'close']);
    expect((await seen()).ports).toHaveLength(1);
    expect(alive()).toBe(true);
  });

  it('obeys them again when the call is over', async () => {
    await page.evaluate(() => window.aidline.setCallOn(true));
    await page.evaluate(() => window.aidline.setCallOn(false));
    await press('F5', []);
    await until((now) => now.ports.some((port) => port.generation === 2));
    const over = ended();
    await press('w', ['control']);
    expect(await over).toBe(0);
  });
});

describe('quitting', () => {
  it('asks the page first and stays when it says no', async () => {
    await page.evaluate(() => Object.assign(window, { answer: 'cancelled' }));
    await closeWindow();
    await until((now) => now.quits.length === 1);
    await closeWindow();
    await until((now) => now.quits.length === 2);
    expect((await seen()).quits).toEqual([{ reason: 'window-closed' }, { reason: 'window-closed' }]);
    expect(alive()).toBe(true);
  });

  it('closes in order on a signal of the system', async () => {
    const over = ended();
    child.kill('SIGTERM');
    expect(await over).toBe(0);
  });

  it('does not wait for ever for a page that says nothing', async () => {
    await page.evaluate(() => Object.assign(window, { answer: null }));
    const over = ended();
    await closeWindow();
    expect(await over).toBe(0);
  });
});

describe('a second start of the same desktop', () => {
  it('says in both languages that it is open already, and ends without harm', async () => {
    const command = desktopCommand({ userDataDir: profile, server: '' }, options());
    const second = spawn(command.executablePath, command.args, { env: command.env, cwd: command.cwd });
    let said = '';
    second.stderr.on('data', (chunk) => (said += chunk));
    const code = await new Promise((done) => second.once('exit', done));
    expect(code).toBe(0);
    expect(said).toContain('这个桌面已经打开');
    expect(said).toContain('This desktop is already open');
    expect(alive()).toBe(true);
  });
});
