import { instantOf } from '../environment.ts';
import type { Store } from '../store/store.ts';
import { startOver } from './take-feed.ts';
import { startNewIncarnation } from './take-results.ts';

/** How long answered commands are kept, to be sent again after the log was restored (SY9). */
export const RESEND_MS = 72 * 3_600_000;

/**
 * The log was restored, or failed over with a loss: what was answered in the last 72 hours may be unknown there and
 * is sent again under a new incarnation; ids make that safe. The feed is read from the start.
 * @param nowMs corrected time
 */
export function enterNewEpoch(store: Store, nowMs: number): void {
  store.transaction(() => {
    store.outbox.reopenSince(instantOf(nowMs - RESEND_MS));
    startNewIncarnation(store, instantOf(nowMs));
    store.meta.clear('epoch');
    startOver(store);
  });
}
