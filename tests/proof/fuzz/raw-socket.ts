/** A websocket by hand: what a library would not send. Text frames are heard; everything may be sent. */
import { connect, type Socket } from 'node:net';

export const OPCODE = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** One frame as a client sends it, or not quite. */
export function frame(opcode: number, body: Buffer, more: { fin?: boolean; masked?: boolean; reserved?: number; length?: bigint } = {}): Buffer {
  const { fin = true, masked = true, reserved = 0, length = BigInt(body.length) } = more;
  const head = [(fin ? 0x80 : 0) | (reserved << 4) | opcode];
  const bit = masked ? 0x80 : 0;
  const size = length < 126n ? Buffer.from([bit | Number(length)]) : length < 65_536n ? Buffer.alloc(3) : Buffer.alloc(9);
  if (size.length === 3) {
    size[0] = bit | 126;
    size.writeUInt16BE(Number(length), 1);
  } else if (size.length === 9) {
    size[0] = bit | 127;
    size.writeBigUInt64BE(length, 1);
  }
  const mask = Buffer.from([1, 2, 3, 4]);
  const sent = masked ? Buffer.concat([mask, body.map((byte, at) => byte ^ mask[at % 4]!)]) : body;
  return Buffer.concat([Buffer.from(head), size, sent]);
}

export class RawSocket {
  readonly #socket: Socket;
  readonly closed: Promise<void>;
  #rest = Buffer.alloc(0);
  #open = false;
  #over = false;
  #hear: (text: string) => void = () => undefined;

  private constructor(port: number, from: string) {
    this.#socket = connect({ port, host: '127.0.0.1', localAddress: from });
    this.#socket.setNoDelay(true);
    this.#socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.#socket.once('close', () => {
      this.#over = true;
      resolve();
    }));
  }

  /** @returns null where it was not let in */
  static async open(port: number, from: string, headers = ''): Promise<RawSocket | null> {
    const raw = new RawSocket(port, from);
    const opened = new Promise<boolean>((resolve) => {
      raw.#socket.on('data', (bytes: Buffer) => {
        raw.#rest = Buffer.concat([raw.#rest, bytes]);
        if (!raw.#open) {
          const end = raw.#rest.indexOf('\r\n\r\n');
          if (end < 0) return;
          if (!raw.#rest.subarray(0, 12).toString().endsWith(' 101')) return resolve(false);
          raw.#open = true;
          raw.#rest = raw.#rest.subarray(end + 4);
          resolve(true);
        }
        raw.#frames();
      });
      void raw.closed.then(() => resolve(false));
    });
    raw.#socket.write(`GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${headers}\r\n`);
    if (await opened) return raw;
    raw.destroy();
    return null;
  }

  #frames(): void {
    for (;;) {
      const bytes = this.#rest;
      if (bytes.length < 2) return;
      const short = bytes[1]! & 0x7f;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (bytes.length < head) return;
      const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
      if (bytes.length < head + length) return;
      this.#rest = bytes.subarray(head + length);
      const opcode = bytes[0]! & 0x0f;
      if (opcode === OPCODE.text) this.#heard(bytes.subarray(head, head + length).toString());
      if (opcode === OPCODE.close) this.destroy();
    }
  }

  #heard(text: string): void {
    // A heartbeat is answered, so that it is the messages that are tried, and not the silence.
    if (text === '2') this.text('3');
    else this.#hear(text);
  }

  set onText(hear: (text: string) => void) {
    this.#hear = hear;
  }

  get isOver(): boolean {
    return this.#over;
  }

  text(text: string): void {
    this.bytes(frame(OPCODE.text, Buffer.from(text)));
  }

  bytes(bytes: Buffer): void {
    if (!this.#over) this.#socket.write(bytes);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** Sends bytes on a connection of their own; resolves when the server has answered or closed, or after a while. */
export async function throwAt(port: number, from: string, bytes: Buffer, patienceMs = 150): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, patienceMs);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    socket.on('data', done);
    socket.once('close', done);
    socket.write(bytes);
  });
  socket.destroy();
}
