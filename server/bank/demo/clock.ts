/**
 * The bank's business clock: real time, or what the demo set it to. The setting is durable, so that a restarted bank
 * does not fall back to yesterday.
 */
import { z } from 'zod';
import { Instant } from '#shared/protocol/ids.ts';
import { readMeta, writeMeta } from './store.ts';
import type { Store } from './store.ts';

const Setting = z.object({ offsetMs: z.number(), frozenAt: Instant.nullable() });

export type BankClock = {
  now(): string;
  /** Sets the business time; it runs on from there, or stands still when `frozen`. */
  set(now: string, frozen: boolean): void;
  /** Back to real time. */
  release(): void;
};

export function makeClock(store: Store): BankClock {
  const stored = readMeta(store, 'clock');
  let setting = stored === null ? { offsetMs: 0, frozenAt: null as string | null } : Setting.parse(JSON.parse(stored));
  const keep = (next: typeof setting): void => {
    setting = next;
    writeMeta(store, 'clock', JSON.stringify(next));
  };
  return {
    now: () => setting.frozenAt ?? new Date(Date.now() + setting.offsetMs).toISOString(),
    set: (now, frozen) => keep({ offsetMs: Date.parse(now) - Date.now(), frozenAt: frozen ? now : null }),
    release: () => keep({ offsetMs: 0, frozenAt: null }),
  };
}
