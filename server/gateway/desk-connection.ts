/**
 * One desktop's connection, whatever carries it: what the desktop may say, and what it is told. Socket.IO is one carrier
 * (`gateway.ts`); the simulation of tests/chaos is another. No clock, chance or timer of its own.
 */
import type { CommandResult } from '#shared/protocol/command.ts';
import { CaseId } from '#shared/protocol/ids.ts';
import { mayDo } from '#shared/people/may.ts';
import type { Person } from '#shared/people/person.ts';
import { isAskKind } from '#shared/protocol/asks.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { AskRequest, PullRequest, PushRequest, SOCKET, type Feed, type LiveMessage } from '#shared/protocol/wire.ts';
import type { DoorBook } from '../audit/door-book.ts';
import { ShutOut } from '../cases/command-service.ts';
import { takeRun } from '../cases/take-run.ts';
import type { Centre } from '../centre.ts';
import { decodeCursor } from '../log/cursor.ts';
import type { FeedRow } from '../log/feed-source.ts';
import type { CaseFeed } from '../log/feed.ts';
import { MAX_WAITING_BYTES } from '../protection/limits.ts';
import type { Admission } from './admission.ts';
import type { SessionOf } from '../people/tokens.ts';
import { answerAsk, type makeAskers } from './asks.ts';
import { DeskFeed } from './desk-feed.ts';
import type { RateLimit } from './rate-limit.ts';
import { tongueOf, type Tongue } from './speaks-one.ts';

export type Seat = { person: Person; desktop: string; workstation: string; /** What this desktop speaks (SY7). */ protocol: number; /** Urgent work waited at this desktop when it came (OF4). */ urgent: boolean; /** The centre's version when the session was given. */ centre: number; session?: SessionOf | undefined; rate: RateLimit };

/** When to come again after a flood from one connection. */
const ONE_CONNECTION_MS = 5_000;

export type FromDesktop = 'push' | 'pull' | 'ask';
export type ToDesktop = { feed: Feed; live: LiveMessage; goodbye: { refusal: Refusal } };

/** What carries messages to one desktop, in the order they were sent; what is sent after its end is lost. */
export type Wire = {
  send<K extends keyof ToDesktop>(name: K, message: ToDesktop[K]): void;
  connected(): boolean;
  /** Bytes that were sent and have not left this machine; absent where nothing waits. */
  waiting?(): number;
  /** Resolves when the desktop has read most of what it was sent, or is gone; absent where nothing waits. */
  room?(): Promise<void>;
  close(): void;
};

export type ConnectionParts = {
  centre: Centre;
  feed: CaseFeed;
  /** PR5, PR8, TP7: who came, what was refused, and whose customers were shown. */
  book: DoorBook;
  /** Why this seat's person or machine is out, or null. */
  gone(seat: Seat): string | null;
  /** Null until the switchboard is there. */
  askers(): ReturnType<typeof makeAskers> | null;
  admission: Pick<Admission, 'inTurn'>;
  /** One more message of this seat; after how many milliseconds to come again, or 0. Absent: only the connection is bounded. */
  message?: (seat: Seat) => number;
  answered: (results: readonly CommandResult[]) => void;
};

/** From nothing, or on the way through a start. */
function isStart(since: string | null): boolean {
  if (since === null) return true;
  const known = decodeCursor(since);
  return known.ok && known.cursor.start !== undefined;
}

export class DeskConnection {
  readonly seat: Seat;
  readonly #parts: ConnectionParts;
  readonly #wire: Wire;
  readonly #tongue: Tongue;
  /** Pages that are asked for, one after another. */
  #pulling: Promise<unknown> = Promise.resolve();
  /** Dismissed: what it sent before it heard so is not served any more. */
  #over = false;
  readonly #live: DeskFeed;

