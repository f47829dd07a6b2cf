/** A workstation with one person's profile on it: its disk, and on it one session after another, as the power lets it. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseState } from '#shared/case/state.ts';
import type { DeskReply } from '#shared/protocol/desk-rpc.ts';
import type { CommandParams } from '#shared/protocol/desk-command.ts';
import type { Person } from '#shared/people/person.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { Environment } from '../../../electron/desk/environment.ts';
import { domainLogic } from '../../../electron/desk/domain-logic.ts';
import { Publisher } from '../../../electron/desk/rpc/publisher.ts';
import { OpenSession } from '../../../electron/desk/session/open-session.ts';
import { BARRED, shutOut } from '../../../electron/desk/session/shut-out.ts';
import type { SignedInHere } from '../../../electron/desk/session/sign-in.ts';
import { Guesses } from '../../../electron/desk/signing/guesses.ts';
import type { SecondPerson } from '../../../electron/desk/signing/second-person.ts';
import { SessionSigning } from '../../../electron/desk/signing/session-signing.ts';
import { openDatabase } from '../../../electron/desk/store/database.ts';
import { keepSpoolKey, SessionSpool } from '../../../electron/desk/spool/session-spool.ts';
import { see } from '../../../electron/desk/store/meta.ts';
import { storeOf, type Store } from '../../../electron/desk/store/store.ts';
import { storeTroubleOf } from '../../../electron/desk/store/store-refusal.ts';
import { CorrectedClock } from '../../../electron/desk/sync/corrected-clock.ts';
import { enterNewEpoch } from '../../../electron/desk/sync/new-epoch.ts';
import type { Connect } from '../../../electron/desk/sync/link.ts';
import { keyOf, signerOf, type Machine } from './cast.ts';
import type { Chance } from './chance.ts';
import { Disk, type Image } from './disk.ts';
import { idsOf } from './ids.ts';
import { Line } from './line.ts';
import type { ServerMachine } from './server-machine.ts';
import type { SpoolHome } from './spool-home.ts';
import type { Trace } from './trace.ts';
import type { Process, VirtualTime } from './virtual-time.ts';

export const SERVER = 'https://centre.example';
const GRACE_MS = 16 * 3_600_000;

/** Something the desk answered with "saved": from then on it must never be lost (SY1). */
export type Saved = { id: string; atMs: number; machine: string; desktop: string; person: string; case: string; kind: string };

export type DesktopParts = {
  time: VirtualTime; chance: Chance; trace: Trace; server: ServerMachine; saved(entry: Saved): void; spool: SpoolHome;
  /** The server let the person, or the workstation, in no more. */
  ended(here: DesktopMachine, refusal: Refusal): void;
  /** Opens the profile of a second person at this workstation (OF1, OF2). */
  openSecond(here: DesktopMachine, account: string): Promise<SecondPerson | { refusal: Refusal }>;
};

export class DesktopMachine {
  readonly name: string;
  readonly person: Person;
  readonly desktop: string;
  readonly machine: Machine;
  readonly disk: Disk;
  readonly key: Buffer;
  readonly #parts: DesktopParts;
  readonly #chance: Chance;
  readonly #newId: () => string;
  readonly #air: Process = { name: 'air', alive: true };
  #process: Process | null = null;
  #session: OpenSession | null = null;
  #store: Store | null = null;
  #doomed: Image | null = null;
  #line: Line | null = null;
  #starts = 0;
  /** No way to the server. */
  cutOff = false;
  usualMs = 30;
  /** Added to the world's clock. */
  clockMs = 0;
  /** The server ended the session; the person is out. */
  endedBy: string | null = null;
  isFull = false;
  wasFull = false;
  readonly madeAtMs: number;
  /** The person went home and does not come back; others use this workstation. */
  gone = false;
  /** Somebody else sits at this workstation; this person's file lies there, and opens for what two do at one screen. */
  resting = false;
  /** The person is at something that takes all of their time. */
  isBusy = false;
  /** The profile of a second person that is open at this screen. */
  #guest: DesktopMachine | null = null;
  #isGuest = false;
  troubles: string[] = [];
  /** Notes that were saved here, by the command that wrote each. */
  readonly #notes = new Map<string, { case: string; noteId: string }>();

