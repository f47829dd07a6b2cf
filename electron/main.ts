/**
 * The main process: one window, the desk process beside it, and the way between the two. It holds
 * no business data and opens no connection.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, Menu, powerMonitor, safeStorage, session as sessions, shell } from 'electron';
import type { BrowserWindow } from 'electron';
import { registerAppScheme, serveApp } from './app-protocol.ts';
import { APP_PAGE } from './app-origin.ts';
import { DeskHost } from './desk-host.ts';
import { answerKeyStore } from './key-store.ts';
import { forgetPageMessages, onPageMessage } from './ipc/guarded-ipc.ts';
import type { Refused } from './ipc/guarded-ipc.ts';
import { toPage } from './ipc/channels.ts';
import type { DesktopNotice, Platform } from './ipc/bridge.ts';
import { lockPages, lockSession } from './lockdown.ts';
import { forbidDumps } from './no-dump.ts';
import { openBrowser } from './open-browser.ts';
import { readOptions } from './options.ts';
import type { DesktopOptions } from './options.ts';
import { QuitHandshake } from './quit-handshake.ts';
import { takePictures } from './screenshots.ts';
import { stripOf } from './strip.ts';
import { createWindow, windowKey } from './window.ts';

const out = join(import.meta.dirname, '..');

/** Ends the program before it has a window, with both texts on the terminal. */
function refuseToStart(zh: string, en: string, code: number): void {
  console.error(`${zh}\n${en}`);
  app.exit(code);
}

function platformOf(options: DesktopOptions): Platform {
  return {
    runtime: { electron: process.versions.electron, chrome: process.versions.chrome, node: process.versions.node },
    version: app.getVersion(),
    packaged: app.isPackaged,
    demo: options.demo,
    server: options.server,
    workstation: options.workstation,
    ...(options.asRole ? { asRole: options.asRole } : {}),
    ...(options.language ? { language: options.language } : {}),
    ...(options.theme ? { theme: options.theme } : {}),
  };
}

/** The addon to load: named on the command line, or carried by a package made for an older runtime. */
function nativeBindingOf(options: DesktopOptions): string | null {
  if (options.nativeBinding) return options.nativeBinding;
  const carried = join(process.resourcesPath, 'native', 'better_sqlite3.node');
  return app.isPackaged && existsSync(carried) ? carried : null;
}

