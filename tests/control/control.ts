/** `npm run test:control -- --runs N --seed S`: random stories of two-person control, each judged from what was written down. */
import { parseArgs } from 'node:util';
import { playMany } from './play.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } } });
const tally = await playMany(Number(values.runs), Number(values.seed), (line) => process.stdout.write(`${line}\n`));
process.stdout.write(`${JSON.stringify(tally)}\n`);
process.exitCode = tally.violations === 0 ? 0 : 1;
