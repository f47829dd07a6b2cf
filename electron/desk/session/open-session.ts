import type { CommandAnswer, CommandParams, DeskReply, MethodValue, SessionView, SyncView } from '#shared/protocol/desk-rpc.ts';
import type { Diagnostics } from '#shared/protocol/diagnostics.ts';
import { liveTopics } from '#shared/protocol/live.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { LiveMessage } from '#shared/protocol/wire.ts';
import { UNKNOWN, type DecideContext } from '#shared/case/context.ts';
import { CaseBook, markOf } from '../case-book.ts';
import type { CaseLogic } from '../case-logic.ts';
import { contextHere, type Here } from '../decide-here.ts';
import { instantOf, type Environment } from '../environment.ts';
import { giveCommand, giveSigned, type CommandParts } from '../give-command.ts';
import { CoSignHere } from '../co-sign-here.ts';
import { HAND_OVER_HERE, HandOverHere } from '../hand-over-here.ts';
import type { Publisher } from '../rpc/publisher.ts';
import type { SecondPerson } from '../signing/second-person.ts';
import type { OutboxRow } from '../store/outbox.ts';
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
import { diagnose, Happenings } from './diagnose.ts';
import { LiveBoard } from './live-board.ts';
import { RecordedViews } from './recorded-views.ts';
import { RuleBook } from './rule-book.ts';
import { TypedDrafts, type Typed } from './typed-drafts.ts';
import { Seldom } from './seldom.ts';
import { shutOut } from './shut-out.ts';
import { StaleCases } from './stale-cases.ts';
import { administer, type Administer } from '../signing/administer.ts';
import { keepKey } from '../signing/keep-key.ts';
import { changeHere, type NewPassphrase } from './change-passphrase.ts';
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

/** What two people do at one screen (OF1, OF2) has ways of its own, in which the second types who they are: no screen gives it by itself. */
const BY_TWO: ReadonlySet<string> = new Set([HAND_OVER_HERE, 'enter blind here', 'co-sign here']);

/** One person at work: their file, what they see, and the thread to the server. Ends with sign-out. */
export class OpenSession {
  readonly #parts: OpenSessionParts;
  readonly #sync: SyncClient;
  readonly #book: CaseBook;
  readonly #rules: RuleBook;
  readonly #board: LiveBoard;
  readonly #logic: CaseLogic;
  readonly #who: Who;
  readonly #signedInAt: string;
  readonly #views = new RecordedViews();
  readonly #typed: TypedDrafts;
  #stopped = false;
  #cancelTick: () => void = () => {};
  readonly #stale: StaleCases;
  readonly #progress: Seldom;
  readonly #happenings = new Happenings();
  readonly #spool: SessionSpool | null;
  /** Null only while it is being made. */
  readonly #takenOver: TakenOverWatch | null = null;
  readonly #keeper: CaseKeeper;
  readonly #outboxTeller: OutboxTeller;
  readonly handOver: HandOverHere;
  readonly coSign: CoSignHere;
  /** The most that was unsent since nothing was. */
  #unsentOf = 0;

