/** Many bare Socket.IO clients in one process. Waits between tries are those that the desktop ships: half a second doubled up to twenty, half of it by chance. */
import { setTimeout as wait } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';

type Order = { order: string; urls: string[]; rooms: string[]; tells: string[][]; send: string; ms: number; perSecond: number };
type One = { url: string; room: string; tells: string[]; socket: Socket | null };
let [ones, send] = [[] as One[], ''];
/** Milliseconds from the server's sending until here. */
let delays: number[] = [];
const wall = (): number => performance.timeOrigin + performance.now();
const ask = (one: One, name: string, ...body: unknown[]): Promise<unknown> => one.socket!.timeout(60_000).emitWithAck(name, ...body);
const waitBefore = (attempt: number): number => Math.min(20_000, 500 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2);

async function enter(one: One): Promise<{ ms: number; tries: number; at: number }> {
  const began = performance.now();
  for (let tries = 1; ; tries += 1) {
    const socket = io(one.url, { transports: ['websocket'], reconnection: false, forceNew: true, timeout: 10_000, auth: { room: one.room } });
    socket.on('feed', ({ at }: { at: number }) => void delays.push(wall() - at));
    if (await new Promise<boolean>((resolve) => socket.once('connect', () => resolve(true)).once('connect_error', () => resolve(false)))) {
      one.socket = socket;
      await ask(one, 'pull', { cursor: one.room, limit: 200 });
      return { ms: performance.now() - began, tries, at: Date.now() };
    }
    socket.disconnect();
    await wait(waitBefore(tries - 1));
  }
}

const orders: Record<string, (order: Order) => Promise<object>> = {
  come: async ({ urls, rooms, tells, send: text }) => {
    send = text;
    ones = rooms.map((room, n) => ({ url: urls[n % urls.length]!, room, tells: tells[n] ?? [], socket: null }));
    const waiting = [...ones];
    await Promise.all(Array.from({ length: 50 }, async () => {
      for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) await enter(one);
    }));
    return {};
  },
  work: async ({ ms }) => {
    const began = performance.now();
    let accepted = 0;
    await Promise.all(ones.map(async (one) => {
      while (performance.now() - began < ms) {
        await ask(one, 'push', { commands: [{ inner: send }] });
        if (performance.now() - began < ms) accepted += 1;
      }
    }));
    return { accepted, ms };
  },
  tell: async ({ ms, perSecond }) => {
    const [began, answers] = [performance.now(), [] as Promise<unknown>[]];
    delays = [];
    while (performance.now() - began < ms) {
      for (const due = ((performance.now() - began) / 1000) * perSecond; answers.length < due;) {
        const one = ones[answers.length % ones.length]!;
        answers.push(ask(one, 'tell', one.tells, send));
      }
      await wait(1);
    }
    await Promise.all(answers);
    await wait(1_000);
    return { sent: answers.length, delays };
  },
  storm: async () => {
    for (const { socket } of ones) socket!.emit('push', { commands: [{ inner: send }] }, () => undefined);
    await wait(20);
    const cutAt = Date.now();
    for (const { socket } of ones) (socket!.io.engine as unknown as { transport: { ws: { terminate(): void } } }).transport.ws.terminate();
    const returns = await Promise.all(ones.map(async (one) => {
      await wait(waitBefore(0));
      return enter(one).then(async (back) => (await ask(one, 'push', { commands: [{ inner: send }] }), back));
    }));
    return { returns, cutAt };
  },
};

process.on('message', (order: Order) => void orders[order.order]!(order).then((told) => process.send!({ did: order.order, ...told })));
process.on('disconnect', () => process.exit(0));
process.send!({ did: 'start' });
