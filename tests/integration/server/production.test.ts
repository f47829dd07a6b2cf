import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControllableClock } from '../../../server/clock/clock.ts';
import { OptionsError, readOptions } from '../../../server/options.ts';
import { startCentre } from '../../../server/start-centre.ts';

/** Whatever moves the clock or plays a caller is reached by one of these. */
const demoRoutes = [['POST', '/demo/clock'], ['POST', '/demo/call'], ['POST', '/demo/next-callback'], ['POST', '/demo/fault'], ['DELETE', '/demo/faults'], ['POST', '/demo/bank'], ['GET', '/demo/ledger']] as const;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aidline-production-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function withServer(mode: string, look: (running: Awaited<ReturnType<typeof startCentre>>) => Promise<void>): Promise<void> {
  const running = await startCentre(readOptions([mode, '--port', '0', '--log-level', 'fatal', '--data', folder, ...(mode === '--demo' ? ['--calls', 'off'] : [])]));
  try {
    await look(running);
  } finally {
    await running.stop();
  }
}
const statuses = async (url: string): Promise<number[]> =>
  Promise.all(demoRoutes.map(async ([method, path]) => (await fetch(`${url}${path}`, { method, ...(method === 'POST' ? { headers: { 'content-type': 'application/json' }, body: '{"to":"x"}' } : {}) })).status));

describe('[TP12] a server started with --production', () => {
  it('has no simulator, no controllable clock, no demo account and none of the demo’s routes', async () => {
    await withServer('--production', async ({ url, demo, centre }) => {
      expect(demo).toBeNull();
      expect(centre.clock).not.toBeInstanceOf(ControllableClock);
      expect(centre.people.all()).toEqual([]);
      const health = (await (await fetch(`${url}/health`)).json()) as { demo: boolean; accounts: unknown[] };
      expect(health).toMatchObject({ demo: false, accounts: [] });
      expect(await statuses(url)).toEqual(demoRoutes.map(() => 404));
    });
  });

  it('takes none of the demo’s options', () => {
    for (const extra of [['--demo'], ['--now', '2030-01-01T00:00:00.000Z'], ['--arrivals', 'volumes.csv']]) expect(() => readOptions(['--production', ...extra])).toThrow(OptionsError);
  });

  it('while a demo has all of it, so that the test above can fail', async () => {
    await withServer('--demo', async ({ url, demo, centre }) => {
      expect(demo).not.toBeNull();
      expect(centre.clock).toBeInstanceOf(ControllableClock);
      expect((await statuses(url)).filter((status) => status === 404)).toEqual([]);
    });
  });
});
