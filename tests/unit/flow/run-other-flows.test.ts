import { describe, expect, it } from 'vitest';
import { flowShelf } from '#shared/flow/publication.ts';
import { evolveRun } from '#shared/flow/run-evolve.ts';
import type { RunEvent } from '#shared/flow/run.ts';
import { Bench, definition, goodFacts, id, published, settleUpTo, shelf } from './run-bench.ts';

const stop = (status: string) => ({ id: 'card-1', kind: 'credit', lastFour: '6225', status, effectiveAt: '2026-03-05T02:00:20.000Z' });

describe('loss report', () => {
  it('[FL6] is in force without retention, review or a second person', () => {
    const bench = new Bench({ ...goodFacts(), verify: { level: 0, failures: 0 } });
    bench.start('loss-report');
    bench.do('LR-1', { lostAt: '今天早上' });
    bench.do('LR-2');
    bench.do('LR-3', { cards: ['card-1'], kind: 'loss' }, ['customerAgrees']);
    expect(bench.pass('LR-4')).toBe('LR4_NOT_ORDERED');
    bench.facts = { ...bench.facts, stops: [stop('ordered')] };
    expect(bench.pass('LR-4')).toBe('LR4_NO_RECEIPT_YET');
    bench.facts = { ...bench.facts, stops: [stop('in-force')] };
    bench.do('LR-4');
    // Not verified: no transaction is read out, and the channel card is not needed.
    expect(bench.current()).toBe('LR-6');
    bench.do('LR-6', { alsoLost: ['nothing'] });
    bench.do('LR-7', { address: 'same' });
    expect(bench.send({ kind: 'close run', body: { runId: id(1), outcome: 'stopped' } })).toBeNull();
  });

  it('[FL6] waits for no fact: centre and core gone, customer not in the cache', () => {
    const bench = new Bench({ now: goodFacts().now, channel: { core: 'down', centre: 'down', phone: 'down' }, verify: { level: 0, failures: 0 }, stops: [] });
    bench.at = 'desktop';
    bench.start('loss-report');
    bench.do('LR-1', { lostAt: '半夜' });
    bench.do('LR-2');
    bench.do('LR-3', { kind: 'lock' }, ['customerAgrees']);
    bench.do('LR-4', { otherWay: true });
    expect(bench.current()).toBe('LR-OFF');
    expect(bench.pass('LR-OFF')).toBe('flow-tick-missing');
    bench.do('LR-OFF', {}, ['toldNotInForce']);
    expect(bench.current()).toBe('LR-6');
    expect(bench.send({ kind: 'close run', body: { runId: id(1), outcome: 'stopped' } })).toBe('flow-steps-open');
    expect(bench.send({ kind: 'close run', body: { runId: id(1), outcome: 'not_in_force' } })).toBeNull();
  });

  it('[FL6] [OF1] the other way stands when it is judged with the line up again', () => {
    const bench = new Bench();
    bench.start('loss-report');
    bench.do('LR-1');
    bench.do('LR-2');
    bench.do('LR-3', { cards: ['card-1'], kind: 'lock' }, ['customerAgrees']);
    bench.do('LR-4', { otherWay: true });
    expect(bench.current()).toBe('LR-OFF');
    bench.do('LR-OFF', {}, ['toldNotInForce']);
    expect(bench.current()).toBe('LR-6');
  });

  it('[FL6] in doubt counts as not in force', () => {
    const bench = new Bench();
    bench.start('loss-report');
    bench.do('LR-1');
    bench.do('LR-2');
    bench.do('LR-3', { cards: ['card-1', 'card-2'], kind: 'lock' }, ['customerAgrees']);
    bench.facts = { ...bench.facts, stops: [stop('in-force'), { ...stop('in-doubt'), id: 'card-2' }] };
    bench.do('LR-4');
    expect(bench.current()).toBe('LR-OFF');
  });

  it('[FL6] a third party can have it locked, not reported, and is read nothing', () => {
    const bench = new Bench({ ...goodFacts(), verify: { level: 1, failures: 0 }, caller: { numberMatchesReserved: false, isHolder: false }, transactions: [{ id: 't1', amountFen: 100, merchant: 'x', at: goodFacts().now ?? '' }] });
    bench.start('loss-report');
    bench.do('LR-1');
    bench.do('LR-2', { 'caller.isThirdParty': true });
    bench.fill('LR-3', { cards: ['card-1'], kind: 'loss' });
    bench.tick('LR-3', 'customerAgrees');
    expect(bench.pass('LR-3')).toBe('LR3_THIRD_PARTY');
    bench.fill('LR-3', { kind: 'lock' });
    expect(bench.pass('LR-3')).toBeNull();
    bench.facts = { ...bench.facts, stops: [stop('in-force')] };
    bench.do('LR-4');
    expect(bench.current()).toBe('LR-6');
  });

  it('[FL6] neither matched nor reserved number: self-service, said at once', () => {
    const bench = new Bench({ ...goodFacts(), verify: { level: 0, failures: 1 }, caller: { numberMatchesReserved: false, isThirdParty: false } });
    bench.start('loss-report');
    bench.do('LR-1');
    expect(bench.pass('LR-2')).toBe('LR2_NOT_MATCHED');
  });

  it('[FL4] an item that is not theirs goes into the dispute flow with the marks', () => {
    const transactions = [{ id: 't1', amountFen: 100, merchant: 'x', at: goodFacts().now ?? '' }, { id: 't2', amountFen: 200, merchant: 'y', at: goodFacts().now ?? '' }];
    const bench = new Bench({ ...goodFacts(), transactions });
    bench.start('loss-report');
    bench.do('LR-1');
    bench.do('LR-2');
    bench.do('LR-3', { cards: ['card-1'], kind: 'loss' }, ['customerAgrees']);
    bench.facts = { ...bench.facts, stops: [stop('in-force')] };
    bench.do('LR-4');
    bench.fill('LR-5', { marks: { t1: 'notMine' } });
    expect(bench.pass('LR-5')).toBe('flow-field-missing');
    bench.do('LR-5', { marks: { t1: 'notMine', t2: 'mine' } });
    bench.send({ kind: 'switch intent', body: { runId: id(1), newRunId: id(2), flowId: 'dispute', flowVersion: 1 } });
    expect(bench.run(id(2)).values).toEqual({ marks: { t1: 'notMine', t2: 'mine' } });
    bench.do('DP-1', { cardInHand: true, 'risk.disclosedCode': false, cardSafe: true }, [], id(2));
    bench.do('DP-2', {}, [], id(2));
    bench.do('DP-3', { orderOpened: true }, ['noPromiseMade'], id(2));
    expect(bench.current(id(2))).toBeNull();
  });

  it('[PR2] card and identity numbers are for searching and never stored', () => {
    const bench = new Bench();
    bench.start('loss-report');
    for (const field of ['callerNumber', 'idNumber', 'cardNumber']) expect(bench.fill('LR-1', { [field]: '1234' })).toBe('flow-field-never-stored');
    expect(bench.fill('LR-1', { lostAt: '卡号 6225 8801 2345 6789' })).toBe('flow-answer-unmasked');
    expect(bench.fill('LR-1', { lostAt: '６２２５８８０１２３４５６７８９' })).toBe('flow-answer-unmasked');
    expect(bench.run().values).toEqual({});
  });
});

