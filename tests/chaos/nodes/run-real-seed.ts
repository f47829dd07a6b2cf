import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readingSealer } from '../../../server/audit/reading-sealer.ts';
import { verifyAudit } from '../../../server/audit/verify.ts';
import { judgeOffers } from '../../nodes/judge-drill.ts';
import { GONE, judgeWorld, type JudgedDesktop } from '../judge/judge-world.ts';
import { logInPostgres } from '../judge/read-postgres.ts';
import { failed, type SeedResult } from '../tally.ts';
import type { Engines } from './real-centre.ts';
import type { RealDesk } from './real-desk.ts';
import { RealWorld } from './real-world.ts';

/**
 * Lives through the world of one seed on real nodes and has its end judged, by the judge of the simulated worlds.
 * @param told gets every line of what happened @param keep a folder for the log of a seed that fails, and what its nodes said
 */
export async function runRealSeed(seed: number, engines: Engines, told: ((line: string) => void) | null = null, keep: string | null = null): Promise<SeedResult> {
  const began = performance.now();
  const took = (): number => Math.round(performance.now() - began);
  let world: RealWorld | null = null;
  try {
    world = await RealWorld.start(seed, engines, told);
    const unquiet = await world.live();
    // First: a call that rings at a desk which leaves is taken back, and no desk would hear of it any more.
    await world.centre.endNodes();
    for (const desk of world.desks) desk.stop();
    const { centre, saved, troubles, faults } = world;
    const log = await logInPostgres(centre.database, centre.ringFile);
    const verdict = judgeWorld({
      log, saved, ledger: await centre.ledger(), desktops: (await Promise.all(world.desks.map(judged))).flat(),
      handedOver: world.handedOver, wiped: world.desks.map(({ revokedRoot }) => revokedRoot).find((root) => root !== null) ?? null, clonesOf: world.clonesOf, restores: centre.restores, endMs: world.nowMs(), backMs: null,
    });
    const audit = await verifyAudit({ database: centre.database, checkpoints: null, keys: [], restored: new Set(), sealer: await readingSealer(centre.ringFile, centre.database) });
    const result: SeedResult = {
      seed, faults: faults.count, commands: saved.length, events: verdict.events, executions: verdict.executions, ms: took(),
      lost: verdict.lost, duplicated: verdict.duplicated, diverged: verdict.diverged,
      violations: [
        ...troubles, ...(unquiet === null ? [] : [`[SY4] it never went quiet: ${unquiet}`]), ...verdict.violations,
        ...judgeOffers(log.events).map((what) => `[CT2] ${what}`), ...audit.faults.map((fault) => `[PR5] ${JSON.stringify(fault)}`),
      ],
    };
    if (keep !== null && failed(result)) {
      mkdirSync(keep, { recursive: true });
      writeFileSync(join(keep, `seed-${seed}.json`), JSON.stringify({ result, saved, events: log.events, commands: [...log.commands.values()] }, null, 1));
      centre.nodes.forEach(({ said }, index) => writeFileSync(join(keep, `seed-${seed}-node-${index + 1}.txt`), said));
    }
    return result;
  } catch (error) {
    // A world that cannot be lived through to its end, or whose files cannot be read, is no world that passed.
    return { seed, faults: 0, commands: 0, events: 0, executions: 0, ms: took(), lost: [], duplicated: [], diverged: [], violations: [`the run broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`] };
  } finally {
    await world?.end();
  }
}

/** Everybody who has a file at this workstation. */
const judged = (desk: RealDesk): Promise<JudgedDesktop[]> => Promise.all(desk.profiles.map(async (profile) => ({
  name: profile.name, person: profile.person.id, ...(await desk.fileOf(profile)), endedBy: profile.endedBy ?? (profile === desk.profile ? null : GONE), mayBeLate: desk.wasFull,
  isFollowed: desk.profile !== profile && desk.profile.endedBy === null,
})));
