import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../../server/log/chain.ts';
import { openSqliteLog } from '../../../server/log/sqlite/open-sqlite-log.ts';
import { verifyChain, type Checkpoint } from '../../../server/log/verify-chain.ts';
import { appended, ANN, CASE_A, CASE_B, clock, note, temporaryFolder, write } from './log-fixture.ts';

let folder: string;
let dispose: () => Promise<void>;
let checkpoint: Checkpoint;
const file = () => join(folder, 'log.db');

beforeEach(async () => {
  ({ folder, dispose } = await temporaryFolder());
  const opened = await openSqliteLog(folder, { now: clock });
  if (!opened.ok) throw new Error(opened.error.cause);
  const { log } = opened;
  const viewed = { kind: 'customer viewed', person: ANN, workstation: null, about: 'C-1', detail: {} };
  // Position 1 says that the log was made; then 2..4, 5..6 with an audit entry between events, and 7.
  await log.append([write(CASE_A, 0, [note('one'), note('two'), note('three')])]);
  await log.append([{ ...write(CASE_B, 0, [note('four')]), audit: [viewed] }]);
  await log.append([write(CASE_A, 3, [note('five')])]);
  const head = await log.head();
  checkpoint = { batch: head.batch, position: head.position, link: head.link };
  expect(checkpoint.position).toBe(7);
  await appended(log, write(CASE_A, 4, [note('six')]));
  await log.close();
});
afterEach(() => dispose());

/** As somebody with the file and a tool could: no rule of the tables stands in the way. */
function tamper(change: (db: Database.Database) => void): void {
  const db = new Database(file());
  db.pragma('foreign_keys = OFF');
  db.pragma('ignore_check_constraints = ON');
  change(db);
  db.close();
}
const fault = (checkpoints: Checkpoint[] = []) => {
  const verdict = verifyChain(file(), checkpoints);
  return verdict.ok ? 'whole' : `${verdict.fault.kind} ${verdict.fault.position}`;
};
const content = (db: Database.Database, position: number): string => String(db.prepare('SELECT content FROM entries WHERE position = ?').pluck().get(position));

describe('[PR5] the verifier', () => {
  it('finds a log whole, with its checkpoints', () => {
    expect(verifyChain(file(), [checkpoint])).toMatchObject({ ok: true, batches: 5, entries: 8 });
  });

  it('names an entry that was changed', () => {
    tamper((db) => db.prepare(`UPDATE entries SET content = replace(content, '"person":null', '"person":"x"') || ' ' WHERE position = 3`).run());
    expect(fault()).toBe('changed 3');
  });

  it('names the batch of an entry that was changed together with its hash', () => {
    tamper((db) => {
      const forged = content(db, 3).replace('W-1', 'W-2');
      db.prepare('UPDATE entries SET content = ?, hash = ? WHERE position = 3').run(forged, sha256(forged));
    });
    expect(fault()).toBe('link-differs 2');
  });

  it('names an audit entry that was changed with its hash', () => {
    tamper((db) => {
      const forged = content(db, 6).replace('C-1', 'C-2');
      db.prepare('UPDATE entries SET content = ?, hash = ? WHERE position = 6').run(forged, sha256(forged));
    });
    expect(fault()).toBe('link-differs 5');
  });

  it('names an entry that is missing, in the middle or at the end of a batch', () => {
    tamper((db) => db.prepare('DELETE FROM entries WHERE position = 3').run());
    expect(fault()).toBe('missing 3');
    tamper((db) => db.prepare('DELETE FROM entries WHERE position = 2').run());
    expect(fault()).toBe('missing 2');
  });

  it('names a batch that is missing', () => {
    tamper((db) => db.exec('DELETE FROM batches WHERE batch = 3; DELETE FROM entries WHERE batch = 3'));
    expect(fault()).toBe('missing 5');
  });

  it('names entries that changed places', () => {
    tamper((db) => db.exec('UPDATE entries SET position = 100 WHERE position = 3; UPDATE entries SET position = 3 WHERE position = 4; UPDATE entries SET position = 4 WHERE position = 100'));
    expect(fault()).toBe('missing 3');
    tamper((db) => db.exec('UPDATE entries SET position = 100 WHERE position = 3; UPDATE entries SET position = 3 WHERE position = 4; UPDATE entries SET position = 4 WHERE position = 100'));
    expect(fault()).toBe('whole');
    tamper((db) => db.exec('UPDATE entries SET position = 100 WHERE position = 5; UPDATE entries SET position = 5 WHERE position = 6; UPDATE entries SET position = 6 WHERE position = 100'));
    expect(fault()).toBe('reordered 5');
  });

  it('names an entry put in after the end', () => {
    tamper((db) => db.exec(`INSERT INTO entries (position, batch, class, content, hash) SELECT 9, batch, class, content, hash FROM entries WHERE position = 6`));
    expect(fault()).toBe('inserted 9');
  });

  it('names a body that was changed or taken away', () => {
    tamper((db) => db.prepare(`UPDATE bodies SET bytes = ? WHERE event_id = (SELECT event_id FROM entries WHERE position = 4)`).run(Buffer.from('{"text":"other"}')));
    expect(fault()).toBe('body-changed 4');
    tamper((db) => db.exec('DELETE FROM bodies WHERE event_id = (SELECT event_id FROM entries WHERE position = 4)'));
    expect(fault()).toBe('body-missing 4');
  });

  it('needs a checkpoint to see an end that was cut off cleanly, and sees it with one', () => {
    tamper((db) => db.exec('DELETE FROM batches WHERE batch >= 4; DELETE FROM entries WHERE batch >= 4'));
    expect(fault()).toBe('body-inserted 6');
    tamper((db) => db.exec('DELETE FROM bodies WHERE event_id NOT IN (SELECT event_id FROM entries WHERE event_id IS NOT NULL)'));
    expect(fault()).toBe('whole');
    expect(fault([checkpoint])).toBe('cut-off 7');
  });

  it('sees history that was written anew, by its checkpoint', () => {
    expect(fault([{ ...checkpoint, link: 'f'.repeat(64) }])).toBe('changed 7');
  });
});
