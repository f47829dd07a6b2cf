/** Starts the demo bank as a child process and waits until it listens. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

export type LaunchOptions = {
  /** Folder of the bank's file. */
  dataDir: string;
  port?: number;
  seed?: number;
  /** Customers beside the stories; 0 starts fastest. */
  crowd?: number;
  /** Business time to start from (ISO instant). */
  now?: string;
  frozen?: boolean;
  secret?: string;
  /** PEM files: HTTPS, and only for callers with a certificate of `clientCa` where that is given. */
  tls?: { cert: string; key: string; clientCa?: string };
  /** How long the first start (making two thousand customers) may take. */
  startTimeoutMs?: number;
  /** The Node that runs it; a desktop's own runtime would not do. */
  node?: string;
};

export type DemoBankProcess = {
  url: string;
  secret: string;
  pid: number;
  /** Settles when the process has ended, however it ended. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Gracefully. */
  stop(): Promise<void>;
  /** As a power cut. */
  kill(): Promise<void>;
};

/**
 * Launches `main.ts` with this Node. The child ends when this process ends (its standard input closes).
 * @throws Error with the bank's own words when it cannot start
 */
export async function launchDemoBank(options: LaunchOptions): Promise<DemoBankProcess> {
  const secret = options.secret ?? randomBytes(24).toString('hex');
  const args = [fileURLToPath(new URL('./main.ts', import.meta.url)), '--data', options.dataDir, '--port', String(options.port ?? 0), '--exit-with-stdin'];
  if (options.seed !== undefined) args.push('--seed', String(options.seed));
  if (options.crowd !== undefined) args.push('--crowd', String(options.crowd));
  if (options.now !== undefined) args.push('--now', options.now);
  if (options.tls !== undefined) args.push('--tls-cert', options.tls.cert, '--tls-key', options.tls.key);
  if (options.tls?.clientCa !== undefined) args.push('--client-ca', options.tls.clientCa);
  if (options.frozen) args.push('--frozen');
  const child = spawn(options.node ?? process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, AIDLINE_BANK_SECRET: secret } });
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: 2, signal: null }));
  });
  const url = await listening(child, exited, options.startTimeoutMs ?? 60_000);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  return { url, secret, pid: child.pid ?? 0, exited, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

function listening(child: ChildProcess, exited: Promise<unknown>, timeoutMs: number): Promise<string> {
  let errors = '';
  let output = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the demo bank did not start within ${timeoutMs} ms. ${errors}`));
    }, timeoutMs);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-4_000);
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4_000);
      const url = /bank listening (https?:\S+)/.exec(output)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
    void exited.then(() => {
      clearTimeout(timer);
      reject(new Error(`the demo bank ended before it listened. ${errors}`));
    });
  });
}
