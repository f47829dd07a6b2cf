/** The bank's first start: stories with stable ids, and a crowd from the seed. The same seed and day give the same bank. */
import type { CardStatus, FeeMode, Hold } from '#shared/protocol/bank.ts';
import { addDays } from '#shared/calendar/civil.ts';
import { batchDue } from './figures.ts';
import { between, DISTRICTS, givenName, makeRandom, MERCHANTS, phoneNumber, pick, SURNAMES } from './people.ts';
import type { Random } from './people.ts';
import { makeWriter, periodsSinceOldRule } from './population.ts';
import type { Writer } from './population.ts';
import { readMeta, writeMeta } from './store.ts';
import type { Store } from './store.ts';
import { writeStories } from './stories.ts';

export const CROWD = 2_100;

/**
 * Fills an empty bank; does nothing when it has been filled. One transaction: a killed first start leaves nothing.
 * @param crowd how many customers beside the stories; fewer only where a test starts many banks
 */
export function seedOnce(store: Store, seed: number, now: string, crowd = CROWD): boolean {
  return store.transaction(() => {
    if (readMeta(store, 'batch') !== null) return false;
    const random = makeRandom(seed);
    const write = makeWriter(store, now);
    writeStories(write, random);
    for (let index = 1; index <= crowd; index++) writeSomebody(write, random, index);
    writeMeta(store, 'seed', String(seed));
    writeMeta(store, 'made', now);
    writeMeta(store, 'batch', batchDue(now));
    return true;
  }).immediate();
}

const chance = (random: Random, part: number): boolean => random() < part;

function writeSomebody(write: Writer, random: Random, index: number): void {
  const number = String(index).padStart(4, '0');
  const id = `cust-${number}`;
  const date = batchDue(write.now);
  const birthDate = addDays('1945-01-01', between(random, 0, 22_000));
  const flags: string[] = [];
  if (birthDate < '1962-01-01') flags.push('elderly');
  if (chance(random, 0.03)) flags.push('dialect');
  if (chance(random, 0.01)) flags.push('hardOfHearing');
  if (chance(random, 0.02)) flags.push('scamWatch');
  const gender = chance(random, 0.5) ? 'f' : 'm';
  write.person({
    id, surname: pick(random, SURNAMES), given: givenName(random), gender, birthDate, phone: phoneNumber(1000 + index), sequence: index,
    servicePassword: String(between(random, 0, 999_999)).padStart(6, '0'), addressDistrict: pick(random, DISTRICTS), branchDistrict: pick(random, DISTRICTS),
    tier: pick(random, ['standard', 'standard', 'standard', 'gold', 'platinum'] as const), flags,
  });
  let autoDebitLastFour: string | null = null;
  if (chance(random, 0.7)) {
    write.account({ id: `${id}-debit`, customer: id, kind: 'debit', statementDay: 28 });
    const lastFour = write.card({ id: `${id}-card-debit`, account: `${id}-debit`, kind: 'debit', body: scattered(index, 7) });
    if (chance(random, 0.7)) autoDebitLastFour = lastFour;
    write.purchases(`${id}-card-debit`, between(random, 0, 3), random);
  }
  const statementDay = between(random, 1, 28);
  const pastDue = chance(random, 0.04);
  const hold: Hold = chance(random, 0.02) ? pick(random, ['judicial', 'risk', 'dispute'] as const) : 'none';
  write.account({
    id: `${id}-credit`, customer: id, kind: 'credit', statementDay, hold, pendingRefundFen: chance(random, 0.03) ? between(random, 500, 90_000) : 0,
    pendingReversals: chance(random, 0.01) ? 1 : 0, hardship: chance(random, 0.01), autoDebitLastFour, pays: !pastDue,
  });
  const status: CardStatus = chance(random, 0.06) ? pick(random, ['locked', 'lost', 'frozen', 'cancelled', 'writtenOff'] as const) : 'normal';
  write.card({ id: `${id}-card`, account: `${id}-credit`, kind: 'credit', body: scattered(index, 3), status, product: chance(random, 0.2) ? 'platinum' : 'classic' });
  writePlans(write, random, id, statementDay, date);
  write.statements(`${id}-credit`, statementDay, random, pastDue ? 'past-due' : chance(random, 0.5) ? 'open' : 'paid');
  write.purchases(`${id}-card`, between(random, 2, 6), random);
}

/** Spreads card numbers over the range, so that last fours look like last fours; a bijection, so that none repeats. */
const scattered = (index: number, kind: number): number => (index * 7_368_787 + kind) % 899_999_963;

function writePlans(write: Writer, random: Random, id: string, statementDay: number, date: string): void {
  const count = chance(random, 0.65) ? between(random, 1, 4) : 0;
  const old = periodsSinceOldRule(statementDay, date);
  for (let index = 1; index <= count; index++) {
    let feeMode: FeeMode = pick(random, ['A', 'A', 'B', 'B', 'C', 'D'] as const);
    // Modes C and D live on in contracts older than the rule; a few later ones are in conflict with it (P8).
    const conflict = (feeMode === 'C' || feeMode === 'D') && chance(random, 0.15);
    if ((feeMode === 'C' || feeMode === 'D') && !conflict && old > 57) feeMode = 'A';
    const oldContract = (feeMode === 'C' || feeMode === 'D') && !conflict;
    const periodsTotal = oldContract ? 60 : pick(random, [3, 6, 12, 18, 24, 36] as const);
    write.plan({
      id: `${id}-plan-${index}`, account: `${id}-credit`, card: `${id}-card`, statementDay, merchant: pick(random, MERCHANTS), periodsTotal,
      principalFen: between(random, 3_000, 120_000) * 50, periodsPosted: oldContract ? between(random, old + 1, 59) : between(random, 0, periodsTotal - 1), feeMode,
      feePpm: between(random, 40, 80) * 100, penaltyPpm: feeMode === 'B' ? pick(random, [10_000, 20_000, 30_000] as const) : 0, signedBefore: between(random, 3, 25),
    });
  }
}
