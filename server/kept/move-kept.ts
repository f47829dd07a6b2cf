/** What one server kept in files, into the database that all servers share: row by row, secrets sealed on the way. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { enrolmentSecretName } from '../administration/postgres-enrolment-store.ts';
import { LogFailure } from '../log/log-errors.ts';
import { openSealing, type SealingOptions } from '../log/sealing/sealing.ts';
import { SecretSealer } from '../log/sealing/secret-sealer.ts';
import { openPeopleFile, PEOPLE_FILE, SECRET_FILES } from './open-kept.ts';
import type { SecretName } from './secret-place.ts';

type Type = 'text' | 'int' | 'boolean' | 'bytea';
type Table = { name: string; columns: readonly (readonly [name: string, type: Type])[] };
const texts = (...names: string[]): [string, Type][] => names.map((name) => [name, 'text']);

/** The tables whose columns are called the same in both. */
const SAME: readonly Table[] = [
  { name: 'credentials', columns: [...texts('person', 'password_hash'), ['failures', 'int'], ['locked_until', 'text'], ['must_change', 'boolean']] },
  { name: 'carried_out', columns: texts('change_id', 'outcome', 'at') },
  { name: 'codes', columns: [...texts('change_id', 'person', 'proposer', 'approver'), ['secret', 'bytea'], ['until', 'text'], ['proposer_took', 'boolean'], ['approver_took', 'boolean']] },
  { name: 'kept_keys', columns: texts('person', 'content') },
  { name: 'desktops', columns: texts('desktop', 'person') },
  { name: 'recoveries', columns: texts('epoch', 'since', 'finished_at') },
  { name: 'lost_bookings', columns: texts('key', 'customer') },
  { name: 'session_ends', columns: texts('key', 'at') },
  { name: 'sessions', columns: texts('person', 'workstation', 'session', 'content', 'until') },
  { name: 'used_once', columns: texts('name', 'until') },
];
const ENROLMENTS: Table = { name: 'enrolments', columns: [...texts('key_id', 'id', 'name', 'site', 'public_key', 'sealed_with'), ['sealed', 'bytea'], ['asked_at', 'text']] };
const FIRST_CODE: Table = { name: 'first_code', columns: [['one', 'boolean'], ['hash', 'bytea'], ['until', 'text'], ['used_by', 'text']] };
const SECRETS: Table = { name: 'secrets', columns: [...texts('name', 'sealed_with'), ['sealed', 'bytea']] };

/** As they go into the database. */
export type KeptRows = readonly { table: Table; rows: readonly (readonly unknown[])[] }[];

/**
 * @param folder the data folder of a server that does not run
 * @param options `database`: null where the keys of sealed bodies are still in the folder: the one that seals the secrets is
 *   then made there, and goes with the others
 * @throws LogFailure where ring or keys cannot be used
 */
export async function readKept(folder: string, options: SealingOptions): Promise<KeptRows> {
  const secrets = (Object.keys(SECRET_FILES) as SecretName[]).filter((name) => existsSync(join(folder, SECRET_FILES[name])));
  const hasPeople = existsSync(join(folder, PEOPLE_FILE));
  if (!hasPeople && secrets.length === 0) return [];
  const opened = await openSealing(folder, options);
  if (!opened.ok) throw new LogFailure(opened.error);
  const sealer = new SecretSealer(opened.sealing.keys);
  try {
    const rows: unknown[][] = [];
    for (const name of secrets) {
      const { sealedWith, sealed } = await sealer.seal(name, readFileSync(join(folder, SECRET_FILES[name])));
      rows.push([name, sealedWith, sealed]);
    }
    return [...(hasPeople ? await readPeople(join(folder, PEOPLE_FILE), sealer) : []), { table: SECRETS, rows }];
  } finally {
    opened.sealing.close();
  }
}

async function readPeople(path: string, sealer: SecretSealer): Promise<KeptRows> {
  // Opened as a server would: one of an earlier version may lack a table.
  const { db, enrolments } = openPeopleFile(path);
  try {
    const same = SAME.map((table) => ({
      table, rows: db.prepare<[], unknown[]>(`select ${table.columns.map(([name]) => name).join(', ')} from ${table.name}`).raw().all()
        .map((row) => row.map((value, column) => (table.columns[column]![1] === 'boolean' ? value === 1 : value))),
    }));
    const asked: unknown[][] = [];
    for (const { keyId } of await enrolments.askedBefore('9999')) {
      const one = await enrolments.byKey(keyId);
      if (one === null) continue;
      const { sealedWith, sealed } = await sealer.seal(enrolmentSecretName(keyId), Buffer.from(one.secret, 'utf8'));
      asked.push([keyId, one.id, one.name, one.site, one.publicKey, sealedWith, sealed, one.askedAt]);
    }
    const code = await enrolments.firstCode();
    return [...same, { table: ENROLMENTS, rows: asked }, { table: FIRST_CODE, rows: code === null ? [] : [[true, code.hash, code.until, code.usedBy]] }];
  } finally {
    db.close();
  }
}

const inOrder = (rows: readonly (readonly unknown[])[]): string[] => rows.map((row) => JSON.stringify(row.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value)))).sort();

/**
 * Writes the rows and reads them back.
 *
 * @param client inside a transaction; the tables are empty
 * @returns which table is not as it was written, or null
 */
export async function writeKept(client: pg.ClientBase, kept: KeptRows): Promise<string | null> {
  for (const { table: { name, columns }, rows } of kept) {
    const names = columns.map(([column]) => column).join(', ');
    if (rows.length > 0) {
      await client.query(`INSERT INTO ${name} (${names}) SELECT * FROM unnest(${columns.map(([, type], n) => `$${n + 1}::${type}[]`).join(', ')})`, columns.map((_, column) => rows.map((row) => row[column])));
    }
    const { rows: back } = await client.query<unknown[]>({ text: `SELECT ${names} FROM ${name}`, rowMode: 'array' });
    const [ours, theirs] = [inOrder(rows), inOrder(back)];
    if (ours.length !== theirs.length || ours.some((row, at) => row !== theirs[at])) return `${name}: ${theirs.length} rows, ${ours.length} in the source`;
  }
  return null;
}

export const countOf = (kept: KeptRows): number => kept.reduce((sum, { rows }) => sum + rows.length, 0);

/** A log without anybody who could sign in: of a version that kept people and secrets in its server's folder. */
export async function lacksKept(client: pg.ClientBase): Promise<boolean> {
  return (await client.query('SELECT 1 WHERE EXISTS (SELECT 1 FROM entries) AND NOT EXISTS (SELECT 1 FROM credentials) AND NOT EXISTS (SELECT 1 FROM secrets)')).rows.length === 1;
}
