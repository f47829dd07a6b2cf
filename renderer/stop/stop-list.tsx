import type { StopState } from '#shared/case/case-schema.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { localClock, localMoment } from '../app/local-time.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { nowMs } from '../app/stores/clock.ts';
import { Money } from '../ui/money.tsx';
import { stopTexts } from './texts.ts';

/** "In force" is said only with the bank's own receipt (SY8); a receipt of another channel is still to be verified. */
export const isInForce = (stop: StopState): boolean => stop.status === 'in-force' && stop.receipt !== null && stop.effectiveAt !== null;

/** 未生效 in red until the bank's receipt turns it into 已生效 HH:mm. */
export function StopMark({ stop }: { stop: StopState }) {
  const t = useTexts(stopTexts);
  return isInForce(stop)
    ? <strong className="stop-mark in-force" data-testid={`stop-${stop.lastFour}`} data-status={stop.status}>✓ {t('inForce')} {localClock(stop.effectiveAt!)}</strong>
    : <strong className="stop-mark not-in-force" role="alert" data-testid={`stop-${stop.lastFour}`} data-status={stop.status}>✕ {t('notInForce')}</strong>;
}

/** Every stop of the case, as it truly stands. */
export function StopList({ view }: { view: TypedCase }) {
  const t = useTexts(stopTexts);
  const lang = useLang();
  return (
    <ul className="stack-tight" aria-label={t('list')}>
      {view.state.stops.map((stop) => (
        <li key={stop.id} className="stop-line">
          <StopMark stop={stop} />{' '}
          <span>{stop.lastFour ? t('card', { four: stop.lastFour }) : t('unknownCard')} · {t(stop.stop)}</span>
          <p className="small tone-muted">
            {t(`status.${stop.status}`, { receipt: stop.receipt ?? '', why: stop.reason?.[lang] ?? '' })}
            {stop.lapseAt ? ` · ${t('lapse', { time: localMoment(stop.lapseAt, nowMs()) })}` : ''}
            {stop.newCardLastFour ? ` · ${t('newCard', { four: stop.newCardLastFour })}` : ''}
            {stop.chargeFen > 0 ? <> · {t('fee')} <Money fen={stop.chargeFen} /></> : null}
          </p>
        </li>
      ))}
    </ul>
  );
}
