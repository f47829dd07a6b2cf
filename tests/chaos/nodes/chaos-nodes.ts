/**
 * `npm run chaos:nodes -- --seeds A..B`: worlds as those of `npm run chaos`, but in real time: real desks on real sockets, two node
 * processes, PostgreSQL, Redis. The seed chooses what people do and what fails; exact replay is not promised. `--seed N --verbose`
 * tells one, `--bail` ends at the first that fails, `--keep FOLDER` writes down the log of each that fails and what its nodes said. The last line is JSON; the exit code is 1 where anything was lost, doubled,
 * different or against a rule.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Cluster } from '../../integration/postgres/cluster.ts';
import { RedisServer } from '../../nodes/redis.ts';
import { seedsOf, Tally } from '../tally.ts';
import { runRealSeed } from './run-real-seed.ts';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '1..10' }, seed: { type: 'string' }, verbose: { type: 'boolean', default: false }, bail: { type: 'boolean', default: false }, keep: { type: 'string' } } });
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const tally = new Tally(say);
const compiled = mkdtempSync(join(tmpdir(), 'aidline-compiled-'));
const cluster = await Cluster.start({ max_connections: '300' });
const redis = await RedisServer.start();
try {
  for (const seed of values.seed === undefined ? seedsOf(values.seeds) : [Number(values.seed)]) {
    const result = await runRealSeed(seed, { cluster, redis, compiled }, values.verbose ? say : null, values.keep ?? null);
    tally.take(result);
    process.stderr.write(`seed ${seed}: ${result.faults} faults, ${result.commands} commands, ${result.events} events, ${result.executions} executions in ${(result.ms / 1000).toFixed(1)} s\n`);
    if (values.bail && tally.hasFailed) break;
  }
} finally {
  await redis.dispose();
  await cluster.dispose();
  rmSync(compiled, { recursive: true, force: true });
}
say(`${tally.sum((one) => one.events)} events, ${tally.sum((one) => one.executions)} executions; a seed ${(tally.median(({ ms }) => ms) / 1000).toFixed(1)} s (median)`);
process.exit(tally.tell() ? 0 : 1);
