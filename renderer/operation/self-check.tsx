import { useEffect } from 'react';
import type { Lang } from '#shared/flow/definition.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import type { ControlPolicy } from '#shared/review/policy.ts';
import { useTexts } from '../app/i18n.ts';
import { isTyping } from './keys.ts';
import { itemOfKey, selfCheckComplete, selfCheckItems } from './self-check-view.ts';
import { worksheetTexts } from './worksheet-texts.ts';

type Props = { operation: OperationState; control: ControlPolicy; lang: Lang; editable: boolean; onToggle: (item: string, on: boolean) => void };

/** 自查: the ticks of policy, each by its digit. */
export function SelfCheck({ operation, control, lang, editable, onToggle }: Props) {
  const t = useTexts(worksheetTexts);
  const items = selfCheckItems(operation, control);
  const left = items.filter((item) => !item.on).length;
  useEffect(() => {
    if (!editable) return undefined;
    const press = (event: KeyboardEvent): void => {
      if (isTyping(event)) return;
      const item = itemOfKey(items, event);
      if (item === null) return;
      event.preventDefault();
      onToggle(item.id, !item.on);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  });
  return (
    <section className="op-check" data-testid="self-check" aria-label={t('selfCheck')}>
      <header className="row">
        <h2>{t('selfCheck')}</h2>
        {selfCheckComplete(items)
          ? <span className="chip chip-green" data-testid="self-check-done">✓ {t('selfCheckDone')}</span>
          : <span className="chip chip-amber tabular">▲ {t('selfCheckLeft', { n: left })}</span>}
        <span className="tone-muted small">{t('selfCheckHint', { n: items.length })}</span>
      </header>
      <ol style={{ gridTemplateRows: `repeat(${Math.ceil(items.length / 2)}, auto)` }}>
        {items.map((item) => (
          <li key={item.id}>
            <button
              type="button" role="checkbox" aria-checked={item.on} aria-keyshortcuts={item.key} disabled={!editable} className="op-tick" data-testid={`self-check-${item.id}`}
              onClick={() => onToggle(item.id, !item.on)}
            >
              <kbd>{item.key}</kbd><span className="op-box" aria-hidden="true">{item.on ? '✓' : ''}</span><span>{item.text[lang]}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
