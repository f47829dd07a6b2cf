import { useTexts } from '../../app/i18n.ts';
import { localClock } from '../../app/local-time.ts';
import { OutcomePicker } from '../outcome-picker.tsx';
import { StopList } from '../../stop/stop-list.tsx';
import type { StepPanelProps } from '../step-panel.ts';
import { flowTexts } from '../texts.ts';

/** The end of a call: what was sent to the customer, what is in force, what stays open. */
export function ClosingPanel({ view, definition, run }: StepPanelProps) {
  const t = useTexts(flowTexts);
  const { messages, stops } = view.state;
  return (
    <section className="panel" data-testid="closing-panel">
      {stops.length > 0 && definition.protective ? <StopList view={view} /> : null}
      {messages.map((one) => <p key={one.messageId} className="card"><time dateTime={one.at}>{localClock(one.at)}</time> {t('closing.sms', { text: one.text })}</p>)}
      {messages.length === 0 ? <p className="small tone-muted">{t('closing.noSms')}</p> : null}
      {run.status === 'closed' ? <OutcomePicker view={view} run={run} definition={definition} /> : null}
    </section>
  );
}
