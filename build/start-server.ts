/** Starts the central server as a process of its own, or finds one that is already there. */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectFolder } from './launch.ts';

/** The first start makes the demo bank's customers. */
const START_MS = 60_000;
const STOP_MS = 10_000;

export interface RunningServer {
  /** `http://127.0.0.1:PORT` */
  address: string;
  /** Asks it to stop and waits; ends it by force after ten seconds. */
  stop(): Promise<void>;
}

/** @returns whether a server of ours answers there, something else does, or nothing */
export async function findServer(address: string): Promise<'ours' | 'stranger' | 'none'> {
  let response: Response;
  try {
    response = await fetch(`${address}/health`, { signal: AbortSignal.timeout(2_000) });
  } catch (error) {
    const cause = error instanceof Error ? (error.cause as { code?: string } | undefined) : undefined;
    return cause?.code === 'ECONNREFUSED' ? 'none' : 'stranger';
  }
  const text = await response.text();
  return /aidline/i.test(text) || response.headers.has('x-aidline') ? 'ours' : 'stranger';
}

/**
 * Starts `server/main.ts --demo` and waits until it listens.
 * @param options.data folder of the server's data
 * @param options.port 0 lets the server choose
 * @param options.log file for all that the server writes
 * @param options.more further options of the server
 * @throws Error with the server's last lines when it ends instead of listening
 */
export async function startServer(options: { data: string; port: number; log: string; more?: string[] }): Promise<RunningServer> {
  mkdirSync(dirname(options.log), { recursive: true });
  const log = createWriteStream(options.log, { flags: 'a' });
  const child = spawn(
    process.execPath,
    [join(projectFolder, 'server', 'main.ts'), '--demo', '--data', options.data, '--port', String(options.port), ...(options.more ?? [])],
    // Its own group: Ctrl-C reaches the launcher, which stops the desktop before the server.
    { cwd: projectFolder, stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32' },
  );
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(force);
    log.end();
  };
  const last: string[] = [];
  const address = new Promise<string>((done, fail) => {
    const late = setTimeout(() => fail(new Error(`服务器 60 秒内没有启动，见 ${options.log}。\nThe server did not start within 60 s; see ${options.log}.`)), START_MS);
    const onText = (chunk: Buffer) => {
      log.write(chunk);
      last.push(...chunk.toString().split('\n').filter(Boolean));
      last.splice(0, last.length - 15);
      const found = /listening (http:\/\/\S+?:\d+)/.exec(last.join('\n'))?.[1];
      if (!found) return;
      clearTimeout(late);
      done(found);
    };
    child.stdout.on('data', onText);
    child.stderr.on('data', onText);
    child.once('exit', (code) => {
      clearTimeout(late);
      fail(new Error(`${last.join('\n')}\n服务器启动失败（退出码 ${code}），原因见上。\nThe server did not start (exit code ${code}); the cause is above.`));
    });
  });
  try {
    return { address: await address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
