import { describe, expect, it } from 'vitest';
import type { FactTree } from '#shared/flow/facts.ts';
import { prerequisiteLights } from '#shared/flow/prerequisites.ts';
import { runState } from '#shared/flow/run.ts';
import { whatIsVoided } from '#shared/flow/run-void.ts';
import { Bench, definition, goodFacts, id, settleUpTo } from './run-bench.ts';

const six = ['wholePlan', 'irrevocable', 'noRefund', 'billedAtOnce', 'dueDateTold', 'ownDecision'];
const withAccount = (change: object): FactTree => ({ ...goodFacts(), account: { ...goodFacts().account, ...change } });

describe('early settlement, from the first word to settled', () => {
  it('[FL2] runs whole: nineteen steps in the order of the handbook', () => {
    const bench = new Bench();
    settleUpTo(bench, 'none');
    expect(bench.current()).toBeNull();
    expect(bench.events.filter((event) => event.kind === 'step passed').map((event) => event.body.stepId)).toEqual(
      Array.from({ length: 19 }, (_, n) => `ES-${n + 1}`),
    );
    expect(bench.send({ kind: 'close run', body: { runId: id(1), outcome: 'settled' } })).toBeNull();
    expect(bench.run()).toMatchObject({ status: 'closed', outcome: 'settled' });
    expect(runState.safeParse(bench.run()).success).toBe(true);
  });

  it('[FL2] on the call: callback steps fall away by rule and say why', () => {
    const bench = new Bench({ ...goodFacts(), operation: { ...goodFacts().operation, totalDueFen: 700_000 } });
    settleUpTo(bench, 'ES-7', ['plan-1']);
    bench.do('ES-7', { path: 'onHold' });
    expect(bench.current()).toBe('ES-9');
    expect(bench.run().steps['ES-8']?.status).toBe('skipped');
    expect(bench.events.at(-1)).toMatchObject({ kind: 'step skipped', body: { stepId: 'ES-8', condition: 'path == "onHold"' } });
  });

  it('[FL2] a large sum is held on the call only when the customer insists, in their words', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-7');
    bench.fill('ES-7', { path: 'onHold' });
    expect(bench.pass('ES-7')).toBe('flow-tick-missing');
    bench.tick('ES-7', 'insistsToHold');
    expect(bench.pass('ES-7')).toBeNull();
  });

  it('[FL2] a step is not passed without its required fields, its ticks and its condition', () => {
    const bench = new Bench();
    bench.start('early-settlement');
    expect(bench.pass('ES-1')).toBe('flow-field-missing');
    bench.fill('ES-1', { statedRequest: '还清', intent: 'pay_bill' });
    expect(bench.pass('ES-1')).toBe('ES1_PAY_BILL');
    bench.fill('ES-1', { intent: 'settle_plan' });
    expect(bench.pass('ES-1')).toBeNull();
    bench.do('ES-2');
    bench.fill('ES-3', { selected: ['plan-1', 'plan-2'] });
    expect(bench.pass('ES-3')).toBe('flow-tick-missing');
    bench.tick('ES-3', 'planNamed', { item: 'plan-1' });
    expect(bench.pass('ES-3')).toBe('flow-tick-missing');
    bench.tick('ES-3', 'planNamed', { item: 'plan-2' });
    expect(bench.pass('ES-3')).toBeNull();
  });

  it('[FL2] retention, intent and prerequisites cannot change places', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-4');
    for (const stepId of ['ES-5', 'ES-6', 'ES-7']) {
      expect(bench.pass(stepId)).toBe('flow-step-out-of-order');
      expect(bench.fill(stepId, {})).toBe('flow-step-out-of-order');
    }
    expect(bench.tick('ES-5', 'wholePlan')).toBe('flow-step-out-of-order');
    expect(bench.send({ kind: 'go back', body: { runId: id(1), toStep: 'ES-6' } })).toBe('flow-step-out-of-order');
    expect(bench.current()).toBe('ES-4');
  });

  it.each([
    ['a complaint', { case: { complaintOpen: true, repeatWish: false } }],
    ['the second call on the same wish', { case: { complaintOpen: false, repeatWish: true } }],
    ['a risk', { risk: { flagged: true } }],
  ])('[FL2] %s skips retention, and only that', (_why, change) => {
    const bench = new Bench({ ...goodFacts(), ...change });
    settleUpTo(bench, 'ES-5');
    expect(bench.run().steps['ES-4']?.status).toBe('skipped');
    expect(bench.current()).toBe('ES-5');
  });

  it('[FL2] one reason, one offer, one answer: a second offer stops the step', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-4');
    bench.fill('ES-4', { reason: 'interest', offer: 'savings', 'retention.outcome': 'declined', retentionWords: '不用' });
    bench.fill('ES-4', { offer: 'keepPlan' });
    expect(bench.run().counted['offer']).toEqual(['savings', 'keepPlan']);
    expect(bench.pass('ES-4')).toBe('ES4_SECOND_PUSH');
    // Taking it back does not undo the push.
    bench.fill('ES-4', { offer: 'savings' });
    expect(bench.pass('ES-4')).toBe('ES4_SECOND_PUSH');
  });

  it('[FL2] advice about a missing fund is a tick, not a block; a coached customer is', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-5');
    bench.fill('ES-5', { fundsReady: 'no', 'risk.coached': false });
    for (const tick of six) bench.tick('ES-5', tick);
    expect(bench.pass('ES-5')).toBe('flow-tick-missing');
    bench.tick('ES-5', 'overdueWarned');
    bench.fill('ES-5', { 'risk.coached': true });
    expect(bench.pass('ES-5')).toBe('ES5_COACHED');
    bench.fill('ES-5', { 'risk.coached': false });
    expect(bench.pass('ES-5')).toBeNull();
  });
});

