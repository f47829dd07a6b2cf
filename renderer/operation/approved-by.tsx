import { useLang, useTexts } from '../app/i18n.ts';
import { usePersonName } from './people.ts';
import { controlTexts } from './control-texts.ts';

/** TP11: figures that two leads released say so, with both names, wherever they are read aloud or executed. Nothing for an ordinary approval. */
export function ApprovedBy({ by, breakGlass }: { by: readonly string[]; breakGlass: boolean }) {
  const t = useTexts(controlTexts);
  const lang = useLang();
  const name = usePersonName();
  if (!breakGlass) return null;
  return (
    <div className="notice notice-amber" role="status" data-testid="break-glass-by">
      <span className="notice-shape" aria-hidden="true">▲</span>
      <div className="notice-words"><strong>{t('glassBy')} · {by.map((one) => name(one)).join(lang === 'zh' ? '、' : ', ')}</strong><p className="small">{t('glassQuality')}</p></div>
    </div>
  );
}
