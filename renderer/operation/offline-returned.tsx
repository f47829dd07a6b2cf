import type { OnReturnState } from '#shared/operation/on-return-schema.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { refusalText } from '../ui/refusal-notice.tsx';
import { ChangedFacts } from './changed-facts.tsx';
import { offlineTexts } from './offline-texts.ts';

const figures = ['totalDueFen', 'lines', 'dueDate', 'lastFour', 'reference'] as const;
type Figure = (typeof figures)[number];
const isFigure = (name: string): name is Figure => (figures as readonly string[]).includes(name);

/** Why an offline order came back, with what differs, and that the customer has to be called (OF2). */
export function OfflineReturned({ one, operation }: { one: OnReturnState; operation: OperationState }) {
  const t = useTexts(offlineTexts);
  const lang = useLang();
  const { returned } = one;
  if (returned === null) return null;
  const items = [...new Set(returned.differs.map((name) => t(isFigure(name) ? `figure-${name}` : 'figure-principal')))];
  return (
    <div className="notice notice-red" role="alert" data-testid="offline-returned" data-code={returned.code}>
      <span className="notice-shape" aria-hidden="true">✕</span>
      <div className="notice-words">
        <strong>{t('returnedTitle')}</strong>
        <p>{refusalText({ code: returned.code }, lang).what}</p>
        {items.length === 0 ? null : <p>{t('differs', { items: items.join(lang === 'zh' ? '、' : ', ') })}</p>}
        <ChangedFacts changed={returned.changed} operation={operation} />
        <p className="op-todo">{t('returnedTodo')}</p>
        <p className="op-say">{t('returnedSay')}</p>
      </div>
    </div>
  );
}
