import { AutoComplete, Button, Checkbox } from 'antd';
import { useState } from 'react';
import { renderSay } from '#shared/flow/say.ts';
import type { PlanFact } from '#shared/flow/facts.ts';
import { useTexts } from '../../app/i18n.ts';
import { timer } from '../../app/local-time.ts';
import { Age } from '../../ui/age.tsx';
import { Money } from '../../ui/money.tsx';
import { text } from '../item-label.ts';
import type { StepPanelProps } from '../step-panel.ts';
import { flowTexts } from '../texts.ts';
import { bracketed } from '../../ui/punctuation.ts';

const modes: ReadonlySet<string> = new Set(['A', 'B', 'C', 'D']);
const mode = (value: unknown): 'A' | 'B' | 'C' | 'D' | null => (typeof value === 'string' && modes.has(value) ? (value as 'A') : null);

/** Plans are read one by one; the customer names them. Choosing and the tick with their words go together. */
export function PlansPanel(props: StepPanelProps) {
  const { definition, step, stepState, facts, run, lang, readOnly, command, offset, callId, now } = props;
  const t = useTexts(flowTexts);
  const [words, setWords] = useState(t('tick.words.yes'));
  const all = (facts.plans ?? []).filter((plan): plan is PlanFact & { id: string } => typeof plan.id === 'string');
  const active = all.filter((plan) => plan.status === 'active');
  const value = run.values['selected'];
  const selected = Array.isArray(value) ? value : [];
  const tick = step.ticks[0];
  const tickOf = (id: string) => stepState.ticks.find((one) => one.tickId === tick?.id && one.item === id);
  const [at, setAt] = useState(0);
  const spoken = renderSay(definition, step, facts, lang, run);
  const reading = active[at];
  const line = spoken.find((one) => one.item === reading?.id);
  const readAt = facts.sources?.['plans']?.readAt ?? null;

  async function name(id: string): Promise<void> {
    const saidAt = now();
    const offsetNow = offset();
    if (!selected.includes(id)) {
      const filled = await command('fill fields', { runId: run.runId, stepId: step.id, values: { selected: [...selected, id] } });
      if (!filled.ok) return;
    }
    if (tick) {
      await command('tick', { runId: run.runId, stepId: step.id, tickId: tick.id, item: id, customerWords: words.trim(), ...(offsetNow === null ? {} : { recordingOffset: offsetNow }), ...(callId === null ? {} : { callId }), saidAt }, { saidAt });
    }
    setAt((index) => index + 1);
  }
  const drop = (id: string): void => void command('fill fields', { runId: run.runId, stepId: step.id, values: { selected: selected.filter((one) => one !== id) } });

  if (facts.plans === undefined) return <p className="tone-muted">{t('plans.unread')}</p>;
  if (active.length === 0) return <p className="tone-amber">▲ {t('plans.none')}</p>;
  const sum = active.filter((plan) => selected.includes(plan.id)).reduce((total, plan) => total + (plan.remainingFen ?? 0), 0);
  return (
    <section className="panel" data-testid="plans-panel">
      {readOnly ? null : (
        <div className="card stack-tight plan-reading" data-testid="plan-reading" data-plan={reading?.id}>
          <div className="row"><h3 className="grow">{t('plans.order')}{bracketed(lang, `${Math.min(at + 1, active.length)}/${active.length}`)}</h3><Age at={readAt} /></div>
          {reading ? (
            <>
              <p className="speech">{line?.text ?? text(reading.merchant, lang)}</p>
              <div className="row-wrap">
                <span data-not-a-field><AutoComplete size="small" style={{ width: 150 }} value={words} onChange={setWords} options={(lang === 'zh' ? ['是的', '是这笔', '对'] : ['Yes', 'That one']).map((one) => ({ value: one }))} aria-label={t('tick.words')} data-testid="plan-words" /></span>
                <Button type="primary" ghost size="small" disabled={words.trim() === ''} onClick={() => void name(reading.id)} data-testid="plan-yes">✓ {tick?.label[lang] ?? t('plans.named')}</Button>
                <Button size="small" onClick={() => setAt((index) => index + 1)} data-testid="plan-no">{t('field.no')} →</Button>
              </div>
            </>
          ) : <Button size="small" onClick={() => setAt(0)} style={{ alignSelf: 'flex-start' }}>↺ 1/{active.length}</Button>}
        </div>
      )}
      <div className="panel-scroll">
        <table className="plain" data-testid="plans-table">
          <thead><tr><th>{t('plans.named')}</th><th>{t('plans.merchant')}</th><th>{t('plans.signedOn')}</th><th className="amount">{t('plans.principal')}</th><th className="amount">{t('plans.periods')}</th><th className="amount">{t('plans.remaining')}</th><th>{t('plans.rule')}</th></tr></thead>
          <tbody>
            {active.map((plan, index) => {
              const ticked = tickOf(plan.id);
              const feeMode = mode(plan.feeMode);
              return (
                <tr key={plan.id} className={plan.openOperation || plan.ruleConflict ? 'row-amber' : ''} data-testid={`plan-${plan.id}`} data-selected={selected.includes(plan.id)} data-ticked={ticked !== undefined}>
                  <td className="nowrap plan-named">
                    <Checkbox checked={selected.includes(plan.id) && ticked !== undefined} indeterminate={selected.includes(plan.id) && ticked === undefined} disabled={readOnly} aria-label={`${text(plan.merchant, lang)} ${plan.signedOn ?? ''}`} data-testid={`plan-check-${plan.id}`}
                      onChange={(event) => (event.target.checked ? void name(plan.id) : drop(plan.id))} onFocus={() => setAt(index)} />
                    {ticked?.recordingOffset != null ? <span className="small tone-muted"> ▶{timer(ticked.recordingOffset * 1000)}</span> : null}
                  </td>
                  <td className="plan-merchant">{text(plan.merchant, lang)}{plan.openOperation ? <p className="small tone-amber">▲ {t('plans.open')}</p> : null}{plan.ruleConflict ? <p className="small tone-amber">▲ {t('plans.conflict')}</p> : null}</td>
                  <td className="tabular nowrap">{plan.signedOn}</td>
                  <td className="amount">{typeof plan.principalFen === 'number' ? <Money fen={plan.principalFen} /> : '—'}</td>
                  <td className="amount">{plan.periodsPosted}/{plan.periodsTotal}</td>
                  <td className="amount">{typeof plan.remainingFen === 'number' ? <Money fen={plan.remainingFen} /> : '—'}</td>
                  <td className="small">{feeMode ? t(`mode.${feeMode}`) : ''}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p>{t('plans.total', { n: selected.length })} <strong><Money fen={sum} /></strong>{all.length > active.length ? <span className="small tone-muted"> · {t('plans.allEnded', { n: all.length - active.length })}</span> : null}</p>
    </section>
  );
}