describe('figures', () => {
  it('[FL2] a worksheet for other plans than those named now does not pass', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-10');
    bench.fill('ES-3', { selected: ['plan-1', 'plan-2'] });
    bench.do('ES-3');
    bench.do('ES-5', {}, six);
    bench.do('ES-6');
    bench.do('ES-7');
    expect(bench.current()).toBe('ES-9');
    expect(bench.pass('ES-9')).toBe('ES9_OTHER_PLANS');
    bench.facts = { ...bench.facts, lines: (bench.facts.lines ?? []).slice(0, 2) };
    expect(bench.pass('ES-9')).toBeNull();
  });

  it('[FL2] a figure that differs from the bank\'s own stops the worksheet', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-9');
    bench.facts = { ...bench.facts, lines: ['plan-1', 'plan-2', 'plan-3'].map((planId) => ({ id: planId, planId })), operation: { ...bench.facts.operation, drafted: true, selfChecked: true }, quote: { ...bench.facts.quote, agrees: false } };
    expect(bench.pass('ES-9')).toBe('ES9_FIGURES_DIFFER');
  });

  it('[TP1] what the server says needs no second person goes on without one, and nothing else does', () => {
    for (const [status, digest, code] of [['notNeeded', 'd1', null], ['notNeeded', 'd0', 'ES11_NOT_YET'], ['waiting', 'd1', 'ES11_NOT_YET'], ['returned', 'd1', 'ES11_RETURNED'], ['expired', 'd1', 'ES11_LAPSED']] as const) {
      const bench = new Bench();
      settleUpTo(bench, 'ES-11');
      bench.facts = { ...bench.facts, approval: { status, digest } };
      expect(bench.pass('ES-11')).toBe(code);
    }
  });

  it('[TP1] eye, heart and hand need the approval of these very figures', () => {
    for (const stepId of ['ES-13', 'ES-14', 'ES-15']) {
      for (const approval of [{ status: 'void', digest: 'd1' }, { status: 'expired', digest: 'd1' }, { status: 'valid', digest: 'd0' }]) {
        const bench = new Bench();
        settleUpTo(bench, stepId);
        bench.facts = { ...bench.facts, approval, confirmation: { eye: true, heart: true, hand: true, failedProofs: 0 } };
        expect(bench.pass(stepId)).toBe(`${stepId.replace('-', '')}_APPROVAL_LAPSED`);
      }
    }
  });

  it('the posting check looks at every booked line, and leaves out those the bank refused', () => {
    const line = (n: number, more: object) => ({ id: `line-${n}`, planId: `plan-${n}`, dueFen: 700_000, outcome: 'booked', postedFen: 700_000, planStatus: 'settled', ...more });
    const judged = (lines: object[], more: object = {}) => {
      const bench = new Bench();
      settleUpTo(bench, 'ES-18');
      bench.facts = { ...bench.facts, lines, ...more };
      return bench.pass('ES-18');
    };
    expect(judged([line(1, {}), line(2, { outcome: 'refused', postedFen: null, planStatus: null })])).toBeNull();
    expect(judged([line(1, {}), line(2, { postedFen: 699_999 })])).toBe('ES18_POSTING_DIFFERS');
    expect(judged([line(1, {}), line(2, { planStatus: 'active' })])).toBe('ES18_POSTING_DIFFERS');
    expect(judged([line(1, {})], { unexpectedPostings: 1 })).toBe('ES18_POSTING_DIFFERS');
    expect(judged([line(1, { postedFen: null })])).toBe('flow-fact-unknown');
    expect(judged([])).toBe('ES18_POSTING_DIFFERS');
  });
});

