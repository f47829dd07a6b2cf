/**
 * Core banking over HTTP. Every answer is parsed; trouble with the line is a value; nothing is ever repeated here,
 * because only the caller knows whether repeating is allowed (TP4, TP10).
 */
import { z } from 'zod';
import {
  BookOutcome, BookOrder, CustomerFacts, FindAnswer, InquiryAnswer, KeysAnswer, PostingsAnswer, QuoteAnswer, TransactionsAnswer, VerifyAnswer,
} from '#shared/protocol/bank.ts';
import type { BilingualText, NoAnswer, Rejected } from '#shared/protocol/bank.ts';
import { Instant } from '#shared/protocol/ids.ts';
import type { Bank, CallOptions, ReadResult, WriteResult } from './bank.ts';

export type HttpBankOptions = {
  /** As `http://127.0.0.1:4100`. */
  url: string;
  /** Bearer secret; kept out of every error and log. */
  secret: string;
  /** How long reads are waited for. */
  readTimeoutMs?: number;
  /** How long bookings and inquiries are waited for. */
  writeTimeoutMs?: number;
};

const MOST_BYTES = 4 * 1024 * 1024;

const TEXTS: Record<NoAnswer['cause'], BilingualText> = {
  timeout: { zh: '核心系统没有在规定时间内答复。', en: 'Core banking did not answer in time.' },
  unreachable: { zh: '核心系统连不上。', en: 'Core banking cannot be reached.' },
  'cut-off': { zh: '与核心系统的连接在答复前断开。', en: 'The connection to core banking broke before the answer.' },
  malformed: { zh: '核心系统的答复无法识别。', en: "Core banking's answer cannot be understood." },
  busy: { zh: '核心系统报告内部错误或繁忙。', en: 'Core banking reports an internal error or is busy.' },
  'secret-refused': { zh: '核心系统不接受本服务的密钥，请管理员检查配置。', en: "Core banking refuses this server's secret; an administrator must check the settings." },
};
const silence = (cause: NoAnswer['cause']): NoAnswer => ({ kind: 'no-answer', cause, text: TEXTS[cause] });

const ErrorBody = z.object({ code: z.string(), text: z.object({ zh: z.string(), en: z.string() }) });
const RejectedCode = z.enum(['unknown-customer', 'unknown-plan', 'bad-request', 'not-found']);

type Raw = { kind: 'ok'; body: unknown } | Rejected | NoAnswer;

/** What broke, told from the error of `fetch`: it decides only the words, never whether the bank acted. */
function causeOf(error: unknown): NoAnswer['cause'] {
  if (error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError')) return 'timeout';
  const inner = error instanceof Error && typeof error.cause === 'object' && error.cause !== null && 'code' in error.cause ? String(error.cause.code) : '';
  return ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'].includes(inner) ? 'unreachable' : 'cut-off';
}

async function readBody(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new SyntaxError('answer too large');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

/** Connects nothing until it is asked; holds no state but the settings. */
export function makeHttpBank({ url, secret, readTimeoutMs = 5_000, writeTimeoutMs = 15_000 }: HttpBankOptions): Bank {
  const base = url.replace(/\/+$/, '');

  async function send(path: string, body: unknown, defaultMs: number, options: CallOptions): Promise<Raw> {
    const timeout = AbortSignal.timeout(options.timeoutMs ?? defaultMs);
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
    let response: Response;
    let parsed: unknown;
    try {
      response = await fetch(`${base}/v1/${path}`, {
        method: 'POST', redirect: 'error', signal, headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }, body: JSON.stringify(body),
      });
      parsed = await readBody(response);
    } catch (error) {
      return silence(error instanceof SyntaxError ? 'malformed' : causeOf(error));
    }
    if (response.status === 200) return { kind: 'ok', body: parsed };
    if (response.status === 401 || response.status === 403) return silence('secret-refused');
    const told = ErrorBody.safeParse(parsed);
    const code = RejectedCode.safeParse(told.data?.code);
    if (response.status < 500 && told.success && code.success) return { kind: 'rejected', code: code.data, text: told.data.text };
    return silence(response.status >= 500 ? 'busy' : 'malformed');
  }

  async function read<S extends z.ZodType>(path: string, schema: S, body: unknown, options: CallOptions = {}): Promise<ReadResult<z.infer<S>>> {
    const raw = await send(path, body, readTimeoutMs, options);
    if (raw.kind !== 'ok') return raw;
    const value = schema.safeParse(raw.body);
    return value.success ? { kind: 'answer', value: value.data } : silence('malformed');
  }

  /** A rejected order is no outcome: it says nothing about the key, so the caller must inquire. */
  async function write<S extends z.ZodType>(path: string, schema: S, key: string, body: unknown, options: CallOptions = {}): Promise<WriteResult<z.infer<S>>> {
    const raw = await send(path, body, writeTimeoutMs, options);
    if (raw.kind === 'no-answer') return raw;
    if (raw.kind === 'rejected') return silence('malformed');
    const value = schema.safeParse(raw.body);
    const ours = typeof raw.body === 'object' && raw.body !== null && 'key' in raw.body && raw.body.key === key;
    return value.success && ours ? { kind: 'answer', value: value.data } : silence('malformed');
  }

  return {
    read: (request, options) => read('read', CustomerFacts, request, options),
    quote: (request, options) => read('quote', QuoteAnswer, request, options),
    book: (key, operation, expected, options) => write('book', BookOutcome, key, BookOrder.parse({ ...operation, key, expected }), options),
    inquire: (key, options) => write('inquire', InquiryAnswer, key, { key }, options),
    close: (key, options) => write('close', InquiryAnswer, key, { key }, options),
    keysSince: (request, options) => read('keys', KeysAnswer, request, options),
    postings: (request, options) => read('postings', PostingsAnswer, request, options),
    recentTransactions: (request, options) => read('transactions', TransactionsAnswer, request, options),
    find: (query, options) => read('find', FindAnswer, query, options),
    verify: (request, options) => read('verify', VerifyAnswer, request, options),
    reservedPhone: (customerId, options) => read('reserved-phone', z.object({ phone: z.string() }), { customerId }, options),
    ping: (options) => read('ping', z.object({ bankTime: Instant }), {}, options),
  };
}
