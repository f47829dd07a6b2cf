import type { Connection } from '#shared/protocol/desk-rpc.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { AskAnswer, LiveMessage, PROTOCOL_VERSION, PushAnswer } from '#shared/protocol/wire.ts';
import type { CaseLogic } from '../case-logic.ts';
import type { Environment } from '../environment.ts';
import { storeTroubleOf } from '../store/store-refusal.ts';
import type { Store } from '../store/store.ts';
import { waitBefore } from './backoff.ts';
import { nextBatch } from './batch.ts';
import type { CorrectedClock } from './corrected-clock.ts';
import { FeedReader } from './feed-reader.ts';
import { LinkLost, type Connect, type Link } from './link.ts';
import { enterNewEpoch } from './new-epoch.ts';
import { startOver } from './take-feed.ts';
import { takeResults } from './take-results.ts';
import { TokenKeeper, type SessionToken, type SignInAgain } from './token-keeper.ts';

export type SyncParts = {
  store: Store;
  environment: Environment;
  clock: CorrectedClock;
  logic: Pick<CaseLogic, 'evolve' | 'parseSnapshot'>;
  connect: Connect;
  server: string;
  /** The id that this machine is enrolled under; null where its key is gone. */
  workstation: string | null;
  /** This machine's signature over the token, or why there is none. */
  prove(token: string): Promise<{ proof: string } | { refusal: Refusal }>;
  token: SessionToken | null;
  signInAgain: SignInAgain;
  /** Cases whose confirmed state or commands changed. */
  changed(streams: ReadonlySet<string>): void;
  /** Connection, counts, clock. */
  status(): void;
  live(message: LiveMessage): void;
  /** What the server has to have before any command (a key that signed some of them); null where there is nothing. */
  beforePush(): Promise<void> | null;
  /** Each time that the connection stands and the token was taken. */
  cameUp(): void;
  /** The server ends this person's session. */
  ended(refusal: Refusal): void;
  /** Told of what is neither the line's fault nor the disk's. */
  report(error: unknown): void;
};

/** Refusals after which this token will never do, and a new one may. */
const TOKEN_REFUSALS: ReadonlySet<string> = new Set(['session-over']);
/** Refusals that end the session: the person is out as soon as the desktop hears them (OF3). */
const ENDING_REFUSALS: ReadonlySet<string> = new Set(['person-disabled', 'revoked', 'workstation-revoked']);
/**
 * Refusals that trying again by itself does not mend, and with a password could make worse; only `connectNow`, a new
 * sign-in or a new program does.
 */
const FINAL_REFUSALS: ReadonlySet<string> = new Set(['protocol-too-old', 'protocol-too-new', 'hello-malformed', 'wrong-password', 'locked-out',
  'passphrase-must-change', 'workstation-not-enrolled', 'workstation-proof', 'workstation-key-lost']);

const WRITE_CONTACT_MS = 15_000;

/**
 * Keeps one person's file and the server in step while a session lasts: one connection at a time, one batch on its
 * way at a time, one pull at a time. Everything that must survive is in the store before anything here answers.
 */
export class SyncClient {
  readonly #parts: SyncParts;
  readonly #token: TokenKeeper;
  readonly #feed: FeedReader;
  #link: Link | null = null;
  #connection: Connection = 'none';
  #refusal: Refusal | null = null;
  #attempt = 0;
  #inFlight = 0;
  #pushing = false;
  #pullFirst = false;
  #pushHeld = false;
  #lastContactAt: string | null;
  #contactWrittenMs = Number.NEGATIVE_INFINITY;
  #stopped = true;
  #cancelRetry: () => void = () => {};
  /** Versions of live topics count within one connection: a server that restarted counts anew. */
  #liveVersions = new Map<string, number>();

