/** Reads a log in PostgreSQL with nothing but SQL and AES. */
import pg from 'pg';
import { dataKeys, eventOf, type EntryRow, type KeyRow } from '../../control/judge/read-database.ts';
import type { JudgedLog } from './judged-log.ts';
import { ANSWER_ROWS, answersOf, type AnswerRows } from './read-answers.ts';

const SCHEMA = 'aidline';
/** Positions, versions and counts stay far below 2^53. */
const types = { getTypeParser: (oid: number, format?: 'text' | 'binary') => (oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)) } as pg.CustomTypesConfig;

/** @param ringFile the key of the ring; null where nothing was sealed */
export async function logInPostgres(database: string, ringFile: string | null): Promise<JudgedLog> {
  const client = new pg.Client({ connectionString: database, types });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const rows = async <R extends pg.QueryResultRow>(sql: string): Promise<R[]> => (await client.query<R>(sql)).rows;
    await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path TO ${SCHEMA}`);
    const keyOf = ringFile === null ? () => null : dataKeys(ringFile, await rows<KeyRow>('SELECT id, purpose, ring_version AS version, wrapped FROM keys'));
    const entries = await rows<EntryRow>(`SELECT e.position, e.content, b.bytes, b.key_id AS "keyId" FROM entries e JOIN bodies b ON b.event_id = e.event_id WHERE e.class = 'event' ORDER BY e.position`);
    const answers = answersOf({
      commands: await rows<AnswerRows['commands'][number]>(ANSWER_ROWS.commands), numbers: await rows<AnswerRows['numbers'][number]>(ANSWER_ROWS.numbers),
      positions: (await rows<AnswerRows['positions']>(ANSWER_ROWS.positions))[0]!,
    });
    return { ...answers, events: entries.map((row) => eventOf(row, keyOf)), answers: new Map([...answers.commands.values()].map(({ id, status }) => [id, status])) };
  } finally {
    await client.end();
  }
}
