/** A collector of a test's own: OTLP as JSON over HTTP, every span kept. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const Value = z.looseObject({ stringValue: z.string().optional(), intValue: z.union([z.number(), z.string()]).optional(), boolValue: z.boolean().optional() });
const Kept = z.object({
  traceId: z.string(), spanId: z.string(), parentSpanId: z.string().optional(), name: z.string(), startTimeUnixNano: z.string(), endTimeUnixNano: z.string(),
  attributes: z.array(z.object({ key: z.string(), value: Value })).transform((all) => Object.fromEntries(all.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? value.boolValue]))),
});
export type KeptSpan = z.infer<typeof Kept>;
const Export = z.looseObject({ resourceSpans: z.array(z.looseObject({ scopeSpans: z.array(z.looseObject({ spans: z.array(Kept) })) })) });

export class Collector {
  readonly spans: KeptSpan[] = [];
  readonly paths: string[] = [];
  /** Every byte that came. */
  text = '';
  readonly #server: Server;
  #answer = 200;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.paths.push(request.url ?? '');
        const text = Buffer.concat(chunks).toString('utf8');
        this.text += text;
        if (this.#answer === 200) this.spans.push(...Export.parse(JSON.parse(text)).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)));
        response.writeHead(this.#answer, { 'content-type': 'application/json' }).end('{}');
      });
    });
  }

  static async start(): Promise<Collector> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Collector(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Takes nothing from here on. */
  refuse(): void {
    this.#answer = 400;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
