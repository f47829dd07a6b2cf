import { randomBytes } from 'node:crypto';
import type { WrappedKey } from '#shared/protocol/wrapped-key.ts';
import { NO_KEY_STORE, type MachineShare } from './key-store.ts';
import { KEY_BYTES, unwrapKey, USUAL_COST, wrapKey, type HeadStart } from './passphrase-key.ts';
import { moveUp, readKeyFile, writeKeyFile, type KeyFile, type ProfileFolder } from './profile-folder.ts';
import type { StoreOptions } from './store.ts';
import { StoreError } from './store-refusal.ts';

type Share = { secret: Buffer; machine: MachineShare };
/** The database key, and by which of the two wrappings it opened. */
export type FileKey = { key: Buffer; under: 'key' | 'next'; share: Buffer | null; stale: boolean };

/** Bound into the wrapped key: it opens this profile and no other, with the number of halves that were meant. */
const belongsTo = (desktop: string, share: Buffer | null): string => `aidline/desk-key/${share === null ? 1 : 2}/${desktop}`;

/** A secret of its own for this file, kept by the operating system; null where there is no real key store. */
async function newShare(options: StoreOptions): Promise<Share | null> {
  const store = options.keyStore ?? NO_KEY_STORE;
  const secret = randomBytes(KEY_BYTES);
  const machine = await store.seal(secret);
  if (machine === null) return null;
  // A store that does not give back what it was given would cost the file.
  const back = await store.open(machine);
  return back !== null && back.secret.equals(secret) ? { secret, machine } : null;
}

/** @throws StoreError `key-store-lost` where the key store does not give back this machine's half */
async function shareOf(held: KeyFile, options: StoreOptions): Promise<{ secret: Buffer | null; stale: boolean }> {
  if (held.machine === null) return { secret: null, stale: false };
  const opened = await (options.keyStore ?? NO_KEY_STORE).open(held.machine);
  if (opened === null) throw new StoreError('key-store-lost', { keyStore: held.machine.store });
  return opened;
}

/** A random key for a file that is about to be made, wrapped under the passphrase and this machine's key store (PR1). */
export async function keyOfNewFile(desktop: string, passphrase: string, options: StoreOptions): Promise<{ key: Buffer; wrapped: WrappedKey; machine: MachineShare | null }> {
  const key = randomBytes(KEY_BYTES);
  const share = await newShare(options);
  const secret = share?.secret ?? null;
  const wrapped = await wrapKey(key, passphrase, belongsTo(desktop, secret), options.cost ?? USUAL_COST, secret);
  secret?.fill(0);
  return { key, wrapped, machine: share?.machine ?? null };
}

/**
 * The database key, by the passphrase in force or by the one that may be.
 * @returns null where the passphrase is wrong
 * @throws StoreError `key-store-lost`
 */
export async function openFileKey(held: KeyFile, passphrase: string, options: StoreOptions, ahead?: HeadStart): Promise<FileKey | null> {
  const { secret: share, stale } = await shareOf(held, options);
  for (const under of ['key', 'next'] as const) {
    const wrapped = held[under];
    const key = wrapped === undefined ? null : await unwrapKey(wrapped, passphrase, belongsTo(held.desktop, share), share, ahead);
    if (key !== null) return { key, under, share, stale };
  }
  return null;
}

/** Wrapped under the same share as the file's other wrappings. */
const wrapBeside = (held: KeyFile, found: FileKey, passphrase: string, options: StoreOptions): Promise<WrappedKey> =>
  wrapKey(found.key, passphrase, belongsTo(held.desktop, found.share), options.cost ?? USUAL_COST, found.share);

/**
 * A file that was made before this machine had a key store, or by a program that knew none, is put under it; so is one whose
 * share the store wants sealed anew. Not in the middle of a change of passphrase: both wrappings need the same share.
 */
export async function strengthen(folder: ProfileFolder, held: KeyFile, found: FileKey, passphrase: string, options: StoreOptions): Promise<void> {
  if (held.next !== undefined || (held.machine !== null && !found.stale)) return moveUp(folder);
  const share = await newShare(options);
  if (share === null) return moveUp(folder);
  const key = await wrapKey(found.key, passphrase, belongsTo(held.desktop, share.secret), options.cost ?? USUAL_COST, share.secret);
  share.secret.fill(0);
  // As it is now: a wrong guess may have been counted since it was read.
  writeKeyFile(folder, { ...(readKeyFile(folder) ?? held), key, machine: share.machine });
}

/**
 * Wraps the key anew after a password was changed elsewhere.
 * @returns false where the old passphrase does not open it
 */
export async function rewrap(folder: ProfileFolder, held: KeyFile, old: string, next: string, options: StoreOptions): Promise<boolean> {
  const found = await openFileKey(held, old, options);
  if (found === null) return false;
  const key = await wrapBeside(held, found, next, options);
  found.key.fill(0);
  writeKeyFile(folder, { ...withoutNext(held), key, failures: 0 });
  return true;
}

const withoutNext = ({ next: _next, ...held }: KeyFile): KeyFile => held;

/**
 * Before the server is asked to change the passphrase: from here on both open the file, so that a power cut at any moment
 * leaves one that does. `settleWrap` ends it.
 * @returns false where the old passphrase does not open it
 */
export async function prepareWrap(folder: ProfileFolder, old: string, next: string, options: StoreOptions): Promise<boolean> {
  const held = readKeyFile(folder);
  const found = held === null ? null : await openFileKey(held, old, options);
  if (held === null || found === null) return false;
  // The one that `old` opens is the one in force: an earlier change that was never settled is over.
  const key = found.under === 'next' && held.next !== undefined ? held.next : held.key;
  writeKeyFile(folder, { ...held, key, next: await wrapBeside(held, found, next, options) });
  found.key.fill(0);
  return true;
}

/** The server has said which passphrase is in force: the other opens nothing any more. */
export async function settleWrap(folder: ProfileFolder, inForce: string, options: StoreOptions): Promise<void> {
  const held = readKeyFile(folder);
  if (held?.next === undefined) return;
  const found = await openFileKey(held, inForce, options);
  if (found === null) return;
  found.key.fill(0);
  writeKeyFile(folder, { ...withoutNext(held), key: found.under === 'next' ? held.next : held.key });
}
