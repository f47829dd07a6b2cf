import type { DeskReply } from '#shared/protocol/desk-rpc.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { SessionView } from '#shared/protocol/session-view.ts';
import type { SyncView } from '#shared/protocol/sync-view.ts';
import { instantOf } from '../environment.ts';
import { Publisher } from '../rpc/publisher.ts';
import { Wiper } from '../wipe/wiper.ts';
import type { Workstation } from '../workstation.ts';
import { DeskLock } from './desk-lock.ts';
import type { OpenSession } from './open-session.ts';
import type { Present } from './present.ts';
import { BARRED } from './shut-out.ts';

const NO_SYNC: SyncView = {
  connection: 'none', refusal: null, unsent: 0, unsentOf: 0, inFlight: 0, catchingUp: false, behind: null, setAside: [], spooled: 0, lastContactAt: null,
  clockOffsetMs: 0, clockIsOff: false, refused: [], incarnation: 1, renumberedAt: null,
};
const DEFAULT_LOCK_MINUTES = 15;

/** The one seat at this desk: who sits in it, whether it is locked, and what its screen is told. */
export class Seat {
  readonly lock: DeskLock;
  readonly publisher: Publisher;
  readonly wiper: Wiper;
  readonly #workstation: Workstation;
  #session: OpenSession | null = null;
  #present: Present | null = null;
  #lastEnd: Refusal | null;
  #busy = false;

  constructor(workstation: Workstation) {
    this.#workstation = workstation;
    const { root, spool, postSpool, environment, report } = workstation;
    this.lock = new DeskLock({
      environment, minutes: () => this.#session?.told.rules?.desk?.lockMinutes ?? DEFAULT_LOCK_MINUTES, isServing: () => this.#session?.isServing ?? false,
      callEndedMs: () => this.#session?.callEndedMs ?? null, warned: () => this.publisher.changed('session'),
      changed: () => {
        if (this.lock.state !== null) this.#session?.stepAway();
        this.#everythingChanged();
      },
    });
    this.publisher = new Publisher({
      session: () => this.view(),
      sync: () => this.#syncView(),
      isShut: () => this.lock.state !== null,
      rules: () => this.#session?.told.rules ?? null,
      live: (topic) => this.#session?.told.board.get(topic) ?? null,
      caseIds: () => this.#session?.book.ids() ?? [],
      caseView: (id) => this.#session?.book.view(id) ?? null,
      takenOver: () => this.#session?.takenOver?.view() ?? [],
      shown: (id) => this.#session?.given.shown(id),
    });
    this.wiper = new Wiper({
      root, spool, post: postSpool, environment, report,
      changed: (refusal) => {
        if (this.#session !== null) return;
        this.#lastEnd = refusal;
        this.publisher.changed('session');
      },
    });
    this.#lastEnd = this.wiper.resume();
  }

  get session(): OpenSession | null {
    return this.#session;
  }
  /** Of the session. */
  get present(): Present | null {
    return this.#present;
  }
  /** Nobody sits here, nor is about to. */
  get isFree(): boolean {
    return this.#session === null && !this.#busy;
  }

  view(): SessionView {
    if (this.#session === null) return { status: 'signed-out', refusal: this.#lastEnd };
    const [session, { state, locksAtMs }] = [this.#session, this.lock];
    const open = session.view();
    // By the centre's clock, as every time on the screen.
    const atCentre = (ms: number): string => instantOf(ms + Date.parse(session.now) - this.#workstation.environment.now());
    if (state === null) return { ...open, locksAt: locksAtMs === null ? null : atCentre(locksAtMs) };
    const { person, server, workstation } = open;
    return { status: 'locked', person, server, workstation, why: state.why, since: atCentre(state.sinceMs) };
  }

  #syncView(): SyncView {
    const whole = this.#session?.syncView() ?? NO_SYNC;
    return this.lock.state === null ? whole : { ...whole, refused: [], setAside: [] };
  }

  #everythingChanged(): void {
    for (const what of ['session', 'sync', 'rules', 'all-cases', 'taken-over'] as const) this.publisher.changed(what);
  }

  /** Work at somebody's file, one at a time: who comes second is refused. */
  async inTurn<V>(work: () => Promise<DeskReply<V>>): Promise<DeskReply<V>> {
    if (this.#busy) return { ok: false, refusal: { code: 'already-signed-in' } };
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }

  take(session: OpenSession, present: Present): void {
    this.#session = session;
    this.#present = present;
    this.#lastEnd = null;
    this.lock.begin();
    session.start();
    this.#everythingChanged();
  }

  /** @param refusal why, where it was not the person's own doing */
  end(refusal: Refusal | null): void {
    const ending = this.#session;
    const server = this.#present?.server ?? null;
    this.#session = null;
    this.#present = null;
    this.#lastEnd = refusal;
    this.lock.end();
    if (refusal !== null && BARRED.has(refusal.code)) ending?.forgetCustomers();
    ending?.stop();
    // PR6: the person's own file is closed now, and everybody's goes.
    if (refusal?.code === 'workstation-revoked' && server !== null) void this.wiper.begin(server).catch(this.#workstation.report);
    this.#everythingChanged();
  }

  /** Lets go of everything, and tells nobody. */
  close(): void {
    this.lock.end();
    this.#session?.stop();
    this.#session = null;
    this.wiper.stop();
  }
}
