import type { OpenItem } from '#shared/case/open-items.ts';
import type { CaseState } from '#shared/case/state.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { localClock, localMoment } from '../app/local-time.ts';
import { nowAt } from '../app/stores/clock.ts';
import { Money } from '../ui/money.tsx';
import { handOverTexts } from './hand-over-texts.ts';

/**
 * What is left to do of a case, each with its words and its window, as the next shift reads it.
 * @param onReturn what was ordered offline, where the case itself is here: it is on its way once the line is back (OF2)
 */
export function OpenItemLines({ items, drafts = [], mood, onReturn = {} }: { items: readonly OpenItem[]; drafts?: readonly string[]; mood: string; onReturn?: CaseState['onReturn'] }) {
  const t = useTexts(handOverTexts);
  return (
    <ul className="ho-items">
      {items.map((item) => <li key={item.id} className={`ho-${item.kind}`} data-testid={`open-item-${item.kind}`}><Line item={item} onReturn={onReturn[item.id]} /></li>)}
      {drafts.map((text, index) => <li key={`draft-${index}`} data-testid="open-item-draft"><strong>{t('draft')}</strong><span className="grow">{text}</span></li>)}
      {items.length + drafts.length === 0 ? <li className="tone-muted">{t('noItems')}</li> : null}
      {mood === '' ? null : <li className="tone-amber">▲ {t('mood', { mood })}</li>}
    </ul>
  );
}

function Line({ item, onReturn }: { item: OpenItem; onReturn: CaseState['onReturn'][string] | undefined }) {
  const t = useTexts(handOverTexts);
  const lang = useLang();
  const now = nowAt();
  switch (item.kind) {
    case 'stop': return <strong className="tone-red">✕ {item.lastFour === '' ? t('stopUnknown') : t('stop', { four: item.lastFour })}</strong>;
    case 'promise': return (
      <>
        <strong className="tabular nowrap">{t('promise', { from: localMoment(item.from, now), to: localClock(item.to) })}</strong>
        {item.second === null ? null : <span className="tone-muted tabular">{t('promiseSecond', { from: localMoment(item.second.from, now), to: localClock(item.second.to) })}</span>}
        {item.tries > 0 ? <span className="tone-muted">{t('tries', { n: item.tries })}</span> : null}
        <span className="grow">{item.text}</span>
      </>
    );
    case 'operation': return (
      <>
        <strong>{t('operation', { kind: t(`kind-${item.operation}`), status: t(`status-${item.status}`) })}</strong>
        <Money fen={item.totalFen} />
        {onReturn?.status === 'ordered' && item.status === 'draft' ? <span className="tone-red grow" data-testid="open-item-ordered">✕ {t('orderedOffline', { at: localMoment(onReturn.notAfter, now) })}</span> : null}
        {item.status === 'approved' ? <span className="tone-amber grow">{t('reviewerAgain')}</span> : null}
      </>
    );
    case 'escalation': return <><strong>{t(item.accepted ? 'escalationTaken' : 'escalation')}</strong><span className="grow">{item.text}</span></>;
    case 'follow-up': return <><strong className="tabular nowrap">{t('followUp', { date: item.dueOn })}</strong><span className="grow">{item.text[lang]}</span></>;
  }
}
