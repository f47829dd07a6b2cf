import { openCase, usePlace } from '../../../renderer/app/stores/place.ts';
import { useTools } from '../../../renderer/app/stores/tools.ts';
import type { FakeCentre } from '../setup/fake-centre.ts';

const must = (refusal: { code: string } | null): void => {
  if (refusal) throw new Error(JSON.stringify(refusal));
};
const onCall = (centre: FakeCentre, more: Parameters<FakeCentre['ring']>[0] = {}): { caseId: string; callId: string; runId: string } => {
  const { caseId, callId } = centre.ring(more);
  centre.setLive('offer', null);
  centre.callEvent(caseId, { callId, kind: 'answered', personId: '0190a0b0-0000-7000-8000-000000000002', recordingId: 'rec-1' } as never);
  centre.setAgent({ state: 'on-call', since: centre.at(), callId });
  centre.later(137);
  centre.setOnline(true);
  openCase(caseId);
  return { caseId, callId, runId: centre.newId() };
};
const verified = (centre: FakeCentre, caseId: string, callId: string): void => {
  for (const [level, factor] of ([[0, 'name'], [1, 'idLast4'], [2, 'birthDate'], [3, 'servicePassword']] as const)) centre.happen(caseId, 'verification checked', { callId, factor, ok: true, level, failuresToday: 0 });
};

function settlement(centre: FakeCentre, upTo: string): void {
  const { caseId, callId, runId } = onCall(centre);
  must(centre.give(caseId, 'start run', { runId, flowId: 'early-settlement', flowVersion: 1 }));
  const steps: [string, () => void][] = [
    ['ES-1', () => must(centre.give(caseId, 'fill fields', { runId, stepId: 'ES-1', values: { statedRequest: '想把几笔分期一次还清', intent: 'settle_plan' } }))],
    ['ES-2', () => verified(centre, caseId, callId)],
    ['ES-3', () => {
      must(centre.give(caseId, 'fill fields', { runId, stepId: 'ES-3', values: { selected: ['plan-1', 'plan-2', 'plan-3'] } }));
      for (const item of ['plan-1', 'plan-2', 'plan-3']) must(centre.give(caseId, 'tick', { runId, stepId: 'ES-3', tickId: 'planNamed', item, customerWords: '是的', recordingOffset: 134, callId }));
    }],
    ['ES-4', () => must(centre.give(caseId, 'fill fields', { runId, stepId: 'ES-4', values: { reason: 'cash', offer: 'none', 'retention.outcome': 'declined', retentionWords: '不用了,直接结清' } }))],
    ['ES-5', () => {
      must(centre.give(caseId, 'fill fields', { runId, stepId: 'ES-5', values: { fundsReady: 'yes', 'risk.coached': false } }));
      for (const tickId of ['wholePlan', 'irrevocable', 'noRefund', 'billedAtOnce', 'dueDateTold', 'ownDecision']) must(centre.give(caseId, 'tick', { runId, stepId: 'ES-5', tickId, customerWords: '清楚', recordingOffset: 190, callId }));
    }],
    ['ES-6', () => centre.readFacts(caseId, 'prerequisites')],
    ['ES-7', () => must(centre.give(caseId, 'fill fields', { runId, stepId: 'ES-7', values: { path: 'offCall' } }))],
  ];
  for (const [stepId, act] of steps) {
    if (stepId === upTo) break;
    act();
    must(centre.give(caseId, 'pass step', { runId, stepId, callId }));
  }
}

function loss(centre: FakeCentre, upTo: string): void {
  const { caseId, callId, runId } = onCall(centre, { lossReport: true });
  must(centre.give(caseId, 'start run', { runId, flowId: 'loss-report', flowVersion: 1 }));
  const steps: [string, () => void][] = [
    ['LR-1', () => must(centre.give(caseId, 'fill fields', { runId, stepId: 'LR-1', values: { reportedAt: centre.at() } }))],
    ['LR-2', () => verified(centre, caseId, callId)],
    ['LR-3', () => {
      must(centre.give(caseId, 'fill fields', { runId, stepId: 'LR-3', values: { cards: ['card-1', 'card-2'], kind: 'lock' } }));
      must(centre.give(caseId, 'tick', { runId, stepId: 'LR-3', tickId: 'customerAgrees', customerWords: '快停掉', recordingOffset: 31, callId }));
    }],
  ];
  for (const [stepId, act] of steps) {
    if (stepId === upTo) break;
    act();
    must(centre.give(caseId, 'pass step', { runId, stepId, callId }));
  }
  if (upTo === 'LR-4') {
    const stopId = centre.newId();
    must(centre.give(caseId, 'stop card', { stopId, key: centre.newId(), cardId: 'card-1', stop: 'lock', reportedAt: centre.at(), lostAt: null, callId, customerWords: '快停掉', recordingOffset: 31 }));
    centre.happen(caseId, 'card stopped', { stopId, receipt: 'R20261121', effectiveAt: centre.at(), lapseAt: null, chargeFen: 0, newCardLastFour: null });
  }
  if (upTo === 'LR-OFF') centre.setOnline(false);
}

