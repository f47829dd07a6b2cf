import { describe, expect, it } from 'vitest';
import { realEnvironment } from '../../unit/desk/test-desk.ts';
import { aFolder, aServer, aSignedInDesk, inStep, openCase } from './harness.ts';

describe('a desk that comes back to its server', () => {
  it('[OF5] tells what waits and how old it is when the line stands, once; where nothing waits it says nothing', async () => {
    const server = await aServer();
    // Backoff is short, as in every test of a desk. Not the minute after which the file is looked at again: a command on its way would be told of by chance.
    const desk = await aSignedInDesk(server, aFolder(), { environment: { ...realEnvironment(), after: (ms, run) => {
      const timer = setTimeout(run, Math.min(ms, ms >= 60_000 ? ms : 40));
      return () => clearTimeout(timer);
    } } });
    const told = (): unknown[] => server.asked.filter(({ kind }) => kind === 'tell outbox').map(({ body }) => body);
    expect(told()).toEqual([]);
    server.onPush = () => 'cut';
    const madeAt = Date.now();
    for (let n = 0; n < 12; n += 1) await openCase(desk);
    // Each cut is followed by a new connection, which tells anew.
    await expect.poll(() => told().length, { timeout: 20_000 }).toBeGreaterThan(0);
    const most = Math.ceil((Date.now() - madeAt) / 1_000);
    for (const body of told()) {
      expect(body).toMatchObject({ waiting: expect.any(Number), oldestSeconds: expect.any(Number) });
      const { waiting, oldestSeconds } = body as { waiting: number; oldestSeconds: number };
      expect([waiting >= 1 && waiting <= 12, oldestSeconds >= 0 && oldestSeconds <= most + 1]).toEqual([true, true]);
    }
    server.onPush = null;
    await inStep(desk);
    // What was told when this line came to stand was sent before this command, so it has arrived with it.
    await openCase(desk);
    await inStep(desk);
    const before = told().length;
    await openCase(desk);
    await inStep(desk);
    expect(told()).toHaveLength(before);
  }, 40_000);
});
