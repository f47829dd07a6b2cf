import type { Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import { Server as HttpsServer } from 'node:https';
import { addressKey, type ClientAddress } from './client-address.ts';
import { Counts } from './counts.ts';
import { BODY_MS, HEAD_MS, type ConnectionBounds } from './limits.ts';

/**
 * Bounds on what has not said anything yet: connections, TLS handshakes that are not finished, requests that come byte by
 * byte. What is over is closed without a word, as words would cost what is being saved. A proxy's connections are its
 * clients', who are counted at the door.
 */
export function guardSockets(server: HttpServer | HttpsServer, bounds: ConnectionBounds, clients: ClientAddress): void {
  server.headersTimeout = HEAD_MS;
  server.requestTimeout = BODY_MS;
  server.maxHeadersCount = 100;
  server.maxConnections = bounds.rawAll;
  const open = new Counts();
  const shaking = new Counts();
  /** By the far end, as the secure socket does not tell which plain one it runs on. */
  const shakingNow = new Map<string, () => void>();
  const farEnd = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort}`;

  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    if (clients.isProxy(address)) return;
    const key = addressKey(address);
    const isTls = server instanceof HttpsServer;
    if (open.of(key) >= bounds.rawAddress || (isTls && (shaking.of(key) >= bounds.handshakesAddress || shakingNow.size >= bounds.handshakesAll))) return void socket.destroy();
    open.add(key);
    socket.once('close', () => open.remove(key));
    if (!isTls) return;
    const end = farEnd(socket);
    const done = (): void => {
      // Whichever comes first: the handshake's end or the connection's.
      if (shakingNow.get(end) !== done) return;
      shakingNow.delete(end);
      shaking.remove(key);
    };
    shaking.add(key);
    shakingNow.set(end, done);
    socket.once('close', done);
  });
  server.on('secureConnection', (secure: Socket) => shakingNow.get(farEnd(secure))?.());
}