  constructor(root: string, name: string, who: { person: Person; desktop: string; machine: Machine }, parts: DesktopParts) {
    this.name = name;
    ({ person: this.person, desktop: this.desktop, machine: this.machine } = who);
    this.disk = new Disk(join(root, name), 'desk.db');
    this.key = createHash('sha256').update(`key of ${this.desktop}`).digest();
    this.#parts = parts;
    this.madeAtMs = parts.time.nowMs;
    this.#chance = parts.chance.of(name);
    this.#newId = idsOf(this.#chance.of('ids'), () => this.nowMs);
  }

  get nowMs(): number {
    return this.#parts.time.nowMs + this.clockMs;
  }
  get session(): OpenSession | null {
    return this.isDoomed ? null : this.#session;
  }
  get store(): Store | null {
    return this.#store;
  }
  get isDoomed(): boolean {
    return this.#doomed !== null;
  }
  get process(): Process | null {
    return this.#process;
  }
  newId(): string {
    return this.#newId();
  }

  /** The person signs in: with the server's word where it can be reached, by this machine's own file else. */
  start(): void {
    if (this.#process !== null || this.gone || this.resting || this.endedBy !== null) return;
    const process: Process = { name: `${this.name}.${++this.#starts}`, alive: true };
    this.#process = process;
    void this.#signIn(process).catch((error: unknown) => {
      if (storeTroubleOf(error) !== null && process.alive) {
        // The disk will not have it now: the person tries again.
        this.#parts.trace.say(this.name, `cannot sign in: ${String(error)}`);
        this.stop(process);
        this.#parts.time.after(20_000, this.#air, () => this.start());
        return;
      }
      if (process.alive) this.#trouble(`did not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    });
  }

  #trouble(what: string): void {
    this.#parts.trace.say(this.name, `TROUBLE ${what}`);
    this.troubles.push(`${this.name}: ${what}`);
  }

