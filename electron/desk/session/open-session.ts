import type { SignedIn } from '#shared/protocol/session-view.ts';
import type { SyncView } from '#shared/protocol/sync-view.ts';
import type { Diagnostics } from '#shared/protocol/diagnostics.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { CaseBook } from '../case-book.ts';
import type { CaseLogic } from '../case-logic.ts';
import { contextHere, type Here } from '../decide-here.ts';
import { instantOf, type Environment } from '../environment.ts';
import type { CommandParts } from '../give-command.ts';
import { CoSignHere } from '../co-sign-here.ts';
import { HandOverHere } from '../hand-over-here.ts';
import type { Publisher } from '../rpc/publisher.ts';
import type { SecondPerson } from '../signing/second-person.ts';
import { TakenOverWatch } from '../taken-over-watch.ts';
import { SessionSpool } from '../spool/session-spool.ts';
import type { Spool } from '../spool/spool.ts';
import { spoolOverHttp, type PostSpool } from '../spool/spool-over-http.ts';
import { see } from '../store/meta.ts';
import { storeTroubleOf } from '../store/store-refusal.ts';
import { CaseKeeper, DEFAULT_KEEP_DAYS } from '../keep/case-keeper.ts';
import type { Connect } from '../sync/link.ts';
import { RESEND_MS } from '../sync/new-epoch.ts';
import { OutboxTeller } from '../sync/outbox-report.ts';
import { SyncClient } from '../sync/sync-client.ts';
import type { SessionToken } from '../sync/token-keeper.ts';
import type { Who } from '../sync/rebase.ts';
import { AtCentre } from './at-centre.ts';
import { diagnose, Happenings } from './diagnose.ts';
import { Given } from './given.ts';
import { OwnCases } from './own-cases.ts';
import { OwnKey } from './own-key.ts';
import { TypedDrafts } from './typed-drafts.ts';
import { Seldom } from './seldom.ts';
import { callEndedAt, isServing } from './serving.ts';
import { shutOut } from './shut-out.ts';
import { StaleCases } from './stale-cases.ts';
import { SyncState } from './sync-state.ts';
import { Told } from './told.ts';
import type { NewPassphrase } from './change-passphrase.ts';
import type { ProfileFolder } from '../store/profile-folder.ts';
import type { StoreOptions } from '../store/store.ts';
import type { SignedInHere } from './sign-in.ts';

export type OpenSessionParts = {
  signedIn: SignedInHere;
  server: string;
  /** What people call this machine. */
  workstation: string;
  environment: Environment;
  logic(here: Here): CaseLogic;
  connect: Connect;
  publisher: Publisher;
  /** The workstation's spool (SY10); none where left out. */
  spool?: Spool;
  /** How others' unsent work reaches the server; over HTTP where left out. */
  postSpool?: PostSpool;
  signInAgain(): Promise<{ token: SessionToken } | { refusal: Refusal } | null>;
  /** Opens the file of a second person at this screen (OF1, OF2). */
  openSecond?(given: { account: string; passphrase: string }): Promise<SecondPerson | { refusal: Refusal }>;
  ended(refusal: Refusal): void;
  report(error: unknown): void;
};

const SEE_EVERY_MS = 5 * 60_000;
/** Counts that change with every message are told so often. */
const PROGRESS_MS = 100;

