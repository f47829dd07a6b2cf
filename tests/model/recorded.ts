/**
 * Walks kept as files, so that tests replay them where Spin is not installed. They carry the hash of the model that they are
 * walks of: a model that changed needs them recorded anew.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MODEL } from './spin.ts';
import type { Step } from './walk.ts';

export type Recorded = { seed: number; steps: Step[] };
export type WalkFile = 'decider' | 'server';

const pathOf = (name: WalkFile): string => fileURLToPath(new URL(`./walks/${name}.txt`, import.meta.url));
/** The model as it is now. */
export const modelHash = (): string => createHash('sha256').update(readFileSync(MODEL)).digest('hex');

/** act args | fates | alive operation status lines bookings | what may be done next, by name */
function line({ act, args, fates, told }: Step): string {
  const can = [...told.can].join(' ');
  return [[act, ...args].join(' '), fates.join(' '), [Number(told.alive), told.operation, told.status, told.lines.join(','), told.bookings.join(',')].join(' '), can].join(' | ');
}

function step(text: string): Step {
  const [what = '', fates = '', state = '', can = ''] = text.split('|').map((part) => part.trim());
  const [act = '', ...args] = what.split(' ');
  const [alive, operation, status = '', lines = '', bookings = ''] = state.split(' ');
  return {
    act, args, fates: fates === '' ? [] : fates.split(' '),
    told: { alive: alive === '1', operation: Number(operation), status, lines: lines.split(','), bookings: bookings.split(',').map(Number), can: new Set(can.split(' ').filter((word) => word !== '')) },
  };
}

export function record(name: WalkFile, walks: readonly Recorded[]): void {
  const blocks = walks.map(({ seed, steps }) => [`walk ${seed}`, ...steps.map(line)].join('\n'));
  writeFileSync(pathOf(name), [`model ${modelHash()}`, ...blocks, ''].join('\n\n').replace(/\n+$/, '\n'));
}

/** @returns the walks and the hash of the model that they were recorded from */
export function recorded(name: WalkFile): { model: string; walks: Recorded[] } {
  const [head = '', ...blocks] = readFileSync(pathOf(name), 'utf8').trim().split('\n\n');
  return {
    model: head.replace('model ', ''),
    walks: blocks.map((block) => {
      const [first = '', ...lines] = block.split('\n');
      return { seed: Number(first.replace('walk ', '')), steps: lines.map(step) };
    }),
  };
}

/** What a step shows that a set of walks should show too: the action, where it led, what became of the lines. */
const features = ({ act, args, fates, told }: Step): string[] => [
  `${act} > ${told.status}`, ...fates, ...told.lines.map((word) => `line ${word}`), ...(act === 'arrive' ? [args[1]!] : []), `operation ${told.operation} ${told.status}`,
];

/** The walks that together show the most, greedily: each adds what none before it has shown. */
export function mostTelling(walks: readonly Recorded[], most: number): Recorded[] {
  const shown = new Set<string>();
  const chosen: Recorded[] = [];
  while (chosen.length < most) {
    const gains = walks.map((walk) => ({ walk, gain: new Set(walk.steps.flatMap(features).filter((feature) => !shown.has(feature))).size }));
    const best = gains.reduce((a, b) => (b.gain > a.gain ? b : a));
    if (best.gain === 0) break;
    chosen.push(best.walk);
    for (const feature of best.walk.steps.flatMap(features)) shown.add(feature);
  }
  return chosen;
}