  async #signIn(process: Process): Promise<void> {
    const { time, server, trace } = this.#parts;
    const answer = await this.#ask(process, () => server.signIn(this.person.id, this.desktop, this.machine.id));
    if (!process.alive) return;
    const store = this.#openStore();
    const environment = {
      now: () => this.nowMs,
      newId: this.#newId,
      random: () => this.#chance.next(),
      after: (ms: number, run: () => void) => time.after(ms, process, run),
    };
    const { meta } = store;
    const clock = new CorrectedClock(environment, meta.get('clockOffsetMs') ?? 0);
    if (answer !== null && 'refusal' in answer) {
      // As `shut-out-here.ts` has it.
      if (answer.refusal.code === 'person-disabled') {
        shutOut(store);
        if (meta.get('person') !== null && store.outbox.unsentCount() > 0) await this.#spoolOf(store, clock, environment).bringWhatIsLeft();
        if (!process.alive || this.isDoomed) return;
      }
      store.close();
      return this.#ended(process, answer.refusal);
    }
    const who = { id: this.person.id, human: this.person.human, account: this.person.account, name: this.person.name, no: this.person.no, role: this.person.role, skills: this.person.skills, team: this.person.team };
    if (answer !== null) {
      clock.learn(answer.serverAt, this.nowMs);
      const epoch = meta.get('epoch');
      if (epoch !== null && epoch !== answer.epoch) enterNewEpoch(store, clock.nowMs());
      // As `withServer` of sign-in.ts has it.
      store.transaction(() => {
        meta.set('person', who);
        meta.set('epoch', answer.epoch);
        meta.set('clockOffsetMs', clock.offsetMs);
        meta.set('lastOnlineAt', answer.serverAt);
        meta.set('lastContactAt', answer.serverAt);
        keepSpoolKey(store, answer.spoolKey, answer.serverAt);
        see(meta, answer.serverAt);
      });
    } else if (meta.get('person') === null) {
      // Never been here: the first sign-in needs the server.
      store.close();
      this.stop(process);
      time.after(10_000, this.#air, () => this.start());
      return;
    }
    if (this.isDoomed) return;
    const signedIn: SignedInHere = {
      store, clock, person: who, token: answer === null ? null : { token: answer.token, expiresAt: answer.expiresAt }, checkedBy: answer === null ? 'this-machine' : 'server',
      offlineUntil: new Date(clock.nowMs() + GRACE_MS).toISOString(), workstationId: this.machine.id,
      signing: new SessionSigning({ state: 'ready', signer: signerOf(keyOf(this.person.id)) }, signerOf(this.machine.key), new Guesses(meta, clock)),
    };
    const nothing = { session: () => null, sync: () => null, rules: () => null, live: () => null, caseIds: () => [], caseView: () => null };
    const session = new OpenSession({
      signedIn, server: SERVER, workstation: this.machine.name, environment, logic: domainLogic,
      connect: this.#connect(process),
      publisher: new Publisher(nothing),
      spool: this.#parts.spool.open(),
      openSecond: ({ account }) => this.#parts.openSecond(this, account),
      postSpool: async (_server, request) => {
        trace.say(this.name, `> spool ${request.rows.length} rows`);
        return this.isDoomed ? null : this.#ask(process, () => server.takeSpool(request));
      },
      signInAgain: async () => {
        const again = await this.#ask(process, () => server.signIn(this.person.id, this.desktop, this.machine.id));
        return again === null || 'refusal' in again ? again : { token: { token: again.token, expiresAt: again.expiresAt } };
      },
      ended: (refusal) => this.#ended(process, refusal),
      report: (error) => {
        if (process.alive && !this.isDoomed) this.#trouble(`reported: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      },
    });
    this.#session = session;
    trace.say(process.name, `signed in ${answer === null ? 'by its own file' : 'at the server'}, ${store.outbox.unsentCount()} unsent`);
    session.start();
  }

  #spoolOf(store: Store, clock: CorrectedClock, environment: Environment): SessionSpool {
    const signing = new SessionSigning({ state: 'ready', signer: signerOf(keyOf(this.person.id)) }, signerOf(this.machine.key), new Guesses(store.meta, clock));
    return new SessionSpool({
      spool: this.#parts.spool.open(), store, server: SERVER, person: this.person.id, workstation: this.machine.id, clock, environment,
      certify: (bytes) => signing.certify(bytes), post: () => Promise.resolve(null), changed: () => {}, report: (error) => void this.#trouble(`reported: ${String(error)}`),
    });
  }

