import { startOver } from '../sync/take-feed.ts';
import type { Store } from '../store/store.ts';

/** Whoever hears this may see no case any more (SY6). */
export const BARRED: ReadonlySet<string> = new Set(['person-disabled', 'revoked', 'workstation-revoked']);

/** SY6: the person may see no case any more, and this machine alone lets them in no more (OF3). Unsent work stays. */
export function shutOut(store: Store): void {
  store.forgetCustomers();
  store.meta.clear('lastOnlineAt');
  startOver(store);
}
