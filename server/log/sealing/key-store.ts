/**
 * Where the wrapped data keys are kept, beside the log and never in it: a back-up of the log alone opens nothing, and
 * destroying a key touches no row of the chain (PR7). Customers stand in it under a tag, not under their id.
 */
import type { KeyName, WrappedKey } from './ring-key.ts';

/**
 * What a key seals: one customer's bodies (`customer:<tag>`), one stream's (`stream:<id>`), or nothing (`index`, which
 * makes the tags).
 */
export type Slot = `customer:${string}` | `stream:${string}` | 'index';
export type KeptKey = KeyName & { slot: Slot; /** Null: destroyed. */ wrapped: WrappedKey | null };
/** The stream holds matters of this customer: its own key goes with the customer's. */
export type Tie = { stream: string; tag: string };
/** How far the chain's audit entries have been taken in, and where it says that sealing began. */
export type ReadMark = { epoch: string; position: number; began: number | null };
export type Hold = { tag: string; matter: string };

/**
 * Every method that writes is durable when it answers: a key is on the disk before a body sealed with it is appended.
 * Throws LogFailure.
 */
export interface KeyStore {
  /** Made with the store; the chain names it, so that a lost or swapped store is noticed. */
  readonly id: string;
  /** Whether there is any key yet. */
  isEmpty(): Promise<boolean>;
  /** Those that exist; a destroyed one with `wrapped` null. */
  find(ids: readonly string[]): Promise<KeptKey[]>;
  /** The key that seals now, per slot; a slot that has none is absent. */
  active(slots: readonly Slot[]): Promise<KeptKey[]>;
  /** One transaction. A slot that got a key meanwhile keeps it: ask `active` again. */
  add(keys: readonly (KeptKey & { wrapped: WrappedKey })[], ties: readonly Tie[], madeAt: string): Promise<void>;

  /** Every key of the customer that is not destroyed: of their own, and of the streams tied to them. */
  ofCustomer(tag: string): Promise<{ id: string; slot: Slot }[]>;
  streamsOf(tag: string): Promise<string[]>;
  /** How often any were retired or destroyed, by whichever server of the centre; 0 where there is only one. */
  retirements(): Promise<number>;
  /** These seal nothing any more, and open what they sealed. */
  retire(ids: readonly string[]): Promise<void>;
  /** Undoes `retire`, except where the slot has another key by now. */
  restore(ids: readonly string[]): Promise<void>;
  /** The wrapped bytes are gone from the file when this answers. Unknown and destroyed ids are passed over. */
  destroy(ids: readonly string[], at: string): Promise<void>;
  /** Keys destroyed then or later, by whichever server of the centre. */
  destroyedSince(at: string): Promise<{ id: string; slot: Slot }[]>;

  /** Keys wrapped by ring versions before this one. */
  wrappedBefore(version: number, limit: number): Promise<(KeptKey & { wrapped: WrappedKey })[]>;
  /** A key that was destroyed or wrapped anew meanwhile stays as it is. */
  rewrap(id: string, from: number, to: WrappedKey): Promise<void>;

  readMark(): Promise<ReadMark | null>;
  /** What a stretch of the chain says, and that it was taken in: one transaction. */
  takeIn(stretch: { erased: readonly string[]; held: readonly (Hold & { on: boolean })[] }, mark: ReadMark): Promise<void>;
  /** Before the whole chain is taken in again: nothing of it is known to be there. */
  forgetChain(): Promise<void>;
  /** Destroyed keys that the chain does not name: a log older than its keys. */
  unrecorded(): Promise<string[]>;
  holds(tag: string): Promise<string[]>;
  /** How many matters keep the keys of this customer: their own, and those of whoever shares a case's key with them. */
  holdsInTheWay(tag: string): Promise<number>;

  /** A copy of the file as of now (OP1). @param path that does not exist */
  backUp(path: string): Promise<void>;
  close(): void;
}
