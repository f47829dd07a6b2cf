import { describe, expect, it } from 'vitest';
import { Differences, rulesTold } from '../../../server/nodes/differences.ts';

const NOW = '2026-11-23T02:00:00.000Z';

function noticed(told: { at: string; rules: string }[]): string[] {
  const said: string[] = [];
  const hear = (_detail: unknown, what?: string): void => void said.push(what ?? '');
  const differences = new Differences({ error: hear, info: hear } as unknown as ConstructorParameters<typeof Differences>[0], () => NOW, () => 'r1');
  for (const one of told) differences.note('b', one);
  return said;
}
const alike = { at: NOW, rules: 'r1' };
const ahead = { at: '2026-11-23T02:00:05.000Z', rules: 'r1' };
const other = { at: NOW, rules: 'r2' };

describe('nodes that are not alike', () => {
  it('a clock that stays seconds away is told once, and when it is over', () => {
    expect(noticed([ahead, ahead, ahead, ahead, ahead, alike])).toEqual(['the clock of another node differs from this one: set both by NTP', 'the clocks of the nodes agree again']);
  });
  it('[TP12] other rules that stay are told; those that are just being published are not', () => {
    expect(noticed([other, other, alike])).toEqual([]);
    expect(noticed([other, other, other, alike])).toEqual(['another node goes by other flows, policy or session hours: start both with the same --flows, --control and --session-hours', 'the nodes decide by the same rules again']);
  });
  it('[OF3] session hours other than the usual are told beside the rules, so that a node with others is noticed', () => {
    expect(rulesTold('r1', 12)).toBe('r1');
    expect(new Set([12, 8, 0.25, null].map((hours) => rulesTold('r1', hours))).size).toBe(4);
  });
  it('a message that was a second on its way is no difference', () => {
    expect(noticed([{ at: '2026-11-23T01:59:59.000Z', rules: 'r1' }, alike])).toEqual([]);
  });
});
