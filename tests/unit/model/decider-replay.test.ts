import { describe, expect, it } from 'vitest';
import { DeciderReplay, LINES } from '../../model/decider-replay.ts';
import { modelHash, recorded } from '../../model/recorded.ts';

describe('walks of the model, replayed against the decider', () => {
  const { model, walks } = recorded('decider');

  it('[TP3] [TP4] are walks of the model as it is: after a change, `npm run test:model -- --record`', () => {
    expect(model).toBe(modelHash());
    expect(recorded('server').model).toBe(model);
    expect(walks.length).toBeGreaterThan(8);
  });

  it.each(walks)('[TP1] [TP3] [TP4] [TP5] [TP9] [TP10] [TP15] [TP18] walk $seed: the same status after every action, and the same people may do the same', ({ steps }) => {
    const replay = new DeciderReplay(LINES);
    replay.run(steps);
    expect(replay.counted.actions).toBe(steps.length);
    expect(replay.counted.allowed).toBeGreaterThan(0);
    expect(replay.counted.refused).toBeGreaterThan(0);
  });

  it('[TP4] a walk of another model parts from it', () => {
    const { steps } = walks.find((walk) => walk.steps.some((step) => step.told.lines.includes('booked')))!;
    const wrong = steps.map((step) => ({ ...step, told: { ...step.told, bookings: step.told.bookings.map(() => 0) } }));
    expect(() => new DeciderReplay(LINES).run(wrong)).toThrow('the bank\'s ledger');
  });
});
