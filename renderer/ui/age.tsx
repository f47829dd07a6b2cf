import { useTexts } from '../app/i18n.ts';
import { useNow } from '../app/stores/clock.ts';
import { uiTexts } from './texts.ts';

/** How old what is shown is (SY8). Amber from ten minutes on, unless told otherwise. @param at ISO UTC, or null */
export function Age({ at, amberAfterMinutes = 10 }: { at: string | null; amberAfterMinutes?: number }) {
  const t = useTexts(uiTexts);
  const now = useNow();
  if (at === null) return <span className="age tone-amber">{t('age.never')}</span>;
  const seconds = Math.max(0, Math.floor((now - Date.parse(at)) / 1000));
  const words =
    seconds < 5 ? t('age.now')
    : seconds < 60 ? t('age.seconds', { n: seconds })
    : seconds < 3600 ? t('age.minutes', { n: Math.floor(seconds / 60) })
    : seconds < 86_400 ? t('age.hours', { n: Math.floor(seconds / 3600) })
    : t('age.days', { n: Math.floor(seconds / 86_400) });
  return <time dateTime={at} className={`age ${seconds >= amberAfterMinutes * 60 ? 'tone-amber' : 'tone-muted'}`}>{words}</time>;
}
