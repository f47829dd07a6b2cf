import type { OuterCommand } from '#shared/protocol/command.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { PushAnswer } from '#shared/protocol/wire.ts';
import type { Environment } from '../environment.ts';
import type { Store } from '../store/store.ts';
import { fillBatch } from './batch.ts';
import type { CorrectedClock } from './corrected-clock.ts';
import type { Intake } from './intake.ts';
import type { Link } from './link.ts';
import { PushWindow } from './push-window.ts';
import type { SetAside } from './set-aside.ts';
import { Suspects, type Break } from './suspects.ts';
import { takeResults } from './take-results.ts';

export type PusherParts = {
  store: Store;
  intake: Intake;
  environment: Pick<Environment, 'now' | 'after'>;
  clock: CorrectedClock;
  setAside: SetAside;
  /** The connection that stands, or null. */
  link(): Link | null;
  stopped(): boolean;
  changed(streams: ReadonlySet<string>): void;
  progress(): void;
  /** Nothing is on its way any more. */
  idle(): void;
  /** Ends this connection; the next one starts after the usual wait. */
  drop(): void;
  trouble(error: unknown, link: Link | null): void;
};

type Flight = {
  link: Link;
  streams: readonly string[];
  batch: readonly OuterCommand[];
  bytes: number;
  incarnation: number;
  alone: boolean;
  /** The server has answered; the answer is not on the disk yet. */
  answered: boolean;
};

/** With these the server, or its answer, says that it failed at what it was sent. */
const BROKE_BY_WORD: ReadonlySet<string> = new Set(['server-trouble', 'message-malformed', 'answer-malformed']);

/**
 * Sends what is unsent: several messages on their way at once, each stream in one of them at most, so that the commands
 * of a case arrive in their order (SY2) and cases do not wait for one another. What is on its way is bounded in number,
 * commands and bytes, and shrinks where the server is slow.
 */
export class Pusher {
  readonly #parts: PusherParts;
  readonly #window = new PushWindow();
  readonly #suspects = new Suspects();
  readonly #flights = new Set<Flight>();
  /** Streams with something unsent, in the order to send them; null: to be read from the file. */
  #plan: readonly string[] | null = null;
  /** Something must be done first: the feed is read, a key is kept. */
  #holds = 0;
  #pullFirst = false;
  #greeted = false;
  #cancelRetry: () => void = () => {};

  constructor(parts: PusherParts) {
    this.#parts = parts;
  }

