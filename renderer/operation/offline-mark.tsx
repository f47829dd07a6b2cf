import { useTexts } from '../app/i18n.ts';
import { useCoSigners } from './offline-view.ts';
import { offlineTexts } from './offline-texts.ts';
import { usePersonName } from './people.ts';

/** Who signed at the maker's screen, by name where it is known here. */
export function useCoSignerName(): (id: string) => string {
  const name = usePersonName();
  const here = useCoSigners(({ names }) => names);
  return (id) => here[id] ?? name(id);
}

/** What was executed because two people ordered it offline says so, with who co-signed it (OF2). */
export function OfflineMark({ by }: { by: string }) {
  const t = useTexts(offlineTexts);
  const name = useCoSignerName();
  return (
    <div className="notice notice-amber" role="status" data-testid="offline-mark">
      <span className="notice-shape" aria-hidden="true">▲</span>
      <div className="notice-words"><strong>{t('mark')}</strong><p className="small">{t('markBy', { name: name(by) })}</p></div>
    </div>
  );
}