async function open(options: DesktopOptions): Promise<void> {
  const platform = platformOf(options);
  const profileDir = join(app.getPath('userData'), 'desk');
  mkdirSync(profileDir, { recursive: true, mode: 0o700 });

  let window: BrowserWindow | null = null;
  const notify = (notice: DesktopNotice) => window?.webContents.send(toPage.notice, notice);

  const desk = new DeskHost(
    join(out, 'main', 'desk.js'),
    {
      profileDir,
      serverUrl: options.server,
      nativeBinding: nativeBindingOf(options),
      workstation: options.workstation,
      version: platform.version,
    },
    {
      portReady: (port, generation) => window?.webContents.postMessage(toPage.port, generation, [port]),
      restarting: () => notify({ kind: 'desk-restarting' }),
      keyStore: (request) => answerKeyStore(safeStorage, request),
      openBrowser: (url) => openBrowser(shell, url),
      failed: (code) => {
        console.error(`后台进程无法启动（退出码 ${code}）。\nThe desk process cannot start (exit code ${code}).`);
        notify({ kind: 'desk-failed' });
      },
    },
  );
  // In memory: the page leaves no cookie, cache or storage on the machine.
  const session = sessions.fromPartition('aidline', { cache: false });
  lockSession(session);
  serveApp(session, join(out, 'renderer'));
  window = createWindow(session, join(out, 'preload', 'preload.cjs'), platform, join(out, 'main', 'icon.png'));

  const page = window.webContents;
  let callOn = false;
  const quit = new QuitHandshake({
    ask: (request) => {
      if (!window || window.isDestroyed() || page.isCrashed()) return false;
      page.send(toPage.quitRequested, request);
      return true;
    },
    leave: () => {
      void desk.stop().then(() => app.exit(0));
    },
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  });

  const report = (refused: Refused) => console.error(`refused a message on ${refused.channel}: ${refused.why}`);
  // The page asks once it has painted: the sign-in does without the desk, and side by side both would come later.
  let deskStarted = false;
  const connect = (): void => {
    if (!deskStarted && !quit.leaving) desk.start();
    deskStarted = true;
    desk.connect();
  };
  onPageMessage(window, 'aidline:connect', connect, report);
  onPageMessage(window, 'aidline:call-on', (on) => (callOn = on), report);
  onPageMessage(window, 'aidline:strip', stripOf(window), report);
  onPageMessage(window, 'aidline:quit-answer', (answer) => quit.answer(answer), report);

  page.on('before-input-event', (event, input) => {
    const key = windowKey(input);
    if (!key) return;
    event.preventDefault();
    if (callOn) notify({ kind: 'ignored-during-call', what: key });
    else if (key === 'reload') page.reload();
    else window?.close();
  });
  page.on('did-start-navigation', (details) => {
    // A new page knows of no call until it says so.
    if (details.isMainFrame && !details.isSameDocument) callOn = false;
  });
  page.on('render-process-gone', (_event, details) => {
    callOn = false;
    quit.pageLost();
    if (!quit.leaving && details.reason !== 'clean-exit') page.reload();
  });
  window.on('close', (event) => {
    if (quit.leaving) return;
    event.preventDefault();
    if (callOn) notify({ kind: 'ignored-during-call', what: 'close' });
    else quit.request({ reason: 'window-closed' });
  });
  window.once('closed', () => {
    window = null;
    forgetPageMessages();
  });
  app.on('before-quit', (event) => {
    if (quit.leaving) return;
    event.preventDefault();
    quit.request({ reason: 'quit' });
  });
  powerMonitor.on('lock-screen', () => notify({ kind: 'screen', locked: true }));
  powerMonitor.on('unlock-screen', () => notify({ kind: 'screen', locked: false }));
  app.on('second-instance', () => {
    if (!window) return;
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  });

  window.once('ready-to-show', () => window?.show());
  if (options.screenshotsDir) takePictures(window, options.screenshotsDir);
  await page.loadURL(APP_PAGE);
}

function main(): void {
  // First: whatever is started from here on inherits it.
  if (!forbidDumps(app)) console.error('程序崩溃时系统可能写出内存转储；请在启动前执行 ulimit -c 0。\nThe system may write a memory dump if the program crashes; run ulimit -c 0 before starting it.');
  const read = readOptions(process.argv, app.isPackaged);
  if (!read.ok) return refuseToStart(read.zh, read.en, 2);
  const { options } = read;
  if (options.userDataDir) app.setPath('userData', options.userDataDir);
  if (!app.requestSingleInstanceLock()) {
    return refuseToStart(
      '这个桌面已经打开，已把它切到前面。要同时打开另一个桌面，请用不同的用户数据文件夹（--user-data-dir）。',
      'This desktop is already open; it has been brought to the front. To open another beside it, give it a folder of its own (--user-data-dir).',
      0,
    );
  }
  // No menu: its shortcuts would reload or close the window in the middle of a call.
  Menu.setApplicationMenu(null);
  // Root shells cannot have the sandbox (only the development launcher says so, see build/launch.ts).
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  app.commandLine.appendSwitch('disable-http-cache');
  registerAppScheme();
  lockPages(app);
  app.on('window-all-closed', () => app.quit());
  void app.whenReady().then(() => open(options)).catch((error: unknown) => {
    console.error(error);
    refuseToStart('无法打开窗口，请查看上面的原因。', 'The window could not be opened; the cause is above.', 1);
  });
}

main();
