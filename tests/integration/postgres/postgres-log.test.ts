import { afterAll, beforeAll, vi } from 'vitest';
import { openPostgresLog } from '../../../server/log/postgres/open-postgres-log.ts';
import { feedContract } from '../log/feed-contract.ts';
import { logContract } from '../log/log-contract.ts';
import { clock, type MakeStorage } from '../log/log-fixture.ts';
import { Cluster } from './cluster.ts';

// Each case of a property has a database of its own.
vi.setConfig({ testTimeout: 240_000 });

let cluster: Cluster;
beforeAll(async () => void (cluster = await Cluster.start()));
afterAll(() => cluster.dispose());

const postgres: MakeStorage = async () => {
  const name = await cluster.database();
  return {
    dispose: async () => void (await cluster.sql('postgres', `DROP DATABASE ${name} WITH (FORCE)`)),
    open: async (options) => {
      const opened = await openPostgresLog(cluster.url(name), { now: clock, ...options });
      if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.cause}`);
      return opened.log;
    },
  };
};

logContract('PostgreSQL', postgres);
feedContract('PostgreSQL', postgres);