function reset(centre: FakeCentre, upTo: string): void {
  const { caseId, callId, runId } = onCall(centre);
  must(centre.give(caseId, 'start run', { runId, flowId: 'password-reset', flowVersion: 1 }));
  const steps: [string, () => void][] = [
    ['PW-1', () => must(centre.give(caseId, 'fill fields', { runId, stepId: 'PW-1', values: { statedRequest: '登录密码忘了,今天要交学费', kind: 'loginPassword', symptom: 'forgotten', goal: '给孩子交学费', deadline: '今天 17:00' } }))],
    ['PW-2', () => must(centre.give(caseId, 'fill fields', { runId, stepId: 'PW-2', values: { 'risk.disclosedCode': false, 'risk.third': false, numberInUse: true } }))],
    ['PW-3', () => must(centre.give(caseId, 'fill fields', { runId, stepId: 'PW-3', values: { needsAccountFacts: 'no' } }))],
    ['PW-4', () => {
      must(centre.give(caseId, 'fill fields', { runId, stepId: 'PW-4', values: { settledOnLine: false } }));
      must(centre.give(caseId, 'tick', { runId, stepId: 'PW-4', tickId: 'ruleTold', recordingOffset: 95, callId }));
    }],
    ['PW-5', () => must(centre.give(caseId, 'fill fields', { runId, stepId: 'PW-5', values: { district: '东湖区', branchId: 'donghu', smsConsent: true, reaction: 'insists' } }))],
    ['PW-6', () => {
      must(centre.give(caseId, 'fill fields', { runId, stepId: 'PW-6', values: { rungs: ['empathy'], mood: 'upset', afterRungs: 'lead' } }));
      must(centre.give(caseId, 'tick', { runId, stepId: 'PW-6', tickId: 'transferTold', recordingOffset: 200, callId }));
    }],
  ];
  for (const [stepId, act] of steps) {
    if (stepId === upTo) break;
    act();
    must(centre.give(caseId, 'pass step', { runId, stepId, callId }));
  }
  if (upTo === 'PW-6') must(centre.give(caseId, 'fill fields', { runId, stepId: 'PW-6', values: { rungs: ['empathy'] } }));
}

/** An operation of the other kinds, up to the step that draws the panel named. */
function plain(centre: FakeCentre, flowId: string, panel: string): void {
  const { caseId, callId, runId } = onCall(centre);
  const definition = centre.rules.flows.find((one) => one.definition.id === flowId)!.definition;
  verified(centre, caseId, callId);
  must(centre.give(caseId, 'start run', { runId, flowId, flowVersion: definition.version }));
  for (const step of definition.steps) {
    if (step.panel === (panel === 'submitReview' ? 'submitReview' : 'draftOperation')) break;
    centre.happen(caseId, 'step passed', { runId, stepId: step.id, flowVersion: definition.version, callId, unknown: [], prerequisites: [] });
  }
  centre.happen(caseId, 'fields filled', { runId, stepId: definition.steps[0]!.id, values: { theCard: ['card-1'] }, counted: [] });
  if (panel === 'empty') return;
  must(centre.give(caseId, 'draft operation', {
    operationId: centre.newId(), kind: flowId as 'refund', lineId: centre.newId(), accountId: 'acc-1', cardId: 'card-1', amountFen: 6_800_000, reference: flowId === 'limit-change' ? '' : flowId === 'loss-reissue-abroad' ? '大阪市北区' : '8841',
    customerWords: '对，就是六万八，今天要用', recordingOffset: 134, continues: null,
  }));
}

/** Puts a scene on the screen. */
export function play(centre: FakeCentre, scene: string): void {
  centre.setLive('lights', { core: 'ok', phones: 'ok' });
  centre.setLive('queue', { waiting: 2, lossReportsWaiting: 1, longestWaitMs: 40_000 });
  centre.setAgent({ state: 'available' });
  const [name, step = ''] = scene.split(':');
  switch (name) {
    case 'sign-in':
      if (step !== '') centre.refuseSignIn({ code: step });
      return centre.setSignedIn(false);
    case 'stopped': settlement(centre, step || 'ES-5'); return centre.setLive('stopped-kinds', [{ kind: 'early-settlement', since: centre.at(), byName: '许风', reason: '疑似批量冒名' }]);
    case 'plain': return plain(centre, step, scene.split(':')[2] ?? '');
    case 'key': settlement(centre, 'ES-5'); return centre.setKey(step === 'none' ? 'none' : 'lost');
    case 'ring': return void centre.ring({ lossReport: step === 'loss' });
    case 'call': return void onCall(centre, { known: step !== 'unknown', ...(step === 'unknown' ? { number: null } : {}) });
    case 'es': return settlement(centre, step);
    case 'lr': return loss(centre, step);
    case 'pw': return reset(centre, step);
    case 'escalate': reset(centre, step || 'PW-6'); return useTools.setState({ escalate: true });
    case 'callback': settlement(centre, step || 'ES-4'); return useTools.setState({ callback: true });
    case 'intent': settlement(centre, step || 'ES-4'); return useTools.setState({ intent: true });
    case 'offline': settlement(centre, step || 'ES-5'); return centre.setOnline(false);
    case 'sync': settlement(centre, 'ES-4'); centre.setOnline(false); return usePlace.setState({ view: 'sync' });
    case 'lead': centre.setLive('escalations', [{ escalationId: centre.newId(), caseId: centre.newId(), fromName: '林小满', at: centre.at(), kind: '密码重置', goal: '给孩子交学费', mood: '着急' }]); return usePlace.setState({ view: 'escalations' });
  }
}
