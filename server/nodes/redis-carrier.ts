import { createClient } from 'redis';
import type { StartCarrier } from './bus.ts';

const CHANNEL = 'aidline:nodes';
const AGAIN_MS = 300;
const PING_MS = 2_000;
/** A Redis that answers nothing for so long is away: the database's notices carry on meanwhile. */
const SILENT_MS = 5_000;

/**
 * Redis as the fast carrier. Published, not kept: what is told here hurries and is counted, and whoever missed some of it asks;
 * the truth is in the log.
 *
 * @param url `redis://…` or `rediss://…`
 * @param onChanged told when it comes and goes
 */
export const redisCarrier = (url: string, onChanged: (up: boolean, error: string) => void): StartCarrier => (heard) => {
  // A command that waits for a connection would be carried out long after it was of use.
  const options = { url, disableOfflineQueue: true, pingInterval: PING_MS, socket: { reconnectStrategy: AGAIN_MS, connectTimeout: SILENT_MS, socketTimeout: SILENT_MS } } as const;
  const sender = createClient(options);
  const receiver = createClient(options);
  const ready = new Set<unknown>();
  let told: boolean | null = null;
  let stopped = false;
  const change = (client: unknown, up: boolean, error = ''): void => {
    if (up) ready.add(client);
    else ready.delete(client);
    const now = ready.size === 2;
    if (now === told || stopped) return;
    told = now;
    onChanged(now, error);
  };
  sender.on('ready', () => change(sender, true));
  receiver.on('ready', () => {
    receiver.subscribe(CHANNEL, (payload: Buffer) => heard(payload), true).then(() => change(receiver, true), () => undefined);
  });
  for (const client of [sender, receiver]) {
    client.on('error', (error: Error) => change(client, false, error.message));
    client.on('end', () => change(client, false));
    client.connect().catch(() => undefined);
  }
  return {
    get up() {
      return ready.size === 2;
    },
    tell: (sealed) => {
      sender.publish(CHANNEL, Buffer.from(sealed)).catch(() => undefined);
    },
    stop: async () => {
      stopped = true;
      for (const client of [sender, receiver]) {
        if (client.isOpen) client.destroy();
      }
    },
  };
};
