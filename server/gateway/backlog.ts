import { once } from 'node:events';
import type { Socket as NetSocket } from 'node:net';

/** What waits for one desktop: given to its connection and not yet taken by the system. A desktop that reads slowly, or not at all, is known by nothing else (RB1). */
export class Backlog {
  readonly #socket: NetSocket;

  constructor(socket: NetSocket) {
    this.#socket = socket;
  }

  get bytes(): number {
    return this.#socket.writableLength;
  }

  /** Resolves when so little waits that the connection asks for no pause, or no more than `most`, or the connection is over. */
  async below(most: number): Promise<void> {
    while (this.bytes > most && this.#socket.writableNeedDrain && !this.#socket.destroyed) {
      const ended = new AbortController();
      await Promise.race([once(this.#socket, 'drain', ended), once(this.#socket, 'close', ended)]).catch(() => undefined);
      ended.abort();
    }
  }
}
