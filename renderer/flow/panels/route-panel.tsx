import { formatFen } from '#shared/money/fen.ts';
import { factAt } from '#shared/flow/facts.ts';
import { useTexts } from '../../app/i18n.ts';
import { Money } from '../../ui/money.tsx';
import type { StepPanelProps } from '../step-panel.ts';
import { flowTexts } from '../texts.ts';
import { colon } from '../../ui/punctuation.ts';

/** On or off the call: the figures the choice rests on, beside the limits of the policy. */
export function RoutePanel({ facts, run, lang }: StepPanelProps) {
  const t = useTexts(flowTexts);
  const total = facts.operation?.totalDueFen ?? null;
  const selected = run.values['selected'];
  const [fromFen, plans, rounds] = ['es.reviewFromFen', 'es.reviewPlans', 'hold.maxRounds'].map((path) => factAt(facts.policy, path));
  return (
    <section className="card row-wrap" style={{ gap: 24 }} data-testid="route-panel">
      <span>{t('route.amount')}{colon(lang)}{total === null ? <span className="tone-amber">▲ {t('route.unknown')}</span> : <Money fen={total} big />}</span>
      <span>{t('route.count')}{colon(lang)}<strong>{Array.isArray(selected) ? selected.length : 0}</strong></span>
      <span className="small tone-muted">{typeof fromFen === 'number' && typeof plans === 'number' ? t('route.limit', { yuan: formatFen(fromFen).replace(/\.00$/, ''), n: plans }) : ''}{typeof rounds === 'number' ? ` · ${t('route.holdRounds', { n: rounds })}` : ''}</span>
    </section>
  );
}
