import { GONE, judgeWorld, type WorldVerdict } from './judge/judge-world.ts';
import { logIn } from './judge/judged-log.ts';
import type { SeedResult } from './tally.ts';
import { World } from './world/world.ts';

/** Of a world that is the same each time. */
export type LivedSeed = SeedResult & { hash: string; steps: number; cpuMs: number };

/**
 * Lives through the world of one seed and has it judged. Nothing of it depends on the machine or the hour.
 * @param told gets every line of what happened
 */
export async function runSeed(seed: number, told: ((line: string) => void) | null = null): Promise<LivedSeed> {
  const began = performance.now();
  const cpu = process.cpuUsage();
  const world = new World(seed, told);
  try {
    const ended = await world.run();
    const verdict: WorldVerdict = judgeWorld({
      log: logIn(ended.serverFolder), saved: ended.saved, handedOver: ended.handedOver, wiped: ended.wiped, endMs: ended.endMs, backMs: ended.backMs, ledger: ended.bank.ledger(), clonesOf: ended.clonesOf, restores: ended.restores,
      desktops: ended.desktops.map((one) => ({
        name: one.name, person: one.person.id, desktop: one.desktop, file: one.disk.file, key: one.key, endedBy: one.gone || one.resting ? GONE : one.endedBy,
        mayBeLate: one.wasFull || (ended.backMs !== null && one.madeAtMs >= ended.backMs),
        isFollowed: ended.desktops.some((other) => other.machine === one.machine && !other.gone && !other.resting && other.endedBy === null),
      })),
    });
    const violations = [...ended.troubles, ...(ended.unquiet === null ? [] : [`[SY4] it never went quiet: ${ended.unquiet}`]), ...verdict.violations];
    return {
      seed, hash: ended.hash, faults: ended.faults, commands: ended.saved.length, events: verdict.events, executions: verdict.executions, steps: ended.steps, ms: Math.round(performance.now() - began), cpuMs: cpuSince(cpu),
      lost: verdict.lost, duplicated: verdict.duplicated, diverged: verdict.diverged, violations,
    };
  } catch (error) {
    // A world that cannot be lived through to its end, or whose files cannot be read, is no world that passed.
    return {
      seed, hash: '', faults: 0, commands: 0, events: 0, executions: 0, steps: 0, ms: Math.round(performance.now() - began), cpuMs: cpuSince(cpu),
      lost: [], duplicated: [], diverged: [], violations: [`the run broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`],
    };
  } finally {
    world.close();
  }
}

const cpuSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return Math.round((user + system) / 1000);
};