  get inFlight(): number {
    let count = 0;
    for (const flight of this.#flights) count += flight.batch.length;
    return count;
  }

  /**
   * A connection stands.
   * @param first what the server has to have before any command; null where there is nothing
   */
  begin(pullFirst: boolean, first: Promise<void> | null): void {
    this.#flights.clear();
    this.#window.begin();
    this.#plan = null;
    this.#pullFirst = pullFirst;
    this.#greeted = false;
    this.#holds = 0;
    this.#retryInTime();
    if (first === null) return this.pump();
    const link = this.#parts.link();
    this.#holds = 1;
    void first.catch((error: unknown) => this.#parts.trouble(error, link)).finally(() => {
      if (this.#parts.link() !== link || link === null) return;
      this.#holds = 0;
      this.pump();
    });
  }

  /** What is set aside comes due while the connection stands. Looked at anew each time: the clock may have been corrected since. */
  #retryInTime(): void {
    this.#cancelRetry();
    const wait = this.#parts.setAside.nextDueMs(this.#parts.clock.nowMs());
    if (wait === null) return;
    this.#cancelRetry = this.#parts.environment.after(wait, () => {
      this.#retryInTime();
      this.wake();
    });
  }

  /**
   * The centre has answered a pull on this connection, so its log is the one that this desktop's numbers are of. After a
   * restore what is new must not go before what is to be sent again (SY2, SY9): that costs a push one round trip.
   */
  greeted(): void {
    if (this.#greeted) return;
    this.#greeted = true;
    this.pump();
  }

  /** The feed was read to its end. */
  pulled(): void {
    this.#pullFirst = false;
    this.pump();
  }

  /** Something new is in the outbox, or something set aside is to be tried. */
  wake(): void {
    this.#plan = null;
    this.pump();
  }

  /** The connection ended. @param why what the server said, if anything */
  ended(why: Refusal | null): void {
    const flights = [...this.#flights].filter((flight) => !flight.answered);
    this.#flights.clear();
    this.#cancelRetry();
    this.#plan = null;
    const how: Break | null = why === null ? 'silence' : BROKE_BY_WORD.has(why.code) ? 'word' : null;
    if (flights.length === 0 || how === null) return;
    const streams = [...new Set(flights.flatMap((flight) => flight.streams))];
    const [only] = streams;
    // One that was set aside before and was tried again needs no second look.
    const known = streams.length === 1 && only !== undefined && how === 'word' && this.#parts.setAside.list().some((one) => one.stream === only);
    const poison = known ? only : this.#suspects.broke(streams, how, flights[0]?.batch[0]?.id ?? null);
    if (poison !== null && poison !== undefined) this.#parts.setAside.add(poison, why?.code ?? 'no-answer', this.#parts.clock.nowMs());
  }

  /** Sends as much as may be on its way. */
  pump(): void {
    if (this.#holds > 0 || this.#pullFirst || !this.#greeted) return;
    const link = this.#parts.link();
    let sent = false;
    try {
      if (link === null) return;
      while (this.#parts.link() === link && !this.#full()) {
        const flight = this.#next(link);
        if (flight === null) break;
        this.#flights.add(flight);
        sent = true;
        void this.#send(flight);
      }
    } catch (error) {
      this.#parts.trouble(error, link);
    }
    if (sent) this.#parts.progress();
  }

  #full(): boolean {
    let bytes = 0;
    for (const flight of this.#flights) {
      if (flight.alone) return true;
      bytes += flight.bytes;
    }
    return !this.#window.allows(this.#flights.size, bytes);
  }

  #next(link: Link): Flight | null {
    for (const fresh of this.#plan === null ? [true] : this.#flights.size === 0 ? [false, true] : [false]) {
      if (fresh) this.#plan = this.#openStreams();
      const flight = this.#ordinary(link) ?? this.#alone(link);
      if (flight !== null) return flight;
    }
    return null;
  }

  #openStreams(): readonly string[] {
    const now = this.#parts.clock.nowMs();
    const open = this.#parts.store.outbox.openStreams();
    return this.#parts.setAside.list().length === 0 ? open : open.filter((stream) => !this.#parts.setAside.has(stream, now));
  }

  /** Alone and after all others: what may be what breaks the connection. */
  #isLast(stream: string): boolean {
    return this.#suspects.has(stream) || this.#parts.setAside.list().some((one) => one.stream === stream);
  }

  #ordinary(link: Link): Flight | null {
    const plan = this.#plan ?? [];
    const busy = new Set([...this.#flights].flatMap((flight) => flight.streams));
    const free = plan.filter((stream) => !busy.has(stream) && !this.#isLast(stream));
    return free.length === 0 ? null : this.#fill(link, free, this.#window.commands, false);
  }

  #alone(link: Link): Flight | null {
    if (this.#flights.size > 0) return null;
    const open = new Set(this.#plan ?? []);
    const suspects = this.#suspects.list().filter((stream) => open.has(stream));
    const stream = suspects[0] ?? [...open].find((one) => this.#isLast(one));
    if (stream === undefined) return null;
    return this.#fill(link, [stream], this.#suspects.has(stream) && !this.#suspects.brokeAlone(stream) ? this.#window.commands : 1, true);
  }

  #fill(link: Link, from: readonly string[], commands: number, alone: boolean): Flight | null {
    const { store } = this.#parts;
    const incarnation = store.meta.get('incarnation') ?? 1;
    const { batch, bytes, more } = fillBatch(store.outbox, { desktop: store.desktop, incarnation }, { streams: from, commands, bytes: this.#window.bytes });
    const streams = [...new Set(batch.map((outer) => outer.case))];
    const whole = new Set(more === null ? from : from.slice(0, from.indexOf(more)));
    this.#plan = (this.#plan ?? []).filter((stream) => !whole.has(stream));
    return batch.length === 0 ? null : { link, streams, batch, bytes, incarnation, alone, answered: false };
  }

  async #send(flight: Flight): Promise<void> {
    const { store, intake, clock, environment } = this.#parts;
    const began = environment.now();
    try {
      const answer = PushAnswer.parse(await flight.link.request('push', { commands: flight.batch }));
      if (this.#parts.stopped()) return;
      this.#window.answered(environment.now() - began);
      flight.answered = true;
      const { results, taken } = await intake.take(() => {
        // Numbers of a count that is over say nothing of the present one; answers stay what they are.
        const present = flight.incarnation === (store.meta.get('incarnation') ?? 1);
        const counted = present ? answer.results : answer.results.filter(({ status }) => status === 'accepted' || status === 'refused');
        return { results: counted, taken: takeResults(store, flight.batch, counted, clock.now()) };
      });
      this.#flights.delete(flight);
      if (results.length > 0) this.#suspects.passed(flight.streams);
      if (this.#parts.setAside.remove(flight.streams)) this.#parts.setAside.tryAgain(null, clock.now());
      if (results.length < flight.batch.length || taken.renumbered) this.#plan = null;
      this.#parts.changed(taken.touched);
      this.#parts.progress();
      if (this.#parts.link() !== flight.link) return;
      // Forked: the server is greeted with the new incarnation. No progress: not in circles.
      if (!taken.forked && taken.progressed) {
        this.pump();
        return void (this.#flights.size === 0 && this.#parts.idle());
      }
      this.#flights.clear();
      this.#parts.drop();
    } catch (error) {
      this.#parts.trouble(error, flight.link);
      this.#flights.delete(flight);
    }
  }
}
