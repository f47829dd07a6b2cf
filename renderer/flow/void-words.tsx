import type { WouldVoid } from '#shared/flow/run-void.ts';
import { useTexts } from '../app/i18n.ts';
import { flowTexts } from './texts.ts';

/** What falls, in words, before it happens (FL4). */
export function VoidWords({ voided }: { voided: WouldVoid }) {
  const t = useTexts(flowTexts);
  const items = [
    voided.steps.length > 0 ? t('intent.voidsSteps', { n: voided.steps.length }) : null,
    voided.ticks.length > 0 ? t('intent.voidsTicks', { n: voided.ticks.length }) : null,
    voided.review ? t('intent.voidsReview') : null,
    voided.confirmation ? t('intent.voidsConfirmation') : null,
  ].filter((one) => one !== null);
  return (
    <div className="stack-tight" data-testid="voids">
      {items.length === 0 ? <p>{t('intent.voidsNothing')}</p> : <ul>{items.map((one) => <li key={one}>✕ {one}</li>)}</ul>}
      {Object.keys(voided.carried).length > 0 ? <p className="tone-muted">{t('intent.carried', { n: Object.keys(voided.carried).length })}</p> : null}
      <p className="tone-muted">{t('intent.kept')}</p>
    </div>
  );
}
