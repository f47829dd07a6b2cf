import { factAt } from '#shared/flow/facts.ts';
import { resetChannels } from '#shared/flow/policy.ts';
import { useTexts } from '../../app/i18n.ts';
import { useRules } from '../../app/stores/rules.ts';
import type { StepPanelProps } from '../step-panel.ts';
import { flowTexts } from '../texts.ts';

/** The rule as data: which ways there are for this password, from where and since when. By voice is not one, for nobody. */
export function RulePanel({ facts, run }: StepPanelProps) {
  const t = useTexts(flowTexts);
  const rules = useRules((held) => held.rules);
  const kind = run.values['kind'];
  const channels = typeof kind === 'string' ? factAt(facts.policy, `reset.${kind}.channels`) : undefined;
  const source = rules?.flowPolicy.parameters.findLast((one) => one.id === `reset.${String(kind)}`);
  if (!Array.isArray(channels)) return <p className="tone-amber">▲ {t('rule.unknown')}</p>;
  return (
    <section className="card stack-tight" data-testid="rule-panel">
      <h3>{t('rule.title')}</h3>
      <ul>{resetChannels.filter((one) => channels.includes(one)).map((one) => <li key={one}>• {t(`rule.${one}`)}</li>)}</ul>
      <p className="tone-red">✕ {t('rule.noVoice')}</p>
      {source ? <p className="small tone-muted">{t('rule.source', { source: source.source, date: source.effectiveFrom })}</p> : null}
    </section>
  );
}