describe('password reset', () => {
  const branch = { id: 'b1', name: { zh: '东湖支行', en: 'Donghu branch' }, doesReset: true, validityChecked: true };
  const upToBranch = (kind: string) => {
    const bench = new Bench({ ...goodFacts(), branch });
    bench.start('password-reset');
    bench.do('PW-1', { statedRequest: '密码忘了', kind, symptom: 'forgotten', goal: '给孩子交学费' });
    bench.do('PW-2', { 'risk.disclosedCode': false, 'risk.third': false, numberInUse: true });
    bench.do('PW-3', { needsAccountFacts: 'no' });
    return bench;
  };

  it('by branch only: the login password cannot be settled on the line, whoever asks', () => {
    const bench = upToBranch('loginPassword');
    bench.fill('PW-4', { settledOnLine: true });
    bench.tick('PW-4', 'ruleTold');
    expect(bench.pass('PW-4')).toBe('PW4_BRANCH_ONLY');
    bench.do('PW-4', { settledOnLine: false });
    bench.do('PW-5', { district: '东湖', branchId: 'b1', smsConsent: true, reaction: 'goes' });
    expect(bench.current()).toBe('PW-10');
    bench.do('PW-10', { causeTag: 'longUnused' });
    expect(bench.send({ kind: 'close run', body: { runId: id(1), outcome: 'branch_named' } })).toBeNull();
  });

  it('the phone password is keyed on the line', () => {
    const bench = upToBranch('phonePassword');
    bench.do('PW-4', { settledOnLine: true }, ['ruleTold']);
    expect(bench.current()).toBe('PW-10');
  });

  it('insisting climbs three rungs to a lead who has no exception either', () => {
    const bench = upToBranch('cardPin');
    bench.do('PW-4', { settledOnLine: false }, ['ruleTold']);
    bench.do('PW-5', { district: '东湖', branchId: 'b1', smsConsent: false, reaction: 'insists' });
    bench.fill('PW-6', { rungs: ['empathy', 'goalFirst', 'ruleAndLead'], mood: 'angry', afterRungs: 'lead' });
    expect(bench.pass('PW-6')).toBe('flow-tick-missing');
    bench.do('PW-6', {}, ['transferTold']);
    bench.fill('PW-7', { leadPath: 'warm', complaintWords: false });
    expect(bench.pass('PW-7')).toBe('PW7_LEAD_NOT_THERE');
    bench.facts = { ...bench.facts, lead: { ...bench.facts.lead, accepted: true } };
    bench.do('PW-7');
    expect(bench.pass('PW-8')).toBe('PW8_NO_OUTCOME');
    bench.facts = { ...bench.facts, lead: { ...bench.facts.lead, outcome: 'accepted-branch' } };
    bench.do('PW-8');
    expect(bench.current()).toBe('PW-10');
    expect(bench.run().steps['PW-9']?.status).toBe('skipped');
  });

  it('a call is ended for abuse only after the reminders that policy asks for', () => {
    const bench = upToBranch('cardPin');
    bench.do('PW-4', { settledOnLine: false }, ['ruleTold']);
    bench.do('PW-5', { district: '东湖', branchId: 'b1', smsConsent: false, reaction: 'insists' });
    bench.fill('PW-6', { rungs: ['empathy'], mood: 'abusive', afterRungs: 'ended', abuseReminders: 2 });
    expect(bench.pass('PW-6')).toBe('PW6_REMIND_FIRST');
    expect(bench.send({ kind: 'close run', body: { runId: id(1), outcome: 'ended_by_rule' } })).toBe('flow-outcome-not-yet');
    bench.fill('PW-6', { abuseReminders: 3 });
    expect(bench.send({ kind: 'close run', body: { runId: id(1), outcome: 'ended_by_rule' } })).toBeNull();
  });

  it('whoever cannot come gets a home visit by work order', () => {
    const bench = upToBranch('cardPin');
    bench.do('PW-4', { settledOnLine: false }, ['ruleTold']);
    bench.do('PW-5', { district: '东湖', branchId: 'b1', smsConsent: false, reaction: 'cannotCome' });
    expect(bench.current()).toBe('PW-9');
    bench.fill('PW-9', { situation: 'ill' });
    expect(bench.pass('PW-9')).toBe('flow-field-missing');
    bench.do('PW-9', { visitOrdered: true });
    expect(bench.current()).toBe('PW-10');
  });
});

