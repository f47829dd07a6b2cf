import type Database from 'better-sqlite3';
import { GENESIS_LINK } from '../chain.ts';
import type { BatchHead } from '../group-rules.ts';

type Row = { batch: number; position: number; link: Buffer; recordedAt: string };

const prepared = new WeakMap<Database.Database, Database.Statement<[], Row>>();

/** The last batch; of an empty log, what the first is linked to. */
export function readHead(db: Database.Database): BatchHead {
  let statement = prepared.get(db);
  if (statement === undefined) {
    statement = db.prepare<[], Row>(
      'SELECT batch, last_position AS position, link, recorded_at AS recordedAt FROM batches ORDER BY batch DESC LIMIT 1',
    );
    prepared.set(db, statement);
  }
  const row = statement.get();
  if (row === undefined) return { batch: 0, position: 0, link: GENESIS_LINK, recordedAt: null };
  return { ...row, link: row.link.toString('hex') };
}
