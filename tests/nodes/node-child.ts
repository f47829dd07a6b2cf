/** One node of a demo centre as a process of its own: on the bank that is named, with phones of its own that ring while it is on duty. */
import { flushCompileCache } from 'node:module';
import { appendToCase } from '../../server/cases/append-case.ts';
import { readOptions } from '../../server/options.ts';
import { ControllableClock } from '../../server/clock/clock.ts';
import { serverScheduler } from '../../server/clock/server-scheduler.ts';
import { demoPartsOn } from '../../server/demo/demo-parts.ts';
import { startCentre } from '../../server/start-centre.ts';
import { NodeOrder } from './node-order.ts';

const options = readOptions(process.argv.slice(2));
// By how much the centre's clock is ahead of the machine's: a node that starts again is then where the others are.
const ahead = process.env['DRILL_AHEAD_MS'];
const clock = new ControllableClock(ahead === undefined ? options.now : new Date(Date.now() + Number(ahead)).toISOString());
const fail = (error: unknown): void => void process.stderr.write(`${String(error)}\n`);
const bank = { url: process.env['DRILL_BANK'] ?? '', secret: process.env['DRILL_BANK_SECRET'] ?? '', pid: 0, exited: new Promise<never>(() => undefined), stop: async () => undefined, kill: async () => undefined };
const parts = await demoPartsOn(bank, options, serverScheduler(clock), fail);
const running = await startCentre(options, { demo: { parts, clock } });
// Whoever is killed writes down nothing of what it compiled, where that is kept at all.
flushCompileCache();
process.stdout.write(`listening ${running.url}\n`);
const { centre } = running;
process.on('message', (message) => {
  const { caseId, person, may } = NodeOrder.parse(message);
  appendToCase({ ...centre, now: () => centre.clock.now() }, caseId, 'server', (state) => {
    if (state === null || state.owner === person || (state.access[person] !== undefined) === may) return { events: [] };
    return { events: [may ? { kind: 'access granted', body: { person, as: 'quality' } } : { kind: 'access revoked', body: { person } }] };
  }).catch(fail);
});
// Whoever started it is gone.
process.once('disconnect', () => process.exit(1));
process.once('SIGTERM', () => void running.stop().then(() => process.exit(0)));
