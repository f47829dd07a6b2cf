import type { SealedRow, SpoolKey as Key } from '#shared/protocol/spool.ts';
import { SpoolKey } from '#shared/protocol/spool.ts';
import type { Environment } from '../environment.ts';
import type { OutboxRow, RowToSend } from '../store/outbox.ts';
import type { Store } from '../store/store.ts';
import { outerOf } from '../sync/batch.ts';
import type { CorrectedClock } from '../sync/corrected-clock.ts';
import { deliverSpool, type Delivery } from './deliver.ts';
import { makeSealer, type Certify, type Sealer } from './sealer.ts';
import type { SpoolFile } from './spool-file.ts';
import type { Spool } from './spool.ts';
import type { PostSpool } from './spool-over-http.ts';

const NAME = 'spool-key';

/** What the server told at a sign-in: kept in the person's own file, where nobody can put another in its place. */
export const keepSpoolKey = (store: Pick<Store, 'library'>, key: Key, at: string): void => store.library.put(NAME, key, at);
const spoolKeyOf = (store: Pick<Store, 'library'>): Key | null => SpoolKey.safeParse(store.library.get(NAME)).data ?? null;

export type SessionSpoolParts = {
  spool: Spool;
  store: Store;
  server: string;
  person: string;
  /** As it is enrolled; null where its key is gone. */
  workstation: string | null;
  clock: CorrectedClock;
  environment: Environment;
  certify: Certify;
  post: PostSpool;
  /** Told once of whatever keeps the spool from being written: the outbox itself goes on. */
  report(error: unknown): void;
  /** What waits here for others changed. */
  changed(): void;
};

const SETTLE_MS = 1_000;
/** Rows are signed together, a moment after they were acknowledged. */
const SIGN_MS = 50;
/** Sealed in one go, and looked at in one go: the file answers the person meanwhile. */
const AT_ONCE = 200;
const LOOK_AT_ONCE = 1_000;
const ALL = 1_000_000;
const KEPT: ReadonlySet<string | null> = new Set(['unsent', null]);

/** One session's share of the workstation's spool: what its person gives is kept there as well until the server has answered. */
export class SessionSpool {
  readonly #parts: SessionSpoolParts;
  readonly #ready: Promise<Sealer | null>;
  #sealer: Sealer | null = null;
  #file: SpoolFile | null = null;
  #incarnation: number;
  /** Of the last renumbering that the spool followed. */
  #renumberedAt: string | null;
  #stopped = false;
  #failed = false;
  #planned = false;
  #cancel: () => void = () => {};
  #others = 0;
  /** While it is found out what has to be sent again. */
  #looking: Promise<void> | null = null;
  readonly #unsigned = new Map<string, SealedRow>();
  #cancelSign: () => void = () => {};

  constructor(parts: SessionSpoolParts) {
    this.#parts = parts;
    const { store, person, workstation, clock } = parts;
    this.#incarnation = store.meta.get('incarnation') ?? 1;
    this.#renumberedAt = store.meta.get('renumberedAt');
    const key = spoolKeyOf(store);
    // A server of protocol 1 has no spool.
    this.#ready = key === null ? Promise.resolve(null) : makeSealer(key, { person, workstation, desktop: store.desktop }, clock.now(), parts.certify);
  }

  /** Opens the spool and brings it up to the outbox: what is unsent there and not here is added. */
  start(): void {
    const { spool, store, server, clock } = this.#parts;
    const epoch = store.meta.get('epoch');
    if (epoch !== null) this.#lookAgain(() => spool.inEpoch(server, epoch, clock.now(), store.desktop));
    this.#countOthers();
    void this.#ready.then((sealer) => {
      if (sealer === null || this.#stopped) return;
      this.#guarded(() => this.#open(sealer));
      this.#follow();
      // What was answered just before the last session ended.
      this.answered();
    }).catch((error: unknown) => this.#trouble(error));
  }

