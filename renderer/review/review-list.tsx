import { Button, Switch } from 'antd';
import { Fragment, useState } from 'react';
import type { PoolRow } from '#shared/protocol/live.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { useNow } from '../app/stores/clock.ts';
import { setSound, soundOn } from './beep.ts';
import { BreakGlassRow } from './break-glass-row.tsx';
import { CustomerState } from './customer-state.tsx';
import { clockText, minutesSince, poolOrder, secondsUntil } from './pool-order.ts';
import { reviewTexts } from './texts.ts';

type Props = { /** TP11: two leads may stand in. */ lead: boolean; onJoin: (row: PoolRow, reason: string) => void; rows: readonly PoolRow[] | undefined; me: string; onTake: (row: PoolRow) => void; onOpen: (row: PoolRow) => void; takingId: string | null };

/** What waits for a reviewer, most pressing first. No figure of the maker's is here, only its band (TP6). */
export function ReviewList({ lead, onJoin, rows, me, onTake, onOpen, takingId }: Props) {
  const t = useTexts(reviewTexts);
  const lang = useLang();
  const now = useNow();
  const [sound, setOn] = useState(soundOn);
  const ordered = poolOrder(rows ?? [], me);
  return (
    <section className="rv-list" data-testid="review-list">
      <header className="row">
        <h2 className="grow">{t('desk')}</h2>
        <label className="row small tone-muted">
          <Switch
            size="small" checked={sound} data-testid="review-sound"
            onChange={(on) => {
              setSound(on);
              setOn(on);
            }}
          /> {t('sound')}
        </label>
      </header>
      {rows === undefined ? <p className="tone-amber">▲ {t('notHeard')}</p> : ordered.length === 0 ? (
        <div className="rv-empty" data-testid="review-none"><strong>{t('none')}</strong><p className="tone-muted">{t('noneHint')}</p>
          <ol className="rv-way">{(['stepFacts', 'stepBlind', 'stepDecide'] as const).map((one) => <li key={one}><strong>{t(one)}</strong><p className="small tone-muted">{t(`${one}Why`)}</p></li>)}</ol>
        </div>
      ) : (
        <table className="plain">
          <thead><tr><th>{t('colCustomer')}</th><th>{t('colKind')}</th><th>{t('colBand')}</th><th>{t('colMaker')}</th><th className="amount">{t('colAge')}</th><th /></tr></thead>
          <tbody>
            {ordered.map((row, index) => (
              <Fragment key={row.reviewId}>
              <tr className={row.onHold ? 'row-amber' : ''} data-testid={`review-row-${index}`} data-review={row.reviewId}>
                <td><CustomerState row={row} /></td>
                <td>{row.kindName[lang]} {row.reconfirms ? <span className="chip chip-accent">{t('reconfirms')}</span> : null} {row.forLead ? <span className="chip">{t('forLead')}</span> : null}</td>
                <td>{row.band[lang]}</td>
                <td>{row.makerName} <span className="tone-muted small">{t('months', { n: row.makerMonths })}</span></td>
                <td className="amount">{t('minutes', { n: minutesSince(row.requestedAt, now) })}</td>
                <td className="amount">
                  {row.takenBy === me ? <Button type="primary" size="small" onClick={() => onOpen(row)} data-testid="review-open">{row.takenUntil === null ? t('take') : t('timeLeft', { clock: clockText(secondsUntil(row.takenUntil, now)) })}</Button>
                    : row.takenBy !== null ? <span className="tone-muted small">{t('takenBy', { name: row.takenByName ?? '' })}</span>
                    : (row.breakGlass?.seats.length ?? 0) > 0 ? <span className="tone-muted small">{t('glassAtIt')}</span>
                    : <Button type="primary" size="small" loading={takingId === row.reviewId} onClick={() => onTake(row)} data-testid="take-review">{t('take')}</Button>}
                </td>
              </tr>
              {lead && row.breakGlass !== null ? <tr><td colSpan={6}><BreakGlassRow row={row} way={row.breakGlass} me={me} now={now} busy={takingId === row.reviewId} onJoin={onJoin} onOpen={onOpen} /></td></tr> : null}
              </Fragment>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
