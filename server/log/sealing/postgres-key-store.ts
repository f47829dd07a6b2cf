import { v7 } from 'uuid';
import { z } from 'zod';
import { connect, dropClient, failureOf, placeOf, ReadConnections } from '../postgres/connections.ts';
import { mayPass } from '../postgres/database-errors.ts';
import { makeReady, unfitness } from '../postgres/schema.ts';
import { deadline, wait } from '../postgres/timers.ts';
import { LogFailure, type LogError } from '../log-errors.ts';
import { exportKeys } from './move-keys.ts';
import type { KeptKey, KeyStore, ReadMark, Slot } from './key-store.ts';

const PATIENCE_MS = 10_000;
const AGAIN_MS = 250;

type Row = { id: string; purpose: 'index' | 'customer' | 'stream'; slot: string; version: number | null; wrapped: Buffer | null };
const ROW = 'SELECT id, purpose, slot, ring_version AS version, wrapped FROM keys';
const kept = ({ id, purpose, slot, version, wrapped }: Row): KeptKey =>
  ({ id, purpose, slot: slot as Slot, wrapped: version === null || wrapped === null ? null : { version, bytes: wrapped } });
const Mark = z.object({ epoch: z.string(), position: z.int().min(0), began: z.int().min(1).nullable() });

/** An update of keys that seal nothing any more, and in the same transaction the count that every append compares (PR7). */
const counted = (update: string): string => `WITH gone AS (${update} RETURNING 1)
  INSERT INTO key_facts (name, value) SELECT 'retirements', '1' WHERE EXISTS (SELECT 1 FROM gone)
  ON CONFLICT (name) DO UPDATE SET value = (key_facts.value::bigint + 1)::text`;

/**
 * The key store of a log on PostgreSQL, in the same database, for all of its servers.
 *
 * @returns the store, or what is wrong with the database (RB2, RB3); then nothing is held open
 */
export async function openPostgresKeyStore(url: string): Promise<{ ok: true; store: KeyStore } | { ok: false; error: LogError }> {
  const over = deadline(PATIENCE_MS);
  for (;;) {
    try {
      return { ok: true, store: await prepare(url) };
    } catch (thrown) {
      if (!(thrown instanceof LogFailure)) throw thrown;
      if (!mayPass(thrown.error) || over()) return { ok: false, error: thrown.error };
      await wait(AGAIN_MS);
    }
  }
}

/** @throws LogFailure */
async function prepare(url: string): Promise<KeyStore> {
  const place = placeOf(url);
  const client = await connect(url);
  try {
    const unfit = (await unfitness(client, place)) ?? (await makeReady(client, place));
    if (unfit !== null) throw new LogFailure(unfit);
    await client.query(`INSERT INTO key_facts (name, value) VALUES ('id', $1) ON CONFLICT (name) DO NOTHING`, [v7()]);
    const { rows } = await client.query<{ value: string }>(`SELECT value FROM key_facts WHERE name = 'id'`);
    return new PostgresKeyStore(url, rows[0]?.value ?? '');
  } catch (thrown) {
    throw failureOf(thrown, place);
  } finally {
    dropClient(client);
  }
}

class PostgresKeyStore implements KeyStore {
  readonly id: string;
  readonly #connections: ReadConnections;

  constructor(url: string, id: string) {
    this.id = id;
    this.#connections = new ReadConnections(url);
  }

  async #keys(name: string, text: string, values: readonly unknown[]): Promise<KeptKey[]> {
    return (await this.#connections.rows<Row>(name, text, values)).map(kept);
  }

