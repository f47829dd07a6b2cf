import type { Chance } from './chance.ts';

/** UUIDv7 of a world: virtual time, then chance of the seed. */
export function idsOf(chance: Chance, nowMs: () => number): () => string {
  let count = 0;
  return () => {
    count += 1;
    const time = Math.max(0, nowMs()).toString(16).padStart(12, '0').slice(-12);
    const tail = Array.from({ length: 3 }, () => chance.int(0, 0xffff).toString(16).padStart(4, '0')).join('');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${(count & 0xfff).toString(16).padStart(3, '0')}-8${chance.int(0, 0xfff).toString(16).padStart(3, '0')}-${tail}`;
  };
}
