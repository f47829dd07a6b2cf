/**
 * A server that appends to a log in PostgreSQL, from several clients at once, to streams of its own and to one that every
 * process writes to; tells what was acknowledged, one line each, until it is killed or has as many as it was asked for.
 */
import { writeSync } from 'node:fs';
import { openPostgresLog } from '../../../server/log/postgres/open-postgres-log.ts';
import { CASE_A, command, id, note, one, withCommand, write } from '../log/log-fixture.ts';

const [url = '', round = '0', wanted = 'Infinity'] = process.argv.slice(2);
const opened = await openPostgresLog(url, { now: () => new Date().toISOString() });
if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.cause}`);
const { log } = opened;
const CLIENTS = 6;
let left = Number(wanted);

/** Desktops of a client: the same command until it is answered, whatever becomes of the database. */
async function client(n: number): Promise<void> {
  const own = id(0x100_0000 * (Number(round) + 1) + n);
  const base = 0x1_0000_0000 * (Number(round) + 1) + n * 0x100_0000;
  for (let number = 1; left > 0; number += 1) {
    left -= 1;
    // Every other one goes where the others write as well, decided again on a conflict.
    const stream = number % 2 === 0 ? CASE_A : own;
    const stored = command({ id: id(base + number * 2), desktop: id(0x1000 * (Number(round) + 1) + n), stream, number: Math.ceil(number / 2) });
    const event = { ...note(stored.outer.id), id: id(base + number * 2 + 1) };
    for (;;) {
      let result;
      try {
        result = await one(log, withCommand(write(stream, await log.lastVersion(stream), [event]), stored));
      } catch {
        continue;
      }
      if (result.status === 'conflict' || result.status === 'failed') continue;
      if (result.status !== 'appended' && result.status !== 'duplicate') throw new Error(JSON.stringify(result));
      writeSync(1, `${stream} ${stored.outer.id}\n`);
      break;
    }
  }
}

await Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n)));
await log.close();
