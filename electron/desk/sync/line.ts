import { z } from 'zod';
import type { Connection } from '#shared/protocol/sync-view.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import type { Environment } from '../environment.ts';
import { storeTroubleOf } from '../store/store-refusal.ts';
import type { Store } from '../store/store.ts';
import { waitBefore } from './backoff.ts';
import { LinkLost, type Connect, type Link } from './link.ts';
import type { TokenKeeper } from './token-keeper.ts';
import { SleepWatch } from './sleep-watch.ts';

export type LineParts = {
  store: Pick<Store, 'meta' | 'desktop' | 'outbox'>;
  environment: Environment;
  connect: Connect;
  server: string;
  /** The id that this machine is enrolled under; null where its key is gone. */
  workstation: string | null;
  /** This machine's signature over the token, or why there is none. */
  prove(token: string): Promise<{ proof: string } | { refusal: Refusal }>;
  token: TokenKeeper;
  up(): void;
  /** It ended, or never came about. @param why what the server said, if anything */
  down(why: Refusal | null): void;
  feed(message: unknown): void;
  live(message: unknown): void;
  /** The server does not know this cursor. */
  startOver(): void;
  status(): void;
  /** The server ends this person's session. */
  ended(refusal: Refusal): void;
  report(error: unknown): void;
};

/** Refusals after which this token will never do, and a new one may. */
const TOKEN_REFUSALS: ReadonlySet<string> = new Set(['session-over']);
/** Refusals that end the session: the person is out as soon as the desktop hears them (OF3). */
const ENDING_REFUSALS: ReadonlySet<string> = new Set(['person-disabled', 'revoked', 'workstation-revoked', 'sign-on-ended', 'session-ended']);
/**
 * Refusals that trying again by itself does not mend, and with a password could make worse; only `connectNow`, a new
 * sign-in or a new program does.
 */
const FINAL_REFUSALS: ReadonlySet<string> = new Set(['protocol-too-old', 'hello-malformed', 'wrong-password', 'locked-out',
  'passphrase-must-change', 'workstation-proof', 'workstation-key-lost',
  'sign-on-needed', 'sign-on-over', 'sign-in-over']);
/**
 * What is mended at the centre, by somebody else and in their own time (a restored centre has lost an enrolment, and gets it back):
 * looked at now and then, and shown as refused meanwhile.
 */
const MENDED_THERE: ReadonlySet<string> = new Set(['workstation-not-enrolled']);
const LOOK_AGAIN_MS = 60_000;

/** A carrier that neither stands nor fails within this time is given up. */
const CONNECT_MS = 20_000;
/** Refusals that say when to come again. */
const TELLS_WHEN: ReadonlySet<string> = new Set(['busy', 'too-frequent', 'too-many-desktops']);
const When = z.looseObject({ retryAfterMs: z.number().min(0).max(600_000) });

/**
 * The connection to the server: one at a time, a new one after every end, each attempt later than the one before and
 * spread by chance; at once where the person asks or the machine wakes. Nothing here knows of commands or cases.
 */
export class Line {
  readonly #parts: LineParts;
  readonly #sleep: SleepWatch;
  #link: Link | null = null;
  #connection: Connection = 'none';
  #refusal: Refusal | null = null;
  #attempt = 0;
  #stopped = true;
  #cancelRetry: () => void = () => {};
  #cancelGiveUp: () => void = () => {};

  constructor(parts: LineParts) {
    this.#parts = parts;
    this.#sleep = new SleepWatch(parts.environment, () => this.#awake());
  }

  get connection(): Connection {
    return this.#connection;
  }
  get refusal(): Refusal | null {
    return this.#refusal;
  }
  get stopped(): boolean {
    return this.#stopped;
  }
  /** The connection that stands, or null. */
  get link(): Link | null {
    return this.#connection === 'online' ? this.#link : null;
  }
  /** How many times in a row it broke before the feed was read to its end. */
  get attempt(): number {
    return this.#attempt;
  }
  /** The line was tried and is not there. */
  get isDown(): boolean {
    return this.#connection === 'refused' || (this.#connection !== 'online' && this.#attempt > 0);
  }

  /** It has proved itself: the next end is waited for as the first. */
  proven(): void {
    this.#attempt = 0;
  }

  start(): void {
    this.#stopped = false;
    this.#sleep.start();
    void this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#sleep.stop();
    this.#cancelRetry();
    this.#cancelGiveUp();
    this.#parts.token.rest();
    this.#link?.close();
    this.#link = null;
    this.#set('none', null);
  }

