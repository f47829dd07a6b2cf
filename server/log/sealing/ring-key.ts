/**
 * What wraps the data keys (PR7): the shape of a key management service. The ring key itself never leaves it, and it
 * never sees a body. Implementations: `file-ring.ts`, `http-ring.ts`; `tests/integration/log/sealing-ring-contract.ts`
 * runs on each.
 */

/** What a data key is and is for. Both are bound to the wrapping: a wrapped key put in another's place does not open. */
export type KeyName = { id: string; purpose: 'index' | 'customer' | 'stream' };
export type WrappedKey = { /** Of the ring key. */ version: number; bytes: Uint8Array };

/** All methods throw LogFailure: `ring-unreachable` (try again later), `ring-refused` (never opens). */
export interface RingKey {
  /** The version that wraps now; 1 for the first. */
  current(): Promise<number>;
  /** Under the current version. */
  wrap(key: KeyName, plain: Uint8Array): Promise<WrappedKey>;
  /** Under whatever version it was wrapped; `ring-refused` for changed bytes, another name, or a version that was dropped. */
  unwrap(key: KeyName, wrapped: WrappedKey): Promise<Uint8Array>;
  /** Begins a new version; the earlier ones still unwrap. Answers the new one. */
  rotate(): Promise<number>;
  /** Forgets the versions before this one for ever: copies of keys wrapped by them open no more, old back-ups included. */
  dropBefore(version: number): Promise<void>;
}
