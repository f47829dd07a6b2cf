import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settle } from '#shared/money/instalment.ts';
import { pinnedFacts } from '#shared/operation/pinned-facts.ts';
import type { BookOperation, CustomerFacts, PinnedFact } from '#shared/protocol/bank.ts';
import type { Bank } from '../../../server/bank/bank.ts';
import { makeDemoBankControl } from '../../../server/bank/demo/control.ts';
import type { DemoBankControl } from '../../../server/bank/demo/control.ts';
import { launchDemoBank } from '../../../server/bank/demo/launch.ts';
import type { DemoBankProcess, LaunchOptions } from '../../../server/bank/demo/launch.ts';
import { makeHttpBank } from '../../../server/bank/http-bank.ts';

export const NOW = '2026-11-21T02:00:00.000Z';

export type Rig = { dataDir: string; process: DemoBankProcess; bank: Bank; control: DemoBankControl };

/** A real bank process on a folder of its own, its business clock standing still at {@link NOW}. */
export async function startRig(options: Partial<LaunchOptions> = {}): Promise<Rig> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'aidline-bank-'));
  const process = await launchDemoBank({ now: NOW, frozen: true, seed: 7, ...options, dataDir });
  return { dataDir, process, bank: makeHttpBank(process), control: makeDemoBankControl(process) };
}

export async function endRig(rig: Rig): Promise<void> {
  await rig.process.stop();
  rmSync(rig.dataDir, { recursive: true, force: true });
}

/** The value of an answer; anything else is the test's failure, told with what came. */
export function value<T>(result: { kind: 'answer'; value: T } | { kind: 'rejected' | 'no-answer' | 'not-sent' }): T {
  if (result.kind !== 'answer') throw new Error(`no answer but ${JSON.stringify(result)}`);
  return result.value;
}

export const facts = async (rig: Rig, customerId: string): Promise<CustomerFacts> => value(await rig.bank.read({ customerId }));

/** The order to settle a plan on the facts as they are now, with our own figures. */
export async function settlementOf(rig: Rig, customerId: string, planId: string): Promise<{ operation: BookOperation; expected: PinnedFact[] }> {
  const read = await facts(rig, customerId);
  const plan = read.plans.find((one) => one.id === planId);
  const figures = plan ? settle(plan) : null;
  if (!figures || 'refusal' in figures) throw new Error(`cannot settle ${planId}`);
  return {
    operation: { kind: 'early-settlement', customerId, line: { planId, dueNowFen: figures.dueNowFen, remainingFen: figures.remainingFen, feeFen: figures.extraFen } },
    expected: pinnedFacts(read, { planIds: [planId] }),
  };
}

/** The order to stop or release a card, with its status as it is now. */
export async function cardOrderOf(rig: Rig, kind: 'card-lock' | 'card-unlock' | 'card-loss', customerId: string, cardId: string): Promise<{ operation: BookOperation; expected: PinnedFact[] }> {
  const read = await facts(rig, customerId);
  return { operation: { kind, customerId, line: { cardId, reportedAt: read.readAt, lostAt: null } }, expected: pinnedFacts(read, { cardIds: [cardId] }) };
}

let made = 0;
/** A key that no other test of this process uses. */
export const newKey = (): string => `test-key-${process.pid}-${String(++made).padStart(6, '0')}`;

/** Customers of the crowd with a plan that can be settled now, each with that plan. */
export async function settleable(rig: Rig, wanted: number): Promise<{ customerId: string; planId: string }[]> {
  const found: { customerId: string; planId: string }[] = [];
  const { callers } = await rig.control.callers(2_500);
  for (const { customerId, plans } of callers) {
    if (found.length === wanted) break;
    if (plans === 0 || !/^cust-\d/.test(customerId)) continue;
    const read = await facts(rig, customerId);
    const plan = read.plans.find((one) => one.status === 'active' && one.periodsPosted >= 1 && !one.ruleConflict);
    const account = read.accounts.find((one) => one.id === plan?.account);
    const card = read.cards.find((one) => one.id === plan?.card);
    const free = account && account.hold === 'none' && account.pastDueDays === 0 && !account.isStatementDay && account.pendingRefundFen === 0 && account.pendingReversals === 0 && !account.hardshipAgreement;
    if (plan && free && card?.status === 'normal') found.push({ customerId, planId: plan.id });
  }
  if (found.length < wanted) throw new Error(`only ${found.length} customers can settle`);
  return found;
}
