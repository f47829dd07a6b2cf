/**
 * The central server with the demo bank as a process of its own, as `npm run server` runs it, that tells its parent when
 * each call was accepted: when the log has the case with the call on disk. Rings and hangs up when told to.
 */
import { z } from 'zod';
import { readOptions } from '../../server/options.ts';
import { startCentre } from '../../server/start-centre.ts';
import { wallOffset } from './wall-clock.ts';

const Order = z.union([z.strictObject({ ring: z.string() }), z.strictObject({ hangUp: z.string() }), z.strictObject({ setClock: z.literal(true) })]);

const data = process.argv[2]!;
const running = await startCentre(readOptions(['--demo', '--data', data, '--port', '0', '--crowd', '0', '--calls', 'off', '--log-level', 'error']));
const { simulator } = running.demo!;
let offset = wallOffset();

running.centre.log.onAppended(({ events }) => {
  const at = performance.now() + offset;
  const opened = events.find(({ envelope }) => envelope.kind === 'case opened')?.envelope;
  if (opened !== undefined) process.send!({ key: opened.case, at });
});

process.on('message', (message) => {
  const order = Order.parse(message);
  if ('setClock' in order) offset = wallOffset();
  else if ('hangUp' in order) simulator.hangUp(order.hangUp);
  else simulator.call({ customerId: order.ring, intent: 'early-settlement' }).then(({ callId }) => process.send!({ rang: callId, at: performance.now() + offset }), (error: unknown) => { throw error; });
});
process.on('disconnect', () => void running.stop().then(() => process.exit(0)));
process.send!({ url: running.url });
