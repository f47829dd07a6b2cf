import Fastify, { type FastifyInstance } from 'fastify';
import type { EventLog } from '../log/log.ts';
import { listen, makeServer } from '../http/listen.ts';
import type { Options } from '../options.ts';
import type { Metrics } from './metrics.ts';

/** A log that does not answer within this time answers nobody. */
const READY_MS = 2_000;

export type Ready = { ready: boolean; why: 'starting' | 'stopping' | 'log' | null };

/** Whether desktops should be sent here: the log answers, and the server neither starts nor stops. The bank is no part of it: without it desks go on. */
export class Readiness {
  #state: 'starting' | 'serving' | 'stopping' = 'starting';
  readonly #log: Pick<EventLog, 'head'>;

  constructor(log: Pick<EventLog, 'head'>) {
    this.#log = log;
  }

  serving(): void {
    this.#state = 'serving';
  }

  stopping(): void {
    this.#state = 'stopping';
  }

  async ask(): Promise<Ready> {
    if (this.#state !== 'serving') return { ready: false, why: this.#state };
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), READY_MS);
    });
    const answers = await Promise.race([this.#log.head().then(() => true, () => false), late]);
    clearTimeout(timer);
    return answers ? { ready: true, why: null } : { ready: false, why: 'log' };
  }
}

/** `GET /health/live`, `GET /health/ready`: for a proxy, an orchestrator, systemd. They tell nothing of the centre. */
export function addHealthRoutes(app: FastifyInstance, readiness: Readiness): void {
  app.get('/health/live', async () => ({ live: true }));
  app.get('/health/ready', async (_request, reply) => {
    const answer = await readiness.ask();
    return reply.code(answer.ready ? 200 : 503).send(answer);
  });
}

/**
 * `GET /metrics` beside the server's own door, on an address of its own: what it tells is for those who run the centre.
 *
 * @returns the address, and how to end it
 * @throws StartError as the server itself: beyond loopback with TLS only (PR9)
 */
export async function serveMetrics(where: NonNullable<Options['metrics']>, tls: Options['tls'], metrics: Metrics, readiness: Readiness): Promise<{ url: string; stop: () => Promise<void> }> {
  const at = { ...where, tls };
  const server = makeServer(at);
  const app = Fastify({ logger: false });
  app.get('/metrics', async (_request, reply) => reply.header('content-type', metrics.registry.contentType).send(await metrics.registry.metrics()));
  addHealthRoutes(app, readiness);
  await app.ready();
  server.on('request', app.routing);
  const url = await listen(server, at);
  return {
    url,
    stop: async () => {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await app.close();
    },
  };
}