describe('prerequisites', () => {
  const stuck: [string, string, FactTree][] = [
    ['P1', 'the card is locked', { ...goodFacts(), card: { ...goodFacts().card, status: 'locked' } }],
    ['P2', 'past due', withAccount({ pastDueDays: 1 })],
    ['P4', 'statement day', withAccount({ isStatementDay: true })],
    ['P4', 'after the cut-off', { ...goodFacts(), now: '2026-03-05T12:00:00.000Z' }],
    ['P5', 'a refund on its way', withAccount({ pendingRefundFen: 1 })],
    ['P6', 'a restriction', withAccount({ hold: 'judicial' })],
    ['P7', 'a hardship agreement', withAccount({ hardshipAgreement: true })],
    ['P9', 'the quote ran out', { ...goodFacts(), quote: { expiresAt: '2026-03-05T02:00:00.000Z' } }],
  ];
  it.each(stuck)('[FL5] %s fails: %s', (prerequisite, _why, facts) => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-6');
    bench.facts = facts;
    expect(bench.pass('ES-6')).toBe('flow-prerequisite-failed');
    const red = prerequisiteLights(definition('early-settlement'), facts, bench.run()).filter((light) => light.verdict === 'fail');
    expect(red.map((light) => light.id)).toEqual([prerequisite]);
  });

  it.each([['P3', { periodsPosted: 0 }], ['P8', { ruleConflict: true }]])('[FL5] %s looks at the plans that were named', (prerequisite, change) => {
    const facts = goodFacts();
    const plans = (facts.plans ?? []).map((plan) => (plan.id === 'plan-2' ? { ...plan, ...change } : plan));
    const bench = new Bench({ ...facts, plans });
    settleUpTo(bench, 'ES-6', ['plan-1']);
    expect(bench.pass('ES-6')).toBeNull();
    const other = new Bench({ ...facts, plans });
    settleUpTo(other, 'ES-6', ['plan-2']);
    expect(other.pass('ES-6')).toBe('flow-prerequisite-failed');
    expect(prerequisiteLights(definition('early-settlement'), other.facts, other.run()).find((light) => light.verdict === 'fail')?.id).toBe(prerequisite);
  });

  it('[FL2] are shown as lights from before the first step', () => {
    const lights = prerequisiteLights(definition('early-settlement'), withAccount({ pastDueDays: 12 }));
    expect(lights.map((light) => light.id)).toEqual(['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9']);
    expect(lights.find((light) => light.id === 'P2')).toMatchObject({
      verdict: 'fail', facts: [{ fact: 'account.pastDueDays', value: 12, source: 'core', readAt: '2026-03-05T02:00:00.000Z' }],
    });
    // Nobody has named a plan yet: that is unknown, not false.
    expect(lights.find((light) => light.id === 'P3')).toMatchObject({ verdict: 'unknown', unknown: ['selected'] });
  });

  it('[FL5] cannot be ticked, filled or answered by hand', () => {
    const bench = new Bench(withAccount({ pastDueDays: 12 }));
    settleUpTo(bench, 'ES-6');
    expect(bench.tick('ES-6', 'P2')).toBe('flow-prerequisite-not-tickable');
    expect(bench.fill('ES-6', { 'account.pastDueDays': 0 })).toBe('flow-field-unknown');
    expect(bench.pass('ES-6')).toBe('flow-prerequisite-failed');
  });

  it('[FL5] are kept with value, source, time read and result', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-7');
    const lines = bench.run().steps['ES-6']?.prerequisites ?? [];
    expect(lines).toHaveLength(9);
    expect(lines[1]).toEqual({ id: 'P2', verdict: 'pass', facts: [{ fact: 'account.pastDueDays', value: 0, source: 'core', readAt: '2026-03-05T02:00:00.000Z' }] });
  });

  it('[FL5] an unknown fact is sent by the desktop and refused by the server, never taken for false', () => {
    const known = new Bench();
    settleUpTo(known, 'ES-6');
    for (const at of ['desktop', 'server'] as const) {
      const bench = new Bench({ ...goodFacts(), account: { ...goodFacts().account, pastDueDays: null } });
      bench.at = at;
      bench.runs = new Map(known.runs);
      expect(bench.pass('ES-6')).toBe(at === 'desktop' ? null : 'flow-fact-unknown');
      if (at === 'desktop') expect(bench.run().steps['ES-6']?.unknown).toEqual(['account.pastDueDays']);
    }
  });

  it('[FL5] what two people must have checked is never passed on a guess, not even on a desktop', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-11');
    bench.at = 'desktop';
    bench.facts = { ...bench.facts, approval: {} };
    expect(bench.pass('ES-11')).toBe('flow-fact-unknown');
  });
});

