import { describe, expect, it } from 'vitest';
import { Admission, type AdmissionLimits } from '../../../server/gateway/admission.ts';

const LIMITS: AdmissionLimits = { turnMs: 20, aTurn: 3, urgentATurn: 2, waiting: 12, urgentWaiting: 4, perSecond: 5, pullsAtOnce: 2 };
type Told = { name: string; refusal: Awaited<ReturnType<Admission['enter']>> };
const waitOf = ({ refusal }: Told): number => Number(refusal?.detail?.['retryAfterMs']);

/** A door whose turns the test makes, and what it told whom, in that order. */
function doorOf(limits = LIMITS) {
  let nowMs = 0;
  const due: (() => void)[] = [];
  const told: Told[] = [];
  const door = new Admission(() => nowMs, (ms, run) => {
    expect(ms).toBe(limits.turnMs);
    due.push(run);
  }, limits);
  const settled = (): Promise<void> => new Promise(setImmediate);
  return {
    door, told, due,
    knock: (name: string, urgent = false): void => void door.enter(urgent).then((refusal) => told.push({ name, refusal })),
    turn: async (ms: number): Promise<void> => {
      nowMs += ms;
      for (const run of due.splice(0)) run();
      await settled();
    },
    settled,
    letIn: (): string[] => told.filter(({ refusal }) => refusal === null).map(({ name }) => name),
  };
}

describe('[OF5] admission', () => {
  it('lets in so many a turn in the order of knocking, has the others wait, and sends away who finds no room, each for a time of its own', async () => {
    const { knock, turn, settled, letIn, told, due } = doorOf();
    for (let n = 0; n < 30; n += 1) knock(`${n}`);
    await settled();
    expect(letIn()).toEqual(['0', '1', '2']);
    const sentAway = told.filter(({ refusal }) => refusal !== null);
    expect(sentAway.map(({ name }) => name)).toEqual(Array.from({ length: 15 }, (_, n) => `${n + 15}`));
    expect(sentAway[0]?.refusal).toMatchObject({ code: 'busy' });
    // One place every fifth of a second, after the twelve who wait.
    expect(sentAway.map(waitOf)).toEqual(Array.from({ length: 15 }, (_, n) => 2_400 + (n + 1) * 200));
    expect(due).toHaveLength(1);
    await turn(20);
    expect(letIn().slice(3)).toEqual(['3', '4', '5']);
    // Who comes now overtakes nobody.
    knock('late');
    for (let turns = 0; turns < 4; turns += 1) await turn(20);
    expect(letIn().slice(6)).toEqual(['6', '7', '8', '9', '10', '11', '12', '13', '14', 'late']);
    // The loop is left alone where nobody comes, and who comes then is in at once.
    await turn(20);
    expect(due).toHaveLength(0);
    knock('next morning');
    await settled();
    expect(letIn().at(-1)).toBe('next morning');
  });

  it('goes at the pace of the loop: those who wait in vain, and those who find no room, are told by what was let in', async () => {
    const { knock, turn, settled, letIn, told } = doorOf({ ...LIMITS, waiting: 20 });
    for (let n = 0; n < 23; n += 1) knock(`${n}`);
    // A loop that comes round twice in a second lets in six in it.
    for (let turns = 0; turns < 6; turns += 1) await turn(500);
    expect(letIn()).toHaveLength(3 + 6 * 3);
    knock('late');
    for (let n = 0; n < 30; n += 1) knock(`more ${n}`);
    await settled();
    const sentAway = told.filter(({ refusal }) => refusal !== null);
    // Twenty wait, with six a second: the first who finds no room comes after those.
    expect(Math.abs(waitOf(sentAway[0]!) - (20_000 / 6 + 1_000 / 6))).toBeLessThan(2);
    expect(letIn()).toHaveLength(21);
    // Nobody is kept at the door for longer than twelve seconds, however late the loop is.
    const before = told.length;
    await turn(12_001);
    const since = told.slice(before);
    expect(since).toHaveLength(20);
    expect(since.every(({ refusal }) => refusal?.code === 'busy')).toBe(true);
    expect(new Set(since.map(waitOf)).size).toBe(20);
  });

  it('[OF4] keeps places for urgent work, however many others come', async () => {
    const { knock, turn, settled, letIn } = doorOf();
    for (let n = 0; n < 100; n += 1) knock(`${n}`);
    for (let n = 0; n < 10; n += 1) knock(`urgent ${n}`, true);
    await settled();
    expect(letIn()).toEqual(['0', '1', '2', 'urgent 0', 'urgent 1']);
    // Whoever calls everything urgent only shares those places; the others go on as before.
    await turn(20);
    expect(letIn().slice(5).toSorted()).toEqual(['3', '4', '5', 'urgent 2', 'urgent 3']);
    await turn(20);
    expect(letIn().slice(10).toSorted()).toEqual(['6', '7', '8', 'urgent 4', 'urgent 5']);
    await turn(20);
    expect(letIn().filter((name) => name.startsWith('urgent'))).toHaveLength(6);
  });

  it('nobody is sent away for longer than a minute, nor for less than half a second', async () => {
    const { knock, settled, told } = doorOf({ ...LIMITS, waiting: 0 });
    for (let n = 0; n < 5_000; n += 1) knock(`${n}`);
    await settled();
    const waits = told.filter(({ refusal }) => refusal !== null).map(waitOf);
    expect(waits).toHaveLength(4_997);
    expect([Math.min(...waits), Math.max(...waits)]).toEqual([500, 60_000]);
  });

  it('first pulls wait their turn, urgent ones first, and one that fails gives its turn on', async () => {
    const door = new Admission(() => 0, () => undefined, LIMITS);
    const order: string[] = [];
    const open: (() => void)[] = [];
    const pull = (name: string, urgent = false) => door.inTurn(urgent, () => new Promise<void>((resolve, reject) => {
      order.push(name);
      open.push(() => (name === 'b' ? reject(new Error(name)) : resolve()));
    }));
    const all = Promise.allSettled([pull('a'), pull('b'), pull('c'), pull('d'), pull('e', true)]);
    expect(order).toEqual(['a', 'b']);
    for (let next = 0; next < 5; next += 1) {
      open[next]!();
      await new Promise(setImmediate);
    }
    expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
    expect(order).toEqual(['a', 'b', 'e', 'c', 'd']);
    // No turn was lost.
    const [first, second] = [pull('f'), pull('g')];
    await new Promise(setImmediate);
    expect(order.slice(5)).toEqual(['f', 'g']);
    open.slice(5).forEach((one) => one());
    await Promise.all([first, second]);
  });
});
