import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { OFFLINE_GRACE_MS } from '#shared/people/offline-grace.ts';
import { isLoopback } from './http/listen.ts';
import { SESSION_HOURS } from './people/session-ends.ts';
import { LOCK_MINUTES } from './policy/publish.ts';

const HELP = `Aidline central server

  node server/main.ts [options]            start the server
  node server/main.ts init --data DIR      make the first two administrators (asks for their passwords)
  node server/main.ts first-code --data DIR  another enrolment code, while no workstation is enrolled
  node server/main.ts salvage FILE         hand a workstation's salvage file to the server running at --host and --port
  node server/main.ts migrate --database URL    bring the tables of a database to this version (and what earlier ones kept in --data)
  node server/main.ts new-epoch --reason TEXT   after a restore that the server cannot notice by itself (--data or --database)
  node server/main.ts copy --from sqlite:DIR --to URL   move a stopped server's log, people and keys into an empty database (--ring)

Options
  --data DIR          folder of the log, the people file and the keys (default .data/server)
  --database URL      log, people and keys in PostgreSQL (postgres://user@host/name) instead of files in the data folder; the
                      password best in PGPASSWORD or a password file
  --redis URL         with --database and several servers: what hurries their talk (redis://… or rediss://…)
  --host ADDRESS      address to listen on (default 127.0.0.1); beyond loopback only with TLS
  --tls-cert FILE     certificate (chain) in PEM: HTTPS and WSS instead of HTTP and WS
  --tls-key FILE      its private key in PEM
  --behind-proxy LIST addresses or networks of proxies, separated by commas, whose X-Forwarded-For and X-Forwarded-Proto
                      are believed; of nobody else's
  --port N            port; 0 takes a free one (default 4170)
  --production        no demo accounts, no simulator, no controllable clock
  --demo              demo bank, demo accounts, phone simulator, controllable clock
  --arrivals FILE     demo: CSV of 5-minute call volumes (header DateTime,Calls)
  --calls on|off      demo: let the simulator ring by itself (default on)
  --seed N            demo: seed of arrivals, callers and the bank (default 1)
  --crowd N           demo: customers of the bank beside those of the stories, at its first start (default 2100)
  --now INSTANT       demo: where its clock starts (ISO-8601, UTC)
  --ring FILE|URL     key that wraps the keys of stored contents: a file, or a key service with its secret in
                      AIDLINE_RING_SECRET (default ring.key in the data folder)
  --bank URL          core-banking connector (docs/bank.md); https beyond loopback; its secret in AIDLINE_BANK_SECRET
  --bank-ca FILE      roots in PEM that the bank's certificate must come from, instead of the system's
  --bank-cert FILE    this server's certificate (chain) for the bank in PEM (mTLS)
  --bank-key FILE     its private key in PEM; a passphrase of it in AIDLINE_BANK_KEY_PASSPHRASE
  --bank-name NAME    the name that the bank's certificate must bear, whatever the address
  --oidc FILE         single sign-on by OpenID Connect (docs/operations.md): settings as JSON; the client's secret, where it has
                      one, in AIDLINE_OIDC_SECRET
  --session-hours H   how long a passphrase that was typed once brings a desktop to the centre, 0.25 to 16 (default 12; with --demo,
                      whose clock is moved, without end unless given); single sign-on has its own in its settings
  --lock-minutes N    minutes without input after which a desktop locks itself, 1 to 60 (default 15)
  --flows DIR         flows and policy (default: those that come with the program)
  --control FILE      two-person policy at the founding (default: the one that comes with the program); afterwards
                      only two administrators change it
  --checkpoints DIR   signed checkpoints of the audit log (default DIR of --data, checkpoints)
  --metrics [HOST:]PORT  figures for Prometheus and health, on an address of their own (default off; HOST 127.0.0.1; beyond
                      loopback only with TLS)
  --traces URL        send traces of commands to an OpenTelemetry collector, OTLP over HTTP (http://127.0.0.1:4318; default off;
                      https beyond loopback)
  --log-level LEVEL   debug, info, warn or error (default info)
  --help              this text

The webhook's secrets are read from AIDLINE_WEBHOOK_SECRETS (one, or two separated by a comma while it is changed).
The server prints "listening http://ADDRESS:PORT" (https:// with TLS) when it is ready, and stops on SIGTERM or SIGINT.
`;

const COMMANDS = ['init', 'first-code', 'salvage', 'migrate', 'new-epoch', 'copy'] as const;
type Command = (typeof COMMANDS)[number];

