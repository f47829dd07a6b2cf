import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const Ask = z.looseObject({ id: z.string().default(''), purpose: z.string().default(''), plain: z.string().default(''), bytes: z.string().default(''), version: z.int().default(0), before: z.int().default(0) });
type Ask = z.infer<typeof Ask>;
type Answer = { status: number; body: unknown };

/** A key service on a real socket, made without a line of the server's own: what an installation would put there. */
export class KeyService {
  readonly #versions = new Map<number, Buffer>([[1, randomBytes(32)]]);
  readonly #server = createServer((request, response) => void this.#take(request, response));
  readonly secret = randomBytes(16).toString('hex');
  asked = 0;
  /** What it answers instead, to every question: a service in trouble. */
  trouble: Answer | 'hang' | null = null;
  url = '';

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.asked += 1;
    if (this.trouble === 'hang') return;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = this.trouble ?? this.#answer(request, Ask.parse(chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'))));
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  }

  #answer(request: IncomingMessage, ask: Ask): Answer {
    const current = Math.max(...this.#versions.keys());
    if (request.headers.authorization !== `Bearer ${this.secret}`) return { status: 401, body: {} };
    switch (`${request.method} ${request.url}`) {
      case 'GET /ring':
        return { status: 200, body: { version: current } };
      case 'POST /ring/rotate':
        this.#versions.set(current + 1, randomBytes(32));
        return { status: 200, body: { version: current + 1 } };
      case 'POST /ring/drop':
        for (const version of this.#versions.keys()) if (version < ask.before) this.#versions.delete(version);
        return { status: 200, body: {} };
      case 'POST /ring/wrap': {
        const nonce = randomBytes(12);
        const cipher = createCipheriv('aes-256-gcm', this.#versions.get(current)!, nonce).setAAD(Buffer.from(`${current}/${ask.purpose}/${ask.id}`));
        const bytes = Buffer.concat([nonce, cipher.update(Buffer.from(ask.plain, 'base64')), cipher.final(), cipher.getAuthTag()]);
        return { status: 200, body: { version: current, bytes: bytes.toString('base64') } };
      }
      case 'POST /ring/unwrap': {
        try {
          const bytes = Buffer.from(ask.bytes, 'base64');
          const decipher = createDecipheriv('aes-256-gcm', this.#versions.get(ask.version)!, bytes.subarray(0, 12)).setAAD(Buffer.from(`${ask.version}/${ask.purpose}/${ask.id}`));
          decipher.setAuthTag(bytes.subarray(-16));
          return { status: 200, body: { plain: Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('base64') } };
        } catch {
          return { status: 422, body: {} };
        }
      }
      default:
        return { status: 404, body: {} };
    }
  }
}
