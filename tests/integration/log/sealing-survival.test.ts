import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { StreamId } from '#shared/protocol/ids.ts';
import { verifyChain } from '../../../server/log/verify-chain.ts';
import { temporaryFolder } from './log-fixture.ts';
import { openSealed } from './sealing-fixture.ts';

const child = fileURLToPath(new URL('./sealing-append-until-killed.ts', import.meta.url));
let folder: string;
let dispose: () => Promise<void>;
beforeEach(async () => ({ folder, dispose } = await temporaryFolder()));
afterEach(() => dispose());

/** Kills the appending process after so many acknowledgements; answers what it wrote. */
function killAfter(acknowledgements: number, round: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const appending = spawn(process.execPath, [child, folder, String(round)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, trouble] = ['', ''];
    appending.stderr.on('data', (data: Buffer) => (trouble += data.toString()));
    appending.stdout.on('data', (data: Buffer) => {
      out += data.toString();
      if (out.split('\n').length > acknowledgements) appending.kill('SIGKILL');
    });
    appending.on('error', reject);
    appending.on('close', (_code, signal) => {
      if (signal === 'SIGKILL') resolve(out.slice(0, out.lastIndexOf('\n')).split('\n'));
      else reject(new Error(`it ended by itself: ${trouble}`));
    });
  });
}

it('[PR7][SY1][PR5] killed at any moment, every stored body has its key, and the chain verifies', async () => {
  const all: string[] = [];
  for (const [round, acknowledgements] of [2, 21, 60].entries()) {
    all.push(...(await killAfter(acknowledgements, round)));
    const { log, sealing } = await openSealed(folder);
    for (const stream of all) {
      expect((await log.readCase(stream as StreamId)).map((event) => event.body)).toEqual([{ text: stream }, { text: `${stream} named` }]);
      // The case goes with its customer: what came before the name too.
      expect((await sealing.store.ofCustomer(sealing.keys.tagOf(`C-${stream}`))).length).toBe(2);
    }
    // Of what was not acknowledged, whatever is there opens as well.
    let position = 0;
    for (let page = await log.eventsAfter(0, 500); page.length > 0; page = await log.eventsAfter(position, 500)) {
      expect(page.every((event) => event.body !== null)).toBe(true);
      position = page.at(-1)?.position ?? 0;
    }
    expect(position).toBeGreaterThan(0);
    await log.close();
    expect(verifyChain(join(folder, 'log.db'))).toMatchObject({ ok: true });
  }
}, 60_000);
