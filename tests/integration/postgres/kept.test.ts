/** What a centre keeps beside its log, where all of its servers share one database. */
import { afterAll, beforeAll } from 'vitest';
import type { Kept } from '../../../server/kept/kept.ts';
import { openKept } from '../../../server/kept/open-kept.ts';
import { openSealing, type Sealing } from '../../../server/log/sealing/sealing.ts';
import { keptContract } from '../kept/kept-contract.ts';
import { clock, temporaryFolder } from '../log/log-fixture.ts';
import { Cluster } from './cluster.ts';

let cluster: Cluster;
beforeAll(async () => void (cluster = await Cluster.start()));
afterAll(() => cluster.dispose());

type Server = Kept & { sealing: Sealing };

/** A server's own ring file would be another ring: they name one for all, as the manual says. */
async function server(folder: string, database: string): Promise<Server> {
  const opened = await openSealing(folder, { now: clock, database });
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.cause}`);
  const { sealing } = opened;
  const kept = openKept(folder, database, sealing.keys);
  return { ...kept, sealing, close: async () => {
    await kept.close();
    sealing.close();
  } };
}

keptContract('PostgreSQL', async () => {
  const { folder, dispose } = await temporaryFolder();
  const url = cluster.url(await cluster.database());
  return { servers: 2, dispose, open: () => server(folder, url) };
});
