import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { Server, type Socket } from 'socket.io';
import { Hello, MAX_MESSAGE_BYTES, OLDEST_PROTOCOL, PROTOCOL_VERSION, PullRequest, PushRequest, SOCKET, AskRequest, type Feed, type LiveMessage } from '#shared/protocol/wire.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { DoorBook } from '../audit/door-book.ts';
import { takeCommand } from '../cases/command-service.ts';
import type { Centre } from '../centre.ts';
import type { CaseFeed } from '../log/feed.ts';
import { CaseId } from '#shared/protocol/ids.ts';
import { decodeCursor } from '../log/cursor.ts';
import type { Person } from '#shared/people/person.ts';
import { answerAsk, type makeAskers } from './asks.ts';
import { DesktopOwners } from './desktop-owners.ts';
import { RateLimit } from './rate-limit.ts';

type Seat = { person: Person; desktop: string; workstation: string; /** The centre's version when the session was given. */ centre: number; sent: number | null; feeding: Promise<void>; rate: RateLimit };

/** What desktops send: unknown until parsed; the acknowledgement too is only believed to be a function. */
type FromDesktop = Record<'push' | 'pull' | 'ask', (body: unknown, acknowledge: unknown) => void>;
type FromServer = { feed: (feed: Feed) => void; live: (message: LiveMessage) => void; goodbye: (goodbye: { refusal: Refusal }) => void };
type DeskSocket = Socket<FromDesktop, FromServer, Record<never, never>, { seat: Seat }>;

export type GatewayEvents = { arrived: (seat: { person: Person; desktop: string }) => void; left: (seat: { person: Person; desktop: string }) => void };

/** A refusal that travels as the reason of a closed door. */
class ConnectRefused extends Error {
  readonly data: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.code);
    this.data = refusal;
  }
}

/**
 * The desktops' door: websocket only, no compression, bounded messages. Everything that comes is parsed as unknown; what
 * cannot be parsed closes that one connection and nothing else (RB1).
 */
export class Gateway {
  readonly #io: Server<FromDesktop, FromServer, Record<never, never>, { seat: Seat }>;
  readonly #centre: Centre;
  readonly #feed: CaseFeed;
  readonly #events: GatewayEvents;
  /** PR5, PR8, TP7: who came, what was refused, and whose customers were shown. */
  readonly #book: DoorBook;
  readonly #owners: DesktopOwners;
  #askers: ReturnType<typeof makeAskers> | null = null;

