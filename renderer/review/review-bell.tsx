import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import type { PoolRow } from '#shared/protocol/live.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { useLive } from '../app/stores/live.ts';
import { useMe } from '../app/stores/session.ts';
import { showView, usePlace } from '../app/stores/place.ts';
import { beep, mayRing, soundOn } from './beep.ts';
import { CustomerState } from './customer-state.tsx';
import { arrivals, openRows, poolOrder } from './pool-order.ts';
import { reviewTexts } from './texts.ts';
import './review.css';

/** A banner over any other screen while reviews wait; it sounds only when the reviewer is idle, never while she speaks. */
export function ReviewBell() {
  const t = useTexts(reviewTexts);
  const lang = useLang();
  const me = useMe();
  const rows = useLive('reviews');
  const agent = useLive('agent');
  const view = usePlace((place) => place.view);
  const before = useRef<readonly PoolRow[] | null>(null);
  useEffect(() => {
    if (rows === undefined) return;
    const known = before.current;
    before.current = rows;
    if (known !== null && arrivals(known, rows).length > 0 && mayRing(agent?.state) && soundOn()) beep();
  }, [rows, agent?.state]);
  const waiting = me === null ? [] : poolOrder(openRows(rows ?? []), me.id);
  const first = waiting[0];
  if (view === 'review' || first === undefined) return null;
  return (
    <div className="rv-bell" role="status" data-testid="review-bell">
      <span aria-hidden="true">▲</span>
      <span className="grow">{waiting.length > 1 ? `${t('newMany', { n: waiting.length })} · ` : ''}{first.kindName[lang]} · {first.band[lang]} <CustomerState row={first} /></span>
      <Button size="small" onClick={() => showView('review')} data-testid="review-bell-open">{t('open')}</Button>
    </div>
  );
}
