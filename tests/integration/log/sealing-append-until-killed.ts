/** Appends to a sealed log, beginning a case or a customer with almost every write, and tells what was acknowledged, until it is killed. */
import { writeSync } from 'node:fs';
import { note, appended, id } from './log-fixture.ts';
import { ofCustomer, openSealed } from './sealing-fixture.ts';

const { log } = await openSealed(process.argv[2] ?? '');
const round = Number(process.argv[3]);

async function client(n: number): Promise<never> {
  for (let at = 0; ; at += 1) {
    const stream = id(0x1_0000_0000 * (round + 1) + n * 0x10_0000 + at);
    await appended(log, ofCustomer(null, stream, 0, [{ ...note(stream), id: id(0x100_0000_0000 * (round + 1) + n * 0x1000_0000 + at * 2) }]));
    await appended(log, ofCustomer(`C-${stream}`, stream, 1, [{ ...note(`${stream} named`), id: id(0x100_0000_0000 * (round + 1) + n * 0x1000_0000 + at * 2 + 1) }]));
    writeSync(1, `${stream}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, n) => client(n)));
