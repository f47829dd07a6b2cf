import type { SignedInPerson } from '#shared/protocol/desk-rpc.ts';
import { type Refusal, refuse } from '#shared/protocol/refusal.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import { instantOf, type Environment } from '../environment.ts';
import { see } from '../store/meta.ts';
import { profileFolder, readKeyFile, writeKeyFile, type KeyFile, type ProfileFolder } from '../store/profile-folder.ts';
import { createStore, openStore, rewrap, type Store, type StoreOptions } from '../store/store.ts';
import { storeTroubleOf } from '../store/store-refusal.ts';
import { CorrectedClock } from '../sync/corrected-clock.ts';
import type { SignInOutcome, SignInOverHttp } from '../sync/http-sign-in.ts';
import { enterNewEpoch } from '../sync/new-epoch.ts';
import type { SessionToken } from '../sync/token-keeper.ts';

/** OF3. */
export const OFFLINE_GRACE_MS = 16 * 3_600_000;
export const MAX_FAILURES = 5;

export type SignInParts = {
  /** Folder of all profiles of this machine's user. */
  root: string;
  workstation: string;
  environment: Environment;
  signInOverHttp: SignInOverHttp;
  store: StoreOptions;
};

export type Credentials = { account: string; password: string; server: string; oldPassword?: string | undefined };

export type SignedInHere = {
  store: Store;
  clock: CorrectedClock;
  person: SignedInPerson;
  token: SessionToken | null;
  checkedBy: 'server' | 'this-machine';
  offlineUntil: string;
};

/**
 * Signs a person in: the server's word where it answers, this machine's own file within the grace where it does not
 * (OF3). Every trouble of the file is a refusal of its own (RB2) and leaves the file as it is.
 */
export async function signIn(parts: SignInParts, credentials: Credentials): Promise<SignedInHere | { refusal: Refusal }> {
  const folder = profileFolder(parts.root, credentials.server, credentials.account);
  try {
    const held = readKeyFile(folder);
    const desktop = held?.desktop ?? parts.environment.newId();
    const sentAt = parts.environment.now();
    const outcome = await parts.signInOverHttp(credentials.server, {
      protocol: PROTOCOL_VERSION, account: credentials.account, password: credentials.password,
      workstation: parts.workstation, desktop, clockAt: instantOf(sentAt),
    });
    if (outcome.status === 'refused') return { refusal: outcome.refusal };
    return outcome.status === 'signed-in'
      ? await withServer(parts, credentials, folder, held, desktop, outcome, sentAt)
      : await withoutServer(parts, credentials, folder, held);
  } catch (error) {
    const trouble = storeTroubleOf(error);
    if (trouble === null) throw error;
    return { refusal: trouble.refusal };
  }
}

async function withServer(
  parts: SignInParts, credentials: Credentials, folder: ProfileFolder, held: KeyFile | null, desktop: string,
  { answer }: Extract<SignInOutcome, { status: 'signed-in' }>, sentAt: number,
): Promise<SignedInHere | { refusal: Refusal }> {
  const heardAt = parts.environment.now();
  const store = await openOrCreate(parts, credentials, folder, held, desktop);
  if ('refusal' in store) return store;
  const before = store.meta.get('person');
  if (before !== null && before.id !== answer.person.id) {
    // The account was given to somebody else: the file, with its cases and commands, stays its author's.
    store.close();
    return refuse('store-of-another-person');
  }
  if (held !== null && held.failures > 0) writeKeyFile(folder, { ...held, ...(readKeyFile(folder) ?? held), failures: 0 });

  const clock = new CorrectedClock(parts.environment, 0);
  clock.learn(answer.serverAt, (sentAt + heardAt) / 2);
  const { meta } = store;
  const epoch = meta.get('epoch');
  // The pull would tell as well, but not a desktop that was just starting over.
  if (epoch !== null && epoch !== answer.epoch) enterNewEpoch(store, clock.nowMs());
  store.transaction(() => {
    meta.set('person', answer.person);
    meta.set('epoch', answer.epoch);
    meta.set('clockOffsetMs', clock.offsetMs);
    meta.set('lastOnlineAt', answer.serverAt);
    meta.set('lastContactAt', answer.serverAt);
    see(meta, answer.serverAt);
  });
  return {
    store, clock, person: answer.person, checkedBy: 'server',
    token: { token: answer.token, expiresAt: answer.expiresAt },
    offlineUntil: instantOf(Date.parse(answer.serverAt) + OFFLINE_GRACE_MS),
  };
}

/** The server knows the password; the file may still be wrapped under an older one. */
async function openOrCreate(
  parts: SignInParts, credentials: Credentials, folder: ProfileFolder, held: KeyFile | null, desktop: string,
): Promise<Store | { refusal: Refusal }> {
  if (held === null) {
    const who = { account: credentials.account, server: credentials.server, desktop };
    return createStore(folder, who, credentials.password, parts.store);
  }
  const opened = await openStore(folder, held, credentials.password, parts.store);
  if (opened !== null) return opened;
  if (credentials.oldPassword === undefined) return refuse('passphrase-differs');
  if (!(await rewrap(folder, held, credentials.oldPassword, credentials.password, parts.store))) return refuse('old-password-wrong');
  const rewrapped = readKeyFile(folder);
  const store = rewrapped === null ? null : await openStore(folder, rewrapped, credentials.password, parts.store);
  if (store === null) throw new Error('a key just wrapped does not unwrap');
  return store;
}

async function withoutServer(
  parts: SignInParts, credentials: Credentials, folder: ProfileFolder, held: KeyFile | null,
): Promise<SignedInHere | { refusal: Refusal }> {
  if (held === null) return refuse('server-unreachable');
  if (held.failures >= MAX_FAILURES) return refuse('locked-out', { failures: held.failures });
  // Counted before it is checked: ending the program does not save a guess.
  writeKeyFile(folder, { ...held, failures: held.failures + 1 });
  const store = await openStore(folder, held, credentials.password, parts.store);
  if (store === null) {
    const left = MAX_FAILURES - held.failures - 1;
    return left === 0 ? refuse('locked-out', { failures: MAX_FAILURES }) : refuse('wrong-password', { left });
  }
  writeKeyFile(folder, { ...held, failures: 0 });

  const person = store.meta.get('person');
  const lastOnlineAt = store.meta.get('lastOnlineAt');
  const clock = new CorrectedClock(parts.environment, store.meta.get('clockOffsetMs') ?? 0);
  if (person === null || lastOnlineAt === null) {
    store.close();
    return refuse('server-unreachable');
  }
  const latestSeen = store.meta.get('latestSeenAt') ?? lastOnlineAt;
  const now = clock.now() > latestSeen ? clock.now() : latestSeen;
  const until = Date.parse(lastOnlineAt) + OFFLINE_GRACE_MS;
  if (Date.parse(now) > until) {
    store.close();
    return refuse('offline-grace-over', { since: lastOnlineAt, hours: OFFLINE_GRACE_MS / 3_600_000 });
  }
  see(store.meta, now);
  return { store, clock, person, token: null, checkedBy: 'this-machine', offlineUntil: instantOf(until) };
}