export type Options = {
  command: 'serve' | Command | 'help';
  /** Of `salvage`. */
  file: string | null;
  data: string;
  /** Of PostgreSQL; null: files in the data folder. */
  database: string | null;
  /** What hurries several servers' talk; null: the database's notices alone. */
  redis: string | null;
  /** Of `new-epoch`: goes into the chain. */
  reason: string | null;
  /** Of `copy`: a data folder and a database. */
  copy: { from: string; to: string } | null;
  host: string;
  port: number;
  /** Files of certificate and key; null: plain HTTP. */
  tls: { cert: string; key: string } | null;
  /** Proxies whose word on the client's address counts. */
  proxies: readonly string[];
  mode: 'demo' | 'production' | 'plain';
  arrivals: string | null;
  calls: boolean;
  seed: number;
  crowd: number | null;
  now: string | null;
  ring: string | null;
  bank: string | null;
  /** Files and the pinned name for the connector's TLS. */
  bankTls: { ca: string | null; cert: string | null; key: string | null; serverName: string | null };
  /** File with the settings of single sign-on; null: passphrases only. */
  oidc: string | null;
  /** Of sessions by passphrase, from when it was typed; null: no end, in the demo alone. */
  sessionHours: number | null;
  /** Without input, then desktops lock themselves. */
  lockMinutes: number;
  flows: string | null;
  control: string | null;
  /** Null: `checkpoints` in the data folder. */
  checkpoints: string | null;
  /** Where figures for Prometheus are read; null: nowhere. */
  metrics: { host: string; port: number } | null;
  /** A collector's address; null: nothing is traced. */
  traces: string | null;
  logLevel: string;
};

export class OptionsError extends Error {}

