import { randomBytes } from 'node:crypto';
import { confirmedCasesOf, type ConfirmedCases } from './confirmed-cases.ts';
import { openDatabase, openForSalvage, type Db } from './database.ts';
import { draftsOf, type Drafts } from './drafts.ts';
import { libraryOf, type Library } from './library.ts';
import { liveValuesOf, type LiveValues } from './live-values.ts';
import { metaOf, type Meta } from './meta.ts';
import { outboxOf, type Outbox } from './outbox.ts';
import type { KdfCost } from '#shared/protocol/wrapped-key.ts';
import { KEY_BYTES, unwrapKey, USUAL_COST, wrapKey } from './passphrase-key.ts';
import { foldersAside, markTaken, readKeyFile, writeKeyFile, type KeyFile, type ProfileFolder } from './profile-folder.ts';
import { onDisk, storeTroubleOf } from './store-refusal.ts';
import { salvageOutbox } from './salvage.ts';

/** Everything one person's file holds. */
export type Store = {
  readonly desktop: string;
  readonly meta: Meta;
  readonly outbox: Outbox;
  readonly cases: ConfirmedCases;
  readonly drafts: Drafts;
  readonly live: LiveValues;
  readonly library: Library;
  /** All or nothing, on disk when it returns (SY1). A full or lost disk throws a StoreError and changes nothing. */
  transaction<T>(work: () => T): T;
  close(): void;
};

export function storeOf(db: Db, desktop: string): Store {
  return {
    desktop,
    meta: metaOf(db),
    outbox: outboxOf(db),
    cases: confirmedCasesOf(db),
    drafts: draftsOf(db),
    live: liveValuesOf(db),
    library: libraryOf(db),
    transaction: (work) => onDisk(() => db.transaction(work)()),
    close: () => db.close(),
  };
}

export type StoreOptions = {
  readonly nativeBinding: string | null;
  /** Cost of a guess for newly wrapped keys. */
  readonly cost?: KdfCost;
};

/** Bound into the wrapped key: it opens this profile and no other. */
const belongsTo = (file: Pick<KeyFile, 'desktop'>): string => `aidline/desk-key/1/${file.desktop}`;

/**
 * Makes the file of a person who was never on this machine, or whose file was moved aside, and takes over what can be
 * read of commands left unsent in files moved aside.
 * @param desktop a new id, or the one that the sign-in already told the server
 */
export async function createStore(
  folder: ProfileFolder, who: { account: string; server: string; desktop: string }, passphrase: string, options: StoreOptions,
): Promise<Store> {
  const key = randomBytes(KEY_BYTES);
  const wrapped = await wrapKey(key, passphrase, belongsTo(who), options.cost ?? USUAL_COST);
  // The key first: a database without its key would be lost, a key without a database is nothing yet.
  writeKeyFile(folder, { format: 1, ...who, key: wrapped, failures: 0 });
  const store = storeOf(openDatabase(folder.database, key, options.nativeBinding), who.desktop);
  key.fill(0);
  for (const aside of foldersAside(folder)) await takeOver(store, aside, passphrase, options);
  return store;
}

async function takeOver(store: Store, aside: ProfileFolder, passphrase: string, options: StoreOptions): Promise<void> {
  try {
    const held = readKeyFile(aside);
    const key = held === null ? null : await unwrapKey(held.key, passphrase, belongsTo(held));
    if (key === null) return;
    const db = openForSalvage(aside.database, key, options.nativeBinding);
    try {
      salvageOutbox(db, store);
    } finally {
      db.close();
    }
    markTaken(aside);
  } catch (error) {
    // Unreadable now does not mean unreadable for ever: the folder stays as it is.
    if (storeTroubleOf(error) === null) throw error;
  }
}

/** The database key, by the passphrase in force or by the one that may be. */
async function databaseKey(held: KeyFile, passphrase: string): Promise<{ key: Buffer; under: 'key' | 'next' } | null> {
  const key = await unwrapKey(held.key, passphrase, belongsTo(held));
  if (key !== null) return { key, under: 'key' };
  const next = held.next === undefined ? null : await unwrapKey(held.next, passphrase, belongsTo(held));
  return next === null ? null : { key: next, under: 'next' };
}

/** @returns the store, or null where the passphrase is wrong. */
export async function openStore(folder: ProfileFolder, held: KeyFile, passphrase: string, options: StoreOptions): Promise<Store | null> {
  const found = await databaseKey(held, passphrase);
  if (found === null) return null;
  const db = openDatabase(folder.database, found.key, options.nativeBinding);
  found.key.fill(0);
  return storeOf(db, held.desktop);
}

/**
 * Wraps the key anew after a password was changed elsewhere.
 * @returns false where the old passphrase does not open it
 */
export async function rewrap(folder: ProfileFolder, held: KeyFile, old: string, next: string, options: StoreOptions): Promise<boolean> {
  const found = await databaseKey(held, old);
  if (found === null) return false;
  const key = await wrapKey(found.key, next, belongsTo(held), options.cost ?? USUAL_COST);
  found.key.fill(0);
  writeKeyFile(folder, { ...withoutNext(held), key, failures: 0 });
  return true;
}

const withoutNext = ({ format, account, server, desktop, key, failures }: KeyFile): KeyFile => ({ format, account, server, desktop, key, failures });

/**
 * Before the server is asked to change the passphrase: from here on both open the file, so that a power cut at any moment
 * leaves one that does. `settleWrap` ends it.
 * @returns false where the old passphrase does not open it
 */
export async function prepareWrap(folder: ProfileFolder, old: string, next: string, options: StoreOptions): Promise<boolean> {
  const held = readKeyFile(folder);
  const found = held === null ? null : await databaseKey(held, old);
  if (held === null || found === null) return false;
  // The one that `old` opens is the one in force: an earlier change that was never settled is over.
  const key = found.under === 'next' && held.next !== undefined ? held.next : held.key;
  writeKeyFile(folder, { ...held, key, next: await wrapKey(found.key, next, belongsTo(held), options.cost ?? USUAL_COST) });
  found.key.fill(0);
  return true;
}

/** The server has said which passphrase is in force: the other opens nothing any more. */
export async function settleWrap(folder: ProfileFolder, inForce: string): Promise<void> {
  const held = readKeyFile(folder);
  if (held?.next === undefined) return;
  const found = await databaseKey(held, inForce);
  if (found === null) return;
  found.key.fill(0);
  writeKeyFile(folder, { ...withoutNext(held), key: found.under === 'next' ? held.next : held.key });
}
