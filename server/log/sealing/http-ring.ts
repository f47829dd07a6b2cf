/**
 * The ring key in a key service across the network. What is asked of it is small, so that a thin front before any key
 * management service can give it:
 *
 *   GET  /ring                                              → { version }
 *   POST /ring/wrap   { id, purpose, plain }                → { version, bytes }
 *   POST /ring/unwrap { id, purpose, version, bytes }       → { plain }; 422 where it does not open
 *   POST /ring/rotate {}                                    → { version }
 *   POST /ring/drop   { before }                            → {}
 *
 * Bytes are base64; every call carries `authorization: Bearer <secret>`.
 */
import { z } from 'zod';
import { LogFailure, logError, type LogErrorCode } from '../log-errors.ts';
import type { KeyName, RingKey, WrappedKey } from './ring-key.ts';

const Version = z.object({ version: z.int().min(1) });
const Wrapped = z.object({ version: z.int().min(1), bytes: z.base64() });
const Plain = z.object({ plain: z.base64() });
const Done = z.object({});

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * @param url of the service; https, or http on this machine (PR9)
 * @param secret that it knows this server by
 * @param timeoutMs after which it counts as unreachable
 */
export class HttpRing implements RingKey {
  readonly #url: string;
  readonly #secret: string;
  readonly #timeoutMs: number;

  constructor(url: string, secret: string, timeoutMs = 5_000) {
    const { protocol, hostname } = new URL(url);
    // Data keys travel to and fro: in clear they may not leave the machine.
    if (protocol !== 'https:' && !(protocol === 'http:' && LOOPBACK.has(hostname))) throw new LogFailure(logError('ring-unreachable', url, 'a key service beyond this machine needs https'));
    this.#url = url.replace(/\/$/, '');
    this.#secret = secret;
    this.#timeoutMs = timeoutMs;
  }

  async current(): Promise<number> {
    return (await this.#ask('GET', '', null, Version)).version;
  }

  async wrap(key: KeyName, plain: Uint8Array): Promise<WrappedKey> {
    const { version, bytes } = await this.#ask('POST', '/wrap', { id: key.id, purpose: key.purpose, plain: base64(plain) }, Wrapped);
    return { version, bytes: Buffer.from(bytes, 'base64') };
  }

  async unwrap(key: KeyName, wrapped: WrappedKey): Promise<Uint8Array> {
    const { plain } = await this.#ask('POST', '/unwrap', { id: key.id, purpose: key.purpose, version: wrapped.version, bytes: base64(wrapped.bytes) }, Plain);
    return Buffer.from(plain, 'base64');
  }

  async rotate(): Promise<number> {
    return (await this.#ask('POST', '/rotate', {}, Version)).version;
  }

  async dropBefore(version: number): Promise<void> {
    await this.#ask('POST', '/drop', { before: version }, Done);
  }

  async #ask<T>(method: 'GET' | 'POST', path: string, body: Record<string, unknown> | null, shape: z.ZodType<T>): Promise<T> {
    // The cause must hold no key: neither the bodies nor what the service wrote back are quoted.
    const fail = (code: LogErrorCode, cause: string): never => {
      throw new LogFailure(logError(code, this.#url, `${method} /ring${path}: ${cause}`));
    };
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.#url}/ring${path}`, {
        method, redirect: 'error', signal: AbortSignal.timeout(this.#timeoutMs),
        headers: { authorization: `Bearer ${this.#secret}`, ...(body === null ? {} : { 'content-type': 'application/json' }) },
        ...(body === null ? {} : { body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch (thrown) {
      return fail('ring-unreachable', thrown instanceof Error ? thrown.name : 'no answer');
    }
    if (response.status === 422) return fail('ring-refused', 'it does not open');
    if (!response.ok) return fail('ring-unreachable', `status ${response.status}`);
    try {
      return shape.parse(JSON.parse(text));
    } catch {
      return fail('ring-unreachable', 'an answer that is not understood');
    }
  }
}
