/**
 * How a desktop is started outside its installer: which executable, with which arguments, as which
 * user, on which display. Used by `npm start`, the demo, benchmarks and end-to-end tests.
 *
 * A root shell can either run the desktop as the ordinary user that set-up made (`asTestUser`,
 * Chromium's sandbox on) or as root, which needs `--no-sandbox`; that switch is written here and
 * nowhere else.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readRuntime } from './runtime-file.ts';
import type { RuntimeFile } from './runtime-file.ts';

export const projectFolder = resolve(import.meta.dirname, '..');
const isRoot = process.getuid?.() === 0;

/** What one desktop is told. */
export interface DesktopSpec {
  /** Folder of its own for this desktop; it must be writable by the user the desktop runs as. */
  userDataDir: string;
  /** Base address of the server, `http://host:port`. */
  server: string;
  /** The server is a demonstration: the sign-in screen lists its accounts. */
  demo?: boolean;
  /** Role whose account the sign-in screen offers first. */
  as?: string;
  language?: 'zh-CN' | 'en';
  theme?: 'light' | 'dark';
  /** Name of the workstation; two desktops on one machine need two. */
  workstation?: string;
  /** Folder for pictures of the window (unpackaged builds only). */
  screenshots?: string;
}

export interface LaunchOptions {
  /**
   * What to run: a folder with `package.json` and `out/` (the project, or the copy made by
   * `stageProgram`), or the executable of a packaged program. The project's own folder if left out.
   */
  program?: { folder: string } | { executable: string };
  /** Run as the ordinary user of set-up when this is a root shell. */
  asTestUser?: boolean;
  /** Additions to the environment, for example those of `startVirtualDisplay`. */
  env?: Record<string, string>;
}

/**
 * All that `child_process.spawn` or Playwright's `_electron.launch` needs. Good for one start: the
 * script it names takes itself away. Playwright takes it whole: `_electron.launch({ ...command })`.
 */
export interface DesktopCommand {
  executablePath: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  /** For Playwright, which otherwise adds `--no-sandbox` itself. */
  chromiumSandbox: boolean;
}

/** Makes the command line of one desktop. */
export function desktopCommand(spec: DesktopSpec, options: LaunchOptions = {}): DesktopCommand {
  const runtime = readRuntime();
  const program = options.program ?? { folder: projectFolder };
  const packaged = 'executable' in program;
  const user = options.asTestUser && isRoot ? testUser(runtime) : null;
  const executable = packaged ? program.executable : runtime.electron.executable;
  return {
    executablePath: wrapper(executable, user),
    args: [
      ...(isRoot && !user ? ['--no-sandbox'] : []),
      ...(packaged ? [] : [program.folder]),
      ...desktopArguments(spec, packaged ? null : runtime),
    ],
    env: cleanEnvironment(user, options.env ?? {}),
    cwd: user?.home ?? projectFolder,
    chromiumSandbox: !isRoot || user !== null,
  };
}

/** The program's own options; a packaged program takes neither addon nor pictures. */
function desktopArguments(spec: DesktopSpec, runtime: RuntimeFile | null): string[] {
  const args = [`--user-data-dir=${spec.userDataDir}`, `--server=${spec.server}`];
  if (spec.demo) args.push('--demo');
  if (spec.as) args.push(`--as=${spec.as}`);
  if (spec.language) args.push(`--language=${spec.language}`);
  if (spec.theme) args.push(`--theme=${spec.theme}`);
  if (spec.workstation) args.push(`--workstation=${spec.workstation}`);
  if (runtime?.nativeBinding) args.push(`--native-binding=${runtime.nativeBinding}`);
  if (runtime && spec.screenshots) args.push(`--screenshots=${spec.screenshots}`);
  return args;
}

/**
 * Starts a desktop and leaves it running; the caller ends it.
 * @param onLine told of each line the program writes, without Chromium's chatter
 */
export function startDesktop(spec: DesktopSpec, options: LaunchOptions, onLine: (line: string) => void): ChildProcess {
  const command = desktopCommand(spec, options);
  const child = spawn(command.executablePath, command.args, {
    env: command.env,
    cwd: command.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own group: Ctrl-C reaches the launcher, which then closes the desktop in order.
    detached: process.platform !== 'win32',
  });
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() && !isChatter(line)) onLine(line);
    });
  }
  return child;
}

/** Chromium's own log lines, such as the missing message bus of a bare machine. */
function isChatter(line: string): boolean {
  return /^\[\d+:\d+\/\d+\.\d+:(ERROR|WARNING|INFO):/.test(line);
}

/**
 * A script that starts the executable without core dumps (they would hold customers' data) and,
 * where asked, as another user. It replaces itself, so the process that was spawned is the desktop.
 */
function wrapper(executable: string, user: TestUser | null): string {
  if (process.platform === 'win32') return executable;
  const change = user ? `setpriv --reuid=${user.uid} --regid=${user.gid} --init-groups --inh-caps=-all -- ` : '';
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'aidline-launch-'));
  const file = join(folder, 'desktop');
  const quoted = `'${executable.replaceAll("'", `'\\''`)}'`;
  writeFileSync(file, `#!/bin/sh\nulimit -c 0\n[ -w /proc/self/coredump_filter ] && echo 0 > /proc/self/coredump_filter\nrm -rf '${folder}'\nexec ${change}${quoted} "$@"\n`, { mode: 0o755 });
  chmodSync(folder, 0o755);
  return file;
}

export type TestUser = NonNullable<RuntimeFile['testUser']>;

/** The ordinary user of set-up, or an error that says how to get one. */
function testUser(runtime: RuntimeFile): TestUser {
  if (runtime.testUser) return runtime.testUser;
  throw new Error('no test user: run node build/setup.mjs --need tests');
}

/** The environment of a desktop: nothing that changes what Electron is, and a home its user owns. */
function cleanEnvironment(user: TestUser | null, more: Record<string, string>): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value === undefined || /^(NODE_|ELECTRON_|npm_|XDG_|VITEST|DBUS_)/i.test(name)) continue;
    env[name] = value;
  }
  if (user) Object.assign(env, { HOME: user.home, USER: user.name, LOGNAME: user.name });
  return { ...env, ...more };
}

/**
 * Makes an empty folder that the desktop's user owns, for a profile, pictures and the like.
 * @param asTestUser as in {@link LaunchOptions}
 */
export function makeFolder(prefix: string, asTestUser: boolean): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), `aidline-${prefix}-`));
  if (asTestUser && isRoot) {
    const user = testUser(readRuntime());
    chownSync(folder, user.uid, user.gid);
  }
  return folder;
}

/** Takes such a folder away. Helpers of a desktop that was killed may still write for a moment. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
