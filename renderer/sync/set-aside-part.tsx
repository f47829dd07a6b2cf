import { Button } from 'antd';
import type { SetAsideStream } from '#shared/protocol/sync-view.ts';
import { refusalText } from '#shared/protocol/refusals.ts';
import { desk } from '../app/desk.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import { useCases } from '../app/stores/cases.ts';
import { nowMs } from '../app/stores/clock.ts';
import { openCase } from '../app/stores/place.ts';
import { useSync } from '../app/stores/sync.ts';
import { bracketed } from '../ui/punctuation.ts';
import { SavedMark } from '../ui/saved-mark.tsx';
import { kindName, syncTexts } from './texts.ts';

const none: readonly SetAsideStream[] = [];

/** Cases whose commands made the centre fail: why, that nothing is lost, and the way to try them again (SY3). */
export function SetAsidePart() {
  const t = useTexts(syncTexts);
  const lang = useLang();
  const setAside = useSync(({ sync }) => sync?.setAside ?? none);
  const held = useCases((store) => store.held);
  if (setAside.length === 0) return null;
  return (
    <>
      <h3>{t('setAside')}{bracketed(lang, setAside.length)}</h3>
      <p className="small tone-amber">▲ {t('setAside.why')}</p>
      {setAside.map((one) => (
        <div key={one.stream} className="card stack-tight" data-testid="set-aside" data-code={one.code}>
          <div className="row"><SavedMark look="saved-here" /><strong>{kindName(t, one.kind)}</strong><time className="tone-muted" dateTime={one.at}>{localMoment(one.at, nowMs())}</time><span className="grow" />
            {held.has(one.stream) ? <Button size="small" onClick={() => openCase(one.stream)}>{t('open')}</Button> : null}
            <Button size="small" onClick={() => void desk.calls.tryAgain({ stream: one.stream })} data-testid="try-again">{t('setAside.again')}</Button></div>
          <p className="small">{t('setAside.code')}: {refusalText(one.code)[lang].what} <span className="tone-muted">{t('setAside.tries', { n: one.tries, time: localMoment(one.tryAt, nowMs()) })}</span></p>
        </div>
      ))}
    </>
  );
}
