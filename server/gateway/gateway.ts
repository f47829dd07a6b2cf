import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { Server, type Socket } from 'socket.io';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { MAX_MESSAGE_BYTES, SOCKET, type Feed, type LiveMessage } from '#shared/protocol/wire.ts';
import type { Centre } from '../centre.ts';
import type { CaseFeed } from '../log/feed.ts';
import { ADMISSION, type AdmissionLimits } from './admission.ts';
import type { makeAskers } from './asks.ts';
import type { FromDesktop, Seat } from './desk-connection.ts';
import { DeskDoor, type GatewayEvents } from './desk-door.ts';

/** What desktops send: unknown until parsed; the acknowledgement too is only believed to be a function. */
type DesktopMessages = Record<FromDesktop, (body: unknown, acknowledge: unknown) => void>;
type ServerMessages = { feed: (feed: Feed) => void; live: (message: LiveMessage) => void; goodbye: (goodbye: { refusal: Refusal }) => void };
type DeskSocket = Socket<DesktopMessages, ServerMessages, Record<never, never>, { seat: Seat }>;

/** A refusal that travels as the reason of a closed door. */
class ConnectRefused extends Error {
  readonly data: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.code);
    this.data = refusal;
  }
}

/** Socket.IO as the carrier of the desktops' door: websocket only, no compression, bounded messages. */
export class Gateway {
  readonly #io: Server<DesktopMessages, ServerMessages, Record<never, never>, { seat: Seat }>;
  readonly #door: DeskDoor;

  /** @param admission how many are let in at once (OF5) */
  constructor(http: HttpServer | HttpsServer, centre: Centre, feed: CaseFeed, events: GatewayEvents, admission: AdmissionLimits = ADMISSION) {
    this.#door = new DeskDoor({ centre, feed, events, admission, elapsedMs: () => performance.now() });
    this.#io = new Server(http, {
      transports: ['websocket'], perMessageDeflate: false, maxHttpBufferSize: MAX_MESSAGE_BYTES, serveClient: false, pingInterval: 10_000, pingTimeout: 10_000, connectTimeout: 10_000,
      // A desktop is no web page: whatever comes from one is turned away (ASVS 4.4.2).
      allowRequest: (request, decide) => decide(null, request.headers.origin === undefined),
    });
    this.#io.use((socket, next) => {
      this.#door.admit(socket.handshake.auth).then((admitted) => {
        if ('refusal' in admitted) return next(new ConnectRefused(admitted.refusal));
        socket.data.seat = admitted.seat;
        next();
      }, next);
    });
    this.#io.on('connection', (socket) => this.#serve(socket));
  }

  answerWith(askers: ReturnType<typeof makeAskers>): void {
    this.#door.answerWith(askers);
  }

  dismissTheGone(): void {
    this.#door.dismissTheGone();
  }

  get desktops(): number {
    return this.#door.desktops;
  }

  online(person: string): boolean {
    return this.#door.online(person);
  }

  sendLive(person: string, message: LiveMessage): void {
    this.#door.sendLive(person, message);
  }

  /** Has the desktops move to another node, a few at a time. */
  drain(): Promise<void> {
    return this.#door.drain((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  }

  async close(): Promise<void> {
    this.#door.close();
    await this.#io.close();
  }

  #serve(socket: DeskSocket): void {
    const connection = this.#door.enter(socket.data.seat, {
      send: (name, message) => void socket.emit(name, ...([message] as Parameters<ServerMessages[typeof name]>)),
      connected: () => socket.connected,
      close: () => void socket.disconnect(true),
    });
    for (const name of [SOCKET.push, SOCKET.pull, SOCKET.ask]) {
      socket.on(name, (body: unknown, acknowledge: unknown) => {
        if (typeof acknowledge !== 'function') return connection.dismiss('message-malformed');
        void connection.said(name, body).then((answer) => {
          if (answer !== undefined) (acknowledge as (answer: unknown) => void)(answer);
        });
      });
    }
    socket.on('disconnect', () => this.#door.left(connection));
  }
}
