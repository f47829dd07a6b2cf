/**
 * Data keys in the clear, in memory only, the most lately used ones; made, unwrapped and wrapped anew on the way.
 *
 * Whatever changes which key seals (making, retiring, destroying) runs one after another: a key that was retired is
 * never handed out for sealing again, or new bodies would be lost with it.
 */
import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { v7 } from 'uuid';
import { LogFailure, logError } from '../log-errors.ts';
import { inLots } from './in-lots.ts';
import type { KeptKey, KeyStore, Slot, Tie } from './key-store.ts';
import { Lru } from './lru.ts';
import type { RingKey, WrappedKey } from './ring-key.ts';

export type DataKey = { id: string; secret: KeyObject };

const KEY_BYTES = 32;
/** Calls of the ring at once. */
const AT_ONCE = 16;
const REWRAP_LOT = 200;

type Lot = { slots: Set<Slot>; ties: Map<string, Tie>; made: Promise<Map<Slot, DataKey>> };
const purposeOf = (slot: Slot): KeptKey['purpose'] => (slot === 'index' ? 'index' : slot.startsWith('customer:') ? 'customer' : 'stream');
const tieName = ({ tag, stream }: Tie): string => `${tag} ${stream}`;

export class DataKeys {
  readonly #store: KeyStore;
  readonly #ring: RingKey;
  readonly #now: () => string;
  readonly #index: KeyObject;
  readonly #tags: Lru<string, string>;
  readonly #byId: Lru<string, DataKey>;
  readonly #active: Lru<Slot, DataKey>;
  readonly #tied: Lru<string, true>;
  /** Since the start: an unwrapping that was under way must not bring one back. */
  readonly #destroyed = new Set<string>();
  #ringVersion: number;
  #retirements: number;
  #last: Promise<unknown> = Promise.resolve();
  #next: Lot | null = null;

  private constructor(store: KeyStore, ring: RingKey, now: () => string, index: KeyObject, ringVersion: number, retirements: number, held: number) {
    this.#store = store;
    this.#ring = ring;
    this.#now = now;
    this.#index = index;
    this.#ringVersion = ringVersion;
    this.#retirements = retirements;
    this.#tags = new Lru(held);
    this.#byId = new Lru(held);
    this.#active = new Lru(held);
    this.#tied = new Lru(held);
  }

  /** @param held keys kept in memory @throws LogFailure where the ring or the store cannot be used */
  static async open(store: KeyStore, ring: RingKey, now: () => string, held: number): Promise<DataKeys> {
    const version = await ring.current();
    let [index] = await store.active(['index']);
    if (index === undefined) {
      const name = { id: v7(), purpose: 'index' } as const;
      await store.add([{ ...name, slot: 'index', wrapped: await ring.wrap(name, randomBytes(KEY_BYTES)) }], [], now());
      [index] = await store.active(['index']);
    }
    if (index === undefined || index.wrapped === null) throw new Error('the key store has no index key');
    return new DataKeys(store, ring, now, createSecretKey(await ring.unwrap(index, index.wrapped)), version, await store.retirements(), held);
  }

  /** What a customer is called in the key store: without the index key it tells nobody who it is. */
  tagOf(customer: string): string {
    const known = this.#tags.get(customer);
    if (known !== undefined) return known;
    const tag = createHmac('sha256', this.#index).update(`customer\0${customer}`).digest('hex');
    this.#tags.set(customer, tag);
    return tag;
  }

  /** As of how many retirements of keys, by whichever server, those are that seal here. */
  get retirements(): number {
    return this.#retirements;
  }

  /** Where another server has retired keys, none that is held seals any more: which one does is asked anew. */
  catchUp(): Promise<void> {
    return this.#inTurn(async () => {
      const retirements = await this.#store.retirements();
      if (retirements === this.#retirements) return;
      this.#active.clear();
      this.#retirements = retirements;
    });
  }

