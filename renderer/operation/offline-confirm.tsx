import { useTexts } from '../app/i18n.ts';
import { offlineTexts } from './offline-texts.ts';

/** What the customer is told before anything is read aloud: it is an order for later, and nothing is done now (OF2). */
export function OfflineConfirm() {
  const t = useTexts(offlineTexts);
  return (
    <div className="notice notice-amber" role="status" data-testid="offline-confirm">
      <span className="notice-shape" aria-hidden="true">▲</span>
      <div className="notice-words"><strong>{t('confirmMark')}</strong><p className="op-say">{t('confirmSay')}</p></div>
    </div>
  );
}
