import { describe, expect, it } from 'vitest';
import { recorded } from '../../model/recorded.ts';
import { ServerReplay } from './server-replay.ts';

describe('walks of the model, replayed against a running server and its bank', () => {
  it.each(recorded('server').walks)('[TP3] [TP4] [TP9] [TP10] [TP18] walk $seed: the same status and the same bookings after every action', async ({ steps }) => {
    const replay = await ServerReplay.start();
    try {
      await replay.run(steps);
      expect(replay.executions).toBeGreaterThan(0);
    } finally {
      await replay.stop();
    }
  }, 120_000);
});
