import './caller.css';
import { memo } from 'react';
import { useTexts } from '../app/i18n.ts';
import { useCase } from '../app/stores/cases.ts';
import { useLive } from '../app/stores/live.ts';
import { usePlace } from '../app/stores/place.ts';
import { KnownCaller } from './known-caller.tsx';
import { Ringing } from './ringing.tsx';
import { callerTexts } from './texts.ts';

/**
 * Who is calling. A ringing call is painted from the offer alone, before anything is fetched; afterwards the case in
 * the middle fills the column as facts arrive, in places that were there from the start.
 */
export const CallerColumn = memo(function CallerColumn() {
  const t = useTexts(callerTexts);
  const offer = useLive('offer');
  const view = useCase(usePlace((place) => place.caseId));
  const callId = offer?.callId ?? view?.state.opened?.callId ?? undefined;
  return (
    <section className="caller" aria-label={t('label')} aria-live="polite" data-testid="caller" data-call-id={callId} data-ringing={offer ? 'yes' : 'no'} data-case-id={offer?.caseId ?? view?.caseId}>
      {offer ? <Ringing offer={offer} /> : null}
      {view ? <KnownCaller view={view} /> : offer ? null : <p className="tone-muted">{t('none')}</p>}
    </section>
  );
});
