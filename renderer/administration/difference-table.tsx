import type { ControlPolicy } from '#shared/review/policy.ts';
import { useTexts } from '../app/i18n.ts';
import type { Difference, Effect } from './difference.ts';
import { useFieldWords, type Subject } from './field-words.tsx';
import { administrationTexts } from './texts.ts';

const shapes: Record<Effect, string> = { weakens: '▼', strengthens: '▲', other: '○' };
const tones: Record<Effect, string> = { weakens: 'chip-red', strengthens: 'chip-green', other: '' };
const rank: Record<Effect, number> = { weakens: 0, strengthens: 1, other: 2 };

/** Old → new, field by field; what weakens control stands first, with a shape and a word (TP12). */
export function DifferenceTable({ differences, subject, control }: { differences: readonly Difference[]; subject: Subject; control: ControlPolicy }) {
  const t = useTexts(administrationTexts);
  const { label, show } = useFieldWords(control);
  if (differences.length === 0) return <p className="tone-muted" data-testid="no-difference">{t('noChanges')}</p>;
  const count = (effect: Effect): number => differences.filter((one) => one.effect === effect).length;
  return (
    <div className="stack-tight" data-testid="difference">
      <p className="row-wrap small"><strong>{t('changes')}</strong><span className={count('weakens') > 0 ? 'tone-red' : 'tone-muted'}>{t('summary', { w: count('weakens'), s: count('strengthens'), o: count('other') })}</span></p>
      <div className="ad-scroll" tabIndex={0} role="region" aria-label={t('changes')}>
        <table className="plain">
          <thead><tr><th>{t('col.effect')}</th><th>{t('col.field')}</th><th>{t('col.before')}</th><th>{t('col.after')}</th></tr></thead>
          <tbody>
            {[...differences].sort((a, b) => rank[a.effect] - rank[b.effect]).map((one) => (
              <tr key={one.path.join('\n')} className={one.effect === 'weakens' ? 'row-red' : ''} data-testid={`difference-${one.path.join('.')}`} data-effect={one.effect}>
                <td><span className={`chip ${tones[one.effect]}`}><span aria-hidden="true">{shapes[one.effect]}</span> {t(`effect.${one.effect}`)}</span></td>
                <td className="ad-words">{label(subject, one.path)}</td>
                <td className="ad-words">{show(one.path, one.before)}</td>
                <td className="ad-words"><span aria-hidden="true" className="tone-muted">→ </span>{show(one.path, one.after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
