import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSqliteLog } from '../../../server/log/sqlite/open-sqlite-log.ts';
import { verifyChain } from '../../../server/log/verify-chain.ts';
import { clock, temporaryFolder } from './log-fixture.ts';

const child = fileURLToPath(new URL('./append-until-killed.ts', import.meta.url));
let folder: string;
let dispose: () => Promise<void>;
beforeEach(async () => ({ folder, dispose } = await temporaryFolder()));
afterEach(() => dispose());

/** Runs the appending process, kills it with SIGKILL after so many acknowledgements, answers all that it wrote. */
function killAfter(acknowledgements: number, round: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const appending = spawn(process.execPath, [child, folder, String(round)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let trouble = '';
    appending.stderr.on('data', (data: Buffer) => (trouble += data.toString()));
    appending.stdout.on('data', (data: Buffer) => {
      out += data.toString();
      if (out.split('\n').length > acknowledgements) appending.kill('SIGKILL');
    });
    appending.on('error', reject);
    appending.on('close', (_code, signal) => {
      if (signal !== 'SIGKILL') reject(new Error(`it ended by itself: ${trouble}`));
      // The last line may be cut in the middle: then it acknowledged nothing.
      else resolve(out.slice(0, out.lastIndexOf('\n')).split('\n'));
    });
  });
}

it('[SY1] [SY2] [PR5] keeps everything it acknowledged when it is killed at any moment, and the chain verifies', async () => {
  for (const [round, acknowledgements] of [3, 40, 41, 150].entries()) {
    const acknowledged = await killAfter(acknowledgements, round);
    expect(acknowledged.length).toBeGreaterThanOrEqual(acknowledgements);
    const opened = await openSqliteLog(folder, { now: clock });
    if (!opened.ok) throw new Error(opened.error.cause);
    const { log } = opened;
    const last = new Map<string, number>();
    for (const line of acknowledged) {
      const [stream = '', version = ''] = line.split(' ');
      last.set(stream, Number(version));
    }
    expect(last.size).toBeGreaterThan(0);
    for (const [stream, version] of last) {
      const events = await log.readStream(stream, 1);
      expect(events.length).toBeGreaterThanOrEqual(version);
      expect(events.map((event) => event.body)).toEqual(events.map((_, index) => ({ text: `${index}` })));
      // The effect and the number are in the same transaction: neither is ahead of the other.
      for (const event of events) expect((await log.commandAnswer(event.envelope.command ?? ''))?.answer).toMatchObject({ status: 'accepted', version: event.envelope.version });
    }
    await log.close();
    expect(verifyChain(join(folder, 'log.db'))).toMatchObject({ ok: true });
  }
}, 60_000);