describe('evidence', () => {
  it('[FL7] keeps the words, the offset and the call with every yes', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-6');
    expect(bench.run().steps['ES-5']?.ticks).toHaveLength(6);
    expect(bench.run().steps['ES-5']?.ticks[0]).toMatchObject({ tickId: 'wholePlan', customerWords: '好的', recordingOffset: 134, callId: 'call-1', by: id(99) });
    expect(bench.run().steps['ES-3']?.ticks.map((tick) => tick.item)).toEqual(['plan-1', 'plan-2', 'plan-3']);
  });

  it('[FL7] a tick without words or without offset is refused', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-5');
    expect(bench.tick('ES-5', 'wholePlan', { customerWords: undefined })).toBe('flow-evidence-missing');
    expect(bench.tick('ES-5', 'wholePlan', { recordingOffset: undefined })).toBe('flow-evidence-missing');
    bench.facts = { ...bench.facts, channel: { ...bench.facts.channel, phone: 'down' } };
    expect(bench.tick('ES-5', 'wholePlan', { recordingOffset: undefined })).toBeNull();
    expect(bench.tick('ES-5', 'irrevocable', { recordingOffset: undefined, customerWords: undefined })).toBe('flow-evidence-missing');
  });

  it('[FL7] ticks are for plans that were chosen, and for nothing else', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-3');
    bench.fill('ES-3', { selected: ['plan-1'] });
    expect(bench.tick('ES-3', 'planNamed', { item: 'plan-2' })).toBe('flow-tick-item');
    expect(bench.tick('ES-3', 'planNamed')).toBe('flow-tick-item');
  });
});

