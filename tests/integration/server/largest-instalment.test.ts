import { afterEach, describe, expect, it } from 'vitest';
import { approve, clearStage, confirm, draft, executionOrder, moveClock, setStage, type Stage, STORY_PLANS, submit } from './story.ts';

describe('the largest instalment, over raw sockets', () => {
  let stage: Stage;
  afterEach(() => clearStage(stage));

  it('[TP1] [TP4] [TP18] two people, one operation: two lines booked once, one refused and named, settled and closed days later', async () => {
    stage = await setStage();
    const { agent, mentor, running } = stage;
    const drafted = await draft(stage);
    const reviewId = await submit(stage, drafted);
    await approve(stage, drafted, reviewId);
    const callId = await confirm(stage, drafted);
    await running.demo!.bank.fault({ kind: 'line-refused', subject: STORY_PLANS[1]! });
    await agent.must('order execution', drafted.caseId, executionOrder(agent, drafted, callId));
    await agent.until(() => agent.state(drafted.caseId).operations[drafted.operationId]?.status === 'partial', 'the outcome at the maker');
    await mentor.until(() => mentor.state(drafted.caseId).operations[drafted.operationId]?.status === 'partial', 'the outcome at the reviewer');

    const ledger = (await running.demo!.bank.ledger()).filter((entry) => entry.kind === 'early-settlement');
    expect(ledger.filter((entry) => entry.state === 'done').map((entry) => entry.subject).sort()).toEqual([STORY_PLANS[0], STORY_PLANS[2]].sort());
    expect(ledger.filter((entry) => entry.state === 'refused').map((entry) => entry.subject)).toEqual([STORY_PLANS[1]]);

    const followUp = agent.state(drafted.caseId).followUps[0]!;
    expect(followUp.status).toBe('open');
    const day = 86_400_000;
    for (let days = 1; days <= 40 && agent.state(drafted.caseId).followUps[0]!.status === 'open'; days += 1) {
      const to = new Date(Date.parse('2026-11-23T02:00:00.000Z') + days * day).toISOString();
      await moveClock(running.url, to);
      await agent.until(() => (agent.state(drafted.caseId).followUps[0]?.checks.length ?? 0) >= days, `the check of day ${days}`);
    }
    const closed = agent.state(drafted.caseId).followUps[0]!;
    expect(closed.status).toBe('closed');
    expect(closed.checks.length).toBeGreaterThan(5);
    expect(closed.checks.every((check) => check.lines.every((line) => line.ok))).toBe(true);
  }, 90_000);
});
