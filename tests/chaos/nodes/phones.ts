/** Calls as people take them: available, rung, answered, verified, their matter dealt with, ended, wrapped up; whatever is refused on the way is looked at anew. */
import { setTimeout as wait } from 'node:timers/promises';
import type { CaseState } from '#shared/case/state.ts';
import { ownCallOf } from '#shared/operation/call-of.ts';
import type { DemoBankControl } from '../../../server/bank/demo/control.ts';
import { operate, type WorkParts } from '../world/work.ts';
import type { RealDesk } from './real-desk.ts';

type Parts = Omit<WorkParts, 'desk'> & { desk: RealDesk; bank: Pick<DemoBankControl, 'answers'>; /** Whether there is still work. */ goesOn(): boolean };

const LOOK_MS = 50;
const HANGS_UP = 0.01;
const HANGS_UP_DONE = 0.3;
const FACTORS = ['name', 'idLast4', 'birthDate'] as const;
const VERIFIED = 3;
const ENDED = new Set(['done', 'partial', 'refused']);

export async function takeCalls(parts: Parts): Promise<void> {
  const { desk, goesOn } = parts;
  while (goesOn()) {
    await wait(LOOK_MS);
    const state = desk.live('agent');
    const offer = desk.live('offer');
    if (!desk.isAtWork || desk.isBusy || state === undefined) continue;
    if (offer != null && state.state !== 'on-call') await desk.answer('answer call', { callId: offer.callId });
    else if (state.state === 'on-call' && state.callId !== null) await talk(parts, state.callId);
    else if (state.state === 'after-call') await desk.answer('finish wrap-up', { basedOn: state.version });
    else if (state.state !== 'available') await desk.answer('set agent state', { to: 'available', basedOn: state.version });
  }
}

async function talk(parts: Parts, callId: string): Promise<void> {
  const { desk, chance } = parts;
  const matter = desk.cases()?.find((one) => ownCallOf(one, callId, desk.person.id) !== null);
  const isDone = Object.values(matter?.operations ?? {}).some(({ status }) => ENDED.has(status));
  if (chance.often(isDone ? HANGS_UP_DONE : HANGS_UP)) return void (await desk.answer('end call', { callId }));
  if (matter?.customerId == null || matter.owner !== desk.person.id) return;
  if (matter.facts[desk.person.id] !== undefined && (matter.verification[callId]?.level ?? 0) < VERIFIED) return verify(parts, matter, matter.customerId, callId);
  await operate(parts, matter);
}

/** What was told before is told again: the line may have lost the answer. */
async function verify({ desk, bank }: Parts, { id }: CaseState, customerId: string, callId: string): Promise<void> {
  const { answers } = await bank.answers(customerId);
  for (const factor of FACTORS) await desk.ask('verify', { case: id, callId, factor, answer: answers[factor][0] ?? '' });
  await desk.ask('collect service password', { case: id, callId });
}
