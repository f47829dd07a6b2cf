/** Sealed bodies as the server holds them: ring, key store, sealer, and the chain's record of what was erased (PR7). */
import { join } from 'node:path';
import { StreamId } from '#shared/protocol/ids.ts';
import type { BodySealer } from '../body-sealer.ts';
import { LogFailure, type LogError } from '../log-errors.ts';
import type { EventLog } from '../log.ts';
import { ChainRecord, ERASED_AGAIN, keyPortions, SEALING_BEGAN, serverEntry } from './chain-record.ts';
import { customerSealer } from './customer-sealer.ts';
import { DataKeys } from './data-keys.ts';
import { ErasedList } from './erased-list.ts';
import { openFileRing } from './file-ring.ts';
import { HttpRing } from './http-ring.ts';
import type { KeyStore } from './key-store.ts';
import { openPostgresKeyStore } from './postgres-key-store.ts';
import type { RingKey } from './ring-key.ts';
import { openSqliteKeyStore } from './sqlite-key-store.ts';

export type SealingOptions = {
  /** The server's clock. */
  now: () => string;
  /** The ring key's file, or the address of a key service; null: `ring.key` in the data folder. */
  ring?: string | null;
  /** That the key service knows this server by. */
  ringSecret?: string;
  /** The database that holds log and keys, `postgres://…`; null: files in the data folder. */
  database?: string | null;
  /** Data keys kept in memory, some 300 bytes each. */
  held?: number;
};

const HELD_KEYS = 20_000;
const isAddress = (ring: string): boolean => /^https?:\/\//.test(ring);

/**
 * Opens keys and ring, before the log is opened with `sealer`; then `settle` with the log, before anything is read.
 *
 * @param folder the data folder, which exists
 * @returns what seals and opens, or what is wrong (RB2); then nothing is held open
 */
export async function openSealing(folder: string, options: SealingOptions): Promise<{ ok: true; sealing: Sealing } | { ok: false; error: LogError }> {
  const { database = null } = options;
  const opened = database === null ? openSqliteKeyStore(join(folder, 'keys.sqlite')) : await openPostgresKeyStore(database);
  if (!opened.ok) return opened;
  const { store } = opened;
  try {
    const ring = options.ring ?? join(folder, 'ring.key');
    const found = isAddress(ring) ? { ok: true as const, ring: new HttpRing(ring, options.ringSecret ?? '') } : openFileRing(ring, await store.isEmpty(), options.now);
    if (!found.ok) {
      store.close();
      return found;
    }
    const erased = new ErasedList(isAddress(ring) ? join(folder, 'ring.erased') : `${ring}.erased`);
    const keys = await DataKeys.open(store, found.ring, options.now, options.held ?? HELD_KEYS);
    return { ok: true, sealing: new Sealing(store, found.ring, keys, erased) };
  } catch (thrown) {
    store.close();
    if (!(thrown instanceof LogFailure)) throw thrown;
    return { ok: false, error: thrown.error };
  }
}

export class Sealing {
  readonly sealer: BodySealer;
  readonly keys: DataKeys;
  readonly store: KeyStore;
  readonly record: ChainRecord;
  readonly #ring: RingKey;
  readonly #erased: ErasedList;
  readonly #listeners = new Set<(streams: readonly StreamId[]) => void>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: KeyStore, ring: RingKey, keys: DataKeys, erased: ErasedList) {
    this.store = store;
    this.keys = keys;
    this.sealer = customerSealer(keys);
    this.record = new ChainRecord(store, keys);
    this.#ring = ring;
    this.#erased = erased;
  }

  /**
   * Before anything else reads the log: keys that were erased and came back with a back-up are destroyed again, erasures
   * that a restored log has lost are put into its chain again, and the chain learns which key store seals it.
   *
   * @returns `keys-lost` where the log was sealed by another key store
   */
  async settle(log: EventLog): Promise<{ ok: true } | { ok: false; error: LogError }> {
    try {
      const { began } = await this.record.read(log);
      if (began === null) await log.append([{ writes: [], command: null, audit: [serverEntry(SEALING_BEGAN, { keyStore: this.store.id })] }]);
      const listed = this.#erased.ids();
      if (listed.length > 0) await this.keys.destroy(listed);
      const unrecorded = await this.store.unrecorded();
      if (unrecorded.length > 0) {
        await log.append([{ writes: [], command: null, audit: keyPortions(unrecorded).map((keys) => serverEntry(ERASED_AGAIN, { keys })) }]);
      }
      await this.record.read(log);
      return { ok: true };
    } catch (thrown) {
      if (!(thrown instanceof LogFailure)) throw thrown;
      return { ok: false, error: thrown.error };
    }
  }

  /** One after another: a hold that is being set and an erasure must not pass each other unseen. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** The last step of an erasure, after the chain has it: keys, list, and whatever holds opened bodies in memory. */
  async destroy(ids: readonly string[], streams: readonly StreamId[]): Promise<void> {
    try {
      await this.keys.destroy(ids);
    } finally {
      // Also where the disk failed: this process opens nothing of it any more.
      for (const listener of this.#listeners) listener(streams);
    }
    this.#erased.add(ids);
  }

  /**
   * PR7: what another server of the centre has erased is readable here no longer either: neither from keys in memory nor from
   * what was folded with them. To be asked again and again.
   *
   * @param since an instant before the last time
   */
  async forgetErasedElsewhere(since: string): Promise<void> {
    const news = await this.keys.forget(await this.store.destroyedSince(since));
    if (news.length === 0) return;
    const streams = await Promise.all(news.map(async ({ slot }): Promise<string[]> => {
      const name = slot.slice(slot.indexOf(':') + 1);
      return slot.startsWith('customer:') ? this.store.streamsOf(name) : [name];
    }));
    const touched = [...new Set(streams.flat())].flatMap((stream) => StreamId.safeParse(stream).data ?? []);
    for (const listener of this.#listeners) listener(touched);
  }

  /** Called with the streams of which bodies can be opened no longer: forget what was folded from them. */
  onErased(listener: (streams: readonly StreamId[]) => void): void {
    this.#listeners.add(listener);
  }

  /** A new version of the ring key, every data key wrapped anew by it; bodies stay as they are. */
  rotate(): Promise<{ version: number; rewrapped: number }> {
    return this.inTurn(() => this.keys.rotate());
  }

  /**
   * After a rotation: the earlier versions are gone for ever, and with them every copy of the key file made before it,
   * erased customers' keys in old back-ups included. Back up the keys anew first.
   */
  dropOldRings(): Promise<void> {
    return this.inTurn(async () => {
      const version = await this.#ring.current();
      if ((await this.store.wrappedBefore(version, 1)).length > 0) throw new Error('some data keys are wrapped by an earlier ring key: rotate first');
      await this.#ring.dropBefore(version);
    });
  }

  /** OP1: a copy of the wrapped keys, taken after the log's, so that every body of that copy has its key. */
  backUp(path: string): Promise<void> {
    return this.store.backUp(path);
  }

  close(): void {
    this.store.close();
  }
}