describe('changing one\'s mind', () => {
  it('[FL4] going back loses nothing, and unchanged answers void nothing', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-12');
    const before = bench.run();
    expect(bench.send({ kind: 'go back', body: { runId: id(1), toStep: 'ES-3' } })).toBeNull();
    expect(bench.current()).toBe('ES-3');
    expect(bench.run().values).toEqual(before.values);
    expect(bench.pass('ES-3')).toBeNull();
    expect(bench.current()).toBe('ES-12');
  });

  it('[FL4] [TP3] [TP9] going back after the approval ran out or fell asks for review and confirmation again, and for nothing else', () => {
    for (const approval of [{ status: 'expired', digest: 'd1' }, { status: 'void', digest: '' }]) {
      const bench = new Bench();
      settleUpTo(bench, 'ES-15');
      const before = bench.run();
      bench.facts = { ...bench.facts, approval, confirmation: { eye: false, heart: false, hand: false, failedProofs: 0 } };
      expect(bench.send({ kind: 'go back', body: { runId: id(1), toStep: 'ES-9' } })).toBeNull();
      expect(bench.run().values).toEqual(before.values);
      const open = bench.run().order.filter((step) => before.steps[step]?.status === 'passed' && bench.run().steps[step]?.status === 'open');
      expect(open).toEqual(['ES-9', 'ES-10', 'ES-11', 'ES-13', 'ES-14']);
      expect(bench.pass('ES-9')).toBeNull();
      expect(bench.current()).toBe('ES-10');
    }
  });

  it('[TP3] an order whose approval fell leads back to the worksheet', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-16');
    bench.facts = { ...bench.facts, approval: { status: 'void', digest: '' }, operation: { ...bench.facts.operation, outcome: 'none' } };
    expect(bench.pass('ES-16')).toBe('ES16_APPROVAL_LAPSED');
  });

  it('[FL4] what a changed answer voids is told before, and is exactly what falls', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-12');
    const values = { selected: ['plan-1', 'plan-2'] };
    const told = whatIsVoided(definition('early-settlement'), bench.run(), { kind: 'fill', stepId: 'ES-3', values });
    expect(told).toMatchObject({ review: true, confirmation: false });
    expect(told.steps).toEqual(['ES-5', 'ES-6', 'ES-7', 'ES-9', 'ES-10', 'ES-11']);
    expect(told.ticks).toContainEqual({ stepId: 'ES-3', tickId: 'planNamed', item: 'plan-3' });
    expect(bench.fill('ES-3', values)).toBeNull();
    const { carried: _carried, leftBehind: _left, ...voided } = told;
    expect(bench.events.at(-1)).toEqual({ kind: 'step reopened', body: { runId: id(1), stepId: 'ES-3', reason: 'changed', voided } });
    expect(bench.current()).toBe('ES-3');
    for (const stepId of told.steps) expect(bench.run().steps[stepId]?.status).toBe('open');
    expect(bench.run().values).toMatchObject({ fundsReady: 'yes', path: 'offCall', retentionWords: '不用了' });
    expect(bench.pass('ES-3')).toBeNull();
    expect(bench.current()).toBe('ES-5');
  });

  it('[FL4] filling in the same again changes nothing', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-9');
    const before = bench.run();
    expect(bench.fill('ES-3', { selected: ['plan-1', 'plan-2', 'plan-3'] })).toBeNull();
    expect(bench.run()).toBe(before);
  });

  it('[FL4] parking for another matter keeps everything, and a parked run does not move', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-5');
    const before = bench.run();
    bench.send({ kind: 'park run', body: { runId: id(1), reason: 'anotherMatter' } });
    expect(bench.pass('ES-5')).toBe('flow-run-parked');
    expect(bench.start('general-inquiry', id(2))).toBeNull();
    expect(bench.current(id(2))).toBe('GI-1');
    expect(bench.send({ kind: 'resume run', body: { runId: id(1) } })).toBeNull();
    expect(bench.run()).toEqual(before);
  });

  it('[FL4] a switch keeps the earlier run, takes along what fits, and says what does not count any more', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-6');
    const told = whatIsVoided(definition('early-settlement'), bench.run(), { kind: 'switch', to: definition('cancel-new-plan') });
    expect(told.steps).toEqual(['ES-1', 'ES-2', 'ES-3', 'ES-4', 'ES-5']);
    expect(told.carried).toEqual({ statedRequest: '想把分期都还了', selected: ['plan-1', 'plan-2', 'plan-3'] });
    expect(told.leftBehind).toContain('fundsReady');
    expect(bench.send({ kind: 'switch intent', body: { runId: id(1), newRunId: id(2), flowId: 'cancel-new-plan', flowVersion: 1 } })).toBeNull();
    expect(bench.run(id(1))).toMatchObject({ status: 'switched', nextRunId: id(2), values: { fundsReady: 'yes', intent: 'settle_plan' } });
    expect(bench.run(id(2))).toMatchObject({ status: 'running', previousRunId: id(1), values: told.carried });
    expect(bench.pass('ES-6', id(1))).toBe('flow-run-over');
  });

  it('[FL4] after execution nothing before it changes any more', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-17');
    expect(bench.fill('ES-3', { selected: ['plan-1'] })).toBe('flow-executed');
    expect(bench.send({ kind: 'go back', body: { runId: id(1), toStep: 'ES-13' } })).toBe('flow-executed');
    expect(bench.send({ kind: 'close run', body: { runId: id(1), outcome: 'kept_plan' } })).toBe('flow-outcome-not-yet');
    expect(bench.send({ kind: 'close run', body: { runId: id(1), outcome: 'settled' } })).toBe('flow-steps-open');
  });
});
