import { Button, Checkbox } from 'antd';
import { useState } from 'react';
import type { Lang } from '#shared/flow/definition.ts';
import { useTexts } from '../app/i18n.ts';
import { Money } from '../ui/money.tsx';
import { offsetText } from './named-plans.ts';
import { worksheetTexts } from './worksheet-texts.ts';
import type { PlanChoice } from './worksheet-view.ts';

type PlanPickerProps = {
  choices: readonly PlanChoice[];
  lang: Lang;
  readOnly: boolean;
  /** The lines an earlier operation left unbooked (TP18). */
  continuing: boolean;
  hasFacts: boolean;
  reading: boolean;
  onRead: (planIds: string[]) => void;
  onDraft: (planIds: string[], accountId: string) => void;
};

/** Which of the plans that the customer named go on the worksheet; nobody can add one that was not named. */
export function PlanPicker({ choices, readOnly, continuing, hasFacts, reading, onRead, onDraft }: PlanPickerProps) {
  const t = useTexts(worksheetTexts);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const taken = choices.filter((choice) => choice.blocked === null && !left.has(choice.plan.id));
  const accounts = new Set(taken.map((choice) => choice.plan.account));
  const planIds = taken.map((choice) => choice.plan.id);
  const toggle = (id: string): void => {
    const next = new Set(left);
    if (!next.delete(id)) next.add(id);
    setLeft(next);
  };
  if (!hasFacts) {
    return (
      <div className="row-wrap">
        <p>{t('noFacts')}</p>
        <Button type="primary" loading={reading} disabled={readOnly} onClick={() => onRead(planIds)} data-testid="worksheet-read">{t('readFacts')}</Button>
      </div>
    );
  }
  if (choices.length === 0) return <p className="tone-amber" role="status" data-testid="worksheet-none">{t('noneChosen')}</p>;
  return (
    <div className="stack" data-testid="worksheet-choose">
      <p className="tone-muted">{t(continuing ? 'chooseHintContinue' : 'chooseHint')}</p>
      <ul className="op-choices">
        {choices.map(({ plan, named, blocked, cardLastFour }) => (
          <li key={plan.id} data-blocked={blocked ?? undefined}>
            <Checkbox
              checked={blocked === null && !left.has(plan.id)} disabled={readOnly || blocked !== null} onChange={() => toggle(plan.id)} data-testid={`worksheet-plan-${plan.id}`}
            >
              <span className="op-choice-name">{plan.merchant}</span>
              <span className="tone-muted tabular"> {plan.signedOn} · {cardLastFour} · {plan.periodsPosted}/{plan.periodsTotal}</span>
            </Checkbox>
            <Money fen={plan.principalFen} />
            {blocked !== null ? <span className="chip chip-red">✕ {t(`blocked-${blocked}`)}</span>
              : named?.offset != null ? <span className="chip tabular">▶ {offsetText(named.offset)}</span>
              : <span className="chip">{t('notNamed')}</span>}
          </li>
        ))}
      </ul>
      {accounts.size > 1 ? <p className="tone-red" role="alert">✕ {t('twoAccounts')}</p> : null}
      <div className="row">
        <Button loading={reading} disabled={readOnly} onClick={() => onRead(planIds)} data-testid="worksheet-read">{t('readFactsAgain')}</Button>
        <Button
          type="primary" disabled={readOnly || planIds.length === 0 || accounts.size !== 1} data-testid="worksheet-draft"
          onClick={() => onDraft(planIds, [...accounts][0] ?? '')}
        >{continuing ? t('newOperation', { n: planIds.length }) : t('draft', { n: planIds.length })}</Button>
      </div>
    </div>
  );
}
