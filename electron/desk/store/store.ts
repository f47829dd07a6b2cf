import { confirmedCasesOf, type ConfirmedCases } from './confirmed-cases.ts';
import { openDatabase, openForSalvage, type Db } from './database.ts';
import { draftsOf, type Drafts } from './drafts.ts';
import { leftCasesOf, type LeftCases } from './left-cases.ts';
import { libraryOf, type Library } from './library.ts';
import { liveValuesOf, type LiveValues } from './live-values.ts';
import { metaOf, type Meta } from './meta.ts';
import { outboxOf, type Outbox } from './outbox.ts';
import type { KdfCost } from '#shared/protocol/wrapped-key.ts';
import type { KeyStore } from './key-store.ts';
import type { HeadStart } from './passphrase-key.ts';
import { keyOfNewFile, openFileKey, strengthen } from './file-key.ts';
import { foldersAside, markTaken, readKeyFile, writeKeyFile, KEY_FILE_FORMAT, type KeyFile, type ProfileFolder } from './profile-folder.ts';
import { onDisk, storeTroubleOf } from './store-refusal.ts';
import { salvageOutbox } from './salvage.ts';
import { takenOverOf, type TakenOver } from './taken-over.ts';

/** Everything one person's file holds. */
export type Store = {
  readonly desktop: string;
  readonly meta: Meta;
  readonly outbox: Outbox;
  readonly cases: ConfirmedCases;
  readonly drafts: Drafts;
  readonly live: LiveValues;
  readonly library: Library;
  readonly takenOver: TakenOver;
  readonly left: LeftCases;
  /** All or nothing, on disk when it returns (SY1). A full or lost disk throws a StoreError and changes nothing. */
  transaction<T>(work: () => T): T;
  /** SY6: whose file it is may see no case any more. The outbox stays, until the server has answered it. */
  forgetCustomers(): void;
  /** Brings the log into the file and cuts it to nothing: what was deleted is in neither any more. */
  wipeLog(): void;
  close(): void;
};

export function storeOf(db: Db, desktop: string): Store {
  const cases = confirmedCasesOf(db);
  return {
    desktop,
    meta: metaOf(db),
    outbox: outboxOf(db),
    cases,
    drafts: draftsOf(db),
    live: liveValuesOf(db),
    library: libraryOf(db),
    takenOver: takenOverOf(db),
    left: leftCasesOf(db),
    transaction: (work) => {
      try {
        return onDisk(() => db.transaction(work)());
      } catch (error) {
        cases.readAnew();
        throw error;
      }
    },
    forgetCustomers: () => onDisk(() => {
      cases.readAnew();
      db.transaction(() => db.exec('delete from confirmed_case; delete from draft; delete from live; delete from left_case; update taken_over set state = null'))();
      db.pragma('wal_checkpoint(TRUNCATE)');
    }),
    wipeLog: () => onDisk(() => void db.pragma('wal_checkpoint(TRUNCATE)')),
    close: () => db.close(),
  };
}

export type StoreOptions = {
  readonly nativeBinding: string | null;
  /** Cost of a guess for newly wrapped keys. */
  readonly cost?: KdfCost;
  /** The operating system's key store; none where left out. */
  readonly keyStore?: KeyStore;
};

/**
 * Makes the file of a person who was never on this machine, or whose file was moved aside, and takes over what can be
 * read of commands left unsent in files moved aside.
 * @param desktop a new id, or the one that the sign-in already told the server
 */
export async function createStore(
  folder: ProfileFolder, who: { account: string; server: string; desktop: string }, passphrase: string, options: StoreOptions,
): Promise<Store> {
  const { key, wrapped, machine } = await keyOfNewFile(who.desktop, passphrase, options);
  // The key first: a database without its key would be lost, a key without a database is nothing yet.
  writeKeyFile(folder, { format: KEY_FILE_FORMAT, ...who, key: wrapped, machine, failures: 0 });
  const store = storeOf(openDatabase(folder.database, key, options.nativeBinding), who.desktop);
  key.fill(0);
  for (const aside of foldersAside(folder)) await takeOver(store, aside, passphrase, options);
  return store;
}

async function takeOver(store: Store, aside: ProfileFolder, passphrase: string, options: StoreOptions): Promise<void> {
  try {
    const held = readKeyFile(aside);
    const found = held === null ? null : await openFileKey(held, passphrase, options);
    if (found === null) return;
    const db = openForSalvage(aside.database, found.key, options.nativeBinding);
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

/**
 * Opens the file. A key that is not yet under the operating system's key store, or under an older key of it, is wrapped
 * anew on the way.
 * @param ahead of this passphrase, begun earlier
 * @returns the store, or null where the passphrase is wrong
 * @throws StoreError for whatever a disk, an older program or a lost key store can do to it
 */
export async function openStore(folder: ProfileFolder, held: KeyFile, passphrase: string, options: StoreOptions, ahead?: HeadStart): Promise<Store | null> {
  const found = await openFileKey(held, passphrase, options, ahead);
  if (found === null) return null;
  const db = openDatabase(folder.database, found.key, options.nativeBinding);
  try {
    await strengthen(folder, held, found, passphrase, options);
  } catch (error) {
    db.close();
    throw error;
  } finally {
    found.key.fill(0);
  }
  return storeOf(db, held.desktop);
}