  constructor(http: HttpServer | HttpsServer, centre: Centre, feed: CaseFeed, events: GatewayEvents) {
    this.#centre = centre;
    this.#feed = feed;
    this.#events = events;
    this.#book = new DoorBook(centre.log, () => centre.clock.now(), centre.logger);
    this.#owners = new DesktopOwners(centre.credentials.db);
    this.#io = new Server(http, {
      transports: ['websocket'], perMessageDeflate: false, maxHttpBufferSize: MAX_MESSAGE_BYTES, serveClient: false, pingInterval: 10_000, pingTimeout: 10_000, connectTimeout: 10_000,
      // A desktop is no web page: whatever comes from one is turned away (ASVS 4.4.2).
      allowRequest: (request, decide) => decide(null, request.headers.origin === undefined),
    });
    this.#io.use((socket, next) => {
      this.#admit(socket).then(
        (seat) => {
          socket.data.seat = seat;
          next();
        },
        (error: Error) => {
          const said = Hello.safeParse(socket.handshake.auth);
          if (error instanceof ConnectRefused) this.#book.turnedAway(error.data.code, null, said.success ? said.data.workstation : null);
          next(error);
        },
      );
    });
    this.#io.on('connection', (socket) => this.#serve(socket));
    centre.log.onAppended(({ to, readers }) => {
      const concerned = new Set(readers);
      for (const socket of this.#sockets()) if (concerned.has(socket.data.seat.person.id)) this.#advance(socket, to);
    });
  }

  /** Given once the switchboard is there. */
  answerWith(askers: ReturnType<typeof makeAskers>): void {
    this.#askers = askers;
  }

  /** After a change of the centre: who was disabled, and every machine that was revoked, is out at once (TP8, PR9). */
  dismissTheGone(): void {
    for (const socket of this.#sockets()) {
      const gone = this.#gone(socket.data.seat);
      if (gone !== null) this.#dismiss(socket, gone);
    }
  }

  #gone(seat: Seat): string | null {
    if (this.#centre.people.byId(seat.person.id)?.active !== true) return 'person-disabled';
    if (!this.#lasts(seat.person.id, seat.centre)) return 'session-over';
    const machine = this.#centre.workstations.admit(seat.workstation);
    return machine.ok ? null : machine.code;
  }

  /** TP12: sessions from before a person's passphrase was reset, or before they were disabled, are over. */
  #lasts(person: string, given: number): boolean {
    return given >= (this.#centre.administration.state.signedOut[person]?.version ?? 0);
  }

  online(person: string): boolean {
    return this.#sockets().some((socket) => socket.data.seat.person.id === person);
  }

  sendLive(person: string, message: LiveMessage): void {
    for (const socket of this.#sockets()) if (socket.data.seat.person.id === person) socket.emit(SOCKET.live, message);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets()) socket.emit(SOCKET.goodbye, { refusal: { code: 'server-stopping' } });
    await this.#io.close();
  }

  #sockets(): DeskSocket[] {
    return [...this.#io.sockets.sockets.values()];
  }

  async #admit(socket: DeskSocket): Promise<Seat> {
    const hello = Hello.safeParse(socket.handshake.auth);
    const protocol = (socket.handshake.auth as { protocol?: unknown }).protocol;
    if (typeof protocol === 'number' && protocol < OLDEST_PROTOCOL) throw new ConnectRefused({ code: 'protocol-too-old', detail: { speaks: PROTOCOL_VERSION } });
    if (typeof protocol === 'number' && protocol > PROTOCOL_VERSION) throw new ConnectRefused({ code: 'protocol-too-new', detail: { speaks: PROTOCOL_VERSION } });
    if (!hello.success) throw new ConnectRefused({ code: 'hello-malformed' });
    const claims = await this.#centre.tokens.readSession(hello.data.token);
    if (claims === null || claims.desktop !== hello.data.desktop || claims.workstation !== hello.data.workstation) throw new ConnectRefused({ code: 'session-over' });
    // PR9: the token is of use at the machine it was given to, and only while that machine is enrolled.
    const machine = this.#centre.workstations.admit(claims.workstation);
    if (!machine.ok) throw new ConnectRefused({ code: machine.code });
    if (!this.#centre.workstations.proves(claims.workstation, hello.data.token, hello.data.proof)) throw new ConnectRefused({ code: 'workstation-proof' });
    const person = this.#centre.people.byId(claims.sub);
    if (person === null || !person.active) throw new ConnectRefused({ code: 'person-disabled' });
    if (!this.#lasts(person.id, claims.centre)) throw new ConnectRefused({ code: 'session-over' });
    if (!this.#owners.claim(claims.desktop, person.id)) throw new ConnectRefused({ code: 'desktop-taken' });
    return { person, centre: claims.centre, desktop: claims.desktop, workstation: claims.workstation, sent: null, feeding: Promise.resolve(), rate: new RateLimit() };
  }

  #serve(socket: DeskSocket): void {
    const { seat } = socket.data;
    const { logger } = this.#centre;
    logger.info({ person: seat.person.id, desktop: seat.desktop }, 'desktop connected');
    this.#book.arrived(seat);
    this.#events.arrived(seat);
    for (const message of this.#centre.live.all(seat.person.id)) socket.emit(SOCKET.live, message);

    const on = (name: keyof FromDesktop, handle: (body: unknown) => Promise<unknown>): void => {
      socket.on(name, (body: unknown, acknowledge: unknown) => {
        if (typeof acknowledge !== 'function') return this.#dismiss(socket, 'message-malformed');
        if (!seat.rate.allows()) return this.#dismiss(socket, 'too-frequent');
        // Who was disabled or changed since they connected is judged as they are now (OF3, PR3).
        const gone = this.#gone(seat);
        if (gone !== null) return this.#dismiss(socket, gone);
        seat.person = this.#centre.people.byId(seat.person.id) ?? seat.person;
        handle(body).then(
          (answer) => (acknowledge as (answer: unknown) => void)(answer),
          (error: unknown) => {
            // A bug or a log that cannot be written: nothing is acknowledged, the desktop keeps what it has and comes again.
            logger.error({ person: seat.person.id, event: name, error: error instanceof Error ? error.message : 'unknown' }, 'a message was not served');
            this.#dismiss(socket, 'server-trouble');
          },
        );
      });
    };
    on(SOCKET.push, async (body) => {
      const request = PushRequest.safeParse(body);
      if (!request.success || request.data.commands.some((command) => command.desktop !== seat.desktop || !CaseId.safeParse(command.case).success)) return this.#dismiss(socket, 'message-malformed');
      const results = [];
      const stopped = new Set<string>();
      for (const command of request.data.commands) {
        // After a gap or a fork the rest of that case must not be taken; other cases go on (SY2).
        if (stopped.has(command.case)) continue;
        const result = await takeCommand(this.#centre, { person: seat.person, workstation: seat.workstation, desktop: seat.desktop }, command);
        if (result.status === 'forked') this.#book.refused(seat, 'command forked', command.kind, 'forked', command.case);
        if (result.status === 'forked' || result.status === 'gap') stopped.add(command.case);
        results.push(result);
      }
      return { results };
    });
    on(SOCKET.pull, async (body) => {
      const request = PullRequest.safeParse(body);
      if (!request.success) return this.#dismiss(socket, 'message-malformed');
      const answer = await this.#feed.pull(seat.person.id, request.data.cursor, request.data.limit);
      if ('refusal' in answer) return this.#dismiss(socket, answer.refusal.code);
      if (answer.status === 'ok') {
        await this.#book.showing(seat, answer.feed);
        // While pages are left the desktop's cursor is its own affair; live feed starts where the last page ends.
        const cursor = decodeCursor(answer.feed.to);
        seat.sent = cursor.ok && !answer.more ? (cursor.cursor.positions[0] ?? 0) : null;
        if (!answer.more) void this.#catchUp(socket);
      }
      return answer;
    });
    on(SOCKET.ask, async (body) => {
      const request = AskRequest.safeParse(body);
      if (!request.success) return this.#dismiss(socket, 'message-malformed');
      if (this.#askers === null) return { ok: false, refusal: { code: 'server-starting' } };
      const answer = await answerAsk(this.#askers, seat, request.data.kind, request.data.body);
      if (!answer.ok) this.#book.refused(seat, 'ask refused', request.data.kind, answer.refusal.code);
      return answer;
    });
    socket.on('disconnect', () => {
      logger.info({ person: seat.person.id, desktop: seat.desktop }, 'desktop left');
      this.#book.left(seat);
      this.#events.left(seat);
    });
  }

  /** What was appended while a desktop was pulling is sent once it has the rest. */
  async #catchUp(socket: DeskSocket): Promise<void> {
    const head = await this.#centre.log.head();
    this.#advance(socket, head.position);
  }

  /** Sends the stretch from where this desktop stands; one at a time, so that `from` is always its own cursor (SY5). */
  #advance(socket: DeskSocket, to: number): void {
    const { seat } = socket.data;
    seat.feeding = seat.feeding.then(async () => {
      // A desktop that says nothing is not asked who it is: looked up before it gets anything (OF3, PR3).
      const gone = seat.sent === null ? null : this.#gone(seat);
      if (gone !== null) return void this.#dismiss(socket, gone);
      while (seat.sent !== null && seat.sent < to && socket.connected) {
        const { feed, toPosition, more } = await this.#feed.feedFor(seat.person.id, seat.sent, to);
        if (feed.items.length > 0) {
          await this.#book.showing(seat, feed);
          socket.emit(SOCKET.feed, feed);
          seat.sent = toPosition;
        } else if (!more) return;
        else seat.sent = toPosition;
        if (!more) return;
      }
    }).catch((error: unknown) => {
      this.#centre.logger.error({ person: seat.person.id, error: error instanceof Error ? error.message : 'unknown' }, 'feed was not sent; the desktop will pull');
      seat.sent = null;
    });
  }

  #dismiss(socket: DeskSocket, code: string): undefined {
    this.#centre.logger.warn({ person: socket.data.seat.person.id, code }, 'a desktop was dismissed');
    this.#book.dismissed(socket.data.seat, code);
    socket.emit(SOCKET.goodbye, { refusal: { code } });
    socket.disconnect(true);
    return undefined;
  }
}

