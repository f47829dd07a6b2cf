/** SY9: when an epoch of a log on PostgreSQL begins, and how. The chain says when and why, so that nobody can hide a restore. */
import type pg from 'pg';
import { writeGroup } from '../group-rules.ts';
import type { PreparedItem } from '../prepare.ts';
import { GatheredRows } from './gathered-rows.ts';
import type { Seen } from './last-seen.ts';
import { knownOrigin, originDiffers, presentOrigin, rememberOrigin, type Origin } from './origin.ts';
import { lockPartition, type Locked } from './writer.ts';

export type Standing = Omit<Locked, 'retirements'> & { epoch: string; origin: Origin; lsn: string };
type Clock = { now: () => string; newId: () => string };

export const epochItem = (epoch: string, reason: string): PreparedItem =>
  ({ ok: true, writes: [], command: null, retirements: null, audit: [{ kind: 'epoch started', person: null, workstation: null, about: null, detail: { epoch, reason } }] });

/** A copy that begins an epoch is a copy no more. */
export async function setEpoch(client: pg.Client, epoch: string): Promise<void> {
  await client.query(`DELETE FROM facts WHERE name = 'copied'`);
  await client.query(`INSERT INTO facts (name, value) VALUES ('epoch', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, [epoch]);
}

/**
 * At a server's start, under the partition's lock, so that of several servers one begins the epoch and the others find it
 * begun.
 *
 * @param seen what this server saw last, null where it knows nothing
 */
export async function settleEpoch(client: pg.Client, seen: Seen | null, clock: Clock): Promise<Standing> {
  const locked = await lockPartition(client);
  const { lsn, ...origin } = await presentOrigin(client);
  const reason = locked.epoch === null ? 'log made' : await whyNew(client, locked, origin, seen);
  if (reason === null && locked.epoch !== null) {
    await client.query('COMMIT');
    return { head: locked.head, epoch: locked.epoch, origin, lsn };
  }
  const epoch = clock.newId();
  const rows = await GatheredRows.read(client, []);
  const { head } = writeGroup(rows, locked.head, clock.now(), [epochItem(epoch, reason ?? '')]);
  await rows.write(client);
  await setEpoch(client, epoch);
  await rememberOrigin(client, origin);
  await client.query('COMMIT');
  return { head, epoch, origin, lsn };
}

async function whyNew(client: pg.Client, { head, epoch }: Pick<Locked, 'head' | 'epoch'>, origin: Origin, seen: Seen | null): Promise<string | null> {
  const copied = await client.query(`SELECT 1 FROM facts WHERE name = 'copied'`);
  if (copied.rows.length > 0) return 'started on a back-up';
  const known = await knownOrigin(client);
  // A log that was copied here is as it was where it came from.
  if (known === null) await rememberOrigin(client, origin);
  const differs = known === null ? null : originDiffers(known, origin);
  if (differs !== null) return differs;
  return seen === null || seen.system !== origin.system ? null : putBack(client, { head, epoch }, origin, seen);
}

/** Whether the log lacks what this server had seen of it, and no epoch began for that yet. */
async function putBack(client: pg.Client, { head, epoch }: Pick<Locked, 'head' | 'epoch'>, origin: Origin, seen: Seen): Promise<string | null> {
  const { rows } = await client.query<{ there: boolean; back: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM batches WHERE batch = $1 AND link = $2) AS there, pg_current_wal_lsn() < $3::pg_lsn AS back`, [seen.batch, Buffer.from(seen.link, 'hex'), seen.lsn],
  );
  if (rows[0]?.there === true && !(seen.timeline === origin.timeline && rows[0].back)) return null;
  if (seen.epoch !== epoch) {
    // Another server may have begun one after the same loss: then the chain knows the epoch of before as well.
    const known = await client.query(`SELECT 1 FROM entries WHERE class = 'audit' AND strpos(content, $1) > 0 LIMIT 1`, [`"detail":{"epoch":"${seen.epoch}"`]);
    if (known.rows.length > 0) return null;
  }
  return `database put back to an earlier state (batch ${seen.batch} was there, now it ends at ${head.batch})`;
}
