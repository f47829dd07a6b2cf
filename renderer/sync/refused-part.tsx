import { Button } from 'antd';
import { memo, useDeferredValue } from 'react';
import type { Mark } from '#shared/protocol/case-view.ts';
import { desk } from '../app/desk.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import { useCases } from '../app/stores/cases.ts';
import { nowMs } from '../app/stores/clock.ts';
import { openCase } from '../app/stores/place.ts';
import { useSync } from '../app/stores/sync.ts';
import { bracketed } from '../ui/punctuation.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { SavedMark } from '../ui/saved-mark.tsx';
import { MOST_ROWS } from './queue-part.tsx';
import { kindName, syncTexts } from './texts.ts';

const none: readonly Mark[] = [];
/** A refusal is for ever: the same command refused says the same. */
const isSame = (a: { mark: Mark }, b: { mark: Mark }): boolean => a.mark.command === b.mark.command;

const RefusedCard = memo(function RefusedCard({ mark }: { mark: Mark }) {
  const t = useTexts(syncTexts);
  const isHeld = useCases(({ held }) => held.has(mark.stream));
  return (
    <div className="card stack-tight" data-testid={`refused-${mark.kind.replaceAll(' ', '-')}`}>
      <div className="row"><SavedMark look="refused" /><strong>{kindName(t, mark.kind)}</strong><time className="tone-muted" dateTime={mark.madeAt}>{localMoment(mark.madeAt, nowMs())}</time><span className="grow" />
        {isHeld ? <Button size="small" onClick={() => openCase(mark.stream)}>{t('open')}</Button> : null}
        <Button size="small" onClick={() => void desk.calls.refusalSeen({ command: mark.command })} data-testid="refusal-seen">{t('seen')}</Button></div>
      {mark.refusal ? <RefusalNotice refusal={mark.refusal} /> : null}
    </div>
  );
}, isSame);

const Refused = memo(function Refused({ refused }: { refused: readonly Mark[] }) {
  const t = useTexts(syncTexts);
  const lang = useLang();
  return (
    <>
      <h3>{t('refused')}{bracketed(lang, refused.length)}</h3>
      {refused.length === 0 ? <p className="tone-muted">{t('refused.none')}</p> : null}
      {refused.slice(0, MOST_ROWS).map((mark) => <RefusedCard key={mark.command} mark={mark} />)}
    </>
  );
});

/** What the centre did not accept, why, and what to do (SY3). Drawn when there is time, as what waits is (OF5). */
export function RefusedPart() {
  return <Refused refused={useDeferredValue(useSync(({ sync }) => sync?.refused ?? none))} />;
}
