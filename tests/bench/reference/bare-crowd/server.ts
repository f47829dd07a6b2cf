/**
 * The server of the references of scale: Socket.IO, websocket only, no compression. It answers what it is sent with so many
 * bytes and passes a message on to a room; it knows nobody, stores nothing, checks nothing. `server.ts ANSWER-BYTES [REDIS-URL]`
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import { createClient } from 'redis';
import { Server } from 'socket.io';

const [, , bytes, redisUrl] = process.argv;
const redis = redisUrl === undefined ? null : createClient({ url: redisUrl });
await redis?.connect();
const http = createServer();
const io = new Server(http, {
  transports: ['websocket'], perMessageDeflate: false, serveClient: false, pingInterval: 10_000, pingTimeout: 10_000, connectTimeout: 10_000,
  ...(redis === null ? {} : { adapter: createAdapter(redis) }),
});
const answer = { results: [{ text: 'x'.repeat(Number(bytes)) }] };
const wall = (): number => performance.timeOrigin + performance.now();
io.on('connection', (socket) => {
  const { room } = socket.handshake.auth as { room: string };
  void socket.join(room);
  socket.on('pull', (_body: unknown, acknowledge: (answer: unknown) => void) => acknowledge(answer));
  socket.on('push', (_body: unknown, acknowledge: (answer: unknown) => void) => acknowledge(answer));
  socket.on('tell', (to: string[], text: string, acknowledge: (answer: unknown) => void) => {
    io.to(to).emit('feed', { at: wall(), text });
    acknowledge(answer);
  });
});
process.on('message', ({ order }: { order: string }) => {
  if (order === 'memory') for (let n = 0; n < 3; n += 1) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  process.send!({ did: order, heapMb: process.memoryUsage().heapUsed / 1e6, seconds: (user + system) / 1e6 });
});
process.on('disconnect', () => process.exit(0));
http.listen(0, '127.0.0.1', () => process.send!({ did: 'start', url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }));
