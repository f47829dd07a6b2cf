import { useTexts } from '../app/i18n.ts';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { OutcomeList } from '../operation/outcome-list.tsx';
import { inTrouble } from './agenda-view.ts';
import { FollowUpCard } from './follow-up-card.tsx';
import { followUpTexts } from './texts.ts';

const operationFollowUps = ({ view }: StepPanelProps) => view.state.followUps.filter((one) => one.operationId !== null);

/** ES-18: the morning's comparison of expected and posted. The centre reads it every morning by itself; nobody types it or ticks it. */
export function PostingPanel(props: StepPanelProps) {
  const t = useTexts(followUpTexts);
  const all = operationFollowUps(props);
  const unread = Object.values(props.view.state.operations).filter((operation) => operation.execution?.lines.some((line) => !line.acknowledged) === true);
  return (
    <section className="stack" data-testid="posting" aria-label={t('followUpList')}>
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
      {all.length === 0 ? <p className="tone-muted">{t('noFollowUps')}</p> : null}
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
