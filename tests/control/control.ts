/**
 * `npm run test:control -- --runs N --seed S [--live M] [--nodes K]`: N random stories of two-person control on a server's inside, and M matters on a
 * running server and bank, all judged from what was written down. With `--nodes` on so many nodes with a PostgreSQL (and, live, a Redis) of their own instead of one
 * server with SQLite: what races then is the machine's, so that a story is not replayed exactly.
 */
import { parseArgs } from 'node:util';
import { Cluster } from '../integration/postgres/cluster.ts';
import { RedisServer } from '../nodes/redis.ts';
import { playLive } from './live.ts';
import { playMany } from './play.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' }, live: { type: 'string', default: '5' }, nodes: { type: 'string', default: '1' } },
});
const seed = Number(values.seed);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const cluster = Number(values.nodes) > 1 ? await Cluster.start({ max_connections: '300' }) : null;
const redis = cluster === null ? null : await RedisServer.start();
try {
  if (cluster !== null && redis !== null) Object.assign(process.env, { AIDLINE_TEST_NODES: values.nodes, AIDLINE_TEST_POSTGRES: cluster.url('').replace(/\/$/, ''), AIDLINE_TEST_REDIS: redis.url });
  const tally = await playMany(Number(values.runs), seed, say);
  if (Number(values.live) > 0) {
    const { verdict, commands, restarts } = await playLive(Number(values.live), seed);
    say(`${values.live} matters on a running server and bank, killed ${restarts} times: ${verdict.executions} executions`);
    for (const violation of verdict.violations) say(violation);
    tally.sequences += Number(values.live);
    tally.commands += commands;
    tally.executions += verdict.executions;
    tally.in_doubt += verdict.inDoubt;
    tally.violations += verdict.violations.length;
  }
  process.stdout.write(`${JSON.stringify(tally)}\n`);
  process.exitCode = tally.violations === 0 ? 0 : 1;
} finally {
  await redis?.dispose();
  await cluster?.dispose();
}
