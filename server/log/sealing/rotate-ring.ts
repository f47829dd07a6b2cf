/**
 * Begins a new version of the ring key and wraps every data key anew, while the server is stopped:
 *
 *   node server/log/sealing/rotate-ring.ts --data DIR [--database URL] [--ring FILE|URL] [--drop-old]
 *
 * `--drop-old` forgets the earlier versions for ever: back up the keys after it, older copies of them open no more.
 */
import { parseArgs } from 'node:util';
import { openSealedLog } from './open-sealed-log.ts';

const { values } = parseArgs({ options: { data: { type: 'string' }, database: { type: 'string' }, ring: { type: 'string' }, 'drop-old': { type: 'boolean', default: false } } });
if (values.data === undefined) {
  process.stderr.write('usage: node server/log/sealing/rotate-ring.ts --data DIR [--database URL] [--ring FILE|URL] [--drop-old]\n');
  process.exit(2);
}
// With the log, because its lock tells whether a server runs: that one would not know the new version. A database has no
// such lock: stop every server on it first.
const opened = await openSealedLog(values.data, { database: values.database ?? null, ring: values.ring ?? null, ringSecret: process.env['AIDLINE_RING_SECRET'] ?? '', now: () => new Date().toISOString() });
if (!opened.ok) {
  process.stderr.write(`${opened.error.code} (${opened.error.cause}): ${opened.error.text.zh}\n${opened.error.text.en}\n`);
  process.exit(2);
}
const { version, rewrapped } = await opened.sealing.rotate();
if (values['drop-old']) await opened.sealing.dropOldRings();
await opened.log.close();
process.stdout.write(`${JSON.stringify({ version, rewrapped, droppedOld: values['drop-old'] })}\n`);
