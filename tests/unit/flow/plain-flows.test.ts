import { describe, expect, it } from 'vitest';
import type { FlowDefinition } from '#shared/flow/definition.ts';
import type { FactTree } from '#shared/flow/facts.ts';
import { prerequisiteLights } from '#shared/flow/prerequisites.ts';
import { renderSay } from '#shared/flow/say.ts';
import { whatIsVoided } from '#shared/flow/run-void.ts';
import { PlainKind } from '#shared/operation/payload.ts';
import { Bench, call, definition, evidence, goodFacts, id } from './run-bench.ts';

const kinds = PlainKind.options;
const line = { id: 'line-1', cardId: 'card-1', merchant: { zh: '样例', en: 'Sample' }, dueFen: 60_000, outcome: null, say: { zh: '尾号 6225 的样例。', en: 'A sample of the card ending 6225.' } };

/** A holder who owes nothing, before anything was drafted. */
const clean = (): FactTree => ({
  ...goodFacts(), plans: [], account: { ...goodFacts().account, billUnpaidFen: 0, nextBillFen: 0, creditBalanceFen: 60_000 }, operation: { totalDueFen: 60_000, digest: 'd1', outcome: 'none', drafted: false, selfChecked: false },
});
/** What the world looks like once a step of that panel has been worked on. */
const after: Partial<Record<string, (facts: FactTree) => FactTree>> = {
  draftOperation: (facts) => ({ ...facts, lines: [line], operation: { ...facts.operation, drafted: true, selfChecked: true } }),
  callback: (facts) => ({ ...facts, promise: { from: '2026-03-05T07:30:00.000Z', to: '2026-03-05T08:00:00.000Z', made: true, answered: false } }),
  submitReview: (facts) => ({ ...facts, approval: { status: 'waiting', digest: 'd1' } }),
  review: (facts) => ({ ...facts, approval: { status: 'valid', digest: 'd1' } }),
  dial: (facts) => ({ ...facts, promise: { ...facts.promise, answered: true } }),
  readBack: (facts) => ({ ...facts, confirmation: { eye: true, heart: false, hand: false, failedProofs: 0 } }),
  consent: (facts) => ({ ...facts, confirmation: { eye: true, heart: true, hand: false, failedProofs: 0 } }),
  typeIn: (facts) => ({ ...facts, confirmation: { eye: true, heart: true, hand: true, failedProofs: 0 } }),
  execute: (facts) => ({ ...facts, approval: { status: 'used', digest: 'd1' }, operation: { ...facts.operation, outcome: 'done', toldAll: true, linesDone: 1 } }),
};

/** Answers of the way that goes on; anything else is the first option or a word. */
const chosen: Record<string, string | string[] | boolean> = { theCard: ['card-1'], 'risk.coached': false, 'retention.outcome': 'declined', offer: 'none', path: 'offCall' };

function workOn(bench: Bench, flow: FlowDefinition, path: 'offCall' | 'onHold'): string | null {
  const step = flow.steps.find((one) => one.id === bench.current())!;
  bench.facts = after[step.panel]?.(bench.facts) ?? bench.facts;
  for (const field of step.fields) {
    const value = field.id === 'path' ? path : (chosen[field.id] ?? field.options?.[0]?.id ?? (field.type === 'boolean' ? true : '客户说的话'));
    const refused = bench.fill(step.id, { [field.id]: value });
    if (refused !== null) return refused;
  }
  for (const tick of step.ticks) bench.tick(step.id, tick.id);
  return bench.pass(step.id);
}

function upTo(kind: string, panel: string, path: 'offCall' | 'onHold' = 'offCall', facts: FactTree = clean()): { bench: Bench; flow: FlowDefinition } {
  const bench = new Bench(facts);
  const flow = definition(kind);
  bench.start(kind);
  const panelNow = (): string | undefined => flow.steps.find((one) => one.id === bench.current())?.panel;
  for (let guard = 0; bench.current() !== null && panelNow() !== panel; guard += 1) {
    const refused = workOn(bench, flow, path);
    if (refused !== null || guard > 40) throw new Error(`${bench.current()}: ${refused}`);
  }
  return { bench, flow };
}
const stepOf = (flow: FlowDefinition, panel: string) => flow.steps.find((one) => one.panel === panel)!;

