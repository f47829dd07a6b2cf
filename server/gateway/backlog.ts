import type { Socket } from 'socket.io';

type Carrier = Socket['conn'];

const sizeOf = (data: unknown): number => (typeof data === 'string' || data instanceof Uint8Array ? data.length : 0);

/**
 * What waits for one desktop: handed to Socket.IO and not yet taken by the system. A desktop that reads slowly, or not at
 * all, is known by nothing else (RB1).
 */
export class Backlog {
  readonly #carrier: Carrier;
  /** In the carrier's own queue; after that it is the connection's. */
  #queued = 0;

  constructor(carrier: Carrier) {
    this.#carrier = carrier;
    carrier.on('packetCreate', (packet: { data?: unknown }) => {
      this.#queued += sizeOf(packet.data);
    });
    carrier.on('flush', () => {
      this.#queued = 0;
    });
  }

  get bytes(): number {
    return this.#queued + this.#carrier.request.socket.writableLength;
  }

  /** Resolves when no more than this waits, or the connection is over. */
  async below(most: number): Promise<void> {
    while (this.bytes > most && this.#carrier.readyState === 'open') {
      await new Promise<void>((resolve) => {
        const { transport } = this.#carrier;
        const go = (): void => {
          transport.off('drain', go);
          this.#carrier.off('close', go);
          resolve();
        };
        transport.on('drain', go);
        this.#carrier.on('close', go);
      });
    }
  }
}
