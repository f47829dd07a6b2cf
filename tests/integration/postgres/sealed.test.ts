/** Sealed bodies where log and keys are in PostgreSQL (PR7). */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eraseCustomer } from '../../../server/log/sealing/erasure.ts';
import { openSealedLog, type SealedLog } from '../../../server/log/sealing/open-sealed-log.ts';
import { openPostgresKeyStore } from '../../../server/log/sealing/postgres-key-store.ts';
import { keyStoreContract } from '../log/key-store-contract.ts';
import { appended, CASE_A, CASE_B, clock, draft, note, temporaryFolder } from '../log/log-fixture.ts';
import { CUSTOMER, ofCustomer, OTHER, parts, TWO } from '../log/sealing-fixture.ts';
import { Cluster } from './cluster.ts';
import { verified } from './postgres-fixture.ts';

let cluster: Cluster;
beforeAll(async () => void (cluster = await Cluster.start()));
afterAll(() => cluster.dispose());

keyStoreContract('PostgreSQL', async () => {
  const url = cluster.url(await cluster.database());
  return {
    dispose: async () => undefined,
    open: async () => {
      const opened = await openPostgresKeyStore(url);
      if (!opened.ok) throw new Error(opened.error.cause);
      return opened.store;
    },
  };
});

async function openSealed(folder: string, url: string): Promise<SealedLog> {
  const opened = await openSealedLog(folder, { now: clock, database: url });
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.cause}`);
  return opened;
}

/** The files of the database's own tables in which these bytes stand; its journal is another matter (docs/log.md). */
function tablesWith(bytes: Buffer): string[] {
  const base = join(cluster.data, 'base');
  return readdirSync(base, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(join(base, file)).isFile() && readFileSync(join(base, file)).includes(bytes));
}

describe('sealed bodies', () => {
  it('[PR7] are readable to nobody in the database, open to both of two servers with the same ring, and under the same keys', async () => {
    const { folder, dispose } = await temporaryFolder();
    const url = cluster.url(await cluster.database());
    const here = await openSealed(folder, url);
    const name = '王测试甲乙丙';
    await appended(here.log, ofCustomer(null, CASE_A, 0, [draft('note written', { text: name })]));
    await appended(here.log, ofCustomer(CUSTOMER, CASE_A, 1, [draft('facts read', { name })]));
    const there = await openSealed(folder, url);
    await appended(there.log, ofCustomer(CUSTOMER, CASE_B, 0, [note('there')]));
    expect((await there.log.readCase(CASE_A)).map(({ body }) => body)).toEqual([{ text: name }, { name }]);
    expect((await here.log.readCase(CASE_B)).map(({ body }) => body)).toEqual([{ text: 'there' }]);
    await cluster.sql('postgres', 'CHECKPOINT');
    expect(tablesWith(Buffer.from(name))).toEqual([]);
    expect(tablesWith(Buffer.from('facts read'))).not.toEqual([]);
    const used = await cluster.sql<{ count: string }>(new URL(url).pathname.slice(1), `SELECT count(DISTINCT key_id) FROM aidline.bodies`);
    expect(Number(used[0]?.count)).toBe(2);
    await Promise.all([here.log.close(), there.log.close()]);
    expect((await verified(url)).faults).toEqual([]);
    await dispose();
  });

  it('[PR7] of an erased customer are null for ever: no table holds their key any more, and the chain verifies', async () => {
    const { folder, dispose } = await temporaryFolder();
    const url = cluster.url(await cluster.database());
    const at = await openSealed(folder, url);
    await appended(at.log, ofCustomer(CUSTOMER, CASE_A, 0, [note('one')]));
    await appended(at.log, ofCustomer(OTHER, CASE_B, 0, [note('two')]));
    const database = new URL(url).pathname.slice(1);
    const keys = await cluster.sql<{ wrapped: Buffer; slot: string }>(database, `SELECT slot, wrapped FROM aidline.keys WHERE slot = 'customer:${at.sealing.keys.tagOf(CUSTOMER)}'`);
    await cluster.sql('postgres', 'CHECKPOINT');
    expect(keys).toHaveLength(1);
    expect(tablesWith(keys[0]!.wrapped)).not.toEqual([]);
    expect(await eraseCustomer(parts(at), CUSTOMER, TWO)).toMatchObject({ ok: true });
    await cluster.sql('postgres', 'CHECKPOINT');
    expect(tablesWith(keys[0]!.wrapped)).toEqual([]);
    expect((await at.log.readCase(CASE_A)).map(({ body }) => body)).toEqual([null]);
    expect((await at.log.readCase(CASE_B)).map(({ body }) => body)).toEqual([{ text: 'two' }]);
    await at.log.close();
    const again = await openSealed(folder, url);
    expect((await again.log.readCase(CASE_A)).map(({ body }) => body)).toEqual([null]);
    await again.log.close();
    expect((await verified(url)).faults).toEqual([]);
    await dispose();
  });

  it.each([
    ['sealed after it, with the key still in memory', async (erase: () => Promise<void>, append: () => Promise<void>) => {
      await erase();
      await append();
    }],
    ['sealed before it, and stored after it', async (erase: () => Promise<void>, append: (sealed: () => Promise<void>) => Promise<void>) => append(erase)],
    ['stored between the word in the chain and the end of the key', async (erase: (told: () => Promise<void>) => Promise<void>, append: () => Promise<void>) => erase(append)],
  ])('[PR7] what another server writes of a customer who is being erased is theirs to read, and not lost with the key: %s', async (_when, happens) => {
    const { folder, dispose } = await temporaryFolder();
    const url = cluster.url(await cluster.database());
    const [here, there] = [await openSealed(folder, url), await openSealed(folder, url)];
    await appended(here.log, ofCustomer(CUSTOMER, CASE_A, 0, [note('one')]));
    await appended(there.log, ofCustomer(CUSTOMER, CASE_A, 1, [note('two')]));
    await happens(
      async (told = async () => undefined) => {
        const destroy = here.sealing.keys.destroy.bind(here.sealing.keys);
        here.sealing.keys.destroy = async (ids) => {
          await told();
          return destroy(ids);
        };
        expect(await eraseCustomer(parts(here), CUSTOMER, TWO)).toMatchObject({ ok: true });
      },
      async (sealed = async () => undefined) => {
        const { sealer } = there.sealing;
        const seal = sealer.seal.bind(sealer);
        sealer.seal = async (requests) => {
          const bodies = await seal(requests);
          sealer.seal = seal;
          await sealed();
          return bodies;
        };
        await appended(there.log, ofCustomer(CUSTOMER, CASE_A, 2, [note('three')]));
      },
    );
    for (const { log } of [here, there]) expect((await log.readCase(CASE_A)).at(-1)?.body).toEqual({ text: 'three' });
    expect((await here.log.readCase(CASE_A)).map(({ body }) => body)).toEqual([null, null, { text: 'three' }]);
    // And it can be erased like the others.
    await Promise.all([here.log.close(), there.log.close()]);
    const again = await openSealed(folder, url);
    expect((await again.log.readCase(CASE_A)).map(({ body }) => body)).toEqual([null, null, { text: 'three' }]);
    expect(await eraseCustomer(parts(again), CUSTOMER, TWO)).toMatchObject({ ok: true });
    expect((await again.log.readCase(CASE_A)).map(({ body }) => body)).toEqual([null, null, null]);
    await again.log.close();
    expect((await verified(url)).faults).toEqual([]);
    await dispose();
  });

  it('[PR7] [RB2] without their ring key nothing is opened, and none is made anew', async () => {
    const url = cluster.url(await cluster.database());
    const mine = await temporaryFolder();
    await (await openSealed(mine.folder, url)).log.close();
    const other = await temporaryFolder();
    await expect(openSealed(other.folder, url)).rejects.toThrow('ring-missing');
    await Promise.all([mine.dispose(), other.dispose()]);
  });
});
