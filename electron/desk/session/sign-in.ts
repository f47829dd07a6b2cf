import { OFFLINE_GRACE_MS } from '#shared/people/offline-grace.ts';
import type { SignedInPerson } from '#shared/protocol/session-view.ts';
import { type Refusal, refuse } from '#shared/protocol/refusal.ts';
import { PROTOCOL_VERSION, type SignInAnswer } from '#shared/protocol/wire.ts';
import type { z } from 'zod';
import { instantOf, type Environment } from '../environment.ts';
import type { Enrolment } from '../signing/enrolment.ts';
import { Guesses } from '../signing/guesses.ts';
import { SessionSigning } from '../signing/session-signing.ts';
import { personKeyOffline, personKeyOnline } from '../signing/settle-person-key.ts';
import type { WorkstationFile } from '../signing/workstation-key.ts';
import { keepSpoolKey } from '../spool/session-spool.ts';
import type { Spool } from '../spool/spool.ts';
import { see } from '../store/meta.ts';
import { HeadStart, USUAL_COST } from '../store/passphrase-key.ts';
import { countFailures, profileFolder, readKeyFile, type KeyFile, type ProfileFolder } from '../store/profile-folder.ts';
import { rewrap, settleWrap } from '../store/file-key.ts';
import { createStore, openStore, type Store, type StoreOptions } from '../store/store.ts';
import { storeTroubleOf } from '../store/store-refusal.ts';
import { CorrectedClock } from '../sync/corrected-clock.ts';
import type { SignInOutcome, SignInOverHttp } from '../sync/http-sign-in.ts';
import { enterNewEpoch } from '../sync/new-epoch.ts';
import type { SessionToken } from '../sync/token-keeper.ts';
import { readServerInfo } from './server-info.ts';
import { machineOffline } from './machine-offline.ts';
import { shutOutHere } from './shut-out-here.ts';

export const MAX_FAILURES = 5;
/** Where the server takes every machine at once, nobody is asked for a site. */
const DEMO_SITE = 'demo';
const MAX_NAME = 60;

export type SignInParts = {
  /** Folder of all profiles of this machine's user. */
  root: string;
  /** What people call this machine. */
  workstation: string;
  environment: Environment;
  enrolment: Enrolment;
  signInOverHttp: SignInOverHttp;
  store: StoreOptions;
  /** Of this workstation. */
  spool: Spool;
  /** Told of what keeps nobody from anything. */
  report(error: unknown): void;
};

export type Credentials = { account: string; password: string; server: string; oldPassword?: string | undefined };

export type SignedInHere = {
  store: Store;
  clock: CorrectedClock;
  person: SignedInPerson;
  token: SessionToken | null;
  checkedBy: 'server' | 'this-machine';
  offlineUntil: string;
  /** The id that this machine is enrolled under; null where its key is gone and the server was not there to say more. */
  workstationId: string | null;
  signing: SessionSigning;
};

/** The person's file on this machine, if they were ever here; `ahead`: its passphrase, being stretched already. */
export type OwnFile = { folder: ProfileFolder; held: KeyFile | null; ahead?: HeadStart | undefined };
export type Machine = { workstation: string; file: WorkstationFile };
type Refused = { refusal: Refusal };

/**
 * Signs a person in: the server's word where it answers, this machine's own file within the grace where it does not
 * (OF3). At the server only a machine that is enrolled signs anybody in (PR9). Every trouble of the file is a refusal of
 * its own (RB2) and leaves the file as it is.
 */
export async function signIn(parts: SignInParts, credentials: Credentials): Promise<SignedInHere | Refused> {
  const folder = profileFolder(parts.root, credentials.server, credentials.account);
  let ahead: HeadStart | undefined;
  try {
    const held = readKeyFile(folder);
    // CT3: while the centre is asked. Whether the passphrase opens anything is seen only where it may be, and counted where it has to be.
    ahead = held === null ? undefined : new HeadStart(held.key, credentials.password);
    return await signInto(parts, credentials, { folder, held, ahead });
  } catch (error) {
    const trouble = storeTroubleOf(error);
    if (trouble === null) throw error;
    return { refusal: trouble.refusal };
  } finally {
    ahead?.drop();
  }
}

