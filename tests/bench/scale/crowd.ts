/** Many light desktops in one process, that do together what their parent says. */
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { wallOffset } from '../wall-clock.ts';
import { LightDesktop, type Return } from './light-desktop.ts';

const Seat = z.object({ person: z.string(), desktop: z.string(), workstation: z.string(), machineKey: z.string(), case: z.string(), incarnation: z.int() });
const Order = z.discriminatedUnion('order', [
  z.object({ order: z.literal('come'), urls: z.array(z.string()), seats: z.array(Seat), tokens: z.array(z.string()) }),
  z.object({ order: z.literal('work'), ms: z.number() }),
  z.object({ order: z.literal('tell'), ms: z.number(), perSecond: z.number() }),
  z.object({ order: z.literal('storm') }),
]);
/** Let in one after another before anything is measured. */
const COMING_AT_ONCE = 50;
const offset = wallOffset();
const wall = (): number => performance.now() + offset;
const tell = (did: string, more: object = {}): void => void process.send!({ did, ...more });

let desktops: LightDesktop[] = [];
/** When others' notes arrived, by command. */
let arrivals: [string, number][] = [];

async function come(urls: readonly string[], seats: readonly z.infer<typeof Seat>[], tokens: readonly string[]): Promise<void> {
  desktops = seats.map((seat, n) => new LightDesktop(urls[n % urls.length]!, seat, tokens[n]!, (feed) => {
    const at = wall();
    for (const item of feed.items) if (item.type === 'event' && item.envelope.command !== null && item.envelope.case !== seat.case) arrivals.push([item.envelope.command, at]);
  }));
  let next = 0;
  await Promise.all(Array.from({ length: COMING_AT_ONCE }, async () => {
    for (let one = desktops[next++]; one !== undefined; one = desktops[next++]) await one.enter();
  }));
}

/** Each sends its next note when the last was accepted. */
async function work(ms: number): Promise<{ accepted: number; ms: number }> {
  const began = performance.now();
  let accepted = 0;
  await Promise.all(desktops.map(async (desktop) => {
    while (performance.now() - began < ms) {
      await desktop.push(desktop.note());
      if (performance.now() - began < ms) accepted += 1;
    }
  }));
  return { accepted, ms };
}

/** So many notes a second whether they are answered or not, of one desktop after another. */
async function tellSteadily(ms: number, perSecond: number): Promise<{ sent: number }> {
  const began = performance.now();
  const answers: Promise<unknown>[] = [];
  arrivals = [];
  while (performance.now() - began < ms) {
    const due = ((performance.now() - began) / 1000) * perSecond;
    while (answers.length < due) {
      const desktop = desktops[answers.length % desktops.length]!;
      answers.push(desktop.nextNote());
    }
    await wait(1);
  }
  await Promise.all(answers);
  await wait(1_000);
  return { sent: answers.length };
}

/** Everybody has one note on its way when the line breaks, comes back as the shipped desktop does, and sends it again. */
async function storm(): Promise<{ returns: Return[]; cutAt: number; lost: number; doubled: number }> {
  const notes = desktops.map((desktop) => ({ note: desktop.note(), before: desktop.version }));
  desktops.forEach((desktop, n) => void desktop.push(notes[n]!.note).catch(() => undefined));
  await wait(20);
  const cutAt = Date.now();
  const waits = desktops.map((desktop) => desktop.cut());
  let [lost, doubled] = [0, 0];
  const returns = await Promise.all(desktops.map(async (desktop, n) => {
    await wait(waits[n]);
    const back = await desktop.enter();
    const { note, before } = notes[n]!;
    const version = await desktop.push(note).catch(() => -1);
    if (version < 0) lost += 1;
    else if (version !== before + 1) doubled += 1;
    return back;
  }));
  return { returns, cutAt, lost, doubled };
}

async function carryOut(order: z.infer<typeof Order>): Promise<void> {
  switch (order.order) {
    case 'come':
      await come(order.urls, order.seats, order.tokens);
      return tell('come');
    case 'work':
      return tell('work', await work(order.ms));
    case 'tell':
      return tell('tell', { ...(await tellSteadily(order.ms, order.perSecond)), arrivals });
    case 'storm':
      return tell('storm', await storm());
  }
}

process.on('message', (message) => void carryOut(Order.parse(message)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
}));
process.on('disconnect', () => process.exit(0));
tell('start');
