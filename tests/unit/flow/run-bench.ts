import type { FlowDefinition, PublicationState } from '#shared/flow/definition.ts';
import type { FactTree } from '#shared/flow/facts.ts';
import { policyFacts } from '#shared/flow/policy.ts';
import { flowShelf } from '#shared/flow/publication.ts';
import { decideRun, type RunContext } from '#shared/flow/run-decide.ts';
import { evolveRun } from '#shared/flow/run-evolve.ts';
import { currentStepId, runCommandSchemas, runEventSchemas, type RunCommand, type RunEvent, type RunState } from '#shared/flow/run.ts';
import { loadFlows } from '../../../server/flows/load-flows.ts';

/** The flows that come with the program, as they are published, and one desk to run them on. */
export const published = loadFlows();
export const shelf = flowShelf(published.definitions);

export const now = '2026-03-05T02:00:00.000Z';
export const call = 'call-1';
/** Ids by number: the tests need many and nothing hangs on their randomness. */
export const id = (n: number): string => `0195${n.toString(16).padStart(4, '0')}-0000-7000-8000-000000000000`;
export const evidence = { customerWords: '好的', recordingOffset: 134, callId: call };

export function definition(flowId: string): FlowDefinition {
  const found = shelf.inForce(flowId);
  if (found === null) throw new Error(`no flow ${flowId}: ${JSON.stringify(published.problems)}`);
  return found.definition;
}

/** Facts of a customer who may settle, on a call, before anything was prepared. */
export function goodFacts(): FactTree {
  if (published.policy === null) throw new Error('no policy');
  const plan = (n: number, extra: object = {}) => ({
    id: `plan-${n}`, merchant: '星河家电', signedOn: '2025-10-02', principalFen: 1_200_000, periodsTotal: 12, periodsPosted: 5,
    periodsLeft: 7, remainingFen: 700_000, perPeriodFen: 100_000, status: 'active', feeMode: 'A', feeLabel: { zh: '利息', en: 'interest' },
    ruleConflict: false, openOperation: false, firstPostDate: '2025-10-20', cardLastFour: '6225', ...extra,
  });
  const card = { id: 'card-1', status: 'normal', kind: 'credit', lastFour: '6225' };
  return {
    now,
    channel: { core: 'up', centre: 'up', phone: 'up' },
    caller: { numberMatchesReserved: true, isHolder: true, isPrimaryHolder: true, isThirdParty: false },
    customer: { matches: 1, surname: '王', title: { zh: '先生', en: 'Mr' }, hasReservedPhone: true },
    verify: { level: 3, failures: 0 },
    card, holder: { cards: [card, { id: 'card-2', status: 'normal', kind: 'debit', lastFour: '0119' }] },
    account: {
      pastDueDays: 0, isStatementDay: false, cutoffAt: '2026-03-05T12:00:00.000Z', dueDate: '2026-04-08', statementDate: '2026-03-20', hold: 'none',
      pendingRefundFen: 0, pendingReversals: 0, hardshipAgreement: false, billUnpaidFen: 123_456,
    },
    plans: [plan(1), plan(2, { merchant: '远山旅行' }), plan(3)],
    quote: { expiresAt: '2026-03-05T14:00:00.000Z', agrees: true },
    operation: { totalDueFen: 2_100_000, digest: 'd1', outcome: 'none', drafted: false, selfChecked: false, toldAll: false, linesDone: 0, linesNotDone: 0 },
    approval: { status: 'none', digest: '' },
    confirmation: { eye: false, heart: false, hand: false, failedProofs: 0 },
    promise: { made: false, answered: false },
    risk: { flagged: false },
    case: { complaintOpen: false, repeatWish: false, minutes: 3 },
    transactions: [], stops: [], lines: [], unexpectedPostings: 0,
    followUp: { unpaidFen: 0, daysToDue: 20, settled: false },
    agent: { no: '1024', skills: ['es'] }, lead: { accepted: false, outcome: 'none', no: '2001' },
    site: { bank: '示例银行', officialNumber: '400-000-0000', ivrKey: '9', dutyPhone: '400-000-0001', callTime: now },
    policy: policyFacts(published.policy, '2026-03-05'),
    sources: { account: { source: 'core', readAt: now }, card: { source: 'core', readAt: now }, plans: { source: 'core', readAt: now }, selected: { source: 'core', readAt: now } },
  };
}

/** One desk: facts that a test may change, and runs driven through `decideRun` and `evolveRun` only. */
export class Bench {
  facts: FactTree;
  at: RunContext['at'] = 'server';
  publication: (flowId: string, version: number) => { definition: FlowDefinition; publication: PublicationState } | null = (flowId, version) => shelf.find(flowId, version);
  runs = new Map<string, RunState>();
  events: RunEvent[] = [];

  constructor(facts: FactTree = goodFacts()) {
    this.facts = facts;
  }

  /** @returns the code of the refusal, or null when it went through */
  send(command: RunCommand): string | null {
    // What is sent and what comes out is what the wire and the log would take.
    runCommandSchemas[command.kind].parse(command.body);
    const decision = decideRun(this.runs.get(command.body.runId) ?? null, command, { at: this.at, facts: this.facts, flow: this.publication });
    if ('refusal' in decision) return decision.refusal.code;
    for (const event of decision.events) {
      runEventSchemas[event.kind].parse(event.body);
      const run = evolveRun(this.runs.get(event.body.runId) ?? null, { kind: event.kind, body: event.body, at: now, by: id(99) });
      if (run !== null) this.runs.set(run.runId, run);
      this.events.push(event);
    }
    return null;
  }

