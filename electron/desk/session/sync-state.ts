import type { SyncView } from '#shared/protocol/sync-view.ts';
import { markOf } from '../case-book.ts';
import type { SessionSpool } from '../spool/session-spool.ts';
import type { Store } from '../store/store.ts';
import type { CorrectedClock } from '../sync/corrected-clock.ts';
import type { SyncClient } from '../sync/sync-client.ts';

/** How this person's work and the line stand, as screens show it (SY8). */
export class SyncState {
  readonly #parts: { store: Store; clock: CorrectedClock; sync: SyncClient; spool: SessionSpool | null };
  /** The most that was unsent since nothing was. */
  #unsentOf = 0;

  constructor(parts: { store: Store; clock: CorrectedClock; sync: SyncClient; spool: SessionSpool | null }) {
    this.#parts = parts;
  }

  view(): SyncView {
    const { store, clock, sync, spool } = this.#parts;
    const unsent = store.outbox.unsentCount();
    this.#unsentOf = unsent === 0 ? 0 : Math.max(this.#unsentOf, unsent);
    return {
      connection: sync.connection, refusal: sync.refusal, unsent, unsentOf: this.#unsentOf,
      inFlight: Math.min(unsent, sync.inFlight), catchingUp: sync.catchingUp, behind: sync.behind,
      setAside: [...sync.setAside], spooled: spool?.others ?? 0, lastContactAt: sync.lastContactAt,
      clockOffsetMs: clock.offsetMs, clockIsOff: clock.isOff,
      refused: store.outbox.refusedUnseen().map((row) => markOf(row, null)),
      incarnation: store.meta.get('incarnation') ?? 1, renumberedAt: store.meta.get('renumberedAt'),
    };
  }
}
