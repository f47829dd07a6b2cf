import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket as NetSocket } from 'node:net';
import { Server, type Socket } from 'socket.io';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { MAX_MESSAGE_BYTES, SOCKET, type Feed, type LiveMessage } from '#shared/protocol/wire.ts';
import type { Centre } from '../centre.ts';
import type { CaseFeed } from '../log/feed.ts';
import { ADMISSION, type AdmissionLimits } from './admission.ts';
import type { makeAskers } from './asks.ts';
import type { FromDesktop, Seat } from './desk-connection.ts';
import { DeskDoor, type GatewayEvents } from './desk-door.ts';
import { addressKey, type ClientAddress } from '../protection/client-address.ts';
import { Counts } from '../protection/counts.ts';
import type { DoorGuard } from '../protection/door-guard.ts';
import { FULL_BYTES, LAST_WORDS_MS, type ConnectionBounds } from '../protection/limits.ts';
import { Backlog } from './backlog.ts';
import { OneWrite, TakingAtOnceServer } from './one-write.ts';

/** What desktops send: unknown until parsed; the acknowledgement too is only believed to be a function. */
type DesktopMessages = Record<FromDesktop, (body: unknown, acknowledge: unknown) => void>;
type ServerMessages = { feed: (feed: Feed) => void; live: (message: LiveMessage) => void; goodbye: (goodbye: { refusal: Refusal }) => void };
type DeskSocket = Socket<DesktopMessages, ServerMessages, Record<never, never>, { seat: Seat }>;

/** Time to read that the server stops. */
const FAREWELL_MS = 2_000;
/** RB1: who connects and says nothing is put out. */
const HELLO_MS = 10_000;
/** Beyond what anybody waits at the door. */
const ENTERED_MS = 30_000;

/** A refusal that travels as the reason of a closed door. */
class ConnectRefused extends Error {
  readonly data: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.code);
    this.data = refusal;
  }
}

/** Who may come from where, and how often (RB1). */
export type GatewayProtection = { guard: DoorGuard; clients: ClientAddress; bounds: Pick<ConnectionBounds, 'address'> };

/** Socket.IO as the carrier of the desktops' door: websocket only, no compression, bounded messages. */
export class Gateway {
  readonly #io: Server<DesktopMessages, ServerMessages, Record<never, never>, { seat: Seat }>;
  readonly #door: DeskDoor;
  /** What stands, below the websockets. */
  readonly #standing = new Set<NetSocket>();

  /** @param admission how many are let in at once (OF5) */
  constructor(http: HttpServer | HttpsServer, centre: Centre, feed: CaseFeed, events: GatewayEvents, { guard, clients, bounds }: GatewayProtection, admission: AdmissionLimits = ADMISSION) {
    this.#door = new DeskDoor({ centre, feed, events, guard, admission, elapsedMs: () => performance.now(), after: (ms, run) => void setTimeout(run, ms) });
    const open = new Counts();
    const silent = new WeakMap<DeskSocket['conn'], NodeJS.Timeout>();
    const awaitHello = (carrier: DeskSocket['conn']): void => void silent.set(carrier, setTimeout(() => carrier.close(true), HELLO_MS));
    this.#io = new Server(http, {
      transports: ['websocket'], perMessageDeflate: false, maxHttpBufferSize: MAX_MESSAGE_BYTES, serveClient: false, wsEngine: TakingAtOnceServer, pingInterval: 10_000, pingTimeout: 10_000, connectTimeout: ENTERED_MS,
      // A desktop is no web page: whatever comes from one is turned away (ASVS 4.4.2). PR9: nor does one come in plain.
      allowRequest: (request, decide) => {
        const may = request.headers.origin === undefined && !clients.isPlain(request) && open.of(addressKey(clients.of(request))) < bounds.address;
        // The upgrade and the first packet leave in one write.
        if (may) request.socket.cork();
        if (may) setImmediate(() => request.socket.uncork());
        decide(null, may);
      },
    });
    this.#io.engine.on('connection', (carrier: DeskSocket['conn']) => {
      const address = addressKey(clients.of(carrier.request));
      open.add(address);
      awaitHello(carrier);
      carrier.once('close', () => {
        open.remove(address);
        clearTimeout(silent.get(carrier));
      });
      const { socket } = carrier.request;
      this.#standing.add(socket);
      socket.once('close', () => this.#standing.delete(socket));
    });
    this.#io.use((socket, next) => {
      clearTimeout(silent.get(socket.conn));
      this.#door.admit(socket.handshake.auth, addressKey(clients.of(socket.request))).then((admitted) => {
        if ('refusal' in admitted) {
          if (socket.conn.readyState === 'open') awaitHello(socket.conn);
          return next(new ConnectRefused(admitted.refusal));
        }
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
    // A desktop that does not read would not answer the farewell either: the next server is not kept waiting for it.
    const end = setTimeout(() => this.#standing.forEach((socket) => socket.destroy()), FAREWELL_MS);
    await this.#io.close();
    clearTimeout(end);
    this.#door.closed();
  }

  #serve(socket: DeskSocket): void {
    const backlog = new Backlog(socket.request.socket);
    const write = new OneWrite(socket.request.socket);
    const connection = this.#door.enter(socket.data.seat, {
      send: (name, message) => {
        write.hold();
        socket.emit(name, ...([message] as Parameters<ServerMessages[typeof name]>));
      },
      connected: () => socket.connected,
      waiting: () => backlog.bytes,
      room: () => backlog.below(FULL_BYTES),
      close: () => {
        socket.disconnect(true);
        // What still waits goes first, so that the desktop hears why; not for ever, where it reads nothing.
        const end = setTimeout(() => socket.request.socket.destroy(), LAST_WORDS_MS);
        socket.request.socket.once('close', () => clearTimeout(end));
      },
    });
    for (const name of [SOCKET.push, SOCKET.pull, SOCKET.ask]) {
      socket.on(name, (body: unknown, acknowledge: unknown) => {
        if (typeof acknowledge !== 'function') return connection.dismiss('message-malformed');
        void connection.said(name, body, (answer) => {
          write.hold();
          (acknowledge as (answer: unknown) => void)(answer);
          write.release();
        });
      });
    }
    socket.on('disconnect', () => this.#door.left(connection));
  }
}