  constructor(parts: OpenSessionParts) {
    this.#parts = parts;
    const { signedIn, server, workstation, environment, publisher } = parts;
    const { store, clock, person } = signedIn;
    const workstationId = signedIn.workstationId ?? workstation;
    this.#who = { person: person.id, workstation: workstationId };
    this.#signedInAt = clock.now();
    this.#rules = new RuleBook(store);
    this.#typed = new TypedDrafts(store.drafts, () => clock.now());
    this.#board = new LiveBoard(store);
    const here: Here = {
      person, workstation: workstationId, rules: () => this.#rules.rules, lights: () => this.#lights(),
      stoppedKinds: () => liveTopics['stopped-kinds'].safeParse(this.#board.get('stopped-kinds')?.value).data?.map((stop) => stop.kind) ?? UNKNOWN,
    };
    this.#logic = parts.logic(here);
    this.#stale = new StaleCases(environment, (caseId) => {
      this.#book.refresh(caseId);
      publisher.caseChanged(caseId);
    });
    this.#progress = new Seldom(environment, PROGRESS_MS, () => publisher.changed('sync'));
    store.outbox.prune(instantOf(clock.nowMs() - RESEND_MS));
    this.#spool = parts.spool === undefined ? null : new SessionSpool({
      spool: parts.spool, store, server, person: person.id, workstation: signedIn.workstationId, clock, environment,
      certify: (bytes) => signedIn.signing.certify(bytes), post: parts.postSpool ?? spoolOverHttp,
      report: (error) => {
        this.#happenings.error(clock.now(), error);
        parts.report(error);
      },
      changed: () => publisher.changed('sync'),
    });
    this.#sync = new SyncClient({
      store, environment, clock, logic: this.#logic, connect: parts.connect, server, workstation: signedIn.workstationId, token: signedIn.token,
      prove: (token) => signedIn.signing.prove(token),
      beforePush: () => this.#beforePush(),
      newEpoch: () => this.#spool?.newEpoch(),
      signInAgain: parts.signInAgain,
      changed: (streams) => {
        this.#takenOver?.noted(streams);
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
      live: (message) => this.#live(message),
      cameUp: () => {
        void this.#fetchRules().catch(parts.report);
        this.#takenOver?.begin();
        this.#keeper.wake();
        this.#outboxTeller.begin();
      },
      ended: parts.ended,
      report: (error) => {
        this.#happenings.error(clock.now(), error);
        parts.report(error);
      },
    });
    // Last: it decides unsent commands anew, and how they are decided depends on whether the line is down.
    this.#book = new CaseBook(store, this.#logic, this.#who);
    this.#takenOver = new TakenOverWatch({
      store, logic: this.#logic, me: person.id, environment,
      ask: (kind, body) => this.#sync.ask(kind, body),
      isUpToDate: () => this.#sync.connection === 'online' && !this.#sync.catchingUp,
      changed: (ids) => this.#tookOver(ids),
      isOver: () => this.#stopped, report: parts.report,
    });
    this.#keeper = new CaseKeeper({
      store, logic: this.#logic, clock, environment, person: person.id,
      heardBefore: (at) => this.#book.heardBefore(at),
      keepDays: () => this.#rules.rules?.desk?.keepDays ?? DEFAULT_KEEP_DAYS,
      ask: (kind, body) => this.#sync.ask(kind, body),
      isOnline: () => this.#sync.connection === 'online',
      changed: (cases) => this.#stale.changed(cases),
      report: parts.report,
    });
    this.#outboxTeller = new OutboxTeller({
      environment, nowMs: () => clock.nowMs(), waiting: () => store.outbox.waiting(), report: parts.report,
      isOnline: () => !this.#stopped && this.#sync.connection === 'online',
      tell: async (report) => (await this.#sync.ask('tell outbox', report)).ok,
    });
    this.handOver = new HandOverHere({
      environment, person, signing: signedIn.signing, command: () => this.#commandParts, isOver: () => this.#stopped,
      openSecond: async (given) => (await parts.openSecond?.(given)) ?? { refusal: { code: 'second-person-not-here' } },
      stored: (row) => this.#stored(row),
    });
    this.coSign = new CoSignHere({
      environment, command: () => this.#commandParts, isOver: () => this.#stopped, context: (now) => {
        const rules = here.rules();
        return rules === null ? null : contextHere(here, rules, now);
      },
      openSecond: async (given) => (await parts.openSecond?.(given)) ?? { refusal: { code: 'second-person-not-here' } },
      stored: (row) => this.#stored(row),
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
    this.#takenOver?.stop();
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

  view(): SessionView {
    const { signedIn, server, workstation } = this.#parts;
    return {
      status: 'signed-in', person: signedIn.person, server, workstation, desktop: signedIn.store.desktop,
      checkedBy: signedIn.checkedBy, signedInAt: this.#signedInAt, key: signedIn.signing.state, offlineUntil: signedIn.offlineUntil,
    };
  }

  syncView(): SyncView {
    const { store, clock } = this.#parts.signedIn;
    const unsent = store.outbox.unsentCount();
    this.#unsentOf = unsent === 0 ? 0 : Math.max(this.#unsentOf, unsent);
    return {
      connection: this.#sync.connection, refusal: this.#sync.refusal, unsent, unsentOf: this.#unsentOf,
      inFlight: Math.min(unsent, this.#sync.inFlight), catchingUp: this.#sync.catchingUp, behind: this.#sync.behind,
      setAside: [...this.#sync.setAside], spooled: this.#spool?.others ?? 0, lastContactAt: this.#sync.lastContactAt,
      clockOffsetMs: clock.offsetMs, clockIsOff: clock.isOff,
      refused: store.outbox.refusedUnseen().map((row) => markOf(row, null)),
      incarnation: store.meta.get('incarnation') ?? 1, renumberedAt: store.meta.get('renumberedAt'),
    };
  }

  get book(): CaseBook {
    return this.#book;
  }
  get rules(): RuleBook['rules'] {
    return this.#rules.rules;
  }
  get takenOver(): TakenOverWatch | null {
    return this.#takenOver;
  }
  get board(): LiveBoard {
    return this.#board;
  }
  /** What of this person's own cases somebody has to see to: handed over, or kept by word (OF1). */
  get itemsLeft(): number {
    const mine = this.#book.all().filter(({ state }) => this.#logic.ownerOf(state) === this.#who.person);
    return mine.reduce((sum, { state }) => sum + this.#logic.itemsLeft(state), 0);
  }
  get unsent(): number {
    return this.#parts.signedIn.store.outbox.unsentCount();
  }

  // ------------------------------------------------------------ what the person does

  command(params: CommandParams): DeskReply<CommandAnswer> | Promise<DeskReply<CommandAnswer>> {
    if (BY_TWO.has(params.kind)) return { ok: false, refusal: { code: 'command-unknown', detail: { kind: params.kind } } };
    if (!this.#logic.isSigned(params.kind)) return this.#given(giveCommand(this.#commandParts, params));
    const keys = { keys: this.#parts.signedIn.signing, isOver: () => this.#stopped };
    return giveSigned(this.#commandParts, params, keys).then((given) => this.#given(given));
  }

  get #commandParts(): CommandParts {
    const { signedIn, environment } = this.#parts;
    return { store: signedIn.store, logic: this.#logic, book: this.#book, clock: signedIn.clock, who: this.#who, newId: environment.newId, spool: this.#spool ?? undefined };
  }

  /** Answered once it is in the workstation's spool as well (SY10). */
  #given({ row, spooled = null, ...answer }: ReturnType<typeof giveCommand>): DeskReply<CommandAnswer> | Promise<DeskReply<CommandAnswer>> {
    const tell = (): DeskReply<CommandAnswer> => {
      if (row !== undefined) this.#stored(row);
      return answer;
    };
    return spooled === null ? tell() : spooled.then(tell);
  }

  #stored(row: OutboxRow): void {
    if (this.#stopped) return;
    this.#parts.publisher.caseChanged(row.stream);
    this.#parts.publisher.changed('sync');
    this.#sync.wake();
  }

  /** PR8: that this person was shown a customer's case goes to the audit log, without the line as well. */
  shown(caseId: string): void {
    const view = this.#stopped ? null : this.#book.view(caseId);
    if (view === null || !this.#views.isDue(view, this.#parts.signedIn.clock.nowMs())) return;
    const record = this.#logic.viewOf(view.state, this.#parts.environment.newId());
    if (record === null) return;
    this.#ifDiskCan(() => {
      const at = this.#parts.signedIn.clock.nowMs();
      const answer = this.command({ ...record, case: caseId });
      // On disk by now, whatever else the answer waits for.
      if (!('ok' in answer) || answer.ok) this.#views.recorded(caseId, at);
    });
  }

  administer(params: Administer): Promise<DeskReply<MethodValue<'administer'>>> {
    const { signedIn } = this.#parts;
    return administer({
      person: signedIn.person.id, signing: signedIn.signing,
      view: () => liveTopics.administration.safeParse(this.#board.get('administration')?.value).data ?? null,
      isOnline: () => this.#sync.connection === 'online',
      ask: (kind, body) => this.#sync.ask(kind, body),
    }, params);
  }

  /** @returns null where it is done */
  async changePassphrase(change: NewPassphrase, folder: ProfileFolder, options: StoreOptions): Promise<{ refusal: Refusal } | null> {
    const { store, person, workstationId, signing } = this.#parts.signedIn;
    if (workstationId === null) return { refusal: { code: 'workstation-key-lost' } };
    try {
      const failed = await changeHere(change, { folder, store, person: person.id, workstation: workstationId, options, guesses: signing.guesses });
      if (failed !== null) return failed;
    } catch (error) {
      // Signed out meanwhile, and the file closed: the next sign-in settles what was begun.
      if (this.#stopped) return { refusal: { code: 'signed-out' } };
      throw error;
    }
    const held = this.#stopped ? null : store.meta.get('personKey');
    if (held !== null) {
      signing.rewrapped(held.kept);
      void this.#keepKey()?.catch(this.#parts.report);
    }
    return null;
  }

  /** What the server has to have before any command: the key that signed some of them, then what others left here (SY10). */
  #beforePush(): Promise<void> | null {
    const key = this.#keepKey();
    if (key === null) return this.#deliver();
    return key.then(() => this.#deliver() ?? undefined);
  }

  #deliver(): Promise<void> | null {
    return this.#stopped ? null : (this.#spool?.deliver()?.then(() => undefined) ?? null);
  }

  #keepKey(): Promise<void> | null {
    const { signedIn, publisher } = this.#parts;
    return keepKey(signedIn.store.meta, (kind, body) => this.#sync.ask(kind, body), () => {
      signedIn.signing.lose();
      publisher.changed('session');
    }, () => this.#stopped);
  }

  ask(kind: string, body: unknown): ReturnType<SyncClient['ask']> {
    return this.#sync.ask(kind, body);
  }

  saveDraft(typed: Typed): boolean {
    return this.#typed.save(typed);
  }

  drafts(ofCase: string | null | undefined): ReturnType<SignedInHere['store']['drafts']['list']> {
    return this.#parts.signedIn.store.drafts.list(ofCase);
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
      sync: this.syncView(), cases: this.#book.ids().length, drafts: store.drafts.list(undefined).length, rows: store.outbox.all(),
      doubtful: this.#book.all().flatMap((view) => view.marks.flatMap((mark) => (mark.doubtful === null ? [] : [mark.doubtful.code]))), happenings: this.#happenings,
    });
  }

  // ------------------------------------------------------------ what the server tells

  #live(message: LiveMessage): void {
    const { clock, store } = this.#parts.signedIn;
    if (message.topic === 'clock') {
      const clockValue = liveTopics.clock.safeParse(message.value);
      if (clockValue.success) {
        clock.learn(clockValue.data.serverAt, this.#parts.environment.now());
        this.#ifDiskCan(() => store.meta.set('clockOffsetMs', clock.offsetMs));
        this.#parts.publisher.changed('sync');
      }
    }
    if (!this.#board.take(message, clock.now())) return;
    this.#parts.publisher.liveChanged(message.topic);
    // Other rules are in force (TP12): decided by from here on, or the next submission would be refused for its policy.
    if (message.topic === 'rules-version') void this.#fetchRules().catch(this.#parts.report);
    // After the publisher's own microtask: a call that rings is on its way to the screen before the disk is asked.
    queueMicrotask(() => this.#ifDiskCan(() => this.#board.keep(message.topic)));
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

  async #fetchRules(): Promise<void> {
    const { clock } = this.#parts.signedIn;
    const other = await this.#rules.refresh((kind, body) => this.#sync.ask(kind, body));
    if (!other || this.#stopped) return;
    this.#ifDiskCan(() => this.#rules.keep(clock.now()));
    this.#parts.publisher.changed('rules');
    this.#stale.changed(this.#book.ids());
  }

  #lights(): DecideContext['lights'] {
    const lights = liveTopics.lights.safeParse(this.#board.get('lights')?.value);
    const upOrDown = (light: string | undefined): 'up' | 'down' => (light === 'down' ? 'down' : 'up');
    // The bank is reached through the centre only; the phones ring without it.
    if (this.#sync.lineIsDown) return { centre: 'down', core: 'down', phone: upOrDown(lights.data?.phones) };
    if (!lights.success) return UNKNOWN;
    return { centre: 'up', core: upOrDown(lights.data.core), phone: upOrDown(lights.data.phones) };
  }

  /** OF3: the latest time that the file has ever seen moves on while it is used. */
  #tick(): void {
    this.#ifDiskCan(() => see(this.#parts.signedIn.store.meta, this.#parts.signedIn.clock.now()));
    this.#cancelTick = this.#parts.environment.after(SEE_EVERY_MS, () => this.#tick());
  }
}