  /** Every one of these may be done twice: a write that got no answer is simply done again. */
  async #write(name: string, text: string, values: readonly unknown[]): Promise<void> {
    await this.#connections.rows(name, text, values);
  }

  async isEmpty(): Promise<boolean> {
    return (await this.#connections.rows('any key', 'SELECT 1 FROM keys LIMIT 1', [])).length === 0;
  }

  async find(ids: readonly string[]): Promise<KeptKey[]> {
    return this.#keys('find keys', `${ROW} WHERE id = ANY($1)`, [ids]);
  }

  async active(slots: readonly Slot[]): Promise<KeptKey[]> {
    return this.#keys('active keys', `${ROW} WHERE slot = ANY($1) AND NOT retired AND destroyed_at IS NULL`, [slots]);
  }

  async add(keys: Parameters<KeyStore['add']>[0], ties: Parameters<KeyStore['add']>[1], madeAt: string): Promise<void> {
    await this.#write(
      'add keys',
      `WITH k AS (INSERT INTO keys (id, purpose, slot, ring_version, wrapped, made_at)
           SELECT q.*, $6 FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bytea[]) AS q ON CONFLICT DO NOTHING)
         INSERT INTO ties (tag, stream) SELECT * FROM unnest($7::text[], $8::text[]) ON CONFLICT DO NOTHING`,
      [
        keys.map(({ id }) => id), keys.map(({ purpose }) => purpose), keys.map(({ slot }) => slot), keys.map(({ wrapped }) => wrapped.version), keys.map(({ wrapped }) => Buffer.from(wrapped.bytes)), madeAt,
        ties.map(({ tag }) => tag), ties.map(({ stream }) => stream),
      ],
    );
  }

  async ofCustomer(tag: string): Promise<{ id: string; slot: Slot }[]> {
    return this.#connections.rows<{ id: string; slot: Slot }>(
      'keys of a customer',
      `SELECT id, slot FROM keys WHERE destroyed_at IS NULL AND slot = 'customer:' || $1
       UNION SELECT k.id, k.slot FROM ties t JOIN keys k ON k.slot = 'stream:' || t.stream WHERE t.tag = $1 AND k.destroyed_at IS NULL ORDER BY id`,
      [tag],
    );
  }

  async streamsOf(tag: string): Promise<string[]> {
    return (await this.#connections.rows<{ stream: string }>('streams of a customer', 'SELECT stream FROM ties WHERE tag = $1 ORDER BY stream', [tag])).map(({ stream }) => stream);
  }

  async retirements(): Promise<number> {
    const [row] = await this.#connections.rows<{ value: string }>('retirements', `SELECT value FROM key_facts WHERE name = 'retirements'`, []);
    return Number(row?.value ?? 0);
  }

  async retire(ids: readonly string[]): Promise<void> {
    await this.#write('retire keys', counted('UPDATE keys SET retired = true WHERE id = ANY($1) AND NOT retired'), [ids]);
  }

  async restore(ids: readonly string[]): Promise<void> {
    // One by one: of two keys of a slot the first is the one that seals again.
    for (const id of ids) {
      await this.#write(
        'restore a key',
        `UPDATE keys k SET retired = false WHERE k.id = $1 AND k.destroyed_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM keys other WHERE other.slot = k.slot AND NOT other.retired AND other.destroyed_at IS NULL)`,
        [id],
      );
    }
  }

  /**
   * The table is written anew, so that no file of it holds the wrapped bytes any more. The database's own journal, its
   * archive and its back-ups still do: those open nothing once the ring was rotated and its old versions were dropped.
   */
  async destroy(ids: readonly string[], at: string): Promise<void> {
    // Asked before: of an update that was done twice, the second finds nothing left to do.
    const there = await this.#connections.rows('keys to destroy', `SELECT 1 FROM keys WHERE id = ANY($1) AND destroyed_at IS NULL AND purpose <> 'index' LIMIT 1`, [ids]);
    if (there.length === 0) return;
    await this.#write('destroy keys', counted(`UPDATE keys SET wrapped = NULL, ring_version = NULL, retired = true, destroyed_at = $2 WHERE id = ANY($1) AND destroyed_at IS NULL AND purpose <> 'index'`), [ids, at]);
    await this.#write('rewrite keys', 'VACUUM (FULL) keys', []);
  }

  async destroyedSince(at: string): Promise<{ id: string; slot: Slot }[]> {
    return this.#connections.rows<{ id: string; slot: Slot }>('keys destroyed since', 'SELECT id, slot FROM keys WHERE destroyed_at >= $1 ORDER BY id', [at]);
  }

  async wrappedBefore(version: number, limit: number): ReturnType<KeyStore['wrappedBefore']> {
    const keys = await this.#keys('wrapped before', `${ROW} WHERE ring_version < $1 ORDER BY ring_version, id LIMIT $2`, [version, limit]);
    return keys.flatMap((key) => (key.wrapped === null ? [] : [{ ...key, wrapped: key.wrapped }]));
  }

  async rewrap(id: string, from: number, to: { version: number; bytes: Uint8Array }): Promise<void> {
    await this.#write('rewrap a key', 'UPDATE keys SET ring_version = $1, wrapped = $2 WHERE id = $3 AND ring_version = $4', [to.version, Buffer.from(to.bytes), id, from]);
  }

  async readMark(): Promise<ReadMark | null> {
    const [row] = await this.#connections.rows<{ value: string }>('read mark', `SELECT value FROM key_facts WHERE name = 'read'`, []);
    return row === undefined ? null : Mark.parse(JSON.parse(row.value));
  }

  async takeIn({ erased, held }: Parameters<KeyStore['takeIn']>[0], mark: ReadMark): Promise<void> {
    // What is set and lifted in the same stretch ends as it was left.
    const last = [...new Map(held.map((one) => [JSON.stringify([one.tag, one.matter]), one])).values()];
    const [on, off] = [last.filter((one) => one.on), last.filter((one) => !one.on)];
    await this.#write(
      'take in',
      `WITH r AS (UPDATE keys SET recorded = true WHERE id = ANY($1)),
         h AS (INSERT INTO holds (tag, matter) SELECT * FROM unnest($2::text[], $3::text[]) ON CONFLICT DO NOTHING),
         l AS (DELETE FROM holds h USING unnest($4::text[], $5::text[]) AS q (tag, matter) WHERE h.tag = q.tag AND h.matter = q.matter)
       INSERT INTO key_facts (name, value) VALUES ('read', $6) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      [erased, on.map(({ tag }) => tag), on.map(({ matter }) => matter), off.map(({ tag }) => tag), off.map(({ matter }) => matter), JSON.stringify(mark)],
    );
  }

  async forgetChain(): Promise<void> {
    await this.#write('forget the chain', `WITH r AS (UPDATE keys SET recorded = false WHERE recorded) DELETE FROM key_facts WHERE name = 'read'`, []);
  }

  async unrecorded(): Promise<string[]> {
    return (await this.#connections.rows<{ id: string }>('unrecorded keys', 'SELECT id FROM keys WHERE destroyed_at IS NOT NULL AND NOT recorded ORDER BY id', [])).map(({ id }) => id);
  }

  async holds(tag: string): Promise<string[]> {
    return (await this.#connections.rows<{ matter: string }>('holds', 'SELECT matter FROM holds WHERE tag = $1 ORDER BY matter', [tag])).map(({ matter }) => matter);
  }

  async holdsInTheWay(tag: string): Promise<number> {
    const [row] = await this.#connections.rows<{ count: number }>(
      'holds in the way',
      `SELECT count(*) FROM holds WHERE tag = $1 OR tag IN (SELECT other.tag FROM ties mine JOIN ties other ON other.stream = mine.stream WHERE mine.tag = $1)`,
      [tag],
    );
    return row?.count ?? 0;
  }

  /** A file as the one beside a log on SQLite. */
  async backUp(path: string): Promise<void> {
    await this.#connections.snapshot((client) => exportKeys(client, path));
  }

  close(): void {
    void this.#connections.close().catch(() => undefined);
  }
}
