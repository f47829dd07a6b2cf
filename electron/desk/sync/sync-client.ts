import type { Connection, SetAsideStream } from '#shared/protocol/sync-view.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { AskAnswer, LiveMessage } from '#shared/protocol/wire.ts';
import type { CaseLogic } from '../case-logic.ts';
import type { Environment } from '../environment.ts';
import type { Store } from '../store/store.ts';
import type { CorrectedClock } from './corrected-clock.ts';
import { FeedReader } from './feed-reader.ts';
import { Intake } from './intake.ts';
import { Line } from './line.ts';
import { LinkLost, type Connect } from './link.ts';
import { enterNewEpoch } from './new-epoch.ts';
import { Pusher } from './pusher.ts';
import { SetAside } from './set-aside.ts';
import { startOver } from './take-feed.ts';
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
  /** The connection changed. */
  status(): void;
  /** Counts and progress changed; many times a second while much is on its way. */
  progress?(): void;
  live(message: LiveMessage): void;
  /** What the server has to have before any command (a key that signed some of them); null where there is nothing. */
  beforePush(): Promise<void> | null;
  /** Each time that the connection stands and the token was taken. */
  cameUp(): void;
  /** SY9: the server's log is another one than was known. */
  newEpoch?(): void;
  /** The server ends this person's session. */
  ended(refusal: Refusal): void;
  /** Told of what is neither the line's fault nor the disk's. */
  report(error: unknown): void;
};

const WRITE_CONTACT_MS = 15_000;

/**
 * Keeps one person's file and the server in step while a session lasts: the line, what is sent over it and what is read
 * from it. Everything that must survive is in the store before anything here answers.
 */
export class SyncClient {
  readonly #parts: SyncParts;
  readonly #line: Line;
  readonly #feed: FeedReader;
  readonly #pusher: Pusher;
  readonly #setAside: SetAside;
  #lastContactAt: string | null;
  #contactWrittenMs = Number.NEGATIVE_INFINITY;
  /** Versions of live topics count within one connection: a server that restarted counts anew. */
  #liveVersions = new Map<string, number>();

  constructor(parts: SyncParts) {
    this.#parts = parts;
    const { environment, clock, store, logic, changed } = parts;
    const progress = parts.progress ?? parts.status;
    this.#lastContactAt = store.meta.get('lastContactAt');
    this.#setAside = new SetAside(store);
    const token = new TokenKeeper({ environment, clock, token: parts.token, signInAgain: parts.signInAgain, ask: (kind, body) => this.ask(kind, body) });
    const line = new Line({
      store, environment, connect: parts.connect, server: parts.server, workstation: parts.workstation, prove: parts.prove, token,
      up: () => this.#up(),
      down: (why) => this.#pusher.ended(why),
      feed: (message) => this.#takeFeed(message),
      live: (message) => this.#takeLive(message),
      startOver: () => startOver(store),
      status: parts.status, ended: parts.ended, report: parts.report,
    });
    this.#line = line;
    const intake = new Intake(store, environment, () => line.stopped);
    this.#feed = new FeedReader({
      store, intake, logic, clock, changed,
      link: () => line.link,
      heard: () => {
        this.#heard();
        this.#pusher.greeted();
        progress();
      },
      caughtUp: () => {
        line.proven();
        parts.status();
        this.#pusher.pulled();
      },
      newEpoch: () => this.#newEpoch(),
      trouble: (error, link) => line.trouble(error, link),
    });
    this.#pusher = new Pusher({
      store, intake, environment, clock, setAside: this.#setAside, changed, progress, idle: parts.status,
      link: () => line.link,
      stopped: () => line.stopped,
      drop: () => line.drop(null),
      trouble: (error, link) => line.trouble(error, link),
    });
  }

  get connection(): Connection {
    return this.#line.connection;
  }
  get refusal(): Refusal | null {
    return this.#line.refusal;
  }
  /** The line was tried and is not there. */
  get lineIsDown(): boolean {
    return this.#line.isDown;
  }
  /** When the server was last heard, also in an earlier session. */
  get lastContactAt(): string | null {
    return this.#lastContactAt;
  }
  get inFlight(): number {
    return this.#pusher.inFlight;
  }
  get catchingUp(): boolean {
    return this.#line.connection === 'online' && !this.#feed.atEnd;
  }
  /** What is left of the feed, where the server counts it, and how much it was at most in this catching up. */
  get behind(): { left: number; of: number } | null {
    return this.catchingUp ? this.#feed.behind : null;
  }
  get setAside(): readonly SetAsideStream[] {
    return this.#setAside.list();
  }

  start(): void {
    const { meta } = this.#parts.store;
    if (meta.get('cursor') === null && meta.get('sweeping') !== true) startOver(this.#parts.store);
    this.#line.start();
  }

  stop(): void {
    this.#line.stop();
  }

  /** The person asks to try now, or the machine woke. */
  connectNow(): void {
    this.#line.connectNow();
  }

  /** Something new is in the outbox. */
  wake(): void {
    this.#pusher.wake();
  }

  /** The person asks to send again what was set aside. */
  tryAgain(stream: string): void {
    this.#setAside.tryAgain(stream, this.#parts.clock.now());
    this.#pusher.wake();
    this.connectNow();
  }

  async ask(kind: string, body: unknown): Promise<AskAnswer> {
    const { link } = this.#line;
    if (link === null) return { ok: false, refusal: { code: 'offline' } };
    try {
      const answer = AskAnswer.safeParse(await link.request('ask', { id: this.#parts.environment.newId(), kind, body }));
      return answer.success ? answer.data : { ok: false, refusal: { code: 'answer-malformed', detail: { kind } } };
    } catch (error) {
      if (error instanceof LinkLost) return { ok: false, refusal: { code: 'no-answer', detail: { kind } } };
      throw error;
    }
  }

  #up(): void {
    this.#liveVersions = new Map();
    this.#heard();
    // Together: what was captured offline need not wait for eight hours of feed, and the other way round. Where the
    // last connection broke, every other one reads first, so that a push which breaks each line does not stop the feed.
    this.#feed.begin();
    this.#pusher.begin(this.#line.attempt % 2 === 1, this.#parts.beforePush());
    this.#parts.cameUp();
  }

  /** Written now and then only: each write waits for the disk, and a call may be on its way to the screen. */
  #heard(): void {
    const { store, clock } = this.#parts;
    this.#lastContactAt = clock.now();
    if (clock.nowMs() - this.#contactWrittenMs < WRITE_CONTACT_MS && clock.nowMs() >= this.#contactWrittenMs) return;
    this.#contactWrittenMs = clock.nowMs();
    store.meta.set('lastContactAt', this.#lastContactAt);
  }

  #takeFeed(message: unknown): void {
    if (!this.#feed.takeLive(message)) this.#line.drop({ code: 'feed-malformed' });
  }

  /** SY9. Numbers start anew, so the server is greeted anew; the pull goes on there. */
  #newEpoch(): void {
    const { store, clock } = this.#parts;
    enterNewEpoch(store, clock.nowMs());
    // Another log, perhaps another server: what the old one could not take this one may.
    this.#setAside.tryAgain(null, clock.now());
    this.#parts.changed(new Set(store.outbox.openStreams()));
    this.#parts.newEpoch?.();
    this.#line.drop(null);
  }

  #takeLive(message: unknown): void {
    const live = LiveMessage.safeParse(message);
    if (!live.success) return;
    const held = this.#liveVersions.get(live.data.topic);
    if (held !== undefined && live.data.version <= held) return;
    this.#liveVersions.set(live.data.topic, live.data.version);
    this.#parts.live(live.data);
  }
}