  start(flowId: string, runId = id(1)): string | null {
    return this.send({ kind: 'start run', body: { runId, flowId, flowVersion: definition(flowId).version } });
  }

  run(runId = id(1)): RunState {
    const run = this.runs.get(runId);
    if (run === undefined) throw new Error(`no run ${runId}`);
    return run;
  }

  current(runId = id(1)): string | null {
    return currentStepId(this.run(runId));
  }

  fill(stepId: string, values: Record<string, RunState['values'][string] | null>, runId = id(1)): string | null {
    return this.send({ kind: 'fill fields', body: { runId, stepId, values } });
  }

  tick(stepId: string, tickId: string, more: object = {}, runId = id(1)): string | null {
    return this.send({ kind: 'tick', body: { runId, stepId, tickId, ...evidence, ...more } });
  }

  pass(stepId: string, runId = id(1)): string | null {
    return this.send({ kind: 'pass step', body: { runId, stepId, callId: call } });
  }

  /** Answers, ticks and passes one step; the first refusal is thrown. */
  do(stepId: string, values: Record<string, RunState['values'][string]> = {}, ticks: readonly string[] = [], runId = id(1)): void {
    const must = (code: string | null, what: string) => { if (code !== null) throw new Error(`${stepId} ${what}: ${code}`); };
    if (Object.keys(values).length > 0) must(this.fill(stepId, values, runId), 'fill');
    for (const tick of ticks) {
      const [tickId = '', item] = tick.split(':');
      must(this.tick(stepId, tickId, item === undefined ? {} : { item }, runId), `tick ${tick}`);
    }
    must(this.pass(stepId, runId), 'pass');
  }
}

/** Early settlement up to a step, by the shortest honest way. */
export function settleUpTo(bench: Bench, until: string, selected: string[] = ['plan-1', 'plan-2', 'plan-3']): void {
  const six = ['wholePlan', 'irrevocable', 'noRefund', 'billedAtOnce', 'dueDateTold', 'ownDecision'];
  const lines = selected.map((planId, n) => ({ id: `line-${n}`, planId, merchant: '星河家电', dueFen: 700_000, principalFen: 1_200_000, savedFen: 50_400, mode: 'A', outcome: 'none', signedOn: '2025-10-02' }));
  const steps: Record<string, () => void> = {
    'ES-1': () => bench.do('ES-1', { statedRequest: '想把分期都还了', intent: 'settle_plan' }),
    'ES-2': () => bench.do('ES-2'),
    'ES-3': () => bench.do('ES-3', { selected }, selected.map((planId) => `planNamed:${planId}`)),
    'ES-4': () => bench.do('ES-4', { reason: 'interest', offer: 'savings', 'retention.outcome': 'declined', retentionWords: '不用了' }),
    'ES-5': () => bench.do('ES-5', { fundsReady: 'yes', 'risk.coached': false }, six),
    'ES-6': () => bench.do('ES-6'),
    'ES-7': () => bench.do('ES-7', { path: 'offCall' }),
    'ES-8': () => {
      bench.facts = { ...bench.facts, promise: { from: '2026-03-05T07:30:00.000Z', to: '2026-03-05T08:00:00.000Z', made: true, answered: false } };
      bench.do('ES-8', {}, ['nothingBookedTold']);
    },
    'ES-9': () => {
      bench.facts = { ...bench.facts, lines, operation: { ...bench.facts.operation, drafted: true, selfChecked: true } };
      bench.do('ES-9');
    },
    'ES-10': () => { bench.facts = { ...bench.facts, approval: { status: 'waiting', digest: 'd1' } }; bench.do('ES-10'); },
    'ES-11': () => { bench.facts = { ...bench.facts, approval: { status: 'valid', digest: 'd1' } }; bench.do('ES-11'); },
    'ES-12': () => { bench.facts = { ...bench.facts, promise: { ...bench.facts.promise, answered: true } }; bench.do('ES-12'); },
    'ES-13': () => { bench.facts = { ...bench.facts, confirmation: { eye: true, heart: false, hand: false, failedProofs: 0 } }; bench.do('ES-13'); },
    'ES-14': () => { bench.facts = { ...bench.facts, confirmation: { eye: true, heart: true, hand: false, failedProofs: 0 } }; bench.do('ES-14'); },
    'ES-15': () => { bench.facts = { ...bench.facts, confirmation: { eye: true, heart: true, hand: true, failedProofs: 0 } }; bench.do('ES-15'); },
    'ES-16': () => { bench.facts = { ...bench.facts, operation: { ...bench.facts.operation, outcome: 'done', toldAll: true, linesDone: selected.length } }; bench.do('ES-16'); },
    'ES-17': () => bench.do('ES-17'),
    'ES-18': () => {
      bench.facts = { ...bench.facts, lines: lines.map((line) => ({ ...line, outcome: 'booked', postedFen: line.dueFen, planStatus: 'settled' })) };
      bench.do('ES-18');
    },
    'ES-19': () => { bench.facts = { ...bench.facts, followUp: { unpaidFen: 0, daysToDue: 3, settled: true } }; bench.do('ES-19'); },
  };
  if (bench.runs.size === 0) bench.start('early-settlement');
  for (let at = bench.current(); at !== null && at !== until; at = bench.current()) steps[at]?.();
}
