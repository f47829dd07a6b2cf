import { Button } from 'antd';
import { useState } from 'react';
import { useTexts } from '../app/i18n.ts';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { OutcomeList } from '../operation/outcome-list.tsx';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { inTrouble } from './agenda-view.ts';
import { FollowUpCard } from './follow-up-card.tsx';
import { followUpTexts } from './texts.ts';

const operationFollowUps = ({ view }: StepPanelProps) => view.state.followUps.filter((one) => one.operationId !== null);

/** ES-18: the morning's comparison of expected and posted. The centre reads it; nobody types it. */
export function PostingPanel(props: StepPanelProps) {
  const t = useTexts(followUpTexts);
  const [reading, setReading] = useState(false);
  const [refused, setRefused] = useState<Refusal | null>(null);
  const all = operationFollowUps(props);
  const check = async (): Promise<void> => {
    setReading(true);
    const planIds = Object.values(props.view.state.operations).flatMap((operation) => operation.worksheet.lines.map((line) => line.planId));
    const reply = await props.ask('read facts', { case: props.view.caseId, purpose: 'posting', planIds: [...new Set(planIds)] });
    setRefused(reply.ok ? null : reply.refusal);
    setReading(false);
  };
  const unread = Object.values(props.view.state.operations).filter((operation) => operation.execution?.lines.some((line) => !line.acknowledged) === true);
  return (
    <section className="stack" data-testid="posting" aria-label={t('followUpList')}>
      {refused === null ? null : <RefusalNotice refusal={refused} onClose={() => setRefused(null)} />}
      {unread.map((operation) => <OutcomeList key={operation.id} {...props} operation={operation} />)}
      {all.map((followUp) => {
        const last = followUp.checks.at(-1);
        return (
          <div key={followUp.id} className="stack-tight">
            <p className={`fu-verdict-line ${last === undefined ? 'tone-muted' : inTrouble(followUp) ? 'tone-red' : 'tone-green'}`} role="status">
              {last === undefined ? `◔ ${t('postedNotYet', { date: followUp.dueOn })}` : inTrouble(followUp) ? `✕ ${t('postedWrong')}` : `✓ ${t('postedAll')}`}
            </p>
            <FollowUpCard state={props.view.state} followUp={followUp} />
          </div>
        );
      })}
      {all.length === 0 ? <p className="tone-muted">{t('noFollowUps')}</p> : <div><Button loading={reading} disabled={props.readOnly} onClick={() => void check()} data-testid="posting-check-now">{t('readNow')}</Button></div>}
    </section>
  );
}

/** ES-19: every day until settled and paid. */
export function FollowUpPanel(props: StepPanelProps) {
  const t = useTexts(followUpTexts);
  const all = operationFollowUps(props);
  const open = all.some((one) => one.status === 'open');
  return (
    <section className="stack" data-testid="follow-up" aria-label={t('followUpList')}>
      <p className={open ? 'tone-muted' : 'tone-green'} role="status">{open ? t('stillOpen') : all.length > 0 ? `✓ ${t('settledAndPaid')}` : t('noFollowUps')}</p>
      {all.map((followUp) => <FollowUpCard key={followUp.id} state={props.view.state} followUp={followUp} />)}
    </section>
  );
}
