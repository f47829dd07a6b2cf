/** A workstation with one person's profile on it: its disk, and on it one session after another, as the power lets it. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Person } from '#shared/people/person.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { Environment } from '../../../electron/desk/environment.ts';
import { domainLogic } from '../../../electron/desk/domain-logic.ts';
import { Publisher } from '../../../electron/desk/rpc/publisher.ts';
import { OpenSession } from '../../../electron/desk/session/open-session.ts';
import { BARRED } from '../../../electron/desk/session/shut-out.ts';
import type { SignedInHere } from '../../../electron/desk/session/sign-in.ts';
import type { SecondPerson } from '../../../electron/desk/signing/second-person.ts';
import { openDatabase } from '../../../electron/desk/store/database.ts';
import { storeOf, type Store } from '../../../electron/desk/store/store.ts';
import { storeTroubleOf } from '../../../electron/desk/store/store-refusal.ts';
import { SERVER, type Machine } from './cast.ts';
import type { Chance } from './chance.ts';
import { Disk, type Image } from './disk.ts';
import { idsOf } from './ids.ts';
import { Screen } from './screen.ts';
import type { ServerMachine } from './server-machine.ts';
import { signInHere } from './sign-in-here.ts';
import type { SpoolHome } from './spool-home.ts';
import type { Trace } from './trace.ts';
import type { Process, VirtualTime } from './virtual-time.ts';
import { Way } from './way.ts';

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
  readonly way: Way;
  readonly screen: Screen;
  readonly #parts: DesktopParts;
  readonly #chance: Chance;
  readonly #newId: () => string;
  readonly #outside: Process = { name: 'outside', alive: true };
  #process: Process | null = null;
  #session: OpenSession | null = null;
  #store: Store | null = null;
  #doomed: Image | null = null;
  #starts = 0;
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

  constructor(root: string, name: string, who: { person: Person; desktop: string; machine: Machine }, parts: DesktopParts) {
    this.name = name;
    ({ person: this.person, desktop: this.desktop, machine: this.machine } = who);
    this.disk = new Disk(join(root, name), 'desk.db');
    this.key = createHash('sha256').update(`key of ${this.desktop}`).digest();
    this.#parts = parts;
    this.madeAtMs = parts.time.nowMs;
    this.#chance = parts.chance.of(name);
    this.way = new Way({ ...parts, name, chance: this.#chance, isMute: () => this.isDoomed });
    this.screen = new Screen(this, parts);
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
        this.#parts.time.after(20_000, this.#outside, () => this.start());
        return;
      }
      if (process.alive) this.trouble(`did not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    });
  }

  trouble(what: string): void {
    this.#parts.trace.say(this.name, `TROUBLE ${what}`);
    this.troubles.push(`${this.name}: ${what}`);
  }

  async #signIn(process: Process): Promise<void> {
    const { time, trace } = this.#parts;
    const environment = {
      now: () => this.nowMs,
      newId: this.#newId,
      random: () => this.#chance.next(),
      after: (ms: number, run: () => void) => time.after(ms, process, run),
    };
    const came = await signInHere(this, process, environment, this.#parts);
    if (came === null) return;
    if (came === 'never been here') {
      // The first sign-in needs the server.
      this.stop(process);
      time.after(10_000, this.#outside, () => this.start());
      return;
    }
    if ('refusal' in came) return this.#ended(process, came.refusal);
    const session = this.#openSession(process, came, environment);
    this.#session = session;
    trace.say(process.name, `signed in ${came.checkedBy === 'this-machine' ? 'by its own file' : 'at the server'}, ${came.store.outbox.unsentCount()} unsent`);
    session.start();
  }

  #openSession(process: Process, signedIn: SignedInHere, environment: Environment): OpenSession {
    const { server, trace, spool } = this.#parts;
    const nothing = { session: () => null, sync: () => null, rules: () => null, live: () => null, caseIds: () => [], caseView: () => null };
    return new OpenSession({
      signedIn, server: SERVER, workstation: this.machine.name, environment, logic: domainLogic,
      connect: this.way.connect(process),
      publisher: new Publisher(nothing),
      spool: spool.open(),
      openSecond: ({ account }) => this.#parts.openSecond(this, account),
      postSpool: async (_server, request) => {
        trace.say(this.name, `> spool ${request.rows.length} rows`);
        return this.isDoomed ? null : this.way.ask(process, () => server.takeSpool(request));
      },
      signInAgain: async () => {
        const again = await this.way.ask(process, () => server.signIn(this.person.id, this.desktop, this.machine.id));
        return again === null || 'refusal' in again ? again : { token: { token: again.token, expiresAt: again.expiresAt } };
      },
      ended: (refusal) => this.#ended(process, refusal),
      report: (error) => {
        if (process.alive && !this.isDoomed) this.trouble(`reported: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      },
    });
  }

  /** Its file, followed by what may happen to its disk. */
  openStore(): Store {
    const db = this.disk.follow(openDatabase(this.disk.file, this.key, null));
    this.#store = storeOf(db, this.desktop);
    if (this.isFull) this.disk.fill(true);
    return this.#store;
  }

  #ended(process: Process, refusal: Refusal): void {
    this.#parts.trace.say(this.name, `is ended: ${refusal.code}`);
    this.endedBy = refusal.code;
    if (BARRED.has(refusal.code)) this.#session?.forgetCustomers();
    this.stop(process);
    this.#parts.ended(this, refusal);
  }

  // ------------------------------------------------------------ what may happen to it

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
    this.way.deskDied();
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
    const store = this.openStore();
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
    this.way.deskStopped();
    if (!this.isDoomed) this.#parts.spool.close();
    this.disk.closed();
  }

  /** A copy of the disk as it is, for another machine (SY2, forked). */
  copyDisk(): Image | null {
    return this.#session === null || this.isDoomed ? null : this.disk.image();
  }
}
