import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { BodySealer } from '../log/body-sealer.ts';
import { customerSealer } from '../log/sealing/customer-sealer.ts';
import { DataKeys } from '../log/sealing/data-keys.ts';
import { openFileRing } from '../log/sealing/file-ring.ts';
import { HttpRing } from '../log/sealing/http-ring.ts';
import { placeOf } from '../log/postgres/connections.ts';
import type { KeptKey, KeyStore, Slot } from '../log/sealing/key-store.ts';
import type { RingKey } from '../log/sealing/ring-key.ts';
import { copyOfKeys, isDatabase } from './log-copy.ts';
import { openLogFile } from './open-log-file.ts';
import { UsageError } from './usage-error.ts';

const Row = z.object({ id: z.string(), purpose: z.enum(['index', 'customer', 'stream']), slot: z.string(), version: z.int().nullable(), wrapped: z.instanceof(Buffer).nullable() });
const COLUMNS = 'id, purpose, slot, ring_version AS version, wrapped';

const kept = (row: unknown): KeptKey => {
  const { id, purpose, slot, version, wrapped } = Row.parse(row);
  return { id, purpose, slot: slot as Slot, wrapped: version === null || wrapped === null ? null : { version, bytes: wrapped } };
};

/** The keys of a server as an auditor has them: read, never made, wrapped anew or destroyed. */
function readingStore(db: Database.Database): KeyStore {
  const one = db.prepare(`SELECT ${COLUMNS} FROM keys WHERE id = ?`);
  const active = db.prepare(`SELECT ${COLUMNS} FROM keys WHERE slot = ? AND retired = 0 AND destroyed_at IS NULL`);
  const rows = (statement: Database.Statement, names: readonly string[]): KeptKey[] => names.flatMap((name) => statement.all(name)).map(kept);
  // What opening bodies asks for, and nothing else: whatever would write is not there. Nothing is sealed, so that no retirement matters.
  const reading: Pick<KeyStore, 'find' | 'active' | 'retirements'> = { find: async (ids) => rows(one, ids), active: async (slots) => rows(active, slots), retirements: async () => 0 };
  return reading as KeyStore;
}

/**
 * Opens sealed bodies with the ring key and the key store of a server (PR7).
 *
 * @param ring file of the ring key, or the address of a key service (its secret in AIDLINE_RING_SECRET)
 * @param keys `keys.sqlite` of the data folder, a back-up of it, or the database that holds them
 * @throws UsageError where they cannot be used
 */
export async function readingSealer(ring: string, keys: string): Promise<BodySealer> {
  const copy = isDatabase(keys) ? await copyOfKeys(keys) : null;
  try {
    const store = readingStore(openLogFile(copy?.path ?? keys));
    return customerSealer(await DataKeys.open(store, ringOf(ring), () => '', 20_000));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--ring ${ring}, --keys ${copy === null ? keys : placeOf(keys)}: 不能使用 / cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    // What is open of it stays readable until it is closed.
    copy?.dispose();
  }
}

function ringOf(ring: string): RingKey {
  if (/^https?:\/\//.test(ring)) return new HttpRing(ring, process.env['AIDLINE_RING_SECRET'] ?? '');
  const opened = openFileRing(ring, false, () => '');
  if (!opened.ok) throw new UsageError(`--ring ${ring}: ${opened.error.text.zh} / ${opened.error.text.en}`);
  return opened.ring;
}
