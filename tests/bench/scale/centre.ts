/**
 * The central server of the benchmarks of scale, as `npm run server -- --demo` runs it, in a process of its own that its parent
 * asks for sessions, its memory and its processor time. `centre.ts JSON`: options of the server, and whether everybody is let
 * in at once.
 */
import { z } from 'zod';
import { ADMISSION } from '../../../server/gateway/admission.ts';
import type { EventLog } from '../../../server/log/log.ts';
import { readOptions } from '../../../server/options.ts';
import { startCentre } from '../../../server/start-centre.ts';
import { wallOffset } from '../wall-clock.ts';

const Given = z.object({ args: z.array(z.string()), open: z.boolean() });
const Seats = z.array(z.object({ person: z.string(), desktop: z.string(), workstation: z.string() }));
const Order = z.discriminatedUnion('order', [
  z.object({ order: z.literal('sessions'), seats: Seats }),
  z.object({ order: z.literal('memory') }),
  z.object({ order: z.literal('processor') }),
  z.object({ order: z.literal('accepted') }),
]);

const given = Given.parse(JSON.parse(process.argv[2]!));
const everybody = { ...ADMISSION, aTurn: 100_000 };
/** When each command was accepted here: told of the commit before anything else is done with it. */
const accepted = new Map<string, number>();
const offset = wallOffset();
const logOpened = (log: EventLog): void => void log.onAppended(({ events }) => {
  const at = performance.now() + offset;
  for (const { envelope } of events) if (envelope.command !== null) accepted.set(envelope.command, at);
});
const running = await startCentre(readOptions([...given.args, '--port', '0', '--calls', 'off', '--crowd', '0', '--log-level', 'error']), { logOpened, ...(given.open ? { admission: everybody } : {}) });
const tell = (did: string, more: object = {}): void => void process.send!({ did, ...more });

async function carryOut(order: z.infer<typeof Order>): Promise<void> {
  switch (order.order) {
    case 'sessions': {
      const tokens: string[] = [];
      for (const { person, desktop, workstation } of order.seats) tokens.push((await running.centre.tokens.session(person, desktop, workstation)).token);
      return tell('sessions', { tokens });
    }
    case 'memory':
      for (let n = 0; n < 3; n += 1) globalThis.gc?.();
      return tell('memory', { heapMb: process.memoryUsage().heapUsed / 1e6 });
    case 'processor': {
      const { user, system } = process.cpuUsage();
      return tell('processor', { seconds: (user + system) / 1e6 });
    }
    case 'accepted':
      tell('accepted', { at: [...accepted] });
      accepted.clear();
  }
}

process.on('message', (message) => void carryOut(Order.parse(message)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
}));
process.on('disconnect', () => void running.stop().then(() => process.exit(0)));
tell('start', { url: running.url });
