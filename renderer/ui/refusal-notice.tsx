import { Button } from 'antd';
import type { Lang } from '#shared/flow/definition.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { REFUSALS, refusalText as wordsOf } from '#shared/protocol/refusals.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { bracketed } from './punctuation.ts';
import { uiTexts } from './texts.ts';

export type RefusalWords = { what: string; money: string; todo: string };

/** Words for a refusal, `{{name}}` filled from its detail; an unknown code says so honestly and names itself. */
export function refusalText(refusal: Refusal, lang: Lang): RefusalWords {
  const entry = wordsOf(refusal.code)[lang];
  const values: Record<string, unknown> = { code: refusal.code, ...refusal.detail };
  const fill = (text: string): string => text.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => String(values[name] ?? '—'));
  return { what: fill(entry.what), money: fill(entry.money), todo: fill(entry.todo) };
}

/** Every error: what happened, what it means for the customer's money, what to do. Never a dialog over a call. */
export function RefusalNotice({ refusal, onClose, mend, testId = 'refusal' }: { refusal: Refusal; onClose?: (() => void) | undefined; /** Where it can be mended. */ mend?: { words: string; go: () => void } | undefined; testId?: string }) {
  const lang = useLang();
  const t = useTexts(uiTexts);
  const words = refusalText(refusal, lang);
  return (
    <div className="notice notice-red" role="alert" data-testid={testId} data-code={refusal.code}>
      <span className="notice-shape" aria-hidden="true">✕</span>
      <div className="notice-words">
        <strong>{words.what}</strong>
        {words.money ? <p>{words.money}</p> : null}
        {words.todo ? <p>{words.todo}{refusal.code in REFUSALS ? null : bracketed(lang, t('refusal.code', { code: refusal.code }))}</p> : null}
      </div>
      {mend ? <Button size="small" onClick={mend.go} data-testid={`${testId}-mend`}>{mend.words}</Button> : null}
      {onClose ? <Button size="small" onClick={onClose}>{t('refusal.close')}</Button> : null}
    </div>
  );
}

/** An amber strip: something to look at. */
export function LookNotice({ children, testId }: { children: React.ReactNode; testId?: string }) {
  return (
    <div className="notice notice-amber" role="status" data-testid={testId}>
      <span className="notice-shape" aria-hidden="true">▲</span>
      <div className="notice-words">{children}</div>
    </div>
  );
}
