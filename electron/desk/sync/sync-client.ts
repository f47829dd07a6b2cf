import type { Connection } from '#shared/protocol/desk-rpc.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { AskAnswer, Feed, LiveMessage, MAX_PULL, PROTOCOL_VERSION, PullAnswer, PushAnswer } from '#shared/protocol/wire.ts';
import type { CaseLogic } from '../case-logic.ts';
import type { Environment } from '../environment.ts';
import { storeTroubleOf } from '../store/store-refusal.ts';
import type { Store } from '../store/store.ts';
import { waitBefore } from './backoff.ts';
import { nextBatch } from './batch.ts';
import type { CorrectedClock } from './corrected-clock.ts';
import { LinkLost, type Connect, type Link } from './link.ts';
import { enterNewEpoch } from './new-epoch.ts';
import { FeedBroken, startOver, takeFeed } from './take-feed.ts';
import { takeResults } from './take-results.ts';
import { answerOfSignIn, type SessionToken } from './token.ts';

export type SyncParts = {
  store: Store;
  environment: Environment;
  clock: CorrectedClock;
  logic: Pick<CaseLogic, 'evolve' | 'parseSnapshot'>;
  connect: Connect;
  server: string;
  workstation: string;
  token: SessionToken | null;
  /** A new token by the person's passphrase; `null`: the server cannot be reached. */
  signInAgain(): Promise<{ token: SessionToken } | { refusal: Refusal } | null>;
  /** Cases whose confirmed state or commands changed. */
  changed(streams: ReadonlySet<string>): void;
  /** Connection, counts, clock. */
  status(): void;
  live(message: LiveMessage): void;
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
const FINAL_REFUSALS: ReadonlySet<string> = new Set(['protocol-too-old', 'protocol-too-new', 'hello-malformed', 'wrong-password', 'locked-out']);

/** Part of a token's life after which it is renewed. */
const RENEW_AFTER = 0.7;
const RENEW_AGAIN_MS = 15_000;

/**
 * Keeps one person's file and the server in step while a session lasts: one connection at a time, one batch on its
 * way at a time, one pull at a time. Everything that must survive is in the store before anything here answers.
 */
export class SyncClient {
  readonly #parts: SyncParts;
  #link: Link | null = null;
  #token: SessionToken | null;
  #connection: Connection = 'none';
  #refusal: Refusal | null = null;
  #attempt = 0;
  #inFlight = 0;
  #pushing = false;
  #pulling = false;
  #pullAgain = false;
  #caughtUp = false;
  #stopped = true;
  #cancelRetry: () => void = () => {};
  #cancelRenewal: () => void = () => {};
  /** Versions of live topics count within one connection: a server that restarted counts anew. */
  #liveVersions = new Map<string, number>();

  constructor(parts: SyncParts) {
    this.#parts = parts;
    this.#token = parts.token;
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
  get inFlight(): number {
    return this.#inFlight;
  }
  get catchingUp(): boolean {
    return this.#connection === 'online' && !this.#caughtUp;
  }

  start(): void {
    this.#stopped = false;
    if (this.#parts.store.meta.get('cursor') === null && this.#parts.store.meta.get('sweeping') !== true) startOver(this.#parts.store);
    void this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelRetry();
    this.#cancelRenewal();
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
      const token = await this.#freshToken();
      if (token !== null && !this.#stopped) this.#openLink(token.token);
    } catch (error) {
      this.#retryLater(storeTroubleOf(error)?.refusal ?? null);
      if (storeTroubleOf(error) === null) this.#parts.report(error);
    }
  }

  /** @returns null where there is none to be had now; what follows is planned already */
  async #freshToken(): Promise<SessionToken | null> {
    if (this.#token !== null && this.#parts.clock.now() < this.#token.expiresAt) return this.#token;
    const outcome = await this.#parts.signInAgain();
    if (this.#stopped) return null;
    if (outcome === null) this.#retryLater(null);
    else if ('refusal' in outcome) this.#refused(outcome.refusal);
    else this.#token = outcome.token;
    return outcome !== null && 'token' in outcome ? outcome.token : null;
  }

  #openLink(token: string): void {
    const { store, server, workstation } = this.#parts;
    const hello = {
      protocol: PROTOCOL_VERSION, token, workstation, desktop: store.desktop,
      incarnation: store.meta.get('incarnation') ?? 1,
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
        if (!over) this.#guarded(() => this.#takeLiveFeed(message));
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
      this.#trouble(error);
    }
  }

  #up(): void {
    this.#liveVersions = new Map();
    this.#caughtUp = false;
    this.#heard();
    this.#set('online', null);
    this.#planRenewal();
    this.#parts.cameUp();
    // Together: what was captured offline need not wait for eight hours of feed, and the other way round.
    void this.#pull();
    void this.#push();
  }

  #down(refusal: Refusal | null): void {
    this.#link = null;
    this.#inFlight = 0;
    this.#cancelRenewal();
    if (refusal === null) return this.#retryLater(null);
    this.#refused(refusal);
  }

  #refused(refusal: Refusal): void {
    if (TOKEN_REFUSALS.has(refusal.code)) {
      this.#token = null;
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

  #heard(): void {
    this.#parts.store.meta.set('lastContactAt', this.#parts.clock.now());
  }

  // ------------------------------------------------------------ push

  async #push(): Promise<void> {
    if (this.#pushing) return;
    this.#pushing = true;
    try {
      while (this.#connection === 'online') {
        const { store } = this.#parts;
        const link = this.#link;
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
      this.#trouble(error);
    } finally {
      this.#inFlight = 0;
      this.#pushing = false;
    }
    // Whatever was appended between the last look and the end of the loop.
    if (this.#connection === 'online' && this.#parts.store.outbox.unsentCount() > 0) void this.#push();
  }

  // ------------------------------------------------------------ pull

  async #pull(): Promise<void> {
    if (this.#pulling) {
      this.#pullAgain = true;
      return;
    }
    this.#pulling = true;
    let broken = 0;
    try {
      for (;;) {
        this.#pullAgain = false;
        const { store, logic, clock } = this.#parts;
        const link = this.#link;
        if (link === null || this.#connection !== 'online') return;
        const cursor = store.meta.get('cursor');
        const answer = PullAnswer.parse(await link.request('pull', { cursor, limit: MAX_PULL }));
        if (this.#stopped || this.#link !== link) return;
        if (answer.status === 'new-epoch') return this.#newEpoch();
        if (answer.feed.from !== cursor) throw new FeedBroken('pull from another cursor');
        try {
          const touched = takeFeed(store, logic, answer.feed, !answer.more, clock.now());
          this.#parts.changed(touched);
        } catch (error) {
          if (!(error instanceof FeedBroken) || broken > 0) throw error;
          broken += 1;
          startOver(store);
          continue;
        }
        this.#heard();
        if (answer.more || this.#pullAgain) continue;
        this.#caughtUp = true;
        this.#attempt = 0;
        this.#parts.status();
        return;
      }
    } catch (error) {
      this.#trouble(error);
    } finally {
      this.#pulling = false;
    }
  }

  /** A stretch that the server sends by itself: applied where it joins on, otherwise the desktop pulls (SY5). */
  #takeLiveFeed(message: unknown): void {
    const feed = Feed.safeParse(message);
    if (!feed.success) return this.#drop({ code: 'feed-malformed' });
    const { store, logic, clock } = this.#parts;
    const cursor = store.meta.get('cursor');
    if (feed.data.to === cursor) return;
    if (this.#pulling || !this.#caughtUp || feed.data.from !== cursor) return void this.#pull();
    try {
      const touched = takeFeed(store, logic, feed.data, false, clock.now());
      this.#heard();
      this.#parts.changed(touched);
      this.#parts.status();
    } catch (error) {
      if (error instanceof FeedBroken) {
        startOver(store);
        return void this.#pull();
      }
      this.#trouble(error);
    }
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

  /** Whatever went wrong in a loop: the connection is dropped and tried again; nothing held is lost. */
  #trouble(error: unknown): void {
    if (this.#stopped || error instanceof LinkLost) {
      if (!this.#stopped && this.#connection === 'online') this.#drop(null);
      return;
    }
    const store = storeTroubleOf(error);
    if (store !== null) return this.#drop(store.refusal);
    this.#parts.report(error);
    if (this.#connection === 'online') this.#drop({ code: 'answer-malformed' });
  }

  // ------------------------------------------------------------ token

  #planRenewal(): void {
    this.#cancelRenewal();
    if (this.#token === null) return;
    const left = Date.parse(this.#token.expiresAt) - this.#parts.clock.nowMs();
    this.#cancelRenewal = this.#parts.environment.after(Math.max(1000, left * RENEW_AFTER), () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const answer = await this.ask('renew', {});
    if (this.#stopped || this.#connection !== 'online') return;
    const token = answer.ok ? answerOfSignIn(answer.value) : null;
    if (token !== null) {
      this.#token = token;
      return this.#planRenewal();
    }
    this.#cancelRenewal = this.#parts.environment.after(RENEW_AGAIN_MS, () => void this.#renew());
  }
}