async function signInto(parts: SignInParts, credentials: Credentials, file: OwnFile): Promise<SignedInHere | Refused> {
  const { held } = file;
  const desktop = held?.desktop ?? parts.environment.newId();
  let machine = await enrolledMachine(parts, credentials.server);
  if (machine === 'unreachable') return await withoutServer(parts, credentials, file);
  if ('refusal' in machine) return machine;
  let sentAt = parts.environment.now();
  let outcome = await askServer(parts, credentials, machine, desktop);
  if (outcome.status === 'refused' && outcome.refusal.code === 'workstation-not-enrolled') {
    // A demonstration forgets its machines when it starts anew; elsewhere two people have still to agree.
    const again = await enrolAtOnce(parts, credentials.server, 'anew');
    if (again === 'unreachable' || 'refusal' in again) return { refusal: outcome.refusal };
    machine = again;
    sentAt = parts.environment.now();
    outcome = await askServer(parts, credentials, machine, desktop);
  }
  if (outcome.status === 'refused' && outcome.refusal.code === 'person-disabled') await shutOutHere(parts, credentials, file);
  // SY7: a centre that is older than this desktop will be updated; until then it is as if it were away, where the file is here.
  if (outcome.status === 'refused' && (outcome.refusal.code !== 'protocol-too-new' || held === null)) return { refusal: outcome.refusal };
  if (outcome.status !== 'signed-in') return withoutServer(parts, credentials, file);
  const { kept } = outcome.answer.key;
  const keyAhead = kept === null ? undefined : new HeadStart(kept.wrapped, credentials.password);
  try {
    return await withServer(parts, credentials, { file, desktop, machine, keyAhead }, outcome, sentAt);
  } finally {
    keyAhead?.drop();
  }
}

const askServer = (parts: SignInParts, { server, account, password }: Credentials, { workstation }: Machine, desktop: string): Promise<SignInOutcome> =>
  parts.signInOverHttp(server, { protocol: PROTOCOL_VERSION, account, password, workstation, desktop, clockAt: instantOf(parts.environment.now()) });

/** The enrolled machine that this is at the server; a demonstration enrols it at once. */
export async function enrolledMachine(parts: SignInParts, server: string): Promise<Machine | 'unreachable' | Refused> {
  const known = parts.enrolment.known(server);
  if (typeof known !== 'string') return known;
  const info = await readServerInfo(server);
  // Without the server this machine's own file says who it is, and its key is missed only where something is signed.
  if (!info.ok) return 'unreachable';
  if (known === 'unreadable') return refuse('workstation-key-lost');
  return info.value.demo ? enrolAtOnce(parts, server, 'first') : refuse('workstation-not-enrolled');
}

/** Where the server takes any machine at once; elsewhere `workstation-not-enrolled`. */
async function enrolAtOnce(parts: SignInParts, server: string, which: 'first' | 'anew'): Promise<Machine | 'unreachable' | Refused> {
  if (which === 'anew') {
    const info = await readServerInfo(server);
    if (!info.ok || !info.value.demo) return refuse('workstation-not-enrolled');
    parts.enrolment.forget(server);
  }
  const answer = await parts.enrolment.ask(server, { name: parts.workstation.trim().slice(0, MAX_NAME) || DEMO_SITE, site: DEMO_SITE, code: null });
  if ('refusal' in answer) return answer.refusal.code === 'server-unreachable' ? 'unreachable' : answer;
  if (answer.status !== 'enrolled') return refuse('workstation-not-enrolled', { fingerprint: answer.fingerprint });
  const known = parts.enrolment.known(server);
  return typeof known === 'string' ? refuse('workstation-key-lost') : known;
}

async function withServer(
  parts: SignInParts, credentials: Credentials, here: Here, { answer }: Extract<SignInOutcome, { status: 'signed-in' }>, sentAt: number,
): Promise<SignedInHere | Refused> {
  const heardAt = parts.environment.now();
  if (answer.mustChange) return refuse('passphrase-must-change');
  // The server has just said which passphrase is in force.
  const signedIn = await admitted(parts, credentials, here, answer, { sentAt, heardAt, inForce: () => true });
  if ('refusal' in signedIn) return signedIn;
  signedIn.store.meta.clear('comesBySignOn');
  return { ...signedIn, token: { token: answer.token, expiresAt: answer.expiresAt } };
}

type Here = { file: OwnFile; desktop: string; machine: Machine; /** What the server keeps of their key: its passphrase, being stretched already. */ keyAhead?: HeadStart | undefined };
/** What the server tells of somebody whom it lets in. */
type Told = Omit<z.infer<typeof SignInAnswer>, 'token' | 'expiresAt' | 'mustChange'>;

/**
 * The file, the keys and the clock of somebody whom the server has let in.
 * @param heard `inForce`: whether the passphrase that opened the file is the one in force
 */
