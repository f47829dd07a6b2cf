import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The server as people start it: a process of its own. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));
const main = join(root, 'server/main.ts');
export type Ended = { code: number | null; out: string; err: string };

const running: ChildProcess[] = [];
const folders: string[] = [];

export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'aidline-process-'));
  folders.push(made);
  return made;
}

/** Ends what a failed test left running, and takes the folders away. */
export async function cleanUp(): Promise<void> {
  for (const child of running) if (child.exitCode === null && child.signalCode === null) await end(child, 'SIGKILL');
  for (const one of folders) rmSync(one, { recursive: true, force: true, maxRetries: 5 });
}

/** Runs the program to its end. */
export function run(args: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { cwd: root });
  running.push(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  child.stdin.end(input);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

/** Starts a server and waits for its address. */
export async function serve(args: readonly string[], env: Record<string, string> = {}): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [main, '--port', '0', '--log-level', 'error', ...args], { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  let text = '';
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (data: Buffer): void => {
      text += data.toString();
      const found = /listening (https?:\S+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', () => reject(new Error(text)));
  });
  return { url, child };
}

export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  child.kill(signal);
  return ended;
}
