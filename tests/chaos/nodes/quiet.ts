import { setTimeout as wait } from 'node:timers/promises';
import type { CaseState } from '#shared/case/state.ts';
import { evolve } from '#shared/case/evolve.ts';
import type { LoggedEvent } from '../../control/judge/evidence.ts';
import type { JudgedLog } from '../judge/judged-log.ts';
import { logInPostgres } from '../judge/read-postgres.ts';
import type { RealWorld } from './real-world.ts';

const WITHIN_MS = 60_000;
/** Longer than anything that only hurries may be late. */
const FOR_MS = 1_500;
const LOOK_MS = 100;
/** What the centre looks at on its rounds is looked at so often. */
const ROUND_MS = 2_000;

/** @returns null once nothing has moved for a while and nothing waits, or what still does */
export async function quiet(world: RealWorld): Promise<string | null> {
  const { desks, centre } = world;
  const began = performance.now();
  let since = began;
  let round = began;
  let held = '';
  let waits: string | null = 'it was never looked at';
  let told: string | null = null;
  while (performance.now() - began < WITHIN_MS) {
    await wait(LOOK_MS);
    if (performance.now() - round > ROUND_MS) {
      await centre.lookAgain();
      round = performance.now();
    }
    waits = null;
    for (const desk of desks) waits ??= await desk.restless();
    if (waits !== null && waits !== told) world.tell(`waits: ${(told = waits)}`);
    const versions = desks.map((desk) => (desk.cases() ?? []).map(({ id, version }) => `${id} ${version}`).sort().join()).join(';');
    if (waits !== null || versions !== held) since = performance.now();
    held = versions;
    if (performance.now() - since < FOR_MS) continue;
    const log = await logInPostgres(centre.database, centre.ringFile);
    waits = underWay(log);
    if (waits === null) return null;
    world.tell(`waits: ${waits}`);
    since = performance.now() - FOR_MS / 2;
  }
  return waits ?? 'something moves for ever';
}

/** What the centre has not brought to its end. */
function underWay({ events }: JudgedLog): string | null {
  for (const [id, list] of Map.groupBy(events, (event) => event.case)) {
    if (id.includes(':')) continue;
    const state = list.reduce<CaseState | null>((folded, event: LoggedEvent) => evolve(folded, event as never), null);
    if (Object.values(state?.operations ?? {}).some(({ status }) => status === 'executing' || status === 'in-doubt')) return `case ${id} is in doubt`;
  }
  return null;
}
