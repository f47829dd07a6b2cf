import { formatFen } from '#shared/money/fen.ts';
import { useTexts } from '../app/i18n.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { flowOf, useRules } from '../app/stores/rules.ts';
import { callTexts } from './texts.ts';

const shown = (id: string, value: unknown): string =>
  typeof value === 'number' && id.endsWith('Fen') ? `¥${formatFen(value)}` : Array.isArray(value) ? value.join(' / ') : String(value);

/** The rule figures the flow rests on, each with its source and the day it took effect. */
export function KnowledgeTab({ view }: { view: TypedCase | null }) {
  const t = useTexts(callTexts);
  const rules = useRules((held) => held.rules);
  const run = view?.state.currentRun ? view.state.runs[view.state.currentRun] : undefined;
  const flow = run ? flowOf(rules, run.flowId, run.flowVersion)?.definition : undefined;
  const figures = (rules?.flowPolicy.parameters ?? []).filter(({ id }) => flow?.policy.some((path) => id === path || id.startsWith(`${path}.`)));
  if (figures.length === 0) return <p className="tone-muted">{t('knowledge.none')}</p>;
  return (
    <div className="stack">
      <h3>{t('knowledge.policy')}</h3>
      {figures.map((one) => (
        <div key={`${one.id}-${one.effectiveFrom}`} className="pair">
          <div className="row"><span className="grow">{one.id}</span><strong className="tabular">{shown(one.id, one.value)}</strong></div>
          <p className="small tone-muted">{t('knowledge.from', { source: one.source, date: one.effectiveFrom })}{one.confirmed ? '' : ` · ▲ ${t('knowledge.toConfirm')}`}</p>
        </div>
      ))}
      <p className="small tone-muted">{t('knowledge.soon')}</p>
    </div>
  );
}
