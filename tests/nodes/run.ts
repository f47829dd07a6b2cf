/**
 * `npm run test:nodes [-- files…]`: the stories of the centre on two nodes with PostgreSQL and Redis instead of one server with
 * SQLite, and then one round of the drill and two worlds by chance (tests/chaos/nodes). Both engines run on ports of their own, as an ordinary user, and are gone afterwards.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runRealSeed } from '../chaos/nodes/run-real-seed.ts';
import { Tally } from '../chaos/tally.ts';
import { Cluster } from '../integration/postgres/cluster.ts';
import { RedisServer } from './redis.ts';
import { isClean, runDrill } from './run-drill.ts';

/**
 * Every test that plays its story on a stage of `tests/integration/server/story.ts`, and two-person control whole: its live stories on two nodes, its random
 * ones on the insides of two, in one process on one database. What does not play here, and why: docs/nodes.md.
 */
const STORIES = [
  'tests/integration/server/two-people', 'tests/integration/server/execution', 'tests/integration/server/largest-instalment', 'tests/integration/server/night',
  'tests/integration/server/protective', 'tests/integration/server/wire', 'tests/integration/server/case-snapshot', 'tests/integration/server/review-findings', 'tests/integration/server/traces',
  'tests/integration/administration', 'tests/integration/attacks', 'tests/integration/control', 'tests/integration/sessions',
  'tests/integration/desk/co-sign-here', 'tests/integration/desk/night', 'tests/integration/bank/plain-centre', 'tests/integration/protocol-1/story',
];

const WORLDS = [1, 2];

const compiled = mkdtempSync(join(tmpdir(), 'aidline-compiled-'));
const cluster = await Cluster.start({ max_connections: '300' });
const redis = await RedisServer.start();
const say = (line: string): void => void process.stdout.write(`${line}\n`);
let failed = true;
try {
  const files = process.argv.slice(2);
  const vitest = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'integration', ...(files.length > 0 ? files : STORIES)], {
    stdio: 'inherit', env: { ...process.env, AIDLINE_TEST_NODES: '2', AIDLINE_TEST_POSTGRES: cluster.url('').replace(/\/$/, ''), AIDLINE_TEST_REDIS: redis.url },
  });
  const [code] = (await once(vitest, 'exit')) as [number | null];
  failed = code !== 0;
  if (!failed && files.length === 0) {
    const verdict = await runDrill(1, 1, (line) => void process.stderr.write(`${line}\n`));
    say(JSON.stringify(verdict));
    const tally = new Tally(say);
    for (const seed of WORLDS) tally.take(await runRealSeed(seed, { cluster, redis, compiled }));
    const isQuiet = tally.tell();
    failed = !isClean(verdict) || !isQuiet;
  }
} finally {
  await redis.dispose();
  await cluster.dispose();
  rmSync(compiled, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
