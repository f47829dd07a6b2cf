import type { OnReturnState } from '#shared/operation/on-return-schema.ts';
import { useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import { nowAt } from '../app/stores/clock.ts';
import { useLineDown } from './offline-view.ts';
import { offlineTexts } from './offline-texts.ts';

/** Ordered, and not in force: where the order is, and what to tell the customer (OF2, SY8). */
export function OfflineOrdered({ one }: { one: OnReturnState }) {
  const t = useTexts(offlineTexts);
  const down = useLineDown();
  return (
    <div className="notice notice-red" role="status" data-testid="offline-ordered">
      <span className="notice-shape" aria-hidden="true">✕</span>
      <div className="notice-words">
        <strong>{t('notInForce')} · {t('orderedTitle')}</strong>
        <p>{t(down ? 'orderedHere' : 'orderedCentre', { at: localMoment(one.notAfter, nowAt()) })}</p>
        <p className="op-say">{t('orderSay')}</p>
      </div>
    </div>
  );
}
