import type { StopState } from '#shared/case/case-schema.ts';
import { orderedStopId, standingOf } from '#shared/case/stop-verify.ts';
import type { CaseState } from '#shared/case/state.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { localClock, localMoment } from '../app/local-time.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { nowMs } from '../app/stores/clock.ts';
import { useMe } from '../app/stores/session.ts';
import { Money } from '../ui/money.tsx';
import { cardName, stopTimes } from './stop-times.ts';
import { stopTexts } from './texts.ts';

/** "In force" is said only with the bank's own receipt (SY8); a receipt of another channel is still to be verified. */
export const isInForce = (stop: StopState): boolean => stop.status === 'in-force' && stop.receipt !== null && stop.effectiveAt !== null;

/** 未生效 in red until the bank's word turns it into 已生效 HH:mm. */
export function StopMark({ state, stop }: { state: CaseState; stop: StopState }) {
  const t = useTexts(stopTexts);
  const { inForce, inForceAt } = standingOf(state, stop);
  const testId = `stop-${stop.lastFour || stop.id.slice(-4)}`;
  return inForce
    ? <strong className="stop-mark in-force" data-testid={testId} data-status={stop.status}>✓ {t('inForce')} {inForceAt === null ? '' : localClock(inForceAt)}</strong>
    : <strong className="stop-mark not-in-force" role="alert" data-testid={testId} data-status={stop.status}>✕ {t('notInForce')}</strong>;
}

/** How it stands, in words: for what was reported elsewhere, what the bank told when it was asked. */
function StandingWords({ state, stop }: { state: CaseState; stop: StopState }) {
  const t = useTexts(stopTexts);
  const lang = useLang();
  if (stop.status !== 'manual') return <>{t(`status.${stop.status}`, { receipt: stop.receipt ?? '', why: stop.reason?.[lang] ?? '' })}</>;
  const { found, order } = standingOf(state, stop);
  const words = found === 'not-yet' ? t('status.manual') : found === 'stopped' && order === null ? t('verified.stopped') : found === 'stopped' ? t('verified.ordered', { receipt: order?.receipt ?? '' })
    : found === 'ordered' ? t('verified.on-its-way') : found === 'refused' ? t('status.refused', { why: order?.reason?.[lang] ?? '' }) : t(`verified.${found}`);
  return <>{words}{stop.receipt ? ` · ${t('channelReceipt', { receipt: stop.receipt })}` : ''}</>;
}

/** Every stop of the case, as it truly stands, each with its three times (OF4). What the centre ordered for a report is told with the report. */
export function StopList({ view }: { view: TypedCase }) {
  const t = useTexts(stopTexts);
  const me = useMe();
  const { state } = view;
  const reports = new Set(state.stops.filter((stop) => stop.status === 'manual').map((stop) => orderedStopId(stop.id)));
  const moment = (at: string | null): string => (at === null ? '—' : localMoment(at, nowMs()));
  return (
    <ul className="stack-tight" aria-label={t('list')}>
      {state.stops.filter((stop) => !reports.has(stop.id)).map((stop) => {
        const standing = standingOf(state, stop);
        const shown = standing.order ?? stop;
        const card = cardName(state, me?.id ?? '', stop);
        const times = stopTimes(state, stop, standing.inForceAt);
        return (
          <li key={stop.id} className="stop-line">
            <StopMark state={state} stop={stop} />{' '}
            <span>{card === '' ? t('unknownCard') : /^\d{4}$/.test(card) ? t('card', { four: card }) : card} · {t(standing.order?.stop ?? state.stopReports[stop.id]?.stop ?? stop.stop)}</span>
            <p className="small tone-muted">
              <StandingWords state={state} stop={stop} />
              {shown.lapseAt ? ` · ${t('lapse', { time: moment(shown.lapseAt) })}` : ''}
              {shown.newCardLastFour ? ` · ${t('newCard', { four: shown.newCardLastFour })}` : ''}
              {shown.chargeFen > 0 ? <> · {t('fee')} <Money fen={shown.chargeFen} /></> : null}
            </p>
            {stop.status === 'manual' ? <p className="small tabular" data-testid={`stop-times-${stop.id}`}>{t('times', { lost: moment(times.lost), reported: moment(times.reported), inForce: times.inForce === null ? t('notInForce') : moment(times.inForce) })}</p> : null}
          </li>
        );
      })}
    </ul>
  );
}
