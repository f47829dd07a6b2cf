import type { FactsReading } from '#shared/case/case-schema.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { useRules } from '../app/stores/rules.ts';
import { offsetText, type CustomerSaid } from '../operation/named-plans.ts';
import { reviewTexts } from './texts.ts';
import { quoted } from '../ui/punctuation.ts';

/** Where on the recording the customer chose the plans and gave consent, in their own words (FLOWS ES-11). */
export function Recording({ pieces, reading }: { pieces: readonly CustomerSaid[]; reading: FactsReading | null }) {
  const t = useTexts(reviewTexts);
  const lang = useLang();
  const rules = useRules((held) => held.rules);
  const tickOf = (piece: CustomerSaid): string | undefined =>
    rules?.flows?.flatMap(({ definition }) => definition.steps).find((step) => step.id === piece.stepId)?.ticks.find((tick) => tick.id === piece.tickId)?.label[lang];
  // What is no plan of the customer's is the request itself, of the other kinds.
  const namedOf = (item: string): string => {
    const plan = reading?.facts.plans.find((one) => one.id === item);
    return plan === undefined ? t('pieceRequest') : t('pieceNamed', { merchant: plan.merchant });
  };
  return (
    <section className="stack-tight" data-testid="recording" aria-label={t('recording')}>
      <h3>{t('recording')}</h3>
      {pieces.length === 0 ? <p className="tone-muted small">{t('recordingLater')}</p> : (
        <>
          <p className="tone-muted small">{t('recordingHint')}</p>
          <ul className="rv-pieces">
            {pieces.map((piece) => (
              <li key={`${piece.stepId} ${piece.tickId} ${piece.item ?? ''}`} className="tabular">
                <span className="tone-muted">▶ {piece.offset === null ? '--:--' : offsetText(piece.offset)}</span>
                <span className="grow">{piece.item === null ? (tickOf(piece) ?? t('pieceSaid')) : namedOf(piece.item)}</span>
                <span>{piece.words === null ? '' : quoted(lang, piece.words)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