export async function admitted(
  parts: SignInParts, credentials: Credentials, { file, desktop, machine, keyAhead }: Here, answer: Told, heard: { sentAt: number; heardAt: number; inForce: (store: Store) => boolean },
): Promise<SignedInHere | Refused> {
  const { sentAt, heardAt } = heard;
  const workstation = parts.enrolment.open(credentials.server, machine.file, answer.workstationSecret);
  if (workstation === null) return refuse('workstation-key-lost');
  const store = await openOrCreate(parts, credentials, file, desktop);
  if ('refusal' in store) return store;
  const before = store.meta.get('person');
  if (before !== null && before.id !== answer.person.id) {
    // The account was given to somebody else: the file, with its cases and commands, stays its author's.
    store.close();
    return refuse('store-of-another-person');
  }
  if (!heard.inForce(store)) {
    store.close();
    return refuse('desk-passphrase-wrong');
  }
  countFailures(file.folder, 0);
  await settleWrap(file.folder, credentials.password, parts.store);

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
    meta.set('workstationSecret', answer.workstationSecret);
    if (answer.spoolKey != null) keepSpoolKey(store, answer.spoolKey, answer.serverAt);
    see(meta, answer.serverAt);
  });
  const own = await personKeyOnline({
    meta, person: answer.person.id, passphrase: credentials.password, oldPassphrase: credentials.oldPassword, cost: parts.store.cost ?? USUAL_COST, ahead: keyAhead,
  }, answer.key);
  return {
    store, clock, person: answer.person, checkedBy: 'server',
    token: null,
    offlineUntil: instantOf(Date.parse(answer.serverAt) + OFFLINE_GRACE_MS),
    workstationId: machine.workstation,
    signing: new SessionSigning(own, workstation, new Guesses(meta, clock)),
  };
}

/** The server knows the password; the file may still be wrapped under an older one. */
async function openOrCreate(
  parts: SignInParts, credentials: Credentials, { folder, held, ahead }: OwnFile, desktop: string,
): Promise<Store | Refused> {
  if (held === null) {
    const who = { account: credentials.account, server: credentials.server, desktop };
    return createStore(folder, who, credentials.password, parts.store);
  }
  const opened = await openStore(folder, held, credentials.password, parts.store, ahead);
  if (opened !== null) return opened;
  if (credentials.oldPassword === undefined) return refuse('passphrase-differs');
  if (!(await rewrap(folder, held, credentials.oldPassword, credentials.password, parts.store))) return refuse('old-password-wrong');
  const rewrapped = readKeyFile(folder);
  const store = rewrapped === null ? null : await openStore(folder, rewrapped, credentials.password, parts.store);
  if (store === null) throw new Error('a key just wrapped does not unwrap');
  return store;
}

/** Against this machine's own file alone (OF3): also for a second person at one screen. @throws what a disk does */
export async function withoutServer(
  parts: SignInParts, credentials: Credentials, { folder, held, ahead }: OwnFile,
): Promise<SignedInHere | Refused> {
  if (held === null) return refuse('server-unreachable');
  if (held.failures >= MAX_FAILURES) return refuse('locked-out', { failures: held.failures });
  // Counted before it is checked: ending the program does not save a guess.
  countFailures(folder, held.failures + 1);
  const store = await openStore(folder, held, credentials.password, parts.store, ahead).catch((error: unknown) => {
    // The passphrase was right, the file was not to be had (it is open elsewhere): no guess.
    countFailures(folder, held.failures);
    throw error;
  });
  if (store === null) {
    const left = MAX_FAILURES - held.failures - 1;
    return left === 0 ? refuse('locked-out', { failures: MAX_FAILURES }) : refuse('wrong-password', { left });
  }
  countFailures(folder, 0);

  const { meta } = store;
  const person = meta.get('person');
  const lastOnlineAt = meta.get('lastOnlineAt');
  const clock = new CorrectedClock(parts.environment, meta.get('clockOffsetMs') ?? 0);
  if (person === null || lastOnlineAt === null) {
    store.close();
    return refuse('server-unreachable');
  }
  const latestSeen = meta.get('latestSeenAt') ?? lastOnlineAt;
  const now = clock.now() > latestSeen ? clock.now() : latestSeen;
  const until = Date.parse(lastOnlineAt) + OFFLINE_GRACE_MS;
  if (Date.parse(now) > until) {
    store.close();
    return refuse('offline-grace-over', { since: lastOnlineAt, hours: OFFLINE_GRACE_MS / 3_600_000 });
  }
  see(meta, now);
  const { workstationId, workstation } = machineOffline(parts, credentials.server, meta.get('workstationSecret'));
  const own = personKeyOffline({ meta, person: person.id, passphrase: credentials.password });
  return {
    store, clock, person, token: null, checkedBy: 'this-machine', offlineUntil: instantOf(until),
    workstationId, signing: new SessionSigning(own, workstation, new Guesses(meta, clock)),
  };
}
