/**
 * `npm run proof:nodes -- --rounds N --seed S`: two nodes, PostgreSQL, Redis and the proxy before them, under load, and one after
 * another of them killed: the node on duty, the other node, Redis, PostgreSQL (as by a power cut), the proxy. In the end every
 * command that was answered is in the log, once; no call was ever two people's; the bank booked no key twice and what it booked is
 * what the cases say; and the chain verifies.
 *
 * The last line is JSON: `{"kills","commands","calls","lost","doubled","two_owner_offers","booked_twice","untold","chain","recovery_ms":{…},"seed"}`.
 */
import { parseArgs } from 'node:util';
import { isClean, runDrill } from './run-drill.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '4' }, seed: { type: 'string', default: '1' } } });
const verdict = await runDrill(Number(values.rounds), Number(values.seed), (line) => void process.stderr.write(`${line}\n`));
process.stdout.write(`${JSON.stringify(verdict)}\n`);
process.exit(isClean(verdict) ? 0 : 1);
