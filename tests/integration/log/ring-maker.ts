/** A server that starts: opens the ring of each path that it is told, and says what it wrapped with it. `ring-maker.ts NAME`: of the key that is wrapped. */
import { createInterface } from 'node:readline';
import { openFileRing } from '../../../server/log/sealing/file-ring.ts';
import type { KeyName } from '../../../server/log/sealing/ring-key.ts';

const name = JSON.parse(process.argv[2] ?? '') as KeyName;
process.stdout.write('ready\n');
for await (const path of createInterface(process.stdin)) {
  const opened = openFileRing(path, true, () => '2026-11-23T02:00:00.000Z');
  const wrapped = opened.ok ? Buffer.from((await opened.ring.wrap(name, Buffer.alloc(32, 7))).bytes).toString('base64') : null;
  process.stdout.write(`${JSON.stringify({ wrapped, error: opened.ok ? null : opened.error.code })}\n`);
}