describe('versions', () => {
  const second = { ...definition('early-settlement'), version: 2 };
  const both = [...published.definitions, second];

  it('[FL1] a run pins its version: a newer one in force changes nothing for it', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-5');
    const newer = flowShelf(both);
    bench.publication = (flowId, version) => newer.find(flowId, version);
    expect(newer.inForce('early-settlement')?.definition.version).toBe(2);
    settleUpTo(bench, 'ES-9');
    expect(bench.run().flowVersion).toBe(1);
    expect(bench.events.filter((event) => event.kind === 'step passed').every((event) => event.body.flowVersion === 1)).toBe(true);
    expect(bench.send({ kind: 'start run', body: { runId: id(5), flowId: 'early-settlement', flowVersion: 1 } })).toBe('flow-not-in-force');
    expect(bench.send({ kind: 'start run', body: { runId: id(5), flowId: 'early-settlement', flowVersion: 2 } })).toBeNull();
  });

  it('[FL1] a recalled version stops at the next step and is moved to the new one with its answers', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-5');
    const recalled = flowShelf(both, new Set(['early-settlement@1']));
    bench.publication = (flowId, version) => recalled.find(flowId, version);
    expect(bench.fill('ES-5', { fundsReady: 'yes' })).toBeNull();
    expect(bench.pass('ES-5')).toBe('flow-recalled');
    expect(bench.send({ kind: 'switch intent', body: { runId: id(1), newRunId: id(2), flowId: 'early-settlement', flowVersion: 2 } })).toBeNull();
    expect(bench.run(id(2))).toMatchObject({ flowVersion: 2, values: { statedRequest: '想把分期都还了', selected: ['plan-1', 'plan-2', 'plan-3'], fundsReady: 'yes' } });
    expect(bench.current(id(2))).toBe('ES-1');
  });

  it('[FL1] a flow of a later release does not stop a desktop: what it cannot judge is unknown', () => {
    const later = { ...definition('pay-bill'), version: 7, steps: definition('pay-bill').steps.map((step) => (step.id === 'PB-1' ? { ...step, pass: 'customer.shoeSize > 40' } : step)) };
    for (const at of ['desktop', 'server'] as const) {
      const bench = new Bench();
      bench.at = at;
      bench.publication = () => ({ definition: later, publication: 'inForce' });
      bench.send({ kind: 'start run', body: { runId: id(1), flowId: 'pay-bill', flowVersion: 7 } });
      bench.fill('PB-1', { statedRequest: '还款' });
      expect(bench.pass('PB-1')).toBe(at === 'desktop' ? null : 'flow-fact-unknown');
    }
  });

  it('[FL1] a version nobody has published cannot be started, nor one recalled', () => {
    const bench = new Bench();
    expect(bench.send({ kind: 'start run', body: { runId: id(1), flowId: 'early-settlement', flowVersion: 9 } })).toBe('flow-unknown');
    expect(shelf.forIntent('settle_plan')?.definition.id).toBe('early-settlement');
    expect(flowShelf(published.definitions, new Set(['early-settlement@1'])).forIntent('settle_plan')).toBeNull();
  });
});

describe('evolve', () => {
  it('is total: any body may be missing, and the rest still folds', () => {
    const bench = new Bench();
    settleUpTo(bench, 'ES-9');
    const whole = bench.events.reduce<ReturnType<typeof evolveRun> | null>((run, event) => evolveRun(run, event), null);
    for (let hidden = 0; hidden < bench.events.length; hidden += 1) {
      const seen = bench.events.map((event, n): { kind: string; body: unknown } => (n === hidden ? { kind: event.kind, body: null } : event));
      const run = seen.reduce<ReturnType<typeof evolveRun> | null>((state, event) => evolveRun(state, event), null);
      if (hidden === 0) expect(run).toBeNull();
      else expect(run?.order).toEqual(whole?.order);
    }
  });

  it('ignores kinds it does not know and events of other runs', () => {
    const bench = new Bench();
    bench.start('pay-bill');
    const run = bench.run();
    expect(evolveRun(run, { kind: 'note written', body: { runId: run.runId } })).toBe(run);
    const other: RunEvent = { kind: 'run closed', body: { runId: id(7), outcome: 'told', note: null } };
    expect(evolveRun(run, other)).toBe(run);
  });
});
