import { createClient } from 'redis';

const AGAIN_MS = 300;
const PING_MS = 2_000;
/** A Redis that answers nothing for so long is away. */
const SILENT_MS = 5_000;

/** A client that comes back by itself, and holds nothing up: what cannot be asked now is not asked later. @param url `redis://…` or `rediss://…` */
export function redisClient(url: string) {
  const client = createClient({ url, disableOfflineQueue: true, pingInterval: PING_MS, socket: { reconnectStrategy: AGAIN_MS, connectTimeout: SILENT_MS, socketTimeout: SILENT_MS } });
  // Told by `isReady`; without a listener an error would end the process.
  client.on('error', () => undefined);
  client.connect().catch(() => undefined);
  return client;
}
