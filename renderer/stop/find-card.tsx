import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import { useTexts } from '../app/i18n.ts';
import { localClock } from '../app/local-time.ts';
import { FindCustomer } from '../caller/find-customer.tsx';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { flowTexts } from '../flow/texts.ts';
import { stopTexts } from './texts.ts';

/** 找卡: the customer by any of the ways; the time of reporting is now unless the agent says otherwise. */
export function FindCard({ view, me, run, step, readOnly, command, now, lang }: StepPanelProps) {
  const t = useTexts(flowTexts);
  const say = useTexts(stopTexts);
  const facts = view.state.facts[me.id]?.facts;
  const reportedAt = run.values['reportedAt'];
  const asked = useRef(false);
  useEffect(() => {
    // The line between the customer's loss and the bank's begins when they told us: it is not left to be typed.
    if (asked.current || readOnly || reportedAt !== undefined || !step.fields.some((field) => field.id === 'reportedAt')) return;
    asked.current = true;
    void command('fill fields', { runId: run.runId, stepId: step.id, values: { reportedAt: now() } });
  });
  return (
    <section className="panel" data-testid="find-card">
      {view.state.customerId === null ? <div className="card"><FindCustomer view={view} /></div> : (
        <p className="tone-green" data-testid="find-card-known">✓ {t('find.known', { name: facts ? `${facts.customer.maskedName} ${facts.customer.title[lang]}` : '…' })}</p>
      )}
      {view.state.customerId === null ? <p className="small tone-muted">{say('stop.needCustomer')}</p> : null}
      {readOnly ? null : <span className="row">{typeof reportedAt === 'string' ? <span className="tabular">{t('find.reportedAt', { time: localClock(reportedAt) })}</span> : null}<Button size="small" onClick={() => void command('fill fields', { runId: run.runId, stepId: step.id, values: { reportedAt: now() } })}>{say('choose.reportedAt')} ↺</Button></span>}
    </section>
  );
}
