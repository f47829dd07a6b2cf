import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Rate } from './limits.ts';

/** As much of a client of the package `redis` (4 and later) as counting takes. */
export type SharedStore = {
  readonly isReady: boolean;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
};

/** A store that is this slow counts as lost: nobody waits at the door for it … */
const STORE_MS = 250;
/** … nor asks it again before this time is over. */
const REST_MS = 5_000;

/** Counts by key within one rate. */
export type Counter = {
  /** @returns 0 where it is within the rate, otherwise after how many milliseconds to come again */
  take(key: string, points?: number): Promise<number>;
  giveBack(key: string): Promise<void>;
};

/** The client with a deadline; what comes late is counted there all the same, and nobody hears of it. */
function hurried(store: SharedStore): SharedStore {
  let restUntilMs = 0;
  return {
    get isReady() {
      return store.isReady && performance.now() >= restUntilMs;
    },
    eval: async (script, options) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          restUntilMs = performance.now() + REST_MS;
          reject(new Error('the shared store does not answer'));
        }, STORE_MS);
      });
      try {
        return await Promise.race([store.eval(script, options), late]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/**
 * Who may do how much (RB1): counted in memory, or, where a store is handed in, for all servers together. While the store is
 * lost each server counts by itself: that shuts nobody out, and lets nobody do more than once as much at each server.
 */
export class Rates {
  readonly #store: SharedStore | null;
  readonly #centre: string;

  /** @param store connected, or on its way to be; null for one server @param centre of which the servers count together */
  constructor(store: SharedStore | null, centre = '') {
    this.#centre = centre;
    this.#store = store === null ? null : hurried(store);
  }

  /** @param name of what is counted; counters of one name share what they count */
  counter(name: string, { points, seconds }: Rate): Counter {
    const alone = new RateLimiterMemory({ keyPrefix: name, points, duration: seconds });
    const limiter = this.#store === null ? alone
      : new RateLimiterRedis({ storeClient: this.#store, useRedisPackage: true, rejectIfRedisNotReady: true, keyPrefix: `aidline:${this.#centre}:rate:${name}`, points, duration: seconds, insuranceLimiter: alone });
    return {
      take: async (key, taken = 1) => {
        try {
          await limiter.consume(key, taken);
          return 0;
        } catch (over) {
          if (over instanceof RateLimiterRes) return Math.max(1, Math.ceil(over.msBeforeNext));
          throw over;
        }
      },
      giveBack: async (key) => void (await limiter.reward(key)),
    };
  }
}
