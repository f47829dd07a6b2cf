import type { PoolRow } from '#shared/protocol/live.ts';
import { useTexts } from '../app/i18n.ts';
import { nowAt } from '../app/stores/clock.ts';
import { localMoment } from '../app/local-time.ts';
import { reviewTexts } from './texts.ts';

/** How the customer waits: on hold is the most urgent, then on the line, then a promised time. */
export function CustomerState({ row }: { row: Pick<PoolRow, 'onHold' | 'customerWaits' | 'promisedTo'> }) {
  const t = useTexts(reviewTexts);
  if (row.onHold) return <span className="chip chip-red">▲ {t('onHold')}</span>;
  if (row.customerWaits === 'on-line') return <span className="chip chip-amber">▲ {t('onLine')}</span>;
  return <span className="chip tabular">{row.promisedTo === null ? '—' : t('callbackBy', { at: localMoment(row.promisedTo, nowAt()) })}</span>;
}
