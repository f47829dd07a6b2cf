import { Button, Input } from 'antd';
import { useState } from 'react';
import { maskNumbers } from '#shared/privacy/mask.ts';
import type { PoolRow } from '#shared/protocol/live.ts';
import { useTexts } from '../app/i18n.ts';
import { clockText, secondsUntil } from './pool-order.ts';
import { reviewTexts } from './texts.ts';

type Props = {
  row: PoolRow; way: NonNullable<PoolRow['breakGlass']>; me: string; now: number; busy: boolean;
  onJoin: (row: PoolRow, reason: string) => void; onOpen: (row: PoolRow) => void;
};

/** TP11, for leads: from when two of them may stand in for the reviewer who does not come, who is at it, and the way in. */
export function BreakGlassRow({ row, way, me, now, busy, onJoin, onOpen }: Props) {
  const t = useTexts(reviewTexts);
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const left = secondsUntil(way.from, now);
  const seated = way.seats.some((seat) => seat.person === me);
  const join = (): void => {
    if (reason.trim() !== '' && !busy) onJoin(row, maskNumbers(reason.trim()));
  };
  return (
    <div className="rv-glass" data-testid={`break-glass-${row.reviewId}`}>
      <div className="row-wrap">
        <strong>{t('glass')}</strong>
        {way.seats.length === 0 && left === 0 ? null : way.seats.map((seat) => (
          <span key={seat.person} className={`chip ${seat.signed ? 'chip-green' : 'chip-accent'}`} data-testid="break-glass-seat">{seat.signed ? '✓' : '◔'} {seat.name} · {t(seat.signed ? 'seatHasSigned' : 'seatWorking')}</span>
        ))}
        {seated ? <Button type="primary" size="small" onClick={() => onOpen(row)} data-testid="break-glass-open">{t('glassContinue')}</Button>
          : row.takenBy !== null ? <span className="tone-muted small">{t('glassReviewer')}</span>
          : left > 0 ? <span className="tone-muted small tabular" role="timer" data-testid="break-glass-countdown">◔ {t('glassIn', { clock: clockText(left) })}</span>
          : way.seats.length >= 2 ? <span className="tone-muted small">{t('glassFull')}</span>
          : asking ? null : <Button size="small" danger onClick={() => setAsking(true)} data-testid="break-glass-ask">{t('glass')}…</Button>}
      </div>
      {asking && !seated && left === 0 ? (
        <form
          className="stack-tight"
          onSubmit={(event) => {
            event.preventDefault();
            join();
          }}
        >
          <p className="tone-muted small">{t('glassWhy')}</p>
          <div className="row">
            <Input autoFocus value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} placeholder={t('glassReason')} aria-label={t('glassReason')} data-testid="break-glass-reason" />
            <Button danger type="primary" htmlType="submit" disabled={reason.trim() === ''} loading={busy} data-testid="join-break-glass">{t('glassJoin')}</Button>
          </div>
        </form>
      ) : null}
    </div>
  );
}
