import type { DeskHandlers, DeskMethod, DeskReply, MethodParams, MethodValue } from '#shared/protocol/desk-rpc.ts';
import type { DeskPort } from '#shared/protocol/desk-port.ts';
import type { SessionView } from '#shared/protocol/session-view.ts';
import type { SyncView } from '#shared/protocol/sync-view.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import type { CaseLogic } from './case-logic.ts';
import type { Here } from './decide-here.ts';
import { instantOf, type Environment } from './environment.ts';
import { Publisher } from './rpc/publisher.ts';
import { servePort } from './rpc/serve-port.ts';
import { DeskLock } from './session/desk-lock.ts';
import { exportDiagnostics } from './session/diagnose.ts';
import { OpenSession } from './session/open-session.ts';
import { BARRED } from './session/shut-out.ts';
import { signIn, type Credentials, type SignedInHere, type SignInParts } from './session/sign-in.ts';
import type { KdfCost } from '#shared/protocol/wrapped-key.ts';
import { changeHere, tellServer, weakness, type NewPassphrase } from './session/change-passphrase.ts';
import { typedAgain } from './session/type-again.ts';
import { Enrolment } from './signing/enrolment.ts';
import { openSecondPerson } from './signing/second-person.ts';
import { deliverSpool, type Delivery } from './spool/deliver.ts';
import { exportSpool, importSpool } from './spool/salvage.ts';
import { comeBack } from './sign-on/come-back.ts';
import { SignOnHere } from './sign-on/sign-on-here.ts';
import { Spool } from './spool/spool.ts';
import { spoolOverHttp, type PostSpool } from './spool/spool-over-http.ts';
import { moveFolderAside, profileFolder } from './store/profile-folder.ts';
import type { KeyStore } from './store/key-store.ts';
import { removeOldProfiles } from './keep/old-profiles.ts';
import { Wiper } from './wipe/wiper.ts';
import type { SignInOverHttp } from './sync/http-sign-in.ts';
import type { Connect } from './sync/link.ts';
import type { SessionToken } from './sync/token-keeper.ts';
import { insecureAddress } from './session/secure-address.ts';
import { readServerInfo } from './session/server-info.ts';

export type DeskParts = {
  /** Folder of all persons' files; made when it is not there. */
  root: string;
  /** What people call this machine; its id is given at its enrolment. */
  workstation: string;
  /** Path of a SQLite addon in place of the package's own, or null. */
  nativeBinding: string | null;
  /** Opens an address in the system's browser; single sign-on says that there is none where left out. */
  openBrowser?(url: string): Promise<boolean>;
  /** The operating system's key store (PR1); none where left out. */
  keyStore?: KeyStore;
  environment: Environment;
  logic(here: Here): CaseLogic;
  connect: Connect;
  signInOverHttp: SignInOverHttp;
  /** How unsent work of others reaches the server (SY10); over HTTP where left out. */
  postSpool?: PostSpool;
  /** Cost of a guess at the passphrase for new files; tests make it small. */
  kdfCost?: KdfCost;
  /** Told of errors that are bugs. Gets no text that a person typed. */
  report(error: unknown): void;
};

export type Desk = {
  /** Serves a renderer; an earlier port is let go. */
  attach(port: DeskPort): void;
  /** Lets go of everything. All that must survive is on disk already. */
  close(): void;
};

const NO_SYNC: SyncView = {
  connection: 'none', refusal: null, unsent: 0, unsentOf: 0, inFlight: 0, catchingUp: false, behind: null, setAside: [], spooled: 0, lastContactAt: null,
  clockOffsetMs: 0, clockIsOff: false, refused: [], incarnation: 1, renumberedAt: null,
};
const DEFAULT_LOCK_MINUTES = 15;
/** What a locked desk answers: nothing that tells of a customer or acts in the person's name; what is typed is still taken, and not read out (CT3). */
const WHILE_LOCKED: ReadonlySet<DeskMethod> = new Set(['session', 'lock', 'unlock', 'signOut', 'saveDraft', 'quitCheck', 'connectNow', 'serverInfo', 'spooled', 'cancelSignOn']);