  #openStore(): Store {
    const db = this.disk.follow(openDatabase(this.disk.file, this.key, null));
    this.#store = storeOf(db, this.desktop);
    if (this.isFull) this.disk.fill(true);
    return this.#store;
  }

  /** One question over the line that is no connection; null where nobody answers. */
  async #ask<T>(process: Process, ask: () => Promise<T | null>): Promise<T | null> {
    const { time } = this.#parts;
    await time.sleep(this.#chance.wait(this.usualMs), process);
    if (this.cutOff) return null;
    const answer = await ask();
    await time.sleep(this.#chance.wait(this.usualMs), process);
    return this.cutOff ? null : answer;
  }

  #connect(process: Process): Connect {
    return (_server, hello, handlers) => {
      const { time, server, trace } = this.#parts;
      const line = new Line({
        time, desk: process, air: this.#air, usualMs: this.usualMs, chance: this.#chance, isMute: () => this.isDoomed,
        server: { greet: async (said, own) => (this.cutOff ? null : server.greet(said, own)) },
        seen: (what, body) => {
          const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 8);
          trace.say(this.name, `${what}${shortly(what, body)} ${digest}`);
        },
      }, hello, handlers);
      this.#line = line;
      if (this.cutOff) line.cut();
      return line;
    };
  }

  #ended(process: Process, refusal: Refusal): void {
    this.#parts.trace.say(this.name, `is ended: ${refusal.code}`);
    this.endedBy = refusal.code;
    if (BARRED.has(refusal.code)) this.#session?.forgetCustomers();
    this.stop(process);
    this.#parts.ended(this, refusal);
  }

  // ------------------------------------------------------------ what the person does

  /** What the screen shows; null while nobody is signed in. */
  cases(): CaseState[] | null {
    return this.session?.book.all().map((view) => view.state as CaseState) ?? null;
  }

  async command(params: CommandParams): Promise<{ ok: boolean; code: string | null; id: string | null }> {
    const answer = await this.atScreen(params.kind, (session) => session.command({ passphrase: 'typed', ...params }));
    if (!answer.ok) return { ok: false, code: answer.code, id: null };
    const id = answer.value.commandId;
    if (params.kind === 'write note') this.#notes.set(id, { case: params.case, noteId: (params.body as { noteId: string }).noteId });
    this.wasSaved(id, params.case, params.kind);
    return { ok: true, code: null, id };
  }

  /** The screen said that it is saved. */
  wasSaved(id: string, caseId: string, kind: string): void {
    this.#parts.trace.say(this.name, `saved ${kind} ${id} of ${caseId}`);
    this.#parts.saved({ id, atMs: this.#parts.time.nowMs, machine: this.name, desktop: this.desktop, person: this.person.id, case: caseId, kind });
  }

  /** Whatever people do at this screen, and what it answers them. */
  async atScreen<T>(what: string, does: (session: OpenSession) => DeskReply<T> | Promise<DeskReply<T>>): Promise<{ ok: true; value: T } | { ok: false; code: string }> {
    const session = this.session;
    if (session === null) return { ok: false, code: 'not-signed-in' };
    const { trace } = this.#parts;
    try {
      const answer = await does(session);
      // A machine without power shows nothing any more.
      if (this.isDoomed || this.#session !== session) return { ok: false, code: 'no-power' };
      if (answer.ok) return answer;
      trace.say(this.name, `may not ${what}: ${answer.refusal.code} ${JSON.stringify(answer.refusal.detail ?? {})}`);
      return { ok: false, code: answer.refusal.code };
    } catch (error) {
      // As the door of the desk's process turns a full disk into a refusal.
      const trouble = storeTroubleOf(error);
      if (this.isDoomed || this.#session !== session) return { ok: false, code: 'no-power' };
      if (trouble === null) {
        this.#trouble(`${what} threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        return { ok: false, code: 'threw' };
      }
      trace.say(this.name, `could not save ${what}: ${trouble.refusal.code}`);
      return { ok: false, code: trouble.refusal.code };
    }
  }

  /** SY8: what was saved here is on screen here, before and after the centre has it, unless it says that it is refused or doubtful. */
  checkScreen(): void {
    const { session } = this;
    const store = this.#store;
    if (session === null || store === null) return;
    for (const [id, note] of this.#notes) {
      const view = session.book.view(note.case);
      const row = store.outbox.get(id);
      if (view === null || row === null || row.status === 'refused' || view.marks.some((mark) => mark.command === id && mark.doubtful !== null)) continue;
      if ((view.state as CaseState).notes.some((one) => one.noteId === note.noteId)) continue;
      this.#notes.delete(id);
      this.#trouble(`[SY8] note ${id} was saved here, is ${row.status} and not on screen`);
    }
  }

  async ask(kind: string, body: unknown): Promise<boolean> {
    const session = this.session;
    return session === null ? false : (await session.ask(kind, body)).ok;
  }

  // ------------------------------------------------------------ what may happen to it

  cutLine(): void {
    this.#line?.cut();
  }
  silenceLine(up: boolean, down: boolean): void {
    this.#line?.fallSilent(up, down);
  }
  slowLine(times: number): void {
    this.#line?.slowDown(times);
  }

  fill(full: boolean): void {
    this.isFull = full;
    this.wasFull ||= full;
    if (this.#session !== null) this.disk.fill(full);
  }

  failAfter(commits: number, torn: number): void {
    if (this.#session === null) return;
    this.disk.failAfter(commits, torn, (image) => {
      this.#parts.trace.say(this.name, `power fails at a commit${torn > 0 ? ', within it' : ''}`);
      this.#losesPower(image);
    });
  }

  #losesPower(image: Image): void {
    this.#parts.spool.powerFails();
    this.#doomed = image;
    const guest = this.#guest;
    if (guest !== null) guest.#doomed ??= guest.disk.image();
  }

  failNow(): void {
    if (this.#session === null || this.isDoomed) return;
    this.#parts.trace.say(this.name, 'power fails');
    this.#losesPower(this.disk.image());
  }

  /** @returns whether it died; then its disk is what is left */
  bury(): boolean {
    if (this.#doomed === null || this.#isGuest) return false;
    const image = this.#doomed;
    if (this.#guest !== null) this.#guest.#isBuried();
    this.#guest = null;
    const process = this.#process;
    if (process !== null) process.alive = false;
    this.#line?.deskDied(this.#chance.often(0.5));
    this.#line = null;
    this.#session = null;
    this.#store = null;
    this.#process = null;
    this.disk.becomes(image);
    this.#parts.spool.becomesWhatWasLeft();
    this.#doomed = null;
    // It never reached the disk that they are out: they hear it when they sign in again.
    if (this.endedBy === 'person-disabled') this.endedBy = null;
    return true;
  }

  #isBuried(): void {
    if (this.#doomed !== null) this.disk.becomes(this.#doomed);
    this.#doomed = null;
    this.#store = null;
    this.#isGuest = false;
  }

  // ------------------------------------------------------------ as the second of two at one screen

  /**
   * This profile is opened at the screen of a colleague who works at this workstation.
   * @param fuse where the power will fail at a commit of this very file, as `failAfter` has it
   * @returns null where its own desktop is open, it lost its power, or nobody has ever signed in to it
   */
  lend(host: DesktopMachine, fuse: { commits: number; torn: number } | null): { store: Store; takeBack(): void } | null {
    if (this.#process !== null || this.#isGuest || this.isDoomed || host.#guest !== null || !existsSync(this.disk.file)) return null;
    const store = this.#openStore();
    const takeBack = (): void => {
      if (host.#guest !== this || this.isDoomed) return;
      host.#guest = null;
      this.#isGuest = false;
      this.#store = null;
      store.close();
      this.disk.closed();
    };
    host.#guest = this;
    this.#isGuest = true;
    if (store.meta.get('person') === null) {
      takeBack();
      return null;
    }
    if (host.isFull) this.disk.fill(true);
    if (fuse !== null) {
      this.disk.failAfter(fuse.commits, fuse.torn, (image) => {
        this.#doomed = image;
        host.failNow();
      });
    }
    return { store, takeBack };
  }

  /** Signed out, or the program ended in good order. */
  stop(process: Process | null = this.#process): void {
    if (process === null || process !== this.#process) return;
    this.#session?.stop();
    if (this.#session === null) this.#store?.close();
    process.alive = false;
    this.#session = null;
    this.#store = null;
    this.#process = null;
    this.#line = null;
    if (!this.isDoomed) this.#parts.spool.close();
    this.disk.closed();
  }

  /** A copy of the disk as it is, for another machine (SY2, forked). */
  copyDisk(): Image | null {
    return this.#session === null || this.isDoomed ? null : this.disk.image();
  }
}

function shortly(what: string, body: unknown): string {
  const held = body as { commands?: { id: string; number: number; kind: string }[]; results?: { id: string; status: string }[]; feed?: { items: unknown[] }; items?: unknown[]; kind?: string; topic?: string; status?: string };
  if (held === null || typeof held !== 'object') return '';
  if (held.commands !== undefined) return ` ${held.commands.map(({ id, number, kind }) => `${kind}#${number} ${id}`).join(', ')}`;
  if (held.results !== undefined) return ` ${held.results.map(({ id, status }) => `${status} ${id}`).join(', ')}`;
  if (held.feed !== undefined) return ` ${held.feed.items.length} items`;
  if (held.items !== undefined) return ` ${held.items.length} items`;
  return what.startsWith('> ask') ? ` ${held.kind ?? ''}` : ` ${held.topic ?? held.status ?? ''}`;
}

