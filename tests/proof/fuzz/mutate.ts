/** Hostile versions of something that was valid: of the value, then of its text. All by one seed. */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export class Dice {
  readonly #random;

  constructor(seed: number) {
    this.#random = xoroshiro128plus(seed);
  }

  below(limit: number): number {
    return uniformInt(this.#random, 0, limit - 1);
  }

  oneOf<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

type Json = Record<string, unknown>;
const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Parsed from text, so that `__proto__` is a key like any other. */
const POLLUTION: readonly string[] = ['{"__proto__":{"isAdmin":true}}', '{"constructor":{"prototype":{"code":"x"}}}', '{"__proto__":null}', '{"toString":1,"valueOf":1,"hasOwnProperty":1}', '{"then":"x"}', '{"toJSON":1}'];
const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'length', '', ' ', '\u0000', '\ud800'];

function hostileValue(dice: Dice): unknown {
  switch (dice.below(16)) {
    case 0: return null;
    case 1: return dice.oneOf([-1, 0, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, -0]);
    case 2: return '';
    case 3: return dice.oneOf(['\ud800', '\udfff\ud800', 'a\u0000b', '\u202e\u2066', '\ufeff', '𠮷'.repeat(50)]);
    case 4: return 'x'.repeat(dice.oneOf([100, 5_000, 60_000]));
    case 5: return JSON.parse(dice.oneOf(POLLUTION)) as unknown;
    case 6: return nested(dice.oneOf([5, 100, 3_000]));
    case 7: return [];
    case 8: return {};
    case 9: return Array.from({ length: dice.oneOf([1, 401, 5_000]) }, () => 0);
    case 10: return true;
    case 11: return dice.oneOf(['../../etc/passwd', "' or 1=1 --", '%s%n', '${7*7}', '<script>1</script>', 'NaN', 'Infinity']);
    case 12: return dice.oneOf(NAMES);
    case 13: return dice.oneOf(['9999-12-31T23:59:59.999Z', '0000-00-00T00:00:00.000Z', '2026-02-30T00:00:00.000Z', '-271821-04-20T00:00:00.000Z']);
    case 14: return dice.oneOf(['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-7fff-bfff-ffffffffffff', 'a'.repeat(64)]);
    default: return { _placeholder: true, num: dice.oneOf([0, 1, -1, 1e9]) };
  }
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let n = 0; n < depth; n += 1) value = n % 2 === 0 ? [value] : { a: value };
  return value;
}

/** One change somewhere in a value. */
function change(value: unknown, dice: Dice): unknown {
  if (dice.below(4) === 0) return hostileValue(dice);
  if (Array.isArray(value)) {
    const copy: unknown[] = [...(value as unknown[])];
    const at = dice.below(copy.length + 1);
    if (at === copy.length) copy.push(hostileValue(dice));
    else {
      const what = dice.below(6);
      if (what === 0) copy.splice(at, 1);
      else if (what === 1) copy.push(copy[at]);
      else copy[at] = change(copy[at], dice);
    }
    return copy;
  }
  if (!isRecord(value)) return hostileValue(dice);
  const keys = Object.keys(value);
  const copy = { ...value };
  const key = keys.length === 0 ? 'x' : dice.oneOf(keys);
  switch (dice.below(5)) {
    case 0:
      delete copy[key];
      return copy;
    case 1:
      Object.defineProperty(copy, dice.oneOf(NAMES), { value: hostileValue(dice), enumerable: true, configurable: true, writable: true });
      return copy;
    default:
      copy[key] = change(copy[key], dice);
      return copy;
  }
}

/** A value near a valid one; now and then the valid one itself, so that what comes after it is tried too. */
export function mutated(value: unknown, dice: Dice): unknown {
  let result = value;
  for (let n = dice.below(4); n > 0; n -= 1) result = change(result, dice);
  return result;
}

/** The value's text, whole or spoiled. */
export function spoiledText(value: unknown, dice: Dice): string {
  const text = JSON.stringify(mutated(value, dice)) ?? '';
  switch (dice.below(14)) {
    case 0: return text.slice(0, dice.below(text.length + 1));
    case 1: return `${text}${text}`;
    case 2: return text.replace(/\d+/, dice.oneOf(['1e999', '-1e999', '123456789012345678901234567890', '0x10', '01', '1_000']));
    case 3: return '['.repeat(dice.oneOf([10, 1_000, 100_000]));
    case 4: return text.replace(/"(\w+)":/, dice.oneOf(['"__proto__":', '"constructor":', '"$1":0,"$1":']));
    case 5: return text.replace(/"/g, dice.oneOf(["'", '\\"', '']));
    case 6: {
      const at = dice.below(text.length + 1);
      return text.slice(0, at) + dice.oneOf(['\u0000', '\\ud800', ',', '}', '{', '\u2028', 'NaN']) + text.slice(at);
    }
    default: return text;
  }
}