/** One person at work: their file, what they see, and the thread to the server. Ends with sign-out. */
export class OpenSession {
  readonly #parts: OpenSessionParts;
  readonly #sync: SyncClient;
  readonly book: CaseBook;
  readonly told: Told;
  readonly #state: SyncState;
  readonly #key: OwnKey;
  /** What the person does. */
  readonly given: Given;
  readonly drafts: TypedDrafts;
  readonly atCentre: AtCentre;
  readonly ownCases: OwnCases;
  readonly #logic: CaseLogic;
  readonly #who: Who;
  readonly #signedInAt: string;
  #stopped = false;
  /** The person has said that they go; what is on its way to the server still goes there. */
  #leaving = false;
  #cancelTick: () => void = () => {};
  readonly #stale: StaleCases;
  readonly #progress: Seldom;
  readonly #happenings = new Happenings();
  readonly #spool: SessionSpool | null;
  /** Null only while it is being made. */
  readonly takenOver: TakenOverWatch | null = null;
  readonly #keeper: CaseKeeper;
  readonly #outboxTeller: OutboxTeller;
  readonly handOver: HandOverHere;
  readonly coSign: CoSignHere;
  constructor(parts: OpenSessionParts) {
    this.#parts = parts;
    const { signedIn, server, workstation, environment, publisher } = parts;
    const { store, clock, person } = signedIn;
    const workstationId = signedIn.workstationId ?? workstation;
    this.#who = { person: person.id, workstation: workstationId };
    this.#signedInAt = clock.now();
    const report = (error: unknown): void => {
      this.#happenings.error(clock.now(), error);
      parts.report(error);
    };
    const ask = (kind: string, body: unknown): ReturnType<SyncClient['ask']> => this.#sync.ask(kind, body);
    const isOver = (): boolean => this.#stopped || this.#leaving;
    this.told = new Told({
      store, clock, environment, publisher, ask, isOver, lineIsDown: () => this.#sync.lineIsDown, ifDiskCan: (work) => this.#ifDiskCan(work),
      otherRules: () => this.#stale.changed(this.book.ids()), report: parts.report,
    });
    this.#key = new OwnKey({ signedIn, ask, isOver, lost: () => publisher.changed('session'), report: parts.report });
    this.drafts = new TypedDrafts(store.drafts, () => clock.now());
    const here: Here = {
      person, workstation: workstationId, rules: () => this.told.rules, lights: () => this.told.lights(), stoppedKinds: () => this.told.stoppedKinds(),
    };
    this.#logic = parts.logic(here);
    this.#stale = new StaleCases(environment, (caseId) => {
      this.book.refresh(caseId);
      publisher.caseChanged(caseId);
    });
    this.#progress = new Seldom(environment, PROGRESS_MS, () => publisher.changed('sync'));
    store.outbox.prune(instantOf(clock.nowMs() - RESEND_MS));
    this.#spool = parts.spool === undefined ? null : new SessionSpool({
      spool: parts.spool, store, server, person: person.id, workstation: signedIn.workstationId, clock, environment,
      certify: (bytes) => signedIn.signing.certify(bytes), post: parts.postSpool ?? spoolOverHttp, report,
      changed: () => publisher.changed('sync'),
    });
    this.#sync = new SyncClient({
      store, environment, clock, logic: this.#logic, connect: parts.connect, server, workstation: signedIn.workstationId, token: signedIn.token,
      prove: (token) => signedIn.signing.prove(token),
      beforePush: () => this.#beforePush(),
      newEpoch: () => this.#spool?.newEpoch(),
      signInAgain: parts.signInAgain,
      changed: (streams) => {
        this.takenOver?.noted(streams);
        this.handOver?.answered(streams);
        this.#stale.changed(streams);
        this.#spool?.answered();
        this.#keeper?.wake();
      },
      status: () => {
        this.#happenings.connection(clock.now(), this.#sync.connection, this.#sync.refusal?.code ?? null);
        this.#progress.now();
      },
      progress: () => this.#progress.changed(),
      live: (message) => this.told.live(message),
      cameUp: () => {
        this.told.fetchRules();
        this.takenOver?.begin();
        this.#keeper.wake();
        this.#outboxTeller.begin();
      },
      ended: parts.ended, report,
    });
    this.#state = new SyncState({ store, clock, sync: this.#sync, spool: this.#spool });
    // Last: it decides unsent commands anew, and how they are decided depends on whether the line is down.
    this.book = new CaseBook(store, this.#logic, this.#who);
    this.ownCases = new OwnCases(this.book, this.#logic, person.id);
    this.atCentre = new AtCentre({ person: person.id, signing: signedIn.signing, environment, board: this.told.board, isOnline: () => this.#isOnline, ask });
    const command: CommandParts = { store, logic: this.#logic, book: this.book, clock, who: this.#who, newId: environment.newId, spool: this.#spool ?? undefined };
    this.given = new Given({ command, signing: signedIn.signing, publisher, isOver, ifDiskCan: (work) => this.#ifDiskCan(work), wake: () => this.#sync.wake() });
    this.takenOver = new TakenOverWatch({
      store, logic: this.#logic, me: person.id, environment, ask,
      isUpToDate: () => this.#isOnline && !this.#sync.catchingUp,
      changed: (ids) => this.#tookOver(ids),
      isOver, report: parts.report,
    });
    this.#keeper = new CaseKeeper({
      store, logic: this.#logic, clock, environment, person: person.id,
      heardBefore: (at) => this.book.heardBefore(at),
      keepDays: () => this.told.rules?.desk?.keepDays ?? DEFAULT_KEEP_DAYS,
      ask,
      isOnline: () => this.#isOnline,
      changed: (cases) => this.#stale.changed(cases),
      report: parts.report,
    });
    this.#outboxTeller = new OutboxTeller({
      environment, nowMs: () => clock.nowMs(), waiting: () => store.outbox.waiting(), report: parts.report,
      isOnline: () => !this.#stopped && this.#isOnline,
      tell: async (report) => (await this.#sync.ask('tell outbox', report)).ok,
    });
    this.handOver = new HandOverHere({
      environment, person, signing: signedIn.signing, command: () => command, isOver,
      openSecond: async (given) => (await parts.openSecond?.(given)) ?? { refusal: { code: 'second-person-not-here' } },
      stored: (row) => this.given.stored(row),
    });
    this.coSign = new CoSignHere({
      environment, command: () => command, isOver, context: (now) => {
        const rules = here.rules();
        return rules === null ? null : contextHere(here, rules, now);
      },
      openSecond: async (given) => (await parts.openSecond?.(given)) ?? { refusal: { code: 'second-person-not-here' } },
      stored: (row) => this.given.stored(row),
    });
  }

  /** What was taken over at this screen is the server's now, or left with its reason. */
  #tookOver(ids: ReadonlySet<string>): void {
    this.#stale.changed(ids);
    this.#parts.publisher.changed('taken-over');
    this.#sync.wake();
  }

  start(): void {
    this.#spool?.start();
    this.#sync.start();
    this.#keeper.start();
    this.#tick();
  }

  /** Everything is on disk already; this only lets go of it. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTick();
    this.#stale.stop();
    this.handOver.close();
    this.takenOver?.stop();
    this.#keeper.stop();
    this.#outboxTeller.stop();
    this.#sync.stop();
    this.#progress.stop();
    this.#spool?.stop();
    this.#parts.signedIn.signing.close();
    this.#parts.signedIn.store.close();
  }

  /** As `shutOut` has it. */
  forgetCustomers(): void {
    this.#ifDiskCan(() => shutOut(this.#parts.signedIn.store));
  }

  // ------------------------------------------------------------ what is shown

  view(): SignedIn {
    const { signedIn, server, workstation } = this.#parts;
    return {
      status: 'signed-in', person: signedIn.person, server, workstation, desktop: signedIn.store.desktop,
      checkedBy: signedIn.checkedBy, signedInAt: this.#signedInAt, key: signedIn.signing.state, offlineUntil: signedIn.offlineUntil, locksAt: null,
    };
  }

  syncView(): SyncView {
    return this.#state.view();
  }

  /** As `isServing` has it. */
  get isServing(): boolean {
    const { clock } = this.#parts.signedIn;
    return isServing({ live: (topic) => this.told.board.get(topic), isOnline: () => this.#isOnline, nowMs: () => clock.nowMs(), handCallSince: () => this.ownCases.handCallSince });
  }

  /** As `callEndedAt` has it, by this machine's clock. */
  get callEndedMs(): number | null {
    const at = callEndedAt((topic) => this.told.board.get(topic));
    return at === null ? null : Date.parse(at) - this.#parts.signedIn.clock.offsetMs;
  }

  /** The desk is locked: nobody's second file stays open at it. */
  stepAway(): void {
    this.handOver.close();
    void this.coSign.step({ step: 'leave' });
    void this.atCentre.takeBreak().catch(this.#parts.report);
  }

  get #isOnline(): boolean {
    return this.#sync.connection === 'online';
  }

  get unsent(): number {
    return this.#parts.signedIn.store.outbox.unsentCount();
  }

  // ------------------------------------------------------------ what the person does

  /** @returns null where it is done */
  changePassphrase(change: NewPassphrase, folder: ProfileFolder, options: StoreOptions): ReturnType<OwnKey['changePassphrase']> {
    return this.#key.changePassphrase(change, folder, options);
  }

  /** What the server has to have before any command: the key that signed some of them, then what others left here (SY10). */
  #beforePush(): Promise<void> | null {
    const key = this.#key.keep();
    if (key === null) return this.#deliver();
    return key.then(() => this.#deliver() ?? undefined);
  }

  #deliver(): Promise<void> | null {
    return this.#stopped ? null : (this.#spool?.deliver()?.then(() => undefined) ?? null);
  }

  /** The centre's time, as this desk knows it. */
  get now(): string {
    return this.#parts.signedIn.clock.now();
  }

  get person(): string {
    return this.#who.person;
  }

  /** As `AtCentre` has it; nothing is done in their name from here on. */
  leave(): Promise<string | null> {
    this.#leaving = true;
    return this.atCentre.leave();
  }

  refusalSeen(command: string): void {
    const { store, clock } = this.#parts.signedIn;
    store.outbox.markSeen(command, clock.now());
    const row = store.outbox.get(command);
    if (row !== null) this.#stale.changed([row.stream]);
    this.#parts.publisher.changed('sync');
  }

  connectNow(): void {
    this.#sync.connectNow();
  }

  tryAgain(stream: string): void {
    this.#sync.tryAgain(stream);
    this.#parts.publisher.changed('sync');
  }

  diagnostics(): Diagnostics {
    const { store, clock, person, workstationId, checkedBy, signing } = this.#parts.signedIn;
    return diagnose({
      now: clock.now(), commandSchema: this.#logic.commandSchema, desktop: store.desktop, workstation: workstationId, person, checkedBy, key: signing.state,
      sync: this.syncView(), cases: this.book.ids().length, drafts: store.drafts.list(undefined).length, rows: store.outbox.all(),
      doubtful: this.book.all().flatMap((view) => view.marks.flatMap((mark) => (mark.doubtful === null ? [] : [mark.doubtful.code]))), happenings: this.#happenings,
    });
  }

  /** For what is only a copy or a mark: a full disk must not end the desk for it. */
  #ifDiskCan(work: () => void): void {
    if (this.#stopped) return;
    try {
      work();
    } catch (error) {
      if (storeTroubleOf(error) === null) throw error;
    }
  }

  /** OF3: the latest time that the file has ever seen moves on while it is used. */
  #tick(): void {
    this.#ifDiskCan(() => see(this.#parts.signedIn.store.meta, this.#parts.signedIn.clock.now()));
    this.#cancelTick = this.#parts.environment.after(SEE_EVERY_MS, () => this.#tick());
  }
}
