/** Many bare Socket.IO clients in one process. Waits between tries are those that the desktop ships: half a second doubled up to twenty, half of it by chance. */
import { setTimeout as wait } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';

type Order = { order: string; urls: string[]; rooms: string[]; tells: string[][]; send: string; ms: number; perSecond: number };
type One = { url: string; room: string; tells: string[]; socket: Socket | null };
const ANSWER_MS = 60_000;
let ones: One[] = [];
let send = '';
/** Milliseconds from the server's sending until here. */
let delays: number[] = [];
const wall = (): number => performance.timeOrigin + performance.now();
const waitBefore = (attempt: number): number => Math.min(20_000, 500 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2);

async function enter(one: One): Promise<{ ms: number; tries: number; at: number }> {
  const began = performance.now();
  for (let tries = 1; ; tries += 1) {
    const socket = io(one.url, { transports: ['websocket'], reconnection: false, forceNew: true, timeout: 10_000, auth: { room: one.room } });
    socket.on('feed', ({ at }: { at: number }) => void delays.push(wall() - at));
    const isIn = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('connect_error', () => resolve(false));
    });
    if (isIn) {
      one.socket = socket;
      await socket.timeout(ANSWER_MS).emitWithAck('pull', { cursor: one.room, limit: 200 });
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
    let next = 0;
    await Promise.all(Array.from({ length: 50 }, async () => {
      for (let one = ones[next++]; one !== undefined; one = ones[next++]) await enter(one);
    }));
    return {};
  },
  work: async ({ ms }) => {
    const began = performance.now();
    let accepted = 0;
    await Promise.all(ones.map(async ({ socket }) => {
      while (performance.now() - began < ms) {
        await socket!.timeout(ANSWER_MS).emitWithAck('push', { commands: [{ inner: send }] });
        if (performance.now() - began < ms) accepted += 1;
      }
    }));
    return { accepted, ms };
  },
  tell: async ({ ms, perSecond }) => {
    const began = performance.now();
    const answers: Promise<unknown>[] = [];
    delays = [];
    while (performance.now() - began < ms) {
      for (const due = ((performance.now() - began) / 1000) * perSecond; answers.length < due;) {
        const one = ones[answers.length % ones.length]!;
        answers.push(one.socket!.timeout(ANSWER_MS).emitWithAck('tell', one.tells, send));
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
      const back = await enter(one);
      await one.socket!.timeout(ANSWER_MS).emitWithAck('push', { commands: [{ inner: send }] });
      return back;
    }));
    return { returns, cutAt };
  },
};

process.on('message', (order: Order) => void orders[order.order]!(order).then((told) => process.send!({ did: order.order, ...told })));
process.on('disconnect', () => process.exit(0));
process.send!({ did: 'start' });
