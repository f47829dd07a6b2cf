/** The central server as `npm run server` runs it, with the demo bank, that tells its parent its port. */
import { readOptions } from '../../server/options.ts';
import { startCentre } from '../../server/start-centre.ts';

const running = await startCentre(readOptions(['--demo', '--data', process.argv[2]!, '--port', '0', '--crowd', '0', '--calls', 'off', '--log-level', 'error']));
process.on('disconnect', () => void running.stop().then(() => process.exit(0)));
process.send!({ port: Number(new URL(running.url).port) });