  /**
   * Keeps a command that was just put into the outbox; called inside the outbox's own transaction, so that both reach the
   * disk at the same time.
   *
   * @returns when it is there, or could not be kept here; null where there is nothing to wait for
   */
  put(row: OutboxRow): Promise<void> | null {
    if (this.#sealer !== null) return this.#add([row]);
    return this.#failed ? null : this.#ready.then((sealer) => (sealer === null || this.#stopped || this.#parts.store.outbox.statusOf(row.id) === null ? undefined : (this.#add([row]) ?? undefined)), () => undefined);
  }

  /** Never taken after all: the outbox could not be written. */
  drop(id: string): void {
    this.#guarded(() => this.#file?.leave([id]));
  }

  /** The server has answered something, or numbers changed. Looked into a little later: it waits for nobody. */
  answered(): void {
    if (this.#planned || this.#file === null) return;
    this.#planned = true;
    this.#cancel = this.#parts.environment.after(SETTLE_MS, () => {
      this.#planned = false;
      this.#settle();
    });
  }

  /** What others left here, for the counter on the screen. */
  get others(): number {
    return this.#others;
  }

  #countOthers(): number {
    const { spool, server, store } = this.#parts;
    this.#others = this.#quietly(() => spool.count(server, store.desktop), 0);
    return this.#others;
  }

  /** The centre's log turned out to be another one than at the sign-in: what others had answered waits again (SY9). */
  newEpoch(): void {
    const { spool, server, store, clock } = this.#parts;
    this.#lookAgain(() => spool.newEpoch(server, clock.now(), store.desktop));
  }

  #lookAgain(look: () => Promise<void>): void {
    const looking = (this.#looking ?? Promise.resolve()).then(look).catch((error: unknown) => this.#trouble(error)).then(() => {
      if (this.#looking === looking) this.#looking = null;
    });
    this.#looking = looking;
  }

  /**
   * Delivers what others left at this machine, and what this person's own file has lost (SY10); before the outbox is sent.
   * @returns null where nothing waits
   */
  deliver(): Promise<Delivery | null> | null {
    return this.#looking === null ? this.#deliver() : this.#looking.then(() => (this.#stopped ? null : this.#deliver()));
  }

  #deliver(): Promise<Delivery> | null {
    const { spool, store, server, post, clock } = this.#parts;
    const mine = this.#quietly(() => this.#lost(), new Set<string>());
    if (this.#countOthers() === 0 && mine.size === 0) return null;
    const delivery = deliverSpool({ spool, server, post, now: () => clock.now(), own: { desktop: store.desktop, lost: mine }, stopped: () => this.#stopped });
    return delivery.then((done) => {
      this.#countOthers();
      this.#parts.changed();
      return done;
    });
  }

  /**
   * Brings here whatever the person's file has unsent, where no session follows: the centre has just shut them out, and
   * nobody will send it from that file any more (SY10). The spool is released.
   */
  async bringWhatIsLeft(): Promise<void> {
    const sealer = await this.#ready;
    if (sealer !== null) await this.#guarded(() => this.#addAll(this.#open(sealer)));
    this.stop();
  }

  #open(sealer: Sealer): SpoolFile {
    const { spool, store, server, person } = this.#parts;
    this.#sealer = sealer;
    this.#file = spool.fileOf({ server, desktop: store.desktop, person });
    return this.#file;
  }

  /** In one go: nobody waits at a screen. */
  #addAll(file: SpoolFile): Promise<void> | null {
    const { outbox } = this.#parts.store;
    if (file.rows.size >= outbox.unsentCount()) return null;
    return this.#add(outbox.unsentStreams().flatMap((stream) => outbox.toSend(stream, ALL).filter((row) => !this.#isHere(row))));
  }

  stop(): void {
    const file = this.#file;
    if (file !== null) {
      this.#guarded(() => this.#settle());
      // What the spool's disk would not take earlier.
      this.#guarded(() => void this.#addAll(file));
      this.#guarded(() => this.#sign());
    }
    this.#stopped = true;
    this.#cancel();
    this.#guarded(() => this.#parts.spool.release(this.#parts.store.desktop));
    this.#sealer = null;
    this.#file = null;
  }

  #add(rows: readonly (RowToSend & { made_at?: string })[]): Promise<void> | null {
    const [sealer, file] = [this.#sealer, this.#file];
    if (sealer === null || file === null || rows.length === 0) return null;
    return this.#guarded(() => {
      const sealed = rows.map((row): SealedRow => sealer.seal(outerOf(row, this.#parts.store.desktop, this.#incarnation), row.made_at ?? this.#parts.clock.now(), this.#parts.store.outbox.before(row)));
      if (this.#unsigned.size === 0) this.#cancelSign = this.#parts.environment.after(SIGN_MS, () => this.#guarded(() => this.#sign()));
      for (const row of sealed) this.#unsigned.set(row.id, row);
      return file.add(sealer, sealed)?.catch((error: unknown) => this.#trouble(error)) ?? null;
    }) ?? null;
  }

  /** Own rows that this file does not have, as after an older copy of it was put back: nobody else will send them. */
  #lost(): Set<string> {
    const { store } = this.#parts;
    const rows = this.#file?.rows;
    if (rows === undefined || rows.size === 0 || rows.size === store.outbox.unsentCount()) return new Set();
    return new Set([...rows.keys()].filter((id) => store.outbox.statusOf(id) === null));
  }

  #sign(): void {
    const [sealer, file] = [this.#sealer, this.#file];
    this.#cancelSign();
    // One that was given another number meanwhile is in this list as it is now.
    const signed = [...this.#unsigned.values()].filter(({ id }) => file?.rows.has(id) === true).map((row) => [row.id, sealer?.sign(row) ?? ''] as const);
    this.#unsigned.clear();
    if (sealer !== null) file?.sign(signed);
  }

  #settle(): void {
    const file = this.#file;
    if (file === null || this.#stopped) return;
    this.#guarded(() => {
      const { spool, store, clock } = this.#parts;
      // The oldest are answered first, by and large.
      const some = [...file.rows.keys()].slice(0, LOOK_AT_ONCE);
      // What the outbox does not have is the deliverer's.
      const left = some.filter((id) => !KEPT.has(store.outbox.statusOf(id)));
      spool.answeredOf(file, left, clock.now(), new Set(left.filter((id) => store.outbox.statusOf(id) === 'refused')));
      if (left.length > 0 && file.rows.size > 0) this.answered();
    });
    if (this.#parts.store.meta.get('renumberedAt') !== this.#renumberedAt) this.#follow();
  }

  /** Adds what is unsent and not here, or here under another number. */
  #follow(): void {
    this.#guarded(() => {
      const { store, environment } = this.#parts;
      this.#renumberedAt = store.meta.get('renumberedAt');
      this.#incarnation = store.meta.get('incarnation') ?? 1;
      const streams = store.outbox.unsentCount() === 0 ? [] : store.outbox.unsentStreams();
      const go = (): void => {
        if (this.#stopped) return;
        this.#guarded(() => {
          const rows: RowToSend[] = [];
          while (streams.length > 0 && rows.length < AT_ONCE) rows.push(...store.outbox.toSend(streams.shift()!, ALL).filter((row) => !this.#isHere(row)));
          void this.#add(rows);
          if (streams.length > 0) this.#cancelFollow = environment.after(0, go);
        });
      };
      this.#cancelFollow();
      go();
    });
  }
  #cancelFollow: () => void = () => {};

  #isHere(row: RowToSend): boolean {
    const held = this.#file?.rows.get(row.id);
    return held !== undefined && held.number === row.number && held.incarnation === this.#incarnation;
  }

  #quietly<T>(work: () => T, otherwise: T): T {
    return this.#guarded(work) ?? otherwise;
  }

  /** A spool that cannot be written costs nobody their work: the outbox has it. */
  #guarded<T>(work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      this.#trouble(error);
      return null;
    }
  }

  #trouble(error: unknown): void {
    if (this.#stopped || this.#failed) return;
    this.#failed = true;
    this.#parts.report(error);
  }
}

