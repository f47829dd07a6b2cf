/**
 * One line to core banking: HTTP/1.1 over a bounded number of connections, with TLS as told. It asks once and says what
 * came, or what broke and whether the question had left this machine by then: from that follows whether an order is in doubt.
 */
import { Agent, buildConnector, type Dispatcher, request } from 'undici';
import type { Cause } from './silence.ts';

export type LineTls = {
  /** Trusted roots in PEM instead of the system's. */
  ca?: string | undefined;
  /** This server's certificate (chain) and private key in PEM, where the bank asks for one. */
  cert?: string | undefined;
  key?: string | undefined;
  passphrase?: string | undefined;
  /** The name that the bank's certificate must bear, whatever address it is reached at. */
  serverName?: string | undefined;
};

/** Bearer secret and private key are kept out of every error and log. */
export type LineOptions = { url: string; /** Empty where the certificate alone tells who asks. */ secret: string; tls?: LineTls | undefined; /** Connections at once. */ connections?: number };

export type Reply = { status: number; body: unknown };
/** `left`: the question may have reached the bank. */
export type Broken = { broke: Cause; left: boolean };
export type Question = { path: string; body: unknown; signal: AbortSignal; mostBytes: number };

export type BankLine = { ask(question: Question): Promise<Reply | Broken>; close(): Promise<void> };

/** A slow bank must not take every socket of this machine. */
const CONNECTIONS = 16;
const CONNECT_MS = 5_000;
/** Shorter than banks and proxies keep an idle connection: an order on one that is just being closed would be in doubt for nothing. */
const IDLE_MS = 2_000;

class TooMuch extends Error {}

const UNREACHABLE: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'UND_ERR_CONNECT_TIMEOUT']);
const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');
/** Before a question is written: the bank's certificate, by OpenSSL's verification codes or its name. Afterwards: the bank's alert about ours. */
const isTrust = (code: string, left: boolean): boolean =>
  left ? code.startsWith('ERR_SSL_') && code.includes('ALERT') : /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|EPROTO$)|_CERT/.test(code);

/** What broke decides the words, never whether the bank acted. */
function causeOf(error: unknown, left: boolean): Cause {
  if (error instanceof SyntaxError || error instanceof TooMuch) return 'malformed';
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) return 'timeout';
  const code = codeOf(error);
  if (UNREACHABLE.has(code)) return 'unreachable';
  if (isTrust(code, left)) return 'untrusted';
  return code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW' ? 'malformed' : 'cut-off';
}

/**
 * Tells when a question is about to be written, and lets it be written once: a library that repeats by itself would book twice.
 */
const watched = (left: () => void): Dispatcher.DispatcherComposeInterceptor => (dispatch) => (options, handler) => {
  let starts = 0;
  return dispatch(options, {
    onRequestStart: (controller, context: unknown) => {
      starts += 1;
      if (starts > 1) throw new Error('a question is written once');
      left();
      handler.onRequestStart?.(controller, context);
    },
    onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
    onResponseStart: (...given) => handler.onResponseStart?.(...given),
    onResponseData: (...given) => handler.onResponseData?.(...given),
    onResponseEnd: (...given) => handler.onResponseEnd?.(...given),
    onResponseError: (...given) => handler.onResponseError?.(...given),
  });
};

async function readAll(body: AsyncIterable<Uint8Array>, mostBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new TooMuch('answer too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What is no answer may be a page of a proxy: its status tells enough. */
function parsed(status: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (status === 200) throw error;
    return null;
  }
}

function agentFor({ tls = {}, connections = CONNECTIONS }: LineOptions): Agent {
  const { serverName, ...material } = tls;
  const connect = buildConnector({ ...material, minVersion: 'TLSv1.2', rejectUnauthorized: true, allowH2: false, timeout: CONNECT_MS });
  return new Agent({
    connections, pipelining: 1, allowH2: false, keepAliveTimeout: IDLE_MS, keepAliveMaxTimeout: IDLE_MS, maxHeaderSize: 16 * 1024,
    connect: (options, done) => connect(serverName === undefined ? options : { ...options, servername: serverName }, done),
  });
}

/** Connects nothing until it is asked. */
export function openLine(options: LineOptions): BankLine {
  const base = options.url.replace(/\/+$/, '');
  const agent = agentFor(options);
  const authorization = options.secret === '' ? {} : { authorization: `Bearer ${options.secret}` };
  return {
    async ask({ path, body, signal, mostBytes }) {
      let left = false;
      try {
        const response = await request(`${base}${path}`, {
          method: 'POST', signal, dispatcher: agent.compose(watched(() => void (left = true))), headersTimeout: 0, bodyTimeout: 0,
          headers: { ...authorization, 'content-type': 'application/json', accept: 'application/json' }, body: JSON.stringify(body),
        });
        return { status: response.statusCode, body: parsed(response.statusCode, await readAll(response.body, mostBytes)) };
      } catch (error) {
        return { broke: causeOf(error, left), left };
      }
    },
    close: () => agent.destroy(),
  };
}
