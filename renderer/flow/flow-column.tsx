import './flow.css';
import { Button } from 'antd';
import { memo } from 'react';
import { customerName } from '../follow-up/agenda-view.ts';
import { localMoment } from '../app/local-time.ts';
import { nowMs } from '../app/stores/clock.ts';
import { agentStateLabels } from '#shared/telephony/agent-state.ts';
import { callTexts } from '../call/texts.ts';
import { useCallInHand } from '../call/current-call.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { chooseState } from '../app/state-menu.tsx';
import { allCases, useCase, useCases, type TypedCase } from '../app/stores/cases.ts';
import { useLive } from '../app/stores/live.ts';
import { openCase, usePlace } from '../app/stores/place.ts';
import { flowOf, useRules } from '../app/stores/rules.ts';
import { useMe } from '../app/stores/session.ts';
import { useTools } from '../app/stores/tools.ts';
import { EscalateCard } from '../escalation/escalate-card.tsx';
import { CaseTabs } from './case-tabs.tsx';
import { IntentPicker } from './intent-picker.tsx';
import { RunView } from './run-view.tsx';
import { flowTexts } from './texts.ts';
import { LookNotice } from '../ui/refusal-notice.tsx';

/** No case in the middle: what one can do now. */
function Idle() {
  const t = useTexts(callTexts);
  const lang = useLang();
  const agent = useLive('agent');
  const held = useCases((store) => store.held);
  const me = useMe();
  const offer = useLive('offer');
  const rules = useRules((store) => store.rules);
  const greet = useTexts(flowTexts);
  const open = allCases(held).filter((one) => one.state.owner === me?.id && one.state.closed === null).toSorted((a, b) => (a.state.updatedAt < b.state.updatedAt ? 1 : -1));
  const last = open[0];
  const titleOf = (one: TypedCase): string => {
    const run = one.state.currentRun === null ? undefined : one.state.runs[one.state.currentRun];
    return (run === undefined ? undefined : flowOf(rules, run.flowId, run.flowVersion)?.definition.title[lang]) ?? greet('intent.title');
  };
  if (offer) {
    return (
      <div className="idle" data-testid="ringing-middle">
        <h1>{offer.lossReport ? t('ring.loss') : t('ring.title')} · {offer.queueName[lang]}</h1>
        {rules ? <p className="speech">{greet('intent.greet', { bank: rules.site.bank[lang], no: me?.no ?? '' })}</p> : null}
        <p className="tone-muted">{t('ring.answer')}<kbd className="hotkey">Enter</kbd></p>
      </div>
    );
  }
  return (
    <div className="idle" data-testid="idle">
      <h1>{t('idle.title')}</h1>
      {agent ? <p className="tone-muted">{agent.state === 'available' ? t('idle.available') : t('idle.other', { state: agentStateLabels[agent.state][lang] })}</p> : null}
      <div className="row">
        {agent && agent.state !== 'available' && agent.state !== 'on-call' ? <Button type="primary" onClick={() => void chooseState('available', agent.version)} data-testid="go-available">{t('idle.goAvailable')}</Button> : null}
        {last ? <Button onClick={() => openCase(last.caseId)} data-testid="last-case">{t('idle.last')}</Button> : null}
        <Button onClick={() => useTools.setState({ logCall: true })} data-testid="open-by-hand">{t('idle.byHand')}<kbd className="hotkey">F11</kbd></Button>
      </div>
      <section className="idle-cases card" aria-label={t('idle.open')} data-testid="idle-cases">
        <h2>{t('idle.open')}</h2>
        {open.length === 0 ? <p className="tone-muted">{t('idle.openNone')}</p> : (
          <ul>
            {open.slice(0, 6).map((one) => (
              <li key={one.caseId}>
                <button type="button" onClick={() => openCase(one.caseId)}>
                  <strong>{customerName(one.state, me?.id ?? '') || t('idle.unknown')}</strong><span className="grow">{titleOf(one)}</span><time className="tone-muted tabular" dateTime={one.state.updatedAt}>{localMoment(one.state.updatedAt, nowMs())}</time>
                </button>
              </li>
            ))}
          </ul>
        )}
      </section>
      <p className="small tone-muted"><kbd className="hotkey">F1</kbd> {t('idle.keys')}</p>
    </div>
  );
}

/** The middle: the matters of this call, the run of the case in hand, or what the customer wants. */
export const FlowColumn = memo(function FlowColumn() {
  const t = useTexts(flowTexts);
  const me = useMe();
  const rules = useRules((held) => held.rules);
  const caseId = usePlace((place) => place.caseId);
  const view = useCase(caseId);
  const { intent, escalate } = useTools();
  const hand = useCallInHand();
  if (view === null || me === null) return <section className="flow" aria-label={t('label')} data-testid="flow"><Idle /></section>;
  const run = view.state.currentRun === null ? undefined : view.state.runs[view.state.currentRun];
  const published = run === undefined ? null : flowOf(rules, run.flowId, run.flowVersion);
  const choosing = intent || run === undefined || run.status === 'switched' || run.status === 'closed';
  return (
    <section className="flow" aria-label={t('label')} data-testid="flow" data-case-id={view.caseId} data-run-id={run?.runId} data-flow={run?.flowId}>
      <CaseTabs view={view} callId={hand?.callId ?? null} />
      {rules === null ? <LookNotice testId="no-rules">{t('noFlow')}</LookNotice> : null}
      {escalate ? <EscalateCard view={view} key={`escalate-${view.caseId}`} /> : null}
      {choosing ? <IntentPicker view={view} run={run ?? null} published={published} key={`intent-${view.caseId}`} /> : null}
      {run !== undefined && published === null && rules !== null ? <LookNotice testId="flow-missing">{t('notFound', { id: run.flowId, version: run.flowVersion })}</LookNotice> : null}
      {run !== undefined && published !== null && rules !== null && !(intent && choosing) ? <RunView view={view} run={run} published={published} rules={rules} me={me} key={run.runId} /> : null}
    </section>
  );
});
