import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A proxy in front of nodes: every connection goes to the next node that takes it, and none is kept at one. */
export class Front {
  readonly #urls: () => readonly string[];
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #next = 0;
  port = 0;

  /** @param urls the nodes that there are now */
  constructor(urls: () => readonly string[]) {
    this.#urls = urls;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async up(): Promise<void> {
    const server = createServer((near) => this.#pass(near, this.#urls().length));
    this.#server = server;
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
  }

  /** Every connection through it breaks. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    for (const socket of this.#sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }

  #pass(near: Socket, tries: number): void {
    const urls = this.#urls();
    this.#next += 1;
    const target = urls[this.#next % Math.max(1, urls.length)];
    if (target === undefined || tries === 0) return void near.destroy();
    const { hostname, port } = new URL(target);
    const far = connect(Number(port), hostname);
    let through = false;
    far.once('connect', () => {
      through = true;
      near.pipe(far).pipe(near);
    });
    const end = (): void => {
      near.destroy();
      far.destroy();
    };
    far.on('error', () => (through ? end() : this.#pass(near, tries - 1)));
    // What it said before it ended is still on its way.
    far.on('close', () => (through ? near.end() : undefined));
    near.on('error', end);
    near.once('close', () => far.destroy());
    this.#sockets.add(near);
    near.once('close', () => this.#sockets.delete(near));
  }
}
