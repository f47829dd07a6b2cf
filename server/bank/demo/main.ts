/**
 * The demo bank as a process of its own.
 * `node server/bank/demo/main.ts --data DIR [--port 0] [--seed N] [--now INSTANT]`, secret in AIDLINE_BANK_SECRET.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Instant } from '#shared/protocol/ids.ts';
import { catchUp } from './batch.ts';
import { makeClock } from './clock.ts';
import { CROWD, seedOnce } from './seed.ts';
import { makeBankServer, type BankTls } from './server.ts';
import { openStore, StoreTrouble } from './store.ts';

const HELP = `Demo bank: fictional customers behind the interface of core banking, on loopback only.

  --data DIR          folder of its file (made when missing)             required
  --port N            port to listen on; 0 takes a free one              0
  --seed N            seed of the crowd, used at the first start only    20260101
  --crowd N           customers beside those of the stories, at the first start 2100
  --now INSTANT       business time to start from, as 2026-11-21T02:00:00.000Z (runs on; kept over restarts)
  --frozen            with --now: the business time stands still
  --tls-cert FILE     certificate (chain) in PEM: HTTPS instead of HTTP
  --tls-key FILE      its private key in PEM
  --client-ca FILE    with both: only callers with a certificate of these roots are let in (mTLS)
  --exit-with-stdin   stop when standard input ends (for a parent process)
  --help              this text

The bearer secret of every request is read from the environment: AIDLINE_BANK_SECRET (16 characters or more).
`;

/** Says why the bank cannot start, and leaves. */
function giveUp(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(2);
}

type Options = { data: string; port: number; seed: number; crowd: number; now: string | null; frozen: boolean; exitWithStdin: boolean; tls: BankTls | null };

function readPem(option: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    return giveUp(`${option} ${file} cannot be read (${error instanceof Error ? error.message : ''}). 读不出。`);
  }
}

function readTls(cert: string | undefined, key: string | undefined, clientCa: string | undefined): BankTls | null {
  if (cert === undefined && key === undefined && clientCa === undefined) return null;
  if (cert === undefined || key === undefined) return giveUp('--tls-cert and --tls-key go together, --client-ca needs both. 要一起给。');
  return { cert: readPem('--tls-cert', cert), key: readPem('--tls-key', key), clientCa: clientCa === undefined ? null : readPem('--client-ca', clientCa) };
}

function readOptions(): Options {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        data: { type: 'string' }, port: { type: 'string', default: '0' }, seed: { type: 'string', default: '20260101' }, crowd: { type: 'string', default: String(CROWD) }, now: { type: 'string' },
        'tls-cert': { type: 'string' }, 'tls-key': { type: 'string' }, 'client-ca': { type: 'string' }, frozen: { type: 'boolean', default: false }, 'exit-with-stdin': { type: 'boolean', default: false }, help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    giveUp(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  const port = Number(values.port);
  const seed = Number(values.seed);
  const crowd = Number(values.crowd);
  if (values.data === undefined) giveUp(`--data is missing. 缺少 --data。\n\n${HELP}`);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) giveUp(`--port ${values.port} is not a port (0 to 65535). 端口不对。`);
  if (!Number.isSafeInteger(seed)) giveUp(`--seed ${values.seed} is not a whole number. 种子不是整数。`);
  if (!Number.isInteger(crowd) || crowd < 0 || crowd > 8_000) giveUp(`--crowd ${values.crowd} is not a number from 0 to 8000. 人数不对。`);
  if (values.now !== undefined && !Instant.safeParse(values.now).success) giveUp(`--now ${values.now} is not an instant like 2026-11-21T02:00:00.000Z. 时间格式不对。`);
  return { data: values.data, port, seed, crowd, now: values.now ?? null, frozen: values.frozen, exitWithStdin: values['exit-with-stdin'], tls: readTls(values['tls-cert'], values['tls-key'], values['client-ca']) };
}

const options = readOptions();
const secret = process.env['AIDLINE_BANK_SECRET'] ?? '';
if (secret.length < 16) giveUp('AIDLINE_BANK_SECRET is missing or shorter than 16 characters. 缺少银行接口密钥。');

let store;
try {
  store = openStore(options.data);
} catch (error) {
  if (error instanceof StoreTrouble) giveUp(error.message);
  throw error;
}
const clock = makeClock(store);
if (options.now !== null) clock.set(options.now, options.frozen);
seedOnce(store, options.seed, clock.now(), options.crowd);
catchUp(store, clock.now());

const app = makeBankServer(store, clock, secret, options.tls);
/** The night batch runs by itself too, when nobody asks anything. */
const night = setInterval(() => catchUp(store, clock.now()), 30_000);
let stopping = false;
const stop = async (): Promise<void> => {
  if (stopping) return;
  stopping = true;
  clearInterval(night);
  await app.close();
  store.close();
  process.exit(0);
};
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
if (options.exitWithStdin) process.stdin.on('end', () => void stop()).on('error', () => void stop()).resume();

// Last of all: who hears that the bank listens may at once tell it to stop.
try {
  process.stdout.write(`bank listening ${await app.listen({ host: '127.0.0.1', port: options.port })}\n`);
} catch (error) {
  const inUse = typeof error === 'object' && error !== null && 'code' in error && error.code === 'EADDRINUSE';
  giveUp(inUse ? `Port ${options.port} is in use; stop the other program or choose --port 0. 端口已被占用。` : `The bank cannot listen: ${String(error)}`);
}