/** @throws OptionsError with what is wrong, for the person at the shell */
export function readOptions(args: readonly string[]): Options {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args], allowPositionals: true, strict: true,
      options: {
        data: { type: 'string', default: '.data/server' }, host: { type: 'string', default: '127.0.0.1' }, port: { type: 'string', default: '4170' },
        production: { type: 'boolean', default: false }, demo: { type: 'boolean', default: false }, arrivals: { type: 'string' }, calls: { type: 'string', default: 'on' },
        seed: { type: 'string', default: '1' }, crowd: { type: 'string' }, now: { type: 'string' }, ring: { type: 'string' }, bank: { type: 'string' },
        'bank-ca': { type: 'string' }, 'bank-cert': { type: 'string' }, 'bank-key': { type: 'string' }, 'bank-name': { type: 'string' }, oidc: { type: 'string' }, 'session-hours': { type: 'string' }, 'lock-minutes': { type: 'string', default: String(LOCK_MINUTES) }, flows: { type: 'string' }, control: { type: 'string' }, checkpoints: { type: 'string' },
        'tls-cert': { type: 'string' }, 'tls-key': { type: 'string' }, 'behind-proxy': { type: 'string' },
        database: { type: 'string' }, redis: { type: 'string' }, reason: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' },
        metrics: { type: 'string' }, traces: { type: 'string' }, 'log-level': { type: 'string', default: 'info' }, help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  const port = Number(values.port);
  const seed = Number(values.seed);
  const crowd = values.crowd === undefined ? null : Number(values.crowd);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new OptionsError(`--port ${values.port}: 不是端口号 / not a port number`);
  if (!Number.isInteger(seed)) throw new OptionsError(`--seed ${values.seed}: 不是整数 / not a whole number`);
  if (crowd !== null && (!Number.isInteger(crowd) || crowd < 0)) throw new OptionsError(`--crowd ${values.crowd}: 不是人数 / not a number of customers`);
  if (values.production && values.demo) throw new OptionsError('--production 和 --demo 不能同时用 / exclude each other');
  if (!values.demo && (values.arrivals ?? values.now ?? values.crowd) !== undefined) throw new OptionsError('--arrivals, --crowd, --now: 只在 --demo 下可用 / need --demo');
  if (values.now !== undefined && Number.isNaN(Date.parse(values.now))) throw new OptionsError(`--now ${values.now}: 不是时间 / not an instant`);
  const bankTls = { ca: values['bank-ca'] ?? null, cert: values['bank-cert'] ?? null, key: values['bank-key'] ?? null, serverName: values['bank-name'] ?? null };
  if (values.bank === undefined && Object.values(bankTls).some((value) => value !== null)) throw new OptionsError('--bank-ca, --bank-cert, --bank-key, --bank-name: 要和 --bank 一起给 / need --bank');
  if (values.bank !== undefined && values.demo) throw new OptionsError('--demo 自带银行，不能用 --bank / --demo has a bank of its own: no --bank');
  const cert = values['tls-cert'];
  const key = values['tls-key'];
  if ((cert === undefined) !== (key === undefined)) throw new OptionsError('--tls-cert, --tls-key: 要一起给 / go together');
  const [first, ...rest] = positionals;
  const [file = null] = rest;
  const command = COMMANDS.find((one) => one === first);
  if (rest.length !== (command === 'salvage' ? 1 : 0) || (first !== undefined && command === undefined)) throw new OptionsError(`${positionals.join(' ')}: 没有这个命令 / no such command`);
  const database = values.database === undefined ? null : databaseUrl('--database', values.database);
  if (values.redis !== undefined && (!/^rediss?:\/\//.test(values.redis) || !URL.canParse(values.redis))) throw new OptionsError('--redis: 不是 redis:// 地址 / not an address that begins with redis:// or rediss://');
  if (values.redis !== undefined && database === null) throw new OptionsError('--redis: 多台服务器要用 PostgreSQL，请一起给出 --database / several servers need PostgreSQL: give --database as well');
  if (command === 'migrate' && database === null) throw new OptionsError('migrate: 要给出 --database / needs --database');
  const reason = values.reason?.trim() ?? null;
  if (command === 'new-epoch' && (reason === null || reason === '' || reason.length > 200)) throw new OptionsError('new-epoch: 要用 --reason 说明原因，不超过 200 字 / needs --reason, of at most 200 characters');
  return {
    command: values.help ? 'help' : command ?? 'serve', file, database, redis: values.redis ?? null, reason, copy: command === 'copy' ? copyOf(values.from, values.to) : null,
    data: values.data, host: values.host, port, tls: cert === undefined || key === undefined ? null : { cert, key }, proxies: values['behind-proxy'] === undefined ? [] : proxiesOf('--behind-proxy', values['behind-proxy']), mode: values.demo ? 'demo' : values.production ? 'production' : 'plain', arrivals: values.arrivals ?? null, calls: values.calls !== 'off',
    seed, crowd, now: values.now === undefined ? null : new Date(values.now).toISOString(), ring: values.ring ?? null, bank: values.bank ?? null, bankTls, oidc: values.oidc ?? null, lockMinutes: lockMinutesOf(values['lock-minutes']), sessionHours: sessionHoursOf(values['session-hours'], values.demo), flows: values.flows ?? null, control: values.control ?? null, checkpoints: values.checkpoints ?? null, metrics: values.metrics === undefined ? null : addressOf('--metrics', values.metrics), traces: values.traces === undefined ? null : collectorUrl(values.traces), logLevel: values['log-level'],
  };
}

/** ASVS 7.3.2; no longer than this machine alone may sign somebody in (OF3), so that no session outlasts what a night needs. */
function sessionHoursOf(text: string | undefined, isDemo: boolean): number | null {
  if (text === undefined) return isDemo ? null : SESSION_HOURS;
  const hours = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || hours < 0.25 || hours > OFFLINE_GRACE_MS / 3_600_000) throw new OptionsError(`--session-hours ${text}: 要在 0.25 到 16 小时之间 / not between 0.25 and 16 hours`);
  return hours;
}

function lockMinutesOf(text: string): number {
  const minutes = Number(text);
  if (!/^\d+$/.test(text) || minutes < 1 || minutes > 60) throw new OptionsError(`--lock-minutes ${text}: 要在 1 到 60 分钟之间 / not between 1 and 60 minutes`);
  return minutes;
}

function proxiesOf(option: string, text: string): string[] {
  const all = text.split(',').map((one) => one.trim());
  const wrong = all.find((one) => !isAddressOrNetwork(one));
  if (wrong !== undefined) throw new OptionsError(`${option} ${wrong}: 不是地址，也不是网段 / neither an address nor a network`);
  return all;
}

function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  return version !== 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)));
}

function databaseUrl(option: string, text: string): string {
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) throw new OptionsError(`${option}: 不是 postgres:// 地址 / not an address that begins with postgres://`);
  return text;
}

/** PR9: who works when on what is for nobody else on the network either. */
function collectorUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '' || url.password !== '') throw new OptionsError('--traces: 不是 http(s) 地址，或地址里带有密码 / not an http(s) address, or one with a password');
  if (url.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, ''))) throw new OptionsError('--traces: 本机以外必须用 https / beyond loopback https is required');
  return text;
}

function copyOf(from: string | undefined, to: string | undefined): { from: string; to: string } {
  if (from === undefined || to === undefined || !from.startsWith('sqlite:')) throw new OptionsError('copy: --from sqlite:DIR --to postgres://…');
  return { from: from.slice('sqlite:'.length), to: databaseUrl('--to', to) };
}

/** `PORT` or `HOST:PORT`; an IPv6 address in brackets. */
function addressOf(option: string, text: string): { host: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:(?:\[([^\]]+)\]|([^:]+)):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) throw new OptionsError(`${option} ${text}: 要写成 [地址:]端口 / write [HOST:]PORT`);
  return { host: bracketed ?? plain ?? '127.0.0.1', port };
}

export const helpText = HELP;
