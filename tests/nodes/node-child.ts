/** One node of a demo centre as a process of its own: on the bank that is named, with phones of its own that ring while it is on duty. */
import { readOptions } from '../../server/options.ts';
import { ControllableClock } from '../../server/clock/clock.ts';
import { serverScheduler } from '../../server/clock/server-scheduler.ts';
import { demoPartsOn } from '../../server/demo/demo-parts.ts';
import { startCentre } from '../../server/start-centre.ts';

const options = readOptions(process.argv.slice(2));
const clock = new ControllableClock(options.now);
const fail = (error: unknown): void => void process.stderr.write(`${String(error)}\n`);
const bank = { url: process.env['DRILL_BANK'] ?? '', secret: process.env['DRILL_BANK_SECRET'] ?? '', pid: 0, exited: new Promise<never>(() => undefined), stop: async () => undefined, kill: async () => undefined };
const parts = await demoPartsOn(bank, options, serverScheduler(clock), fail);
const running = await startCentre(options, { demo: { parts, clock } });
process.stdout.write(`listening ${running.url}\n`);
process.once('SIGTERM', () => void running.stop().then(() => process.exit(0)));
