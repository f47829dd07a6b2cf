/**
 * Walks the whole chain of a log file and names the first thing that is not as it was written (PR5): an entry
 * changed, missing, inserted or reordered, a body changed, or the end cut off after a checkpoint. Reads only; may run
 * beside a running server.
 *
 *   node server/log/verify-chain.ts <data folder>
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { batchLink, GENESIS_LINK, sha256Hex, type ChainEntry } from './chain.ts';

/** A head that was signed and kept elsewhere. */
export type Checkpoint = { batch: number; position: number; link: string };

export type ChainFault = {
  kind: 'missing' | 'changed' | 'inserted' | 'reordered' | 'body-missing' | 'body-changed' | 'link-differs' | 'cut-off';
  /** The first position concerned. */
  position: number;
  batch: number;
  said: string;
};
export type ChainVerdict = { ok: true; batches: number; entries: number; link: string } | { ok: false; fault: ChainFault };

type BatchRow = { batch: number; first: number; last: number; link: Buffer; recordedAt: string };
type EntryRow = {
  position: number;
  batch: number;
  class: 'event' | 'audit';
  stream: string | null;
  version: number | null;
  eventId: string | null;
  content: string;
  hash: Buffer;
  bytes: Buffer | null;
};

const EventContent = z.looseObject({ id: z.string(), case: z.string(), version: z.int(), bodyHash: z.string() });
const AuditContent = z.looseObject({ position: z.int() });

/** What is wrong with one entry by itself, or null. */
function entryFault(row: EntryRow, versions: Map<string, number>): [ChainFault['kind'], string] | null {
  if (sha256Hex(row.content) !== row.hash.toString('hex')) return ['changed', 'its content is not what its hash was taken of'];
  let content: unknown;
  try {
    content = JSON.parse(row.content);
  } catch {
    return ['changed', 'its content is no JSON'];
  }
  if (row.class === 'audit') {
    const audit = AuditContent.safeParse(content);
    if (!audit.success) return ['changed', 'it is no audit entry'];
    return audit.data.position === row.position ? null : ['reordered', `it was written at position ${audit.data.position}`];
  }
  const event = EventContent.safeParse(content);
  if (!event.success) return ['changed', 'it is no envelope'];
  const { id, case: stream, version, bodyHash } = event.data;
  if (id !== row.eventId || stream !== row.stream || version !== row.version) return ['changed', 'its columns are not those of its envelope'];
  const expected = (versions.get(stream) ?? 0) + 1;
  if (version !== expected) return [version > expected ? 'missing' : 'reordered', `version ${version} of ${stream} where ${expected} is due`];
  versions.set(stream, version);
  if (row.bytes === null) return ['body-missing', 'its body is gone (erasure destroys a key, never a row)'];
  return sha256Hex(row.bytes) === bodyHash ? null : ['body-changed', 'its body is not the one that was stored'];
}

/**
 * @param path the log's file
 * @param checkpoints heads kept outside the database: what they name must still be there
 */
export function verifyChain(path: string, checkpoints: Checkpoint[] = []): ChainVerdict {
  const db = new Database(path, { readonly: true, fileMustExist: true });
  try {
    return db.transaction(() => walk(db, checkpoints))();
  } finally {
    db.close();
  }
}

function walk(db: Database.Database, checkpoints: Checkpoint[]): ChainVerdict {
  const batches = db.prepare<[], BatchRow>(
    'SELECT batch, first_position AS first, last_position AS last, link, recorded_at AS recordedAt FROM batches ORDER BY batch',
  );
  const entriesOf = db.prepare<[number, number], EntryRow>(
    `SELECT e.position, e.batch, e.class, s.name AS stream, e.version, e.event_id AS eventId, e.content, e.hash, o.bytes
     FROM entries e LEFT JOIN streams s ON s.id = e.stream LEFT JOIN bodies o ON o.event_id = e.event_id
     WHERE e.position BETWEEN ? AND ? ORDER BY e.position`,
  );
  const versions = new Map<string, number>();
  let link = GENESIS_LINK;
  let batch = 0;
  let position = 0;
  const fault = (kind: ChainFault['kind'], at: number, said: string): ChainVerdict => ({ ok: false, fault: { kind, position: at, batch: batch + 1, said } });

  for (const row of batches.iterate()) {
    if (row.batch !== batch + 1) return fault('missing', position + 1, `batch ${batch + 1} is missing`);
    if (row.first !== position + 1) return fault('changed', position + 1, `batch ${row.batch} begins at ${row.first}`);
    const entries: ChainEntry[] = [];
    for (const entry of entriesOf.iterate(row.first, row.last)) {
      if (entry.position !== position + 1) return fault('missing', position + 1, `position ${position + 1} is missing`);
      if (entry.batch !== row.batch) return fault('reordered', entry.position, `it says that it is of batch ${entry.batch}`);
      const wrong = entryFault(entry, versions);
      if (wrong !== null) return fault(wrong[0], entry.position, wrong[1]);
      entries.push({ class: entry.class, content: entry.content });
      position = entry.position;
    }
    if (position !== row.last) return fault('missing', position + 1, `position ${position + 1} is missing`);
    const expected = batchLink(link, entries);
    if (expected !== row.link.toString('hex')) return fault('link-differs', row.first, 'the batch is not the one that was linked');
    link = expected;
    batch = row.batch;
    const checkpoint = checkpoints.find((kept) => kept.batch === batch);
    if (checkpoint !== undefined && (checkpoint.link !== link || checkpoint.position !== position)) {
      return fault('changed', row.first, `checkpoint of batch ${batch} names another head: history was written anew`);
    }
  }
  const beyond = db.prepare<[number], number>('SELECT position FROM entries WHERE position > ? ORDER BY position LIMIT 1').pluck().get(position);
  if (beyond !== undefined) return fault('inserted', beyond, 'an entry after the last batch');
  const lost = checkpoints.filter((kept) => kept.batch > batch).sort((a, b) => a.batch - b.batch)[0];
  if (lost !== undefined) return fault('cut-off', position + 1, `the checkpoint of batch ${lost.batch} is beyond the end`);
  return { ok: true, batches: batch, entries: position, link };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = process.argv[2];
  if (folder === undefined) {
    process.stderr.write('usage: node server/log/verify-chain.ts <data folder>\n');
    process.exitCode = 2;
  } else {
    const verdict = verifyChain(join(folder, 'log.db'));
    process.stdout.write(`${JSON.stringify(verdict)}\n`);
    process.exitCode = verdict.ok ? 0 : 1;
  }
}
