const FIRST_MS = 500;
const LONGEST_MS = 20_000;

/**
 * How long to wait before trying again, spread out so that a thousand desktops do not return in the same second.
 * @param attempt how many times in a row it has failed, from 0
 * @param random in [0, 1)
 * @returns milliseconds
 */
export function waitBefore(attempt: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(full * (0.5 + random / 2));
}