  connectNow(): void {
    if (this.#stopped || this.#connection === 'online' || this.#connection === 'connecting') return;
    this.#attempt = 0;
    this.#cancelRetry();
    void this.#connect();
  }

  /** After a sleep nothing is known of the connection, and nobody waits out a time that began before it. */
  #awake(): void {
    if (this.#stopped || this.#connection === 'refused') return;
    if (this.#link !== null) {
      this.#link.close();
      this.#lost({ code: 'slept' });
      this.#set('offline', null);
    }
    if (this.#connection === 'connecting') return;
    this.connectNow();
  }

  /** Ends this connection; the next one starts after the usual wait. */
  drop(refusal: Refusal | null): void {
    this.#link?.close();
    this.#down(refusal);
  }

  /**
   * Whatever went wrong: the connection it happened on is dropped and a new one tried; nothing held is lost.
   * @param link a connection that is over already costs the present one nothing
   */
  trouble(error: unknown, link: Link | null): void {
    if (this.#stopped || (error instanceof LinkLost && link !== this.#link)) return;
    const store = storeTroubleOf(error);
    if (store === null && !(error instanceof LinkLost)) this.#parts.report(error);
    if (this.#connection !== 'online') return;
    this.drop(store !== null ? store.refusal : error instanceof LinkLost ? null : { code: 'answer-malformed' });
  }

  #set(connection: Connection, refusal: Refusal | null): void {
    this.#connection = connection;
    this.#refusal = refusal;
    this.#parts.status();
  }

  async #connect(): Promise<void> {
    this.#set('connecting', null);
    try {
      const outcome = await this.#parts.token.fresh();
      if (this.#stopped) return;
      if (outcome === null) this.#retryLater(null);
      else if ('refusal' in outcome) this.#refused(outcome.refusal);
      else await this.#openLink(outcome.token.token);
    } catch (error) {
      // The session may have ended, and the file with it, while the answer was on its way.
      if (this.#stopped) return;
      const store = storeTroubleOf(error);
      if (store === null) this.#parts.report(error);
      this.#retryLater(store?.refusal ?? null);
    }
  }

  async #openLink(token: string): Promise<void> {
    const { store, server, workstation, environment } = this.#parts;
    const proved = await this.#parts.prove(token);
    if (this.#stopped) return;
    if ('refusal' in proved) return this.#refused(proved.refusal);
    if (workstation === null) return this.#refused({ code: 'workstation-key-lost' });
    const hello = {
      protocol: PROTOCOL_VERSION, token, workstation, desktop: store.desktop,
      incarnation: store.meta.get('incarnation') ?? 1, proof: proved.proof, urgent: store.outbox.urgentUnsent(),
    };
    // A link made here may tell of its end before `connect` returns, so its own variable is set first.
    let mine: Link | null = null;
    let over = false;
    mine = this.#parts.connect(server, hello, {
      up: () => {
        if (!over && !this.#stopped) this.#guarded(() => this.#up());
      },
      down: (refusal) => {
        over = true;
        if (this.#stopped || (mine !== null && this.#link !== mine)) return;
        this.#guarded(() => this.#down(refusal));
      },
      feed: (message) => {
        if (!over && this.#link === mine) this.#guarded(() => this.#parts.feed(message));
      },
      live: (message) => {
        if (!over && this.#link === mine) this.#guarded(() => this.#parts.live(message));
      },
    });
    if (over) return;
    this.#link = mine;
    // Half-open already while it is made: neither up nor down is ever told.
    if (this.#connection === 'connecting') this.#cancelGiveUp = environment.after(CONNECT_MS, () => this.drop(null));
  }

  /** What the network starts must not end the desk: a full disk costs this connection, nothing more. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.trouble(error, this.#link);
    }
  }

  #up(): void {
    this.#cancelGiveUp();
    this.#set('online', null);
    this.#parts.token.watch();
    this.#parts.up();
  }

  #lost(why: Refusal | null): void {
    this.#link = null;
    this.#cancelGiveUp();
    this.#parts.token.rest();
    this.#parts.down(why);
  }

  #down(refusal: Refusal | null): void {
    this.#lost(refusal);
    if (refusal === null) return this.#retryLater(null);
    this.#refused(refusal);
  }

  #refused(refusal: Refusal): void {
    if (TOKEN_REFUSALS.has(refusal.code)) {
      this.#parts.token.forget();
      return this.#retryLater(null);
    }
    if (ENDING_REFUSALS.has(refusal.code)) {
      this.stop();
      return this.#parts.ended(refusal);
    }
    // What this session was given is spent; whatever is typed again is sent, and not that.
    if (refusal.code === 'sign-in-over') this.#parts.token.forget();
    if (FINAL_REFUSALS.has(refusal.code)) return this.#set('refused', refusal);
    if (MENDED_THERE.has(refusal.code)) return this.#lookAgain(refusal);
    if (refusal.code === 'bad-cursor') this.#parts.startOver();
    this.#retryLater(refusal);
  }

  #lookAgain(refusal: Refusal): void {
    this.#set('refused', refusal);
    this.#again(Math.round(LOOK_AGAIN_MS * (1 + this.#parts.environment.random())));
  }

  #again(waitMs: number): void {
    this.#cancelRetry();
    this.#cancelRetry = this.#parts.environment.after(waitMs, () => void this.#connect());
  }

  /** A server that lets thousands in one after another says when to come again: never sooner than that. */
  #retryLater(refusal: Refusal | null): void {
    this.#set('offline', refusal);
    const chance = this.#parts.environment.random();
    const told = refusal !== null && TELLS_WHEN.has(refusal.code) ? When.safeParse(refusal.detail) : null;
    // Not one of many failures: it is there, and the turn comes.
    const wait = told?.success === true ? Math.round(told.data.retryAfterMs * (1 + chance / 2)) : waitBefore(this.#attempt, chance);
    this.#attempt += 1;
    this.#again(wait);
  }
}
