import './caller.css';
import { memo, useState } from 'react';
import { Button } from 'antd';
import { useTexts } from '../app/i18n.ts';
import { useCase } from '../app/stores/cases.ts';
import { useLive } from '../app/stores/live.ts';
import { toggleHidden, useScreen } from '../app/stores/screen.ts';
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
  const { narrow, locked, hidden } = useScreen();
  const [unfolded, setUnfolded] = useState(false);
  const covered = locked || hidden;
  const callId = offer?.callId ?? view?.state.opened?.callId ?? undefined;
  return (
    <section className={`caller${covered ? ' caller-covered' : ''}${narrow && !unfolded ? ' caller-folded' : ''}`} data-covered={covered} aria-label={t('label')} aria-live="polite" data-testid="caller" data-call-id={callId} data-ringing={offer ? 'yes' : 'no'} data-case-id={offer?.caseId ?? view?.caseId}>
      {covered ? (
        <div className="notice notice-amber caller-cover" role="status" data-testid="caller-covered">
          <span className="notice-shape" aria-hidden="true">▲</span>
          <div className="notice-words"><p>{t(locked ? 'covered.locked' : 'covered.hidden')}</p>{locked ? null : <Button size="small" onClick={toggleHidden}>{t('covered.show')}</Button>}</div>
        </div>
      ) : null}
      {offer ? <Ringing offer={offer} /> : null}
      {view ? <div className="caller-facts" inert={covered}><KnownCaller view={view} /></div> : offer ? null : <p className="tone-muted">{t('none')}</p>}
      {narrow && view ? <Button size="small" type="link" className="caller-fold" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)} data-testid="caller-fold">{t(unfolded ? 'fold' : 'unfold')}</Button> : null}
    </section>
  );
});
