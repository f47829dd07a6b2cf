import type { Rules } from '#shared/protocol/rules.ts';
import { formatFen } from '#shared/money/fen.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { policyName } from './policy-names.ts';
import { callTexts } from './texts.ts';

type Figure = Rules['flowPolicy']['parameters'][number];

/** The rule figures the flow rests on, each with its source and the day it took effect. */
export function PolicyFigures({ figures }: { figures: readonly Figure[] }) {
  const t = useTexts(callTexts);
  const lang = useLang();
  if (figures.length === 0) return null;
  const shown = ({ id, value }: Figure): string => {
    if (typeof value === 'number' && id.endsWith('Fen')) return `¥${formatFen(value)}`;
    if (typeof value === 'boolean') return t(value ? 'knowledge.yes' : 'knowledge.no');
    const seconds = typeof value === 'number' && ['es.minPrep', 'callback.triesApart', 'lead.callbackWithin', 'callback.quietBefore'].includes(id);
    return seconds ? t('knowledge.minutes', { n: Number(value) / 60 }) : Array.isArray(value) ? value.map((one) => policyName(String(one), lang)).join(' / ') : String(value);
  };
  return (
    <section className="stack-tight" aria-label={t('knowledge.policy')}>
      <h3>{t('knowledge.policy')}</h3>
      {figures.map((one) => (
        <div key={`${one.id}-${one.effectiveFrom}`} className="pair" title={one.id}>
          <div className="row"><span className="grow">{policyName(one.id, lang)}</span><strong className="tabular">{shown(one)}</strong></div>
          <p className="small tone-muted">{t('knowledge.from', { source: one.source, date: one.effectiveFrom })}{one.confirmed ? '' : ` · ▲ ${t('knowledge.toConfirm')}`}</p>
        </div>
      ))}
    </section>
  );
}
