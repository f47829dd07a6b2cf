/**
 * SY9: whether this is the database that it was at the last start. A restore or a fail-over may have lost what was
 * acknowledged, and no desktop's cursor counts any more. Noticed are:
 *
 * - a dump restored anywhere, also into the same database: its tables are made anew, under other numbers (`entries`);
 * - a base back-up brought up to a point in time, and a standby that was promoted: the timeline is another one;
 * - an upgrade or a dump restored into another cluster: `system`;
 * - a snapshot of the disk that was put back: only from outside, by what the server had seen (`last-seen.ts`).
 *
 * None of them tells whether anything was lost; a new epoch where nothing was costs a pull, the other way round a booking.
 */
import type pg from 'pg';
import { z } from 'zod';

const Origin = z.object({ system: z.string(), timeline: z.string(), database: z.number(), entries: z.number() });
export type Origin = z.infer<typeof Origin>;
const Present = Origin.extend({ lsn: z.string() });

/** On a primary. */
export async function presentOrigin(client: pg.Client): Promise<Origin & { lsn: string }> {
  const { rows } = await client.query(
    `SELECT (SELECT system_identifier::text FROM pg_control_system()) AS system, left(pg_walfile_name(pg_current_wal_lsn()), 8) AS timeline,
       (SELECT oid FROM pg_database WHERE datname = current_database()) AS database, 'entries'::regclass::oid AS entries, pg_current_wal_lsn()::text AS lsn`,
  );
  return Present.parse(rows[0]);
}

export async function knownOrigin(client: pg.Client): Promise<Origin | null> {
  const { rows } = await client.query('SELECT system, timeline, database, entries FROM origin');
  return rows[0] === undefined ? null : Origin.parse(rows[0]);
}

export async function rememberOrigin(client: pg.Client, { system, timeline, database, entries }: Origin): Promise<void> {
  await client.query(
    `INSERT INTO origin (one, system, timeline, database, entries) VALUES (true, $1, $2, $3, $4)
     ON CONFLICT (one) DO UPDATE SET system = excluded.system, timeline = excluded.timeline, database = excluded.database, entries = excluded.entries`,
    [system, timeline, database, entries],
  );
}

/** @returns what became of it since, for the chain and for whoever reads it; null where it is the same */
export function originDiffers(known: Origin, present: Origin): string | null {
  if (known.system !== present.system) return `started on another database cluster (${known.system}, now ${present.system})`;
  if (known.timeline !== present.timeline) return `database restored or failed over (timeline ${known.timeline}, now ${present.timeline})`;
  if (known.database !== present.database || known.entries !== present.entries) return 'database restored from a dump';
  return null;
}
