import { Button } from 'antd';
import { useMemo } from 'react';
import { returnReasonNames } from '#shared/review/review-schema.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { allCases, useCases } from '../app/stores/cases.ts';
import { nowAt } from '../app/stores/clock.ts';
import { outcomeLines, type LineLook } from '../operation/execution-view.ts';
import { executeTexts } from '../operation/execute-texts.ts';
import { localMoment } from '../app/local-time.ts';
import { reviewTexts } from './texts.ts';

const words: Record<LineLook, 'accepted' | 'notAccepted' | 'inDoubt' | 'underWay'> = { accepted: 'accepted', 'not-accepted': 'notAccepted', 'in-doubt': 'inDoubt', 'under-way': 'underWay' };
const tones: Record<LineLook, string> = { accepted: 'chip-green', 'not-accepted': 'chip-amber', 'in-doubt': 'chip-red', 'under-way': '' };

/** What this person has decided, with each line's outcome as it comes: the second person learns what became of it. */
export function DecidedList({ me, lead, onOpen }: { me: string; /** A lead follows what others decided too. */ lead: boolean; onOpen: (caseId: string, reviewId: string) => void }) {
  const t = useTexts(reviewTexts);
  const op = useTexts(executeTexts);
  const lang = useLang();
  const held = useCases((store) => store.held);
  const decided = useMemo(() => allCases(held)
    .flatMap(({ state }) => Object.values(state.reviews).filter((review) => review.decidedBy === me || (lead && state.owner !== me && review.decidedBy !== null)).map((review) => ({ state, review })))
    .sort((a, b) => ((a.review.decidedAt ?? '') > (b.review.decidedAt ?? '') ? -1 : 1)).slice(0, 20), [held, me, lead]);
  if (decided.length === 0) return null;
  return (
    <section className="rv-list" data-testid="decided-list">
      <h2>{t('decided')}</h2>
      <table className="plain">
        <tbody>
          {decided.map(({ state, review }) => {
            const operation = state.operations[review.operationId];
            const lines = operation === undefined || operation.execution?.digest !== review.digest ? [] : outcomeLines(operation, lang);
            return (
              <tr key={review.id} data-testid={`decided-${review.id}`}>
                <td className="tabular nowrap">{review.decidedAt === null ? '' : localMoment(review.decidedAt, nowAt())}</td>
                <td>{review.kindName[lang]} · {review.band[lang]}</td>
                <td>{review.status === 'approved' ? `✓ ${t('approvedShort')}` : review.returned === null ? t('closedNow') : `▲ ${returnReasonNames[review.returned.reason][lang]}`}</td>
                <td>
                  {lines.length === 0 ? <span className="tone-muted">{review.status === 'approved' ? t('outcomeNone') : ''}</span>
                    : <span className="row-wrap">{lines.map((line) => <span key={line.lineId} className={`chip ${tones[line.look]}`}>{line.name} {op(line.settles || line.look !== 'not-accepted' ? words[line.look] : 'notAcceptedPlain')}</span>)}</span>}
                </td>
                <td className="amount"><Button size="small" onClick={() => onOpen(state.id, review.id)}>{t('compare')}</Button></td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
