import { Button, Input } from 'antd';
import { useState } from 'react';
import type { FlowDefinition } from '#shared/flow/definition.ts';
import type { RunState } from '#shared/flow/run.ts';
import { whatIsVoided } from '#shared/flow/run-void.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { sendCommand } from '../app/send.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { flowOf, flowsInForce, useRules, type PublishedFlow } from '../app/stores/rules.ts';
import { useMe } from '../app/stores/session.ts';
import { closeTool } from '../app/stores/tools.ts';
import { newId, startRun } from '../call/start-run.ts';
import { flowTexts } from './texts.ts';
import { VoidWords } from './void-words.tsx';

type Props = { view: TypedCase; run: RunState | null; published: PublishedFlow | null };

/** What the customer wants (F2). Changing it while a run is under way says first what that voids. */
export function IntentPicker({ view, run, published }: Props) {
  const t = useTexts(flowTexts);
  const lang = useLang();
  const me = useMe();
  const rules = useRules((held) => held.rules);
  const [word, setWord] = useState('');
  const [target, setTarget] = useState<FlowDefinition | null>(null);
  const closed = view.state.closed !== null;
  const running = run !== null && (run.status === 'running' || run.status === 'parked') ? run : null;
  const wanted = word.normalize('NFKC').trim().toLowerCase();
  const flows = flowsInForce(rules).filter((flow) =>
    wanted === '' || [flow.title.zh, flow.title.en, flow.id, ...flow.intents].some((text) => text.toLowerCase().includes(wanted)));
  const parked = Object.values(view.state.runs).filter((one) => one.status === 'parked' && one.runId !== view.state.currentRun);
  const titleOf = (one: RunState): string => flowOf(rules, one.flowId, one.flowVersion)?.definition.title[lang] ?? one.flowId;

  const choose = (flow: FlowDefinition): void => {
    if (running === null) void startRun(view.caseId, flow);
    else if (running.flowId === flow.id && running.flowVersion === flow.version) closeTool('intent');
    else setTarget(flow);
  };
  async function change(flow: FlowDefinition): Promise<void> {
    if (running === null) return;
    const reply = await sendCommand(view.caseId, 'switch intent', { runId: running.runId, newRunId: newId(), flowId: flow.id, flowVersion: flow.version });
    if (reply.ok) closeTool('intent');
    setTarget(null);
  }
  const resume = async (one: RunState): Promise<void> => {
    if (running?.status === 'running') await sendCommand(view.caseId, 'park run', { runId: running.runId, reason: 'anotherMatter' });
    const reply = await sendCommand(view.caseId, 'resume run', { runId: one.runId });
    if (reply.ok) closeTool('intent');
  };

  if (closed) return <p className="tone-muted" data-testid="case-closed">{t('case.closed')}</p>;
  return (
    <section className="intent stack" aria-label={t('intent.title')} data-testid="intent-picker">
      {running === null && rules ? <p className="speech">{t('intent.greet', { bank: rules.site.bank[lang], no: me?.no ?? '' })}</p> : null}
      <h2>{t('intent.title')}<kbd className="hotkey">F2</kbd></h2>
      <Input value={word} onChange={(event) => setWord(event.target.value)} placeholder={t('intent.search')} aria-label={t('intent.search')} style={{ maxWidth: 320 }} data-testid="intent-search" autoFocus />
      <div className="intent-grid">
        {flows.map((flow) => (
          <button key={`${flow.id}-${flow.version}`} type="button" className={`intent-card${flow.protective ? ' intent-protective' : ''}`} onClick={() => choose(flow)} aria-pressed={running?.flowId === flow.id} data-testid={`intent-${flow.id}`}>
            <strong>{flow.title[lang]}</strong>
            <span className="small">{running?.flowId === flow.id ? `● ${t('intent.current')}` : flow.protective ? `✕ ${t('intent.protective')}` : t('intent.start')}{flow.protective ? ' · F8' : ''}</span>
          </button>
        ))}
        {flows.length === 0 && rules ? <p className="tone-muted">{t('intent.none')}</p> : null}
      </div>
      {target !== null && running !== null && published !== null ? (
        <div className="notice notice-amber" role="alert" data-testid="switch-warning">
          <span className="notice-shape" aria-hidden="true">▲</span>
          <div className="notice-words">
            <strong>{t('intent.voids', { to: target.title[lang] })}</strong>
            <VoidWords voided={whatIsVoided(published.definition, running, { kind: 'switch', to: target })} />
          </div>
          <span className="row"><Button size="small" onClick={() => setTarget(null)}>{t('intent.cancel')}</Button><Button size="small" type="primary" onClick={() => void change(target)} data-testid="switch-do">{t('intent.do')}</Button></span>
        </div>
      ) : null}
      {parked.length > 0 ? (
        <div className="stack-tight">
          <h3>{t('intent.parked')}</h3>
          {parked.map((one) => (
            <div key={one.runId} className="row"><span>{titleOf(one)} <span className="tone-muted small">{one.parked ? t(`park.${one.parked.reason}`) : ''}</span></span><Button size="small" onClick={() => void resume(one)} data-testid={`resume-${one.flowId}`}>{t('intent.resume')}</Button></div>
          ))}
        </div>
      ) : null}
    </section>
  );
}
