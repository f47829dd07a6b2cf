import type { StartCarrier } from './bus.ts';
import { redisClient } from './redis-client.ts';

const CHANNEL = 'aidline:nodes';

/**
 * Redis as the fast carrier. Published, not kept: what is told here hurries and is counted, and whoever missed some of it asks;
 * the truth is in the log.
 *
 * @param url `redis://…` or `rediss://…`
 * @param onChanged told when it comes and goes
 */
export const redisCarrier = (url: string, onChanged: (up: boolean, error: string) => void): StartCarrier => (heard) => {
  const sender = redisClient(url);
  const receiver = redisClient(url);
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