  /** The keys that seal for these slots now, made where there is none; the ties are recorded before this answers. */
  async sealing(slots: ReadonlySet<Slot>, ties: readonly Tie[]): Promise<ReadonlyMap<Slot, DataKey>> {
    const found = new Map<Slot, DataKey>();
    const missing: Slot[] = [];
    for (const slot of slots) {
      const key = this.#active.get(slot);
      if (key === undefined) missing.push(slot);
      else found.set(slot, key);
    }
    const news = ties.filter((tie) => this.#tied.get(tieName(tie)) === undefined);
    if (missing.length === 0 && news.length === 0) return found;
    const lot = this.#lot();
    for (const slot of missing) lot.slots.add(slot);
    for (const tie of news) lot.ties.set(tieName(tie), tie);
    const made = await lot.made;
    for (const slot of missing) {
      const key = made.get(slot);
      if (key === undefined) throw new Error('a key was asked for and not made');
      found.set(slot, key);
    }
    return found;
  }

  /** Everything that is asked for until the turn comes shares one transaction and one sync of the disk. */
  #lot(): Lot {
    if (this.#next !== null) return this.#next;
    const lot: Lot = { slots: new Set(), ties: new Map(), made: Promise.resolve(new Map()) };
    this.#next = lot;
    lot.made = this.#inTurn(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      this.#next = null;
      return this.#make(lot);
    });
    return lot;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #make({ slots, ties }: Lot): Promise<Map<Slot, DataKey>> {
    const found = await this.#unwrapped(await this.#store.active([...slots]));
    const missing = [...slots].filter((slot) => !found.has(slot));
    const fresh = await inLots(missing, AT_ONCE, async (slot) => {
      const name = { id: v7(), purpose: purposeOf(slot) };
      const bytes = randomBytes(KEY_BYTES);
      return { key: { id: name.id, secret: createSecretKey(bytes) }, row: { ...name, slot, wrapped: await this.#ring.wrap(name, bytes) } };
    });
    if (fresh.length > 0 || ties.size > 0) await this.#store.add(fresh.map(({ row }) => row), [...ties.values()], this.#now());
    for (const { key, row } of fresh) found.set(row.slot, key);
    if (fresh.length > 0) await this.#yieldToOthers(fresh.map(({ row }) => row.slot), found);
    for (const [slot, key] of found) {
      this.#active.set(slot, key);
      this.#byId.set(key.id, key);
    }
    for (const name of ties.keys()) this.#tied.set(name, true);
    return found;
  }

  /** Another server on the same store may have been first: its key is the one that is kept. */
  async #yieldToOthers(slots: readonly Slot[], found: Map<Slot, DataKey>): Promise<void> {
    const others = (await this.#store.active(slots)).filter((key) => found.get(key.slot)?.id !== key.id);
    for (const [slot, key] of await this.#unwrapped(others)) found.set(slot, key);
  }

  async #unwrapped(keys: readonly KeptKey[]): Promise<Map<Slot, DataKey>> {
    const opened = await inLots(keys, AT_ONCE, async (key) => ({ slot: key.slot, key: await this.#unwrap(key) }));
    return new Map(opened.flatMap(({ slot, key }) => (key === null ? [] : [[slot, key]])));
  }

  async #unwrap(kept: KeptKey): Promise<DataKey | null> {
    if (kept.wrapped === null || this.#destroyed.has(kept.id)) return null;
    const known = this.#byId.get(kept.id);
    if (known !== undefined) return known;
    const bytes = await this.#ring.unwrap(kept, kept.wrapped);
    if (this.#destroyed.has(kept.id)) return null;
    // Lazily after a rotation; one that fails is tried again at its next use.
    if (kept.wrapped.version < this.#ringVersion) void this.#rewrap(kept, kept.wrapped, bytes).catch(() => undefined);
    return { id: kept.id, secret: createSecretKey(bytes) };
  }

  /** Keys by id, null for a destroyed one. One that is not there throws LogFailure `keys-lost`: no erasure, but keys from before the log. */
  async opening(ids: ReadonlySet<string>): Promise<ReadonlyMap<string, DataKey | null>> {
    const found = new Map<string, DataKey | null>();
    const missing: string[] = [];
    for (const id of ids) {
      const key = this.#byId.get(id);
      if (key === undefined) missing.push(id);
      else found.set(id, key);
    }
    if (missing.length === 0) return found;
    const kept = new Map((await this.#store.find(missing)).map((key) => [key.id, key]));
    await inLots(missing, AT_ONCE, async (id) => {
      const row = kept.get(id);
      if (row === undefined) throw new LogFailure(logError('keys-lost', '', `there is no key ${id}, which seals a body of the log`));
      const key = await this.#unwrap(row);
      if (key !== null) this.#byId.set(id, key);
      found.set(id, key);
    });
    return found;
  }

  /** From here on new bodies of the customer are sealed with other keys. Answers the customer's keys up to now. */
  retire(customer: string): Promise<string[]> {
    return this.#inTurn(async () => {
      const keys = await this.#store.ofCustomer(this.tagOf(customer));
      const ids = keys.map(({ id }) => id);
      await this.#store.retire(ids);
      for (const { slot } of keys) this.#active.delete(slot);
      return ids;
    });
  }

  restore(ids: readonly string[]): Promise<void> {
    return this.#inTurn(() => this.#store.restore(ids));
  }

  /** PR7: from here on nothing that these keys sealed can be read by anybody. */
  destroy(ids: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      for (const { id, slot } of await this.#store.find(ids)) {
        this.#destroyed.add(id);
        this.#byId.delete(id);
        if (this.#active.get(slot)?.id === id) this.#active.delete(slot);
      }
      await this.#store.destroy(ids, this.#now());
    });
  }

  /** @returns of keys that another server destroyed, those of which this one did not know; it opens nothing with them any more */
  forget(destroyed: readonly { id: string; slot: Slot }[]): Promise<{ id: string; slot: Slot }[]> {
    return this.#inTurn(async () => {
      const news = destroyed.filter(({ id }) => !this.#destroyed.has(id));
      for (const { id, slot } of news) {
        this.#destroyed.add(id);
        this.#byId.delete(id);
        if (this.#active.get(slot)?.id === id) this.#active.delete(slot);
      }
      return news;
    });
  }

  /**
   * A new version of the ring key, and every data key under it. Bodies are not touched.
   * @returns the version, and how many keys were wrapped anew
   */
  async rotate(): Promise<{ version: number; rewrapped: number }> {
    const version = await this.#ring.rotate();
    this.#ringVersion = version;
    let rewrapped = 0;
    for (;;) {
      const keys = await this.#store.wrappedBefore(version, REWRAP_LOT);
      if (keys.length === 0) return { version, rewrapped };
      await inLots(keys, AT_ONCE, async (key) => this.#rewrap(key, key.wrapped, await this.#ring.unwrap(key, key.wrapped)));
      rewrapped += keys.length;
    }
  }

  async #rewrap(key: KeptKey, from: WrappedKey, bytes: Uint8Array): Promise<void> {
    await this.#store.rewrap(key.id, from.version, await this.#ring.wrap(key, bytes));
  }
}