  constructor(parts: SyncParts) {
    this.#parts = parts;
    const { environment, clock, token, signInAgain, store, logic, changed } = parts;
    this.#lastContactAt = store.meta.get('lastContactAt');
    this.#token = new TokenKeeper({ environment, clock, token, signInAgain, ask: (kind, body) => this.ask(kind, body) });
    this.#feed = new FeedReader({
      store, logic, clock, changed,
      link: () => (this.#connection === 'online' ? this.#link : null),
      heard: () => {
        this.#heard();
        parts.status();
      },
      caughtUp: () => {
        this.#attempt = 0;
        this.#pullFirst = false;
        parts.status();
        void this.#push();
      },
      newEpoch: () => this.#newEpoch(),
      trouble: (error, link) => this.#trouble(error, link),
    });
  }

  get connection(): Connection {
    return this.#connection;
  }
  get refusal(): Refusal | null {
    return this.#refusal;
  }
  /** The line was tried and is not there. */
  get lineIsDown(): boolean {
    return this.#connection === 'refused' || (this.#connection !== 'online' && this.#attempt > 0);
  }
  /** When the server was last heard, also in an earlier session. */
  get lastContactAt(): string | null {
    return this.#lastContactAt;
  }
  get inFlight(): number {
    return this.#inFlight;
  }
  get catchingUp(): boolean {
    return this.#connection === 'online' && !this.#feed.atEnd;
  }

  start(): void {
    this.#stopped = false;
    if (this.#parts.store.meta.get('cursor') === null && this.#parts.store.meta.get('sweeping') !== true) startOver(this.#parts.store);
    void this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelRetry();
    this.#token.rest();
    this.#link?.close();
    this.#link = null;
    this.#set('none', null);
  }

  /** The person asks to try now. */
  connectNow(): void {
    if (this.#stopped || this.#connection === 'online' || this.#connection === 'connecting') return;
    this.#attempt = 0;
    this.#cancelRetry();
    void this.#connect();
  }

  /** Something new is in the outbox. */
  wake(): void {
    void this.#push();
  }

  async ask(kind: string, body: unknown): Promise<AskAnswer> {
    const link = this.#link;
    if (link === null || this.#connection !== 'online') return { ok: false, refusal: { code: 'offline' } };
    try {
      const answer = AskAnswer.safeParse(await link.request('ask', { id: this.#parts.environment.newId(), kind, body }));
      return answer.success ? answer.data : { ok: false, refusal: { code: 'answer-malformed', detail: { kind } } };
    } catch (error) {
      if (error instanceof LinkLost) return { ok: false, refusal: { code: 'no-answer', detail: { kind } } };
      throw error;
    }
  }

  #set(connection: Connection, refusal: Refusal | null): void {
    this.#connection = connection;
    this.#refusal = refusal;
    this.#parts.status();
  }

  async #connect(): Promise<void> {
    this.#set('connecting', null);
    try {
      const outcome = await this.#token.fresh();
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
    const { store, server, workstation } = this.#parts;
    const proved = await this.#parts.prove(token);
    if (this.#stopped) return;
    if ('refusal' in proved) return this.#refused(proved.refusal);
    if (workstation === null) return this.#refused({ code: 'workstation-key-lost' });
    const hello = {
      protocol: PROTOCOL_VERSION, token, workstation, desktop: store.desktop,
      incarnation: store.meta.get('incarnation') ?? 1, proof: proved.proof,
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
        if (!over) this.#guarded(() => this.#takeFeed(message));
      },
      live: (message) => {
        if (!over) this.#guarded(() => this.#takeLive(message));
      },
    });
    if (!over) this.#link = mine;
  }

  /** What the network starts must not end the desk: a full disk costs this connection, nothing more. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#trouble(error, this.#link);
    }
  }

  #up(): void {
    this.#liveVersions = new Map();
    this.#heard();
    this.#connection = 'online';
    // Together: what was captured offline need not wait for eight hours of feed, and the other way round. Where the
    // last connection broke, every other one reads first, so that a push which breaks each line does not stop the feed.
    this.#pullFirst = this.#attempt % 2 === 1;
    this.#feed.begin();
    this.#pushAfter(this.#parts.beforePush());
    this.#set('online', null);
    this.#token.watch();
    this.#parts.cameUp();
  }

  #down(refusal: Refusal | null): void {
    this.#link = null;
    this.#pushHeld = false;
    this.#inFlight = 0;
    this.#token.rest();
    if (refusal === null) return this.#retryLater(null);
    this.#refused(refusal);
  }

  #refused(refusal: Refusal): void {
    if (TOKEN_REFUSALS.has(refusal.code)) {
      this.#token.forget();
      return this.#retryLater(null);
    }
    if (ENDING_REFUSALS.has(refusal.code)) {
      this.stop();
      return this.#parts.ended(refusal);
    }
    if (FINAL_REFUSALS.has(refusal.code)) return this.#set('refused', refusal);
    if (refusal.code === 'bad-cursor') startOver(this.#parts.store);
    this.#retryLater(refusal);
  }

  #retryLater(refusal: Refusal | null): void {
    this.#set('offline', refusal);
    const wait = waitBefore(this.#attempt, this.#parts.environment.random());
    this.#attempt += 1;
    this.#cancelRetry();
    this.#cancelRetry = this.#parts.environment.after(wait, () => void this.#connect());
  }

  /** Ends this connection; the next one starts after the usual wait. */
  #drop(refusal: Refusal | null): void {
    this.#link?.close();
    this.#down(refusal);
  }

  /** Written now and then only: each write waits for the disk, and a call may be on its way to the screen. */
  #heard(): void {
    const { store, clock } = this.#parts;
    this.#lastContactAt = clock.now();
    if (clock.nowMs() - this.#contactWrittenMs < WRITE_CONTACT_MS && clock.nowMs() >= this.#contactWrittenMs) return;
    this.#contactWrittenMs = clock.nowMs();
    store.meta.set('lastContactAt', this.#lastContactAt);
  }

  // ------------------------------------------------------------ push

  #pushAfter(first: Promise<void> | null): void {
    if (first === null) return void this.#push();
    const link = this.#link;
    this.#pushHeld = true;
    void first.catch((error: unknown) => this.#trouble(error, link)).finally(() => {
      if (this.#link !== link) return;
      this.#pushHeld = false;
      void this.#push();
    });
  }

  async #push(): Promise<void> {
    if (this.#pushing || this.#pullFirst || this.#pushHeld) return;
    this.#pushing = true;
    let link: Link | null = null;
    try {
      while (this.#connection === 'online') {
        const { store } = this.#parts;
        link = this.#link;
        const batch = nextBatch(store.outbox, store.desktop, store.meta.get('incarnation') ?? 1);
        if (link === null || batch.length === 0) return;
        this.#inFlight = batch.length;
        this.#parts.status();
        const answer = PushAnswer.parse(await link.request('push', { commands: batch }));
        if (this.#stopped) return;
        const taken = takeResults(store, batch, answer.results, this.#parts.clock.now());
        this.#inFlight = 0;
        this.#parts.changed(taken.touched);
        this.#parts.status();
        if (this.#link !== link) return;
        if (taken.forked || !taken.progressed) {
          // Forked: the server is greeted with the new incarnation. No progress: not in circles.
          return this.#drop(null);
        }
      }
    } catch (error) {
      this.#trouble(error, link);
    } finally {
      this.#inFlight = 0;
      this.#pushing = false;
    }
    // Whatever was appended between the last look and the end of the loop.
    if (this.#connection === 'online' && this.#parts.store.outbox.unsentCount() > 0) void this.#push();
  }

  // ------------------------------------------------------------ feed, live

  #takeFeed(message: unknown): void {
    if (!this.#feed.takeLive(message)) this.#drop({ code: 'feed-malformed' });
  }

  /** SY9. Numbers start anew, so the server is greeted anew; the pull goes on there. */
  #newEpoch(): void {
    const { store, clock } = this.#parts;
    enterNewEpoch(store, clock.nowMs());
    this.#parts.changed(new Set(store.outbox.openStreams()));
    this.#drop(null);
  }

  #takeLive(message: unknown): void {
    const live = LiveMessage.safeParse(message);
    if (!live.success) return;
    const held = this.#liveVersions.get(live.data.topic);
    if (held !== undefined && live.data.version <= held) return;
    this.#liveVersions.set(live.data.topic, live.data.version);
    this.#parts.live(live.data);
  }

  /**
   * Whatever went wrong: the connection it happened on is dropped and a new one tried; nothing held is lost.
   * @param link a connection that is over already costs the present one nothing
   */
  #trouble(error: unknown, link: Link | null): void {
    if (this.#stopped || (error instanceof LinkLost && link !== this.#link)) return;
    const store = storeTroubleOf(error);
    if (store === null && !(error instanceof LinkLost)) this.#parts.report(error);
    if (this.#connection !== 'online') return;
    this.#drop(store !== null ? store.refusal : error instanceof LinkLost ? null : { code: 'answer-malformed' });
  }
}