describe.each(kinds)('%s', (kind) => {
  it('[FL2] runs whole by callback, and on the line without it', () => {
    for (const path of ['offCall', 'onHold'] as const) {
      const { bench, flow } = upTo(kind, 'none', path);
      expect(bench.current()).toBeNull();
      const passed = bench.events.flatMap((event) => (event.kind === 'step passed' ? [event.body.stepId] : []));
      const left = flow.steps.filter((step) => path === 'offCall' || !['callback', 'dial'].includes(step.panel)).map((step) => step.id);
      expect(passed).toEqual(left);
      expect(bench.send({ kind: 'close run', body: { runId: id(1), outcome: 'done' } })).toBeNull();
    }
  });

  it('[FL2] nothing is drafted before verification, intent and prerequisites, nothing executed before review and confirmation', () => {
    const panels = definition(kind).steps.map((step) => step.panel);
    const inOrder = ['verify', ...(kind === 'card-cancellation' ? ['retention'] : []), 'intent', 'prerequisites', 'draftOperation', 'submitReview', 'review', 'readBack', 'consent', 'typeIn', 'execute'];
    expect(panels.filter((panel) => inOrder.includes(panel))).toEqual(inOrder);
  });

  it('[FL2] a draft of another card, unticked, or already executed does not pass', () => {
    const { bench, flow } = upTo(kind, 'draftOperation');
    const step = stepOf(flow, 'draftOperation').id;
    const short = step.replace('-', '');
    expect(bench.pass(step)).toBe(`${short}_NOT_DRAFTED`);
    const drafted = after['draftOperation']!(bench.facts);
    bench.facts = { ...drafted, lines: [{ ...line, cardId: 'card-2' }] };
    expect(bench.pass(step)).toBe(`${short}_OTHER_CARD`);
    bench.facts = { ...drafted, operation: { ...drafted.operation, selfChecked: false } };
    expect(bench.pass(step)).toBe(`${short}_SELF_CHECK`);
    bench.facts = { ...drafted, operation: { ...drafted.operation, outcome: 'done' } };
    expect(bench.pass(step)).toBe(`${short}_EXECUTED`);
    bench.facts = drafted;
    expect(bench.pass(step)).toBeNull();
  });

  it('[TP1] the customer is not read to, and nothing is ordered, without an approval of this digest', () => {
    const { bench, flow } = upTo(kind, 'readBack');
    const held = bench.facts;
    for (const approval of [{ status: 'none', digest: 'd1' }, { status: 'valid', digest: 'd0' }, { status: 'expired', digest: 'd1' }, { status: 'void', digest: 'd1' }]) {
      bench.facts = { ...after['typeIn']!(held), approval };
      expect(bench.pass(stepOf(flow, 'readBack').id)).toBe(`${stepOf(flow, 'readBack').id.replace('-', '')}_APPROVAL_LAPSED`);
    }
  });

  it('[TP10] in doubt is never passed for done', () => {
    const { bench, flow } = upTo(kind, 'execute');
    const { id: step } = stepOf(flow, 'execute');
    for (const outcome of ['in-doubt', 'refused', 'executing', 'none']) {
      bench.facts = { ...bench.facts, operation: { ...bench.facts.operation, outcome, toldAll: true } };
      expect(bench.pass(step)).not.toBeNull();
    }
    bench.facts = { ...bench.facts, operation: { ...bench.facts.operation, outcome: 'done', toldAll: false } };
    expect(bench.pass(step)).toBe(`${step.replace('-', '')}_NOT_TOLD`);
  });

  it('[FL5] every prerequisite is judged by facts, tells the customer what to do, and is unknown without them', () => {
    const flow = definition(kind);
    const { card: _card, account: _account, plans: _plans, ...nothing } = clean();
    expect(prerequisiteLights(flow, clean()).map((light) => light.verdict)).toEqual(stepOf(flow, 'prerequisites').prerequisites.map(() => 'pass'));
    expect(prerequisiteLights(flow, nothing).map((light) => light.verdict)).toEqual(stepOf(flow, 'prerequisites').prerequisites.map(() => 'unknown'));
    const bad: FactTree = {
      ...clean(), card: { ...clean().card, status: 'cancelled', statusText: { zh: '已销卡', en: 'cancelled' } },
      account: { ...clean().account, hold: 'risk', pastDueDays: 3, billUnpaidFen: 1, pendingRefundFen: 1, hardshipAgreement: true },
      plans: goodFacts().plans!.map((plan) => ({ ...plan, cardLastFour: clean().card!.lastFour! })),
    };
    expect(prerequisiteLights(flow, bad).map((light) => light.verdict)).toEqual(stepOf(flow, 'prerequisites').prerequisites.map(() => 'fail'));
    // The reason of a restriction is told to nobody.
    const told = stepOf(flow, 'prerequisites').prerequisites.find((one) => one.facts.includes('account.hold'))!.tell!;
    expect(`${told.zh}${told.en}`).not.toMatch(/司法|风险|争议|judicial|risk|dispute/);
  });

  it('[FL4] another card voids what rests on it, and it is said before', () => {
    const { bench, flow } = upTo(kind, 'execute');
    const chooser = flow.steps.find((step) => step.fields.some((field) => field.id === 'theCard'))!;
    const voided = whatIsVoided(flow, bench.run(), { kind: 'fill', stepId: chooser.id, values: { theCard: ['card-2'] } });
    expect(voided).toMatchObject({ review: true, confirmation: true });
    expect(voided.steps).toEqual(expect.arrayContaining([stepOf(flow, 'prerequisites').id, stepOf(flow, 'draftOperation').id, stepOf(flow, 'typeIn').id]));
  });

  it('[FL2] what is said has no blanks once it is due, in either language', () => {
    const { bench, flow } = upTo(kind, 'closing');
    for (const step of flow.steps) {
      for (const lang of ['zh', 'en'] as const) {
        const spoken = renderSay(flow, step, bench.facts, lang, bench.run());
        expect(spoken.flatMap((one) => one.missing), `${step.id} ${lang}`).toEqual([]);
      }
    }
  });

  it('[FL5] a caller who was told to do it is taken to the risk path', () => {
    const { bench, flow } = upTo(kind, 'intent');
    const step = stepOf(flow, 'intent');
    for (const field of step.fields) bench.fill(step.id, { [field.id]: field.id === 'risk.coached' ? true : (field.options?.[0]?.id ?? '话') });
    for (const tick of step.ticks) bench.tick(step.id, tick.id);
    expect(bench.pass(step.id)).toBe(`${step.id.replace('-', '')}_COACHED`);
    expect(step.onFail[0]?.goto).toBe('risk');
  });
});