  constructor(parts: ConnectionParts, seat: Seat, wire: Wire) {
    this.#parts = parts;
    this.seat = seat;
    this.#wire = wire;
    this.#tongue = tongueOf(seat.protocol);
    this.#live = new DeskFeed({
      feed: parts.feed, person: seat.person.id,
      connected: () => wire.connected(), waiting: () => wire.waiting?.() ?? 0, room: async () => wire.room?.(),
      stillIn: () => {
        const gone = parts.gone(seat);
        if (gone !== null) this.dismiss(gone);
        return gone === null;
      },
      showing: (feed) => parts.book.showing(seat, feed),
      send: (feed) => this.send(SOCKET.feed, feed),
      // A disk that cannot be read ends no server (RB1).
      failed: (error) => parts.centre.logger.error({ person: seat.person.id, error: error instanceof Error ? error.message : 'unknown' }, 'feed was not sent; the desktop will pull'),
    });
  }

  /** Whatever this desktop is told by itself goes through here, in the version that it speaks. */
  send<K extends keyof ToDesktop>(name: K, message: ToDesktop[K]): void {
    const told = name === SOCKET.live ? this.#tongue.live(message as LiveMessage) : name === SOCKET.feed ? this.#tongue.feed(message as Feed) : message;
    if (told === null) return;
    this.#wire.send(name, told as ToDesktop[K]);
    this.cutOffTheSlow();
  }

  /** Whether it was dismissed. */
  get over(): boolean {
    return this.#over;
  }

  /** RB1: who does not read is cut off before it costs the others their memory; it goes on from its cursor when it comes again. */
  cutOffTheSlow(): void {
    if (!this.#over && (this.#wire.waiting?.() ?? 0) > MAX_WAITING_BYTES) this.dismiss('too-slow');
  }

  /**
   * Everything that comes is parsed as unknown; what cannot be parsed closes this one connection and nothing else (RB1).
   * @param acknowledge called at most once, not where the desktop was dismissed; what follows an answer is sent after it
   */
  async said(name: FromDesktop, body: unknown, acknowledge: (answer: unknown) => void): Promise<void> {
    const answer = await this.#answerTo(name, body);
    if (answer === undefined || this.#over) return;
    acknowledge(answer);
    this.cutOffTheSlow();
    if (name === SOCKET.pull) this.#live.pageSent();
  }

  async #answerTo(name: FromDesktop, body: unknown): Promise<unknown> {
    const { seat } = this;
    const { centre } = this.#parts;
    if (this.#over) return undefined;
    const waitMs = seat.rate.allows() ? (this.#parts.message?.(seat) ?? 0) : ONE_CONNECTION_MS;
    if (waitMs > 0) return this.dismiss('too-frequent', { retryAfterMs: waitMs });
    // Who was disabled or changed since they connected is judged as they are now (OF3, PR3).
    const gone = this.#parts.gone(seat);
    if (gone !== null) return this.dismiss(gone);
    seat.person = centre.people.byId(seat.person.id) ?? seat.person;
    try {
      return await (name === SOCKET.push ? this.#push(body) : name === SOCKET.pull ? this.#pullInTurn(body) : this.#ask(body));
    } catch (error) {
      if (error instanceof ShutOut) return this.dismiss(this.#parts.gone(seat) ?? 'server-trouble');
      // A bug or a log that cannot be written: nothing is acknowledged, the desktop keeps what it has and comes again.
      centre.logger.error({ person: seat.person.id, event: name, error: error instanceof Error ? error.message : 'unknown' }, 'a message was not served');
      return this.dismiss('server-trouble');
    }
  }

  async #push(body: unknown): Promise<unknown> {
    const { seat } = this;
    const { centre } = this.#parts;
    const request = PushRequest.safeParse(body);
    if (!request.success || request.data.commands.some((command) => command.desktop !== seat.desktop || !CaseId.safeParse(command.case).success)) return this.dismiss('message-malformed');
    const session = {
      // Looked up at each try: a command that is decided again is decided on who they are by then.
      get person() {
        return centre.people.byId(seat.person.id) ?? seat.person;
      },
      workstation: seat.workstation, desktop: seat.desktop,
    };
    // Cases are independent (SY2): what is ready of each shares a commit, and a case that stops stops no other.
    const byCase = Map.groupBy(request.data.commands, (command) => command.case);
    // What is urgent waits for nothing that came with it (OF4).
    const isUrgent = (commands: typeof request.data.commands): boolean => commands.some((command) => command.urgent);
    const take = (cases: (typeof request.data.commands)[]) => Promise.all(cases.map((commands) => takeRun(centre, session, commands)));
    const cases = [...byCase.values()];
    const results = [...(await take(cases.filter(isUrgent))), ...(await take(cases.filter((one) => !isUrgent(one))))].flat();
    for (const { id } of results.filter(({ status }) => status === 'forked')) {
      const command = request.data.commands.find((one) => one.id === id);
      if (command !== undefined) this.#parts.book.refused(seat, 'command forked', command.kind, 'forked', command.case);
    }
    this.#parts.answered(results);
    return { results };
  }

  /**
   * One page at a time, and only when the one before is nearly read: a desktop that asks for page after page and reads none
   * would otherwise have the server hold them all (RB1).
   */
  #pullInTurn(body: unknown): Promise<unknown> {
    const page = this.#pulling.then(() => this.#wire.room?.()).then(() => (this.#wire.connected() ? this.#pull(body) : undefined));
    this.#pulling = page.catch(() => undefined);
    return page;
  }

  async #pull(body: unknown): Promise<unknown> {
    const { seat } = this;
    const request = PullRequest.safeParse(body);
    if (!request.success) return this.dismiss('message-malformed');
    const { cursor: since, limit } = request.data;
    this.#live.pageBegins();
    const pull = () => this.#parts.feed.pull(seat.person.id, since, limit);
    // A page of a start folds its cases whole: only so many at a time (OF5).
    const answer = await (isStart(since) ? this.#parts.admission.inTurn(seat.urgent, pull) : pull());
    if ('refusal' in answer) return this.dismiss(answer.refusal.code);
    if (answer.status === 'ok') {
      await this.#parts.book.showing(seat, answer.feed);
      // While pages are left the desktop's cursor is its own affair; live feed starts where the last page ends.
      if (!answer.more) this.#live.pagesEnd(answer.feed.to);
    }
    return this.#tongue.pull(answer);
  }

  async #ask(body: unknown): Promise<unknown> {
    const { seat } = this;
    const { centre } = this.#parts;
    const request = AskRequest.safeParse(body);
    if (!request.success) return this.dismiss('message-malformed');
    const askers = this.#parts.askers();
    if (askers === null) return { ok: false, refusal: { code: 'server-starting' } };
    const { kind } = request.data;
    if (isAskKind(kind) && !mayDo(seat.person.role, kind)) {
      // A role that was given at another node a moment ago counts; and no attempt is noted of who made none.
      await centre.administration.fresh();
      seat.person = centre.people.byId(seat.person.id) ?? seat.person;
    }
    const answer = await answerAsk(askers, seat, kind, request.data.body);
    if (!answer.ok) this.#parts.book.refused(seat, 'ask refused', kind, answer.refusal.code);
    return this.#tongue.answer(kind, answer);
  }

  /**
   * A commit with something for this desktop.
   * @param sent told when it was handed to the wire
   */
  committed(to: number, rows: readonly FeedRow[], sent: () => void): void {
    this.#live.committed(to, rows, sent);
  }

  dismiss(code: string, detail?: Refusal['detail']): undefined {
    if (this.#over) return undefined;
    this.#over = true;
    this.#parts.centre.logger.warn({ person: this.seat.person.id, code }, 'a desktop was dismissed');
    this.#parts.book.dismissed(this.seat, code);
    this.send(SOCKET.goodbye, { refusal: this.#tongue.goodbye(detail === undefined ? { code } : { code, detail }) });
    this.#wire.close();
    return undefined;
  }
}
