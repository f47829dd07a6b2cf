/**
 * What a desktop is told in one turn leaves in one write: the answer to its command with the stretch of its feed that goes with it, or the
 * values that one who comes is told. A write to a socket costs as much as deciding a command.
 */
import type { Socket as NetSocket } from 'node:net';
import { WebSocket, WebSocketServer, type ServerOptions } from 'ws';

/** A websocket that takes the next message at once. Engine.IO keeps it back until the one before has left, so that each had a write of its own. */
class TakingAtOnce extends WebSocket {
  override send(data: Parameters<WebSocket['send']>[0], options?: unknown, done?: (error?: Error) => void): void {
    // What cannot be sent is told by the connection's own end.
    super.send(data, (typeof options === 'object' && options !== null ? options : {}) as Parameters<WebSocket['send']>[1]);
    (typeof options === 'function' ? (options as () => void) : done)?.();
  }
}

/** For Engine.IO's `wsEngine`. */
export class TakingAtOnceServer extends WebSocketServer<typeof TakingAtOnce> {
  constructor(options: ServerOptions<typeof TakingAtOnce>) {
    super({ ...options, WebSocket: TakingAtOnce });
  }
}

/** Holds back the bytes of one connection until its turn is over. */
export class OneWrite {
  readonly #socket: NetSocket;
  #holds = false;

  constructor(socket: NetSocket) {
    this.#socket = socket;
  }

  /** Before something is sent. Let go by itself once everything that follows from the present event has run. */
  hold(): void {
    if (this.#holds) return;
    this.#holds = true;
    this.#socket.cork();
    // Promises are run to the end before the next tick that one of them asks for.
    queueMicrotask(() => process.nextTick(() => this.release()));
  }

  /** Nothing more is to come in this turn. */
  release(): void {
    if (!this.#holds) return;
    this.#holds = false;
    this.#socket.uncork();
  }
}
