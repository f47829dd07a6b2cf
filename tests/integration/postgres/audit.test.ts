import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runShow } from '../../../server/audit/show-command.ts';
import { runVerify } from '../../../server/audit/verify-command.ts';
import type { EventLog } from '../../../server/log/log.ts';
import { ANN, appended, CASE_A, CASE_B, command, granted, note, withCommand, write } from '../log/log-fixture.ts';
import { Cluster } from './cluster.ts';
import { openLog, verified } from './postgres-fixture.ts';

let cluster: Cluster;
let name: string;
let log: EventLog;
beforeAll(async () => void (cluster = await Cluster.start()));
beforeEach(async () => {
  name = await cluster.database();
  log = await openLog(cluster.url(name));
  await appended(log, withCommand(write(CASE_A, 0, [granted(ANN), note('one')]), command({ number: 1 })));
  await appended(log, { ...write(CASE_B, 0, [granted(ANN)]), audit: [{ kind: 'customer viewed', person: ANN, workstation: null, about: CASE_A, detail: {} }] });
  await appended(log, write(CASE_A, 2, [note('two')]));
});
afterEach(() => log.close());
afterAll(() => cluster.dispose());

describe('the verifier on PostgreSQL', () => {
  it('[PR5] finds a log intact, beside the running server', async () => {
    const said: string[] = [];
    expect(await runVerify(['--database', cluster.url(name)], (text) => said.push(text))).toBe(0);
    expect(said.join('')).toContain('6 entries, intact');
  });

  it.each([
    ['an entry changed', `UPDATE aidline.entries SET content = replace(content, 'note written', 'note Written') WHERE position = 3`, 'changed', 3],
    ['an entry missing', `DELETE FROM aidline.entries WHERE position = 5`, 'missing', 5],
    ['a body changed', `UPDATE aidline.bodies SET bytes = 'x' WHERE event_id = (SELECT event_id FROM aidline.entries WHERE position = 3)`, 'body-changed', 3],
    ['a stored answer changed', `UPDATE aidline.commands SET answer = replace(answer, 'accepted', 'refused')`, 'link-differs', 2],
    ['a number gone', `DELETE FROM aidline.numbers`, 'link-differs', 2],
    ['the end cut off within a batch', `DELETE FROM aidline.entries WHERE position = 6`, 'missing', 6],
    ['an entry put in', `INSERT INTO aidline.entries (position, batch, class, content, hash) VALUES (7, 5, 'audit', '{}', sha256('{}'))`, 'inserted', 7],
    ['access given', `INSERT INTO aidline.readers VALUES (9, 'somebody'); INSERT INTO aidline.access VALUES (9, 1, 3, NULL)`, 'access-differs', null],
    ['a feed cut', `DELETE FROM aidline.feed WHERE position = 3`, 'feed-differs', 3],
    ['the epoch changed', `UPDATE aidline.facts SET value = 'x' WHERE name = 'epoch'`, 'facts-differ', null],
    ['a version changed', `UPDATE aidline.streams SET version = 9 WHERE name = '${CASE_A}'`, 'stream-differs', 6],
    ['a row that its rules forbid', `ALTER TABLE aidline.bodies DROP CONSTRAINT bodies_pkey; INSERT INTO aidline.bodies SELECT * FROM aidline.bodies LIMIT 1`, 'file-damaged', null],
    ['code of somebody else\'s', `CREATE RULE quiet AS ON INSERT TO aidline.entries WHERE NEW.class = 'audit' DO INSTEAD NOTHING`, 'tables-differ', null],
  ])('[PR5] names %s', async (_what, change, kind, position) => {
    await cluster.sql(name, change);
    const [first] = (await verified(cluster.url(name))).faults;
    expect(first).toMatchObject(position === null ? { kind } : { kind, position });
  });

  it('[PR5] tells one case in order', async () => {
    const said: string[] = [];
    expect(await runShow([CASE_A, '--database', cluster.url(name), '--lang', 'en'], (text) => said.push(text))).toBe(0);
    expect(said.join('')).toMatch(/6 entries, intact[\s\S]*access granted[\s\S]*Note: one[\s\S]*customer viewed[\s\S]*Note: two/);
  });

  it('[RB2] says what is wrong where it cannot read', async () => {
    await expect(runVerify(['--database', cluster.url('nowhere')], () => undefined)).rejects.toThrow(/database-missing/);
    await expect(runVerify(['--database', cluster.url('postgres')], () => undefined)).rejects.toThrow(/cannot be read/);
  });
});
