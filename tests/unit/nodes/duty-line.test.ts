import { describe, expect, it } from 'vitest';
import { Bus, type Carrier } from '../../../server/nodes/bus.ts';
import { DutyLine } from '../../../server/nodes/duty-line.ts';
import type { DutyWork } from '../../../server/nodes/node-message.ts';
import { ManualScheduler } from '../telephony/manual-scheduler.ts';

const A = '01a00000-0000-7000-8000-00000000000a';
const B = '01a00000-0000-7000-8000-00000000000b';
const ASK: DutyWork = { kind: 'ask', ask: 'end call', body: { callId: 'c' }, person: 'p', desktop: 'd', workstation: 'w' };

function stage() {
  const time = new ManualScheduler('2026-11-23T02:00:00.000Z');
  const heard: ((sealed: Uint8Array) => void)[] = [];
  const line = { lost: 0 };
  const start = (take: (sealed: Uint8Array) => void): Carrier => {
    heard.push(take);
    return { up: true, stop: async () => undefined, tell: (sealed) => {
      if (line.lost > 0) line.lost -= 1;
      else for (const one of heard) one(sealed);
    } };
  };
  const duty: { holder: string | null } = { holder: B };
  const done: Record<string, number> = { [A]: 0, [B]: 0 };
  const node = (name: string): DutyLine => new DutyLine({
    bus: new Bus(name, new Uint8Array(32), [start], (error) => { throw error; }), holder: () => duty.holder, holds: () => duty.holder === name, scheduler: time,
    work: async () => {
      done[name] = (done[name] ?? 0) + 1;
      return { by: name };
    },
  });
  return { time, line, duty, done, a: node(A), b: node(B) };
}

describe('what is asked of the node on duty', () => {
  it('[CT2] is done by it and answered, and by the node itself where that is on duty', async () => {
    const { a, b, done } = stage();
    expect(await a.ask(ASK)).toEqual({ answer: { by: B } });
    expect(await b.ask(ASK)).toEqual({ answer: { by: B } });
    expect(done).toEqual({ [A]: 0, [B]: 2 });
  });

  it('[CT2] is done once, though question or answer was lost and it was asked again', async () => {
    const { time, line, a, done } = stage();
    line.lost = 1;
    const first = a.ask(ASK);
    await time.advance(2_000);
    expect(await first).toEqual({ answer: { by: B } });
    const second = a.ask(ASK);
    await new Promise(setImmediate);
    expect(await second).toEqual({ answer: { by: B } });
    expect(done[B]).toBe(2);
    // The answer is lost: the question comes again, and is not done again.
    const third = a.ask(ASK);
    line.lost = 1;
    await time.advance(2_000);
    expect(await third).toEqual({ answer: { by: B } });
    expect(done[B]).toBe(3);
  });

  it('[CT2] goes to who takes over, at once when that is heard', async () => {
    const { time, line, duty, a, done } = stage();
    line.lost = 1;
    const asked = a.ask(ASK);
    duty.holder = A;
    a.moved();
    await time.advance(0);
    expect(await asked).toEqual({ answer: { by: A } });
    expect(done).toEqual({ [A]: 1, [B]: 0 });
  });

  it('[CT3] comes back without an answer where nobody is on duty for long', async () => {
    const { time, duty, a, done } = stage();
    duty.holder = null;
    const asked = a.ask(ASK);
    await time.advance(20_000);
    expect(await asked).toBeNull();
    expect(done).toEqual({ [A]: 0, [B]: 0 });
  });
});