describe('card cancellation', () => {
  it('[FL2] asks one reason and makes one offer; a second push does not pass, and a complaint skips it', () => {
    const { bench } = upTo('card-cancellation', 'retention');
    bench.fill('CC-4', { reason: 'fee', offer: 'feeWaiver', 'retention.outcome': 'declined', retentionWords: '不用' });
    bench.fill('CC-4', { offer: 'lockInstead' });
    expect(bench.pass('CC-4')).toBe('CC4_SECOND_PUSH');
    const other = upTo('card-cancellation', 'intent', 'offCall', { ...clean(), case: { ...clean().case, complaintOpen: true } });
    expect(other.bench.run().steps['CC-4']?.status).toBe('skipped');
  });
});

describe('loss with a card sent abroad', () => {
  it('[FL6] offers the lock first, before anybody is verified, and waits for nothing but the offer', () => {
    const flow = definition('loss-reissue-abroad');
    expect(flow.steps.slice(0, 3).map((step) => step.panel)).toEqual(['listen', 'safety', 'verify']);
    const bench = new Bench({ ...clean(), verify: { level: 0, failures: 0 }, card: null, account: null });
    bench.start('loss-reissue-abroad');
    bench.do('RA-1', { statedRequest: '卡丢了', intent: 'reissue' });
    expect(bench.fill('RA-2', { lockFirst: 'declined' })).toBeNull();
    expect(bench.pass('RA-2')).toBe('flow-tick-missing');
    expect(bench.send({ kind: 'tick', body: { runId: id(1), stepId: 'RA-2', tickId: 'lockOffered', ...evidence, callId: call } })).toBeNull();
    expect(bench.pass('RA-2')).toBeNull();
    expect(JSON.stringify(stepOf(flow, 'safety').say)).toContain('F8');
  });

  it('[FL6] the card that F8 locked goes on; the one that was reported lost does not', () => {
    const flow = definition('loss-reissue-abroad');
    const verdict = (status: string) => prerequisiteLights(flow, { ...clean(), card: { ...clean().card, status } })[0]?.verdict;
    expect(['normal', 'locked', 'lost', 'cancelled', 'frozen', 'writtenOff'].map(verdict)).toEqual(['pass', 'pass', 'fail', 'fail', 'fail', 'fail']);
  });
});
