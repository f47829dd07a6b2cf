import { describe, expect, it } from 'vitest';
import { Bus, type Carrier } from '../../../server/nodes/bus.ts';
import { Presence } from '../../../server/nodes/presence.ts';

const KEY = new Uint8Array(32).fill(7);
const NAMES = { a: '01a00000-0000-7000-8000-00000000000a', b: '01a00000-0000-7000-8000-00000000000b', c: '01a00000-0000-7000-8000-00000000000c' };
const LI = { person: 'li', desktop: 'd1' };
const WANG = { person: 'wang', desktop: 'd2' };

/** Nodes on one line in memory, of which each may be cut off, and messages may be lost. */
class Line {
  readonly #heard: ((sealed: Uint8Array) => void)[] = [];
  lost = false;
  sent = 0;

  node(name: keyof typeof NAMES, key = KEY): { bus: Bus; cut: (is: boolean) => void } {
    let cut = false;
    const start = (heard: (sealed: Uint8Array) => void): Carrier => {
      this.#heard.push((sealed) => (cut ? undefined : heard(sealed)));
      return {
        up: true,
        tell: (sealed) => {
          this.sent += 1;
          if (!this.lost && !cut) for (const one of this.#heard) one(sealed);
        },
        stop: async () => undefined,
      };
    };
    return { bus: new Bus(NAMES[name], key, [start], (error) => { throw error; }), cut: (is) => (cut = is) };
  }
}

function two(): { line: Line; now: { ms: number }; a: Presence; b: Presence; told: string[]; cutA: (is: boolean) => void } {
  const line = new Line();
  const now = { ms: 0 };
  const [one, other] = [line.node('a'), line.node('b')];
  const [a, b] = [new Presence(one.bus, () => now.ms), new Presence(other.bus, () => now.ms)];
  const told: string[] = [];
  b.onChanged({ arrived: ({ person, desktop }) => told.push(`+${person}/${desktop}`), left: ({ person, desktop }) => told.push(`-${person}/${desktop}`) });
  return { line, now, a, b, told, cutA: one.cut };
}

describe('who is connected, over several nodes', () => {
  it('[CT2] whoever comes or goes at one node is known at the other', () => {
    const { a, b, told } = two();
    a.came(LI);
    expect([b.online('li'), a.online('li')]).toEqual([true, true]);
    a.went(LI);
    expect([b.online('li'), told]).toEqual([false, ['+li/d1', '-li/d1']]);
  });

  it('[CT2] a person at two desktops, at two nodes, is there until both are gone', () => {
    const { a, b } = two();
    a.came(LI);
    b.came({ ...LI, desktop: 'd9' });
    a.went(LI);
    expect([a.online('li'), b.online('li')]).toEqual([true, true]);
    b.went({ ...LI, desktop: 'd9' });
    expect([a.online('li'), b.online('li')]).toEqual([false, false]);
  });

  it('a word that was lost is noticed by its number, and everything is told anew: nobody stays who has left', () => {
    const { line, now, a, b, told } = two();
    a.came(LI);
    line.lost = true;
    a.went(LI);
    line.lost = false;
    now.ms += 1_000;
    a.came(WANG);
    expect([b.online('li'), b.online('wang')]).toEqual([false, true]);
    expect(told).toEqual(['+li/d1', '+wang/d2', '-li/d1']);
  });

  it('what was lost last is noticed by the next beat', () => {
    const { line, now, a, b } = two();
    a.came(LI);
    line.lost = true;
    a.came(WANG);
    line.lost = false;
    now.ms += 1_000;
    a.beat();
    expect(b.online('wang')).toBe(true);
  });

  it('a node that starts hears of those who were there before it', () => {
    const { line, a, b, now } = two();
    a.came(LI);
    b.came(WANG);
    const c = new Presence(line.node('c').bus, () => now.ms);
    c.beat();
    expect([c.online('li'), c.online('wang'), c.nodes]).toEqual([true, true, 2]);
  });

  it('a node that says nothing any more is gone, and its desktops with it; when it is heard again they are back', () => {
    const { now, a, b, told, cutA } = two();
    a.came(LI);
    cutA(true);
    now.ms += 8_000;
    b.beat();
    expect([b.online('li'), b.nodes]).toEqual([false, 0]);
    cutA(false);
    a.beat();
    expect(b.online('li')).toBe(true);
    expect(told).toEqual(['+li/d1', '-li/d1', '+li/d1']);
  });

  it('thousands of desktops are told in parts, and a storm of news asks for all of them once', () => {
    const { line, now, a, b } = two();
    line.lost = true;
    for (let one = 0; one < 1_000; one += 1) a.came({ person: `p${one}`, desktop: 'd' });
    line.lost = false;
    now.ms += 1_000;
    const before = line.sent;
    for (let one = 1_000; one < 1_050; one += 1) a.came({ person: `p${one}`, desktop: 'd' });
    expect([b.online('p0'), b.online('p999'), b.online('p1049')]).toEqual([true, true, true]);
    expect(line.sent - before).toBeLessThan(50 + 12);
  });

  it('[PR9] what is sealed under another key, cut short or of no node is nobody\'s word', () => {
    const { line, b } = two();
    const stranger = line.node('c', new Uint8Array(32).fill(8));
    stranger.bus.tell({ kind: 'came', count: 1, seat: LI });
    expect([b.online('li'), b.nodes]).toEqual([false, 0]);
  });
});
