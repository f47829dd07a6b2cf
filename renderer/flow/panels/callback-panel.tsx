import { useTexts } from '../../app/i18n.ts';
import { CallbackForm } from '../../call/callback-form.tsx';
import { localClock, localMoment } from '../../app/local-time.ts';
import type { StepPanelProps } from '../step-panel.ts';
import { flowTexts } from '../texts.ts';

/** The promise as a step: windows and note; afterwards the case is worked on without calls. */
export function CallbackPanel({ view, readOnly, now }: StepPanelProps) {
  const t = useTexts(flowTexts);
  const last = view.state.promises.at(-1);
  return (
    <section className="panel" data-testid="callback-panel">
      {readOnly ? (last ? <p>{t('dial.window', { from: localMoment(last.from, now()), to: localClock(last.to) })}</p> : null) : <CallbackForm view={view} inStep />}
      <p className="small tone-muted">{t('prepare.wrapUp')}</p>
    </section>
  );
}
