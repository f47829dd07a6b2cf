import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import type { OuterCommand } from '#shared/protocol/command.ts';
import type { PushAnswer } from '#shared/protocol/wire.ts';
import type { RawDesktop } from '../server/raw-desktop.ts';
import { answerCall, clearStage, LARGE, setStage, type Stage } from '../server/story.ts';
import { Attacks } from './attack.ts';

/** Commands that one push brings together are decided one on the other (OF5): none of them is looked at less than by itself. */
describe('a forgery among honest commands of one push, over raw sockets', () => {
  let stage: Stage;
  let agent: RawDesktop;
  let fromCase: string;
  const attacks = new Attacks(() => stage);
  const push = async (...commands: OuterCommand[]) => ((await agent.socket.timeout(10_000).emitWithAck('push', { commands })) as PushAnswer).results;

  beforeAll(async () => {
    stage = await setStage();
    ({ agent } = stage);
    const call = await answerCall(stage, LARGE.customerId);
    fromCase = call.caseId;
  }, 60_000);
  afterAll(() => clearStage(stage));

  const forged = () => {
    const reading = agent.state(fromCase).facts[agent.person]!;
    return { customerId: LARGE.customerId, fromCase, reading: { ...reading, facts: { ...reading.facts, plans: reading.facts.plans.map((plan) => ({ ...plan, remainingFen: 1 })) } } };
  };
  const opening = (caseId: string) => agent.make('open case', caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });

  it('[TP2] [TP7] figures that the bank never told, behind an honest command or behind a true reading', async () => {
    const behindOpening = uuidv7();
    const first = await push(opening(behindOpening), agent.make('use held facts', behindOpening, forged()));
    expect(first.map(({ status }) => status)).toEqual(['accepted', 'refused']);
    expect(first[1]).toMatchObject({ refusal: { code: 'held-facts-unknown' } });
    attacks.note(agent.person, 'held-facts-unknown', 'use held facts');

    const behindTruth = uuidv7();
    const reading = agent.state(fromCase).facts[agent.person]!;
    await push(opening(behindTruth));
    const second = await push(agent.make('use held facts', behindTruth, { customerId: LARGE.customerId, fromCase, reading }), agent.make('use held facts', behindTruth, forged()));
    expect(second.map(({ status }) => status)).toEqual(['accepted', 'refused']);
    attacks.note(agent.person, 'held-facts-unknown', 'use held facts');
    const { centre } = stage.running;
    expect((await centre.cases.load(behindOpening))?.facts).toEqual({});
    expect(Object.values((await centre.cases.load(behindTruth))?.facts ?? {}).flatMap((one) => one.facts.plans.map((plan) => plan.remainingFen))).not.toContain(1);
  });

  it('[TP7] each attempt is in the audit log', () => attacks.areInTheAuditLog());
});
