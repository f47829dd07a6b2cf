import type { Chance } from './chance.ts';

/** What some worlds have besides the usual work and its misfortunes. */
const SCENES = ['hand-over', 'co-sign', 'departure', 'weekend', null] as const;
export type Scene = NonNullable<(typeof SCENES)[number]>;

/** By the seed none, one or two of them: a world stays as short as it was, and the usual ones are looked at alone too. */
export function scenesOf(chance: Chance): ReadonlySet<Scene> {
  if (chance.often(0.4)) return new Set();
  const first = chance.pick(SCENES);
  return new Set([first, chance.often(0.4) ? chance.pick(SCENES) : null].filter((scene) => scene !== null));
}