const DONE = { ok: true, value: { done: true } } as const;
const SIGNED_OUT_REFUSAL = { ok: false, refusal: { code: 'signed-out' } } as const;

/** How the session is brought back when its token is over: by single sign-on, or by the passphrase. */
type Present = Credentials & { comeBack: string | null; /** When the passphrase was last typed, by the centre's clock: from there it brings a session back for so long (ASVS 7.3.2). */ typedAt: string };

/** The desk: all of it but the process it runs in. */
export function createDesk(parts: DeskParts): Desk {
  let session: OpenSession | null = null;
  /** Of the session; its password is what signs it in again. */
  let present: Present | null = null;
  let lastEnd: Refusal | null = null;
  let signingIn = false;
  let endService: () => void = () => {};

  const lock = new DeskLock({
    environment: parts.environment, minutes: () => session?.rules?.desk?.lockMinutes ?? DEFAULT_LOCK_MINUTES, isServing: () => session?.isServing ?? false,
    changed: () => {
      if (lock.state !== null) session?.stepAway();
      everythingChanged();
    },
  });

  function sessionView(): SessionView {
    if (session === null) return { status: 'signed-out', refusal: lastEnd };
    const [open, { state }] = [session.view(), lock];
    if (state === null || open.status !== 'signed-in') return open;
    const { person, server, workstation } = open;
    // By the centre's clock, as every time on the screen.
    const since = instantOf(state.sinceMs + Date.parse(session.now) - parts.environment.now());
    return { status: 'locked', person, server, workstation, why: state.why, since };
  }
  const syncView = (): SyncView => {
    const whole = session?.syncView() ?? NO_SYNC;
    return lock.state === null ? whole : { ...whole, refused: [], setAside: [] };
  };
  const publisher = new Publisher({
    session: sessionView,
    sync: syncView,
    isShut: () => lock.state !== null,
    rules: () => session?.rules ?? null,
    live: (topic) => session?.board.get(topic) ?? null,
    caseIds: () => session?.book.ids() ?? [],
    caseView: (id) => session?.book.view(id) ?? null,
    takenOver: () => session?.takenOver?.view() ?? [],
    shown: (id) => session?.shown(id),
  });

  const everythingChanged = (): void => {
    for (const what of ['session', 'sync', 'rules', 'all-cases', 'taken-over'] as const) publisher.changed(what);
  };

  function end(refusal: Refusal | null): void {
    const ending = session;
    const server = present?.server ?? null;
    session = null;
    present = null;
    lastEnd = refusal;
    lock.end();
    if (refusal !== null && BARRED.has(refusal.code)) ending?.forgetCustomers();
    ending?.stop();
    // PR6: the person's own file is closed now, and everybody's goes.
    if (refusal?.code === 'workstation-revoked' && server !== null) void wiper.begin(server).catch(parts.report);
    everythingChanged();
  }

  const enrolment = new Enrolment(parts.root);
  const spool = new Spool(parts.root);
  const postSpool = parts.postSpool ?? spoolOverHttp;
  const wiper = new Wiper({
    root: parts.root, spool, post: postSpool, environment: parts.environment, report: parts.report,
    changed: (refusal) => {
      if (session !== null) return;
      lastEnd = refusal;
      publisher.changed('session');
    },
  });
  lastEnd = wiper.resume();
  const told = ({ reached, ...outcome }: Delivery): DeskReply<MethodValue<'deliverSpool'>> =>
    (reached ? { ok: true, value: outcome } : { ok: false, refusal: { code: 'server-unreachable' } });
  const signInParts: SignInParts = {
    root: parts.root, workstation: parts.workstation, environment: parts.environment, enrolment, signInOverHttp: parts.signInOverHttp, spool, report: parts.report,
    store: { nativeBinding: parts.nativeBinding, ...(parts.kdfCost === undefined ? {} : { cost: parts.kdfCost }), ...(parts.keyStore === undefined ? {} : { keyStore: parts.keyStore }) },
  };

  /**
   * A session outlives its token by hours when the line is down, and OF3 says that it goes on. The passphrase stays in
   * this process's memory for that, never on disk, and goes with the session.
   */
  async function signInAgain(credentials: Present, signedIn: SignedInHere): Promise<{ token: SessionToken } | { refusal: Refusal } | null> {
    if (signedIn.workstationId === null) return { refusal: { code: 'workstation-key-lost' } };
    const sentAt = parts.environment.now();
    const heard = (serverAt: string): void => {
      signedIn.store.meta.set('lastOnlineAt', serverAt);
      signedIn.clock.learn(serverAt, (sentAt + parts.environment.now()) / 2);
    };
    if (credentials.comeBack !== null) {
      const back = await comeBack(credentials.comeBack, { server: credentials.server, workstation: signedIn.workstationId, desktop: signedIn.store.desktop, signing: signedIn.signing });
      if (back === null || 'refusal' in back) return back;
      heard(back.serverAt);
      return { token: back.token };
    }
    // The server knows no passphrase of theirs: asked with one, it would count a guess.
    if (signedIn.store.meta.get('comesBySignOn') !== null) return { refusal: { code: 'sign-on-needed' } };
    const outcome = await parts.signInOverHttp(credentials.server, {
      protocol: PROTOCOL_VERSION, account: credentials.account, password: credentials.password,
      workstation: signedIn.workstationId, desktop: signedIn.store.desktop, clockAt: instantOf(sentAt), typedAt: credentials.typedAt,
    });
    if (outcome.status === 'unreachable') return null;
    if (outcome.status === 'refused') return { refusal: outcome.refusal };
    if (outcome.answer.mustChange) return { refusal: { code: 'passphrase-must-change' } };
    heard(outcome.answer.serverAt);
    return { token: { token: outcome.answer.token, expiresAt: outcome.answer.expiresAt } };
  }

  /** Of nobody's session: signs in with the old one, as anybody does, so that the person's file and key change with it. */
  async function changeSignedOut(change: NewPassphrase): Promise<{ refusal: Refusal } | null> {
    const signedIn = await signIn(signInParts, { account: change.account, server: change.server, password: change.old });
    if ('refusal' in signedIn) {
      if (signedIn.refusal.code !== 'passphrase-must-change') return signedIn;
      // Set by others: the key of before is void, and whatever file there is belongs to the passphrase of before.
      const known = enrolment.known(change.server);
      if (typeof known === 'string') return { refusal: { code: 'workstation-key-lost' } };
      const told = await tellServer(change, known.workstation);
      return told === 'taken' ? null : told === 'not known' ? { refusal: { code: 'server-unreachable' } } : told;
    }
    const { store, person, workstationId, checkedBy, signing } = signedIn;
    try {
      if (checkedBy !== 'server' || workstationId === null) return { refusal: { code: 'server-unreachable' } };
      const folder = profileFolder(parts.root, change.server, change.account);
      return await changeHere(change, { folder, store, person: person.id, workstation: workstationId, options: signInParts.store, guesses: signing.guesses });
    } finally {
      store.close();
    }
  }

  async function changePassphrase(change: NewPassphrase): Promise<DeskReply<{ done: true }>> {
    const weak = weakness(change);
    if (weak !== null) return { ok: false, refusal: weak.refusal };
    if (signingIn) return { ok: false, refusal: { code: 'already-signed-in' } };
    signingIn = true;
    try {
      let failed: { refusal: Refusal } | null;
      if (session === null) failed = await changeSignedOut(change);
      else {
        const folder = profileFolder(parts.root, change.server, change.account);
        const [going, own] = [session, present];
        if (own === null || folder.path !== profileFolder(parts.root, own.server, own.account).path) return { ok: false, refusal: { code: 'already-signed-in' } };
        failed = await going.changePassphrase(change, folder, signInParts.store);
        if (failed === null) Object.assign(own, { password: change.new, typedAt: going.now });
      }
      return failed === null ? DONE : { ok: false, refusal: failed.refusal };
    } finally {
      signingIn = false;
    }
  }

  /** By whoever locked it alone: another signs this one out first. */
  async function unlock(given: { passphrase: string }): Promise<DeskReply<SessionView>> {
    if (session === null) return SIGNED_OUT_REFUSAL;
    const typed = await typeAgain(given);
    if (!typed.ok) return typed;
    lock.unlock();
    return { ok: true, value: sessionView() };
  }

  /** The passphrase's time is over at the centre, and the person is still here: it counts anew from now. */
  async function typeAgain({ passphrase }: { passphrase: string }): Promise<DeskReply<{ done: true }>> {
    const [going, own] = [session, present];
    if (going === null || own === null) return SIGNED_OUT_REFUSAL;
    const failed = await typedAgain(profileFolder(parts.root, own.server, own.account), passphrase, signInParts.store);
    if (failed !== null) return { ok: false, refusal: failed.refusal };
    if (session !== going) return SIGNED_OUT_REFUSAL;
    Object.assign(own, { password: passphrase, typedAt: going.now });
    going.connectNow();
    return DONE;
  }

  /** PR6: what the server says of this machine is acted upon before anybody is told. */
  async function heard(server: string, refusal: Refusal): Promise<Refusal> {
    if (refusal.code === 'workstation-revoked') return (await wiper.begin(server)).refusal;
    return refusal.code === 'workstation-not-enrolled' ? (wiper.instead(server)?.refusal ?? refusal) : refusal;
  }

  /** Files of people who work elsewhere now. A disk that cannot be written keeps nobody from work. */
  function forgetAbsent({ server, account }: Credentials, { clock }: SignedInHere): void {
    try {
      removeOldProfiles(parts.root, server, spool, clock.nowMs(), profileFolder(parts.root, server, account).path);
    } catch (error) {
      parts.report(error);
    }
  }

  /** Whoever comes first: one sign-in at a time. */
  async function alone<V>(work: () => Promise<DeskReply<V>>): Promise<DeskReply<V>> {
    if (session !== null || signingIn) return { ok: false, refusal: { code: 'already-signed-in' } };
    signingIn = true;
    try {
      return await work();
    } finally {
      signingIn = false;
    }
  }

  const startSession = (given: Credentials): Promise<DeskReply<SessionView>> => alone(async () => {
    const barred = await wiper.gate(given.server);
    if (barred !== null) return { ok: false, refusal: barred.refusal };
    const signedIn = await signIn(signInParts, given);
    if ('refusal' in signedIn) return { ok: false, refusal: await heard(given.server, signedIn.refusal) };
    return begin({ ...given, comeBack: null, typedAt: signedIn.clock.now() }, signedIn);
  });

  const signOnHere = new SignOnHere({ signIn: signInParts, openBrowser: parts.openBrowser ?? (() => Promise.resolve(false)) });

  /** Not `alone`: a browser may never come back, and the passphrase has to work meanwhile. */
  async function signOn({ server }: { server: string }): Promise<DeskReply<MethodValue<'signOn'>>> {
    const [going, own] = [session, present];
    if (going !== null && own !== null) {
      const renewed = await signOnHere.renew(own.server, going.person);
      if ('refusal' in renewed) return { ok: false, refusal: renewed.refusal };
      if (session === going) {
        own.comeBack = renewed.comeBack;
        going.connectNow();
      }
      return { ok: true, value: { name: '', account: own.account, passphrase: 'known' } };
    }
    const barred = await wiper.gate(server);
    if (barred !== null) return { ok: false, refusal: barred.refusal };
    const begun = await signOnHere.begin(server);
    return 'refusal' in begun ? { ok: false, refusal: await heard(server, begun.refusal) } : { ok: true, value: begun };
  }

  const openSignedOn = (given: MethodParams<'openSignedOn'>): Promise<DeskReply<SessionView>> => alone(async () => {
    const { passphrase, newPassphrase = null } = given;
    const weak = newPassphrase === null ? null : weakness({ old: passphrase, new: newPassphrase });
    if (weak !== null) return { ok: false, refusal: weak.refusal };
    const opened = await signOnHere.open(given);
    if ('refusal' in opened) return { ok: false, refusal: opened.refusal };
    const { signedIn, server, account, comeBack: back } = opened;
    const own: Present = { account, password: passphrase, server, comeBack: back, typedAt: signedIn.clock.now() };
    const begun = begin(own, signedIn);
    if (newPassphrase === null || session === null) return begun;
    const failed = await session.changePassphrase({ account, server, old: passphrase, new: newPassphrase }, profileFolder(parts.root, server, account), signInParts.store);
    if (failed !== null) return { ok: false, refusal: failed.refusal };
    own.password = newPassphrase;
    return begun;
  });

  function begin(credentials: Present, signedIn: SignedInHere): DeskReply<SessionView> {
    wiper.over(credentials.server);
    if (signedIn.checkedBy === 'server') forgetAbsent(credentials, signedIn);
    const opened = new OpenSession({
      signedIn, server: credentials.server, workstation: parts.workstation, environment: parts.environment,
      logic: parts.logic, connect: parts.connect, publisher, spool, postSpool,
      signInAgain: () => signInAgain(credentials, signedIn),
      openSecond: (given) => openSecondPerson({
        signIn: signInParts, server: credentials.server, present: { account: credentials.account, person: signedIn.person.id, human: signedIn.person.human },
      }, given),
      ended: (refusal) => end(refusal),
      report: parts.report,
    });
    // A browser that is still open for somebody else has nobody to come back to.
    signOnHere.cancel();
    session = opened;
    present = credentials;
    lastEnd = null;
    lock.begin();
    opened.start();
    everythingChanged();
    if (signedIn.signing.state === 'opening') void signedIn.signing.opened.catch(parts.report).then(() => publisher.changed('session'));
    return { ok: true, value: opened.view() };
  }

  const overTls = <P extends { server: string }, V>(serve: (params: P) => Promise<DeskReply<V>>) => async (params: P): Promise<DeskReply<V>> => {
    const insecure = insecureAddress(params.server);
    return insecure === null ? serve(params) : { ok: false, ...insecure };
  };

  const handlers: DeskHandlers = {
    signIn: overTls(startSession),
    signOn: overTls(signOn),
    openSignedOn,
    cancelSignOn: () => {
      signOnHere.cancel();
      return DONE;
    },
    signOut: async ({ evenUnsent, keepMine }): Promise<DeskReply<{ done: true }>> => {
      const items = session?.itemsLeft ?? 0;
      if (items > 0 && keepMine !== true) return { ok: false, refusal: { code: 'hand-over-open', detail: { items } } };
      const unsent = session?.unsent ?? 0;
      if (unsent > 0 && evenUnsent !== true) return { ok: false, refusal: { code: 'unsent-work', detail: { unsent } } };
      const leaving = session;
      const logout = (await leaving?.leave()) ?? null;
      if (leaving !== null && session === leaving) end(null);
      // The browser's own session at the provider outlives ours otherwise, at a machine that others use.
      if (logout !== null) void parts.openBrowser?.(logout).catch(parts.report);
      return DONE;
    },
    session: () => ({ ok: true, value: sessionView() }),
    moveAside: ({ account, server }) => {
      if (session !== null || signingIn) return { ok: false, refusal: { code: 'already-signed-in' } };
      return { ok: true, value: { folder: moveFolderAside(profileFolder(parts.root, server, account)) } };
    },
    command: (params) => session?.command(params) ?? SIGNED_OUT_REFUSAL,
    ask: async ({ kind, body }) => (await session?.ask(kind, body)) ?? SIGNED_OUT_REFUSAL,
    administer: async (params) => (await session?.administer(params)) ?? SIGNED_OUT_REFUSAL,
    enrol: overTls(async ({ server, name, site, code }) => {
      if (session !== null || signingIn) return { ok: false, refusal: { code: 'already-signed-in' } };
      const answer = await enrolment.ask(server, { name, site, code });
      return 'refusal' in answer ? { ok: false, refusal: answer.refusal } : { ok: true, value: answer };
    }),
    changePassphrase: overTls(changePassphrase),
    typeAgain,
    unlock,
    lock: () => {
      if (session === null) return SIGNED_OUT_REFUSAL;
      lock.lock('person');
      return DONE;
    },
    inputSeen: () => {
      lock.input();
      return DONE;
    },
    endOwnSession: async (params) => (await session?.endOwnSession(params)) ?? SIGNED_OUT_REFUSAL,
    saveDraft: (draft) => (session === null ? SIGNED_OUT_REFUSAL : { ok: true, value: { saved: session.saveDraft(draft) } }),
    drafts: ({ case: ofCase }) => (session === null ? SIGNED_OUT_REFUSAL : { ok: true, value: session.drafts(ofCase) }),
    refusalSeen: ({ command }) => {
      session?.refusalSeen(command);
      return DONE;
    },
    openHandOver: async (given) => (await session?.handOver.open(given)) ?? SIGNED_OUT_REFUSAL,
    handOverHere: async (given) => (await session?.handOver.give(given)) ?? SIGNED_OUT_REFUSAL,
    coSign: async (params) => (await session?.coSign.step(params)) ?? SIGNED_OUT_REFUSAL,
    closeHandOver: () => {
      session?.handOver.close();
      return DONE;
    },
    takenOverSeen: ({ case: caseId }) => {
      session?.takenOver?.seen(caseId);
      return DONE;
    },
    serverInfo: ({ server }) => readServerInfo(server),
    exportSpool: ({ server, folder }) => {
      const made = exportSpool(spool, { root: parts.root, server, workstation: parts.workstation, to: folder }, instantOf(parts.environment.now()));
      return 'refusal' in made ? { ok: false, refusal: made.refusal } : { ok: true, value: made };
    },
    importSpool: overTls(async ({ server, content }) => {
      const done = await importSpool(content, server, postSpool);
      return 'refusal' in done ? { ok: false, refusal: done.refusal } : told(done);
    }),
    deliverSpool: overTls(async ({ server }) => told(await deliverSpool({ spool, server, post: postSpool, now: () => instantOf(parts.environment.now()) }))),
    spooled: ({ server }) => ({ ok: true, value: { rows: spool.count(server) } }),
    quitCheck: () => ({ ok: true, value: { unsent: session?.unsent ?? 0 } }),
    syncStatus: () => (session === null ? SIGNED_OUT_REFUSAL : { ok: true, value: session.syncView() }),
    connectNow: () => {
      session?.connectNow();
      return DONE;
    },
    tryAgain: ({ stream }) => {
      session?.tryAgain(stream);
      return DONE;
    },
    diagnostics: () => (session === null ? SIGNED_OUT_REFUSAL : { ok: true, value: exportDiagnostics(parts.root, session.diagnostics()) }),
  };

  return {
    attach(port) {
      endService();
      endService = servePort(port, handlers, publisher, parts.report, (method) => (lock.state !== null && !WHILE_LOCKED.has(method) ? { code: 'locked' } : null));
    },
    close() {
      endService();
      endService = () => {};
      signOnHere.cancel();
      lock.end();
      session?.stop();
      session = null;
      wiper.stop();
      spool.close();
    },
  };
}
