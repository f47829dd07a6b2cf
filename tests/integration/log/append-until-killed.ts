/** Appends from several clients at once and writes each acknowledged (stream, version) to stdout, until it is killed. */
import { writeSync } from 'node:fs';
import { openSqliteLog } from '../../../server/log/sqlite/open-sqlite-log.ts';
import { appended, command, id, note, withCommand, write } from './log-fixture.ts';

const opened = await openSqliteLog(process.argv[2] ?? '', { now: () => new Date().toISOString() });
if (!opened.ok) throw new Error(opened.error.code);
const { log } = opened;
const round = Number(process.argv[3]);

async function client(n: number): Promise<never> {
  const stream = id(0x100_0000 * (round + 1) + n);
  const base = 0x1_0000_0000 * (round + 1) + n * 0x10_0000;
  for (let version = 0; ; version += 1) {
    const event = { ...note(`${version}`), id: id(base + version * 2) };
    const stored = command({ id: id(base + version * 2 + 1), desktop: id(0x200 + n), stream, number: version + 1 });
    await appended(log, withCommand(write(stream, version, [event]), stored));
    writeSync(1, `${stream} ${version + 1}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, n) => client(n)));
