import { Button, Input } from 'antd';
import { useEffect, useRef, useState } from 'react';
import type { KeyFigure } from '#shared/review/policy.ts';
import type { BlindEntry } from '#shared/review/review-schema.ts';
import { useTexts } from '../app/i18n.ts';
import { enterMovesOn } from '../operation/keys.ts';
import { DigitsInput } from '../ui/digits-input.tsx';
import { FenInput } from '../ui/fen-input.tsx';
import { emptyEntry, readEntry, type EntryField } from './blind-entry.ts';
import { reviewTexts } from './texts.ts';

type Props = {
  /** What policy names for the kind: only these are asked for (TP6). */
  asked: readonly KeyFigure[];
  /** Transactions in the reviewer's own reading: one may be what the request is about. */
  transactions: readonly string[];
  /** Plans whose remaining principal is asked for; `must` where the customer named them. */
  principals: readonly { planId: string; merchant: string; must: boolean }[];
  mismatched: boolean;
  disabled: boolean;
  waiting: boolean;
  onStore: (entry: BlindEntry) => void;
};

/** The key figures, typed blind. Enter goes to the next field and, from the last, sends; nothing can be pasted. */
export function BlindForm({ asked, transactions, principals, mismatched, disabled, waiting, onStore }: Props) {
  const t = useTexts(reviewTexts);
  const [draft, setDraft] = useState(emptyEntry);
  const [unreadable, setUnreadable] = useState<EntryField | null>(null);
  const [pasted, setPasted] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  // A figure that did not match is typed anew, never corrected digit by digit.
  useEffect(() => setDraft(emptyEntry), [mismatched]);
  const store = (): void => {
    const read = readEntry(draft, principals.filter((one) => one.must).map((one) => one.planId), asked, transactions);
    setUnreadable('unreadable' in read ? read.unreadable : null);
    if ('entry' in read && !disabled && !waiting) onStore(read.entry);
  };
  const off = disabled || waiting;
  const refusePaste = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    setPasted(true);
  };
  const text = (field: 'dueDate' | 'reference', testId: string, placeholder: string) => (
    <label className="stack-tight"><span>{t(field)}</span>
      <Input
        value={draft[field]} disabled={off} placeholder={placeholder} maxLength={60} autoComplete="off" className="figure" aria-label={t(field)} data-testid={testId}
        onChange={(event) => {
          setPasted(false);
          setDraft((was) => ({ ...was, [field]: event.target.value }));
        }}
        onPaste={refusePaste} onDrop={refusePaste}
      />
    </label>
  );
  return (
    <form
      ref={form} className="stack rv-blind" autoComplete="off" data-testid="blind-entry" onKeyDown={(event) => enterMovesOn(form.current, event, store)}
      onSubmit={(event) => {
        event.preventDefault();
        store();
      }}
    >
      <p className="tone-muted small">{t(asked.includes('reference') ? 'blindHintReference' : 'blindHint')}</p>
      {mismatched ? <div className="notice notice-red" role="alert" data-testid="blind-mismatch"><span className="notice-shape" aria-hidden="true">✕</span><strong>{t('mismatch')}</strong></div> : null}
      <label className="stack-tight"><span>{t('total')}</span>
        <FenInput proof big value={draft.totalFen} onChange={(totalFen) => setDraft((was) => ({ ...was, totalFen }))} label={t('total')} disabled={off} testId="blind-total" />
      </label>
      <div className="rv-two">
        {asked.includes('lines') ? (
          <label className="stack-tight"><span>{t('lines')}</span>
            <DigitsInput proof length={3} value={draft.lines} onChange={(lines) => setDraft((was) => ({ ...was, lines }))} label={t('lines')} disabled={off} testId="blind-lines" />
          </label>
        ) : null}
        {asked.includes('due-date') ? text('dueDate', 'blind-due-date', t('dateHint')) : null}
        {asked.includes('last-four') ? (
          <label className="stack-tight"><span>{t('lastFour')}</span>
            <DigitsInput proof length={4} value={draft.lastFour} onChange={(lastFour) => setDraft((was) => ({ ...was, lastFour }))} label={t('lastFour')} disabled={off} testId="blind-last-four" />
          </label>
        ) : null}
        {asked.includes('reference') ? text('reference', 'blind-reference', t('referenceHint')) : null}
      </div>
      {pasted ? <span role="alert" className="tone-amber small">{t('noPaste')}</span> : null}
      {principals.length === 0 ? null : (
        <fieldset className="rv-principals">
          <legend>{t('principals')}{principals.every((one) => one.must) ? '' : ` · ${t('optional')}`}</legend>
          {principals.map(({ planId, merchant }) => (
            <label key={planId}><span>{merchant}</span>
              <FenInput
                proof value={draft.principals[planId] ?? null} label={merchant} disabled={off} testId={`blind-principal-${planId}`}
                onChange={(fen) => setDraft((was) => ({ ...was, principals: { ...was.principals, [planId]: fen } }))}
              />
            </label>
          ))}
        </fieldset>
      )}
      {unreadable === null ? null : <p className="tone-amber" role="alert">▲ {t('unreadable', { field: t(unreadable) })}</p>}
      <div className="row">
        <Button type="primary" htmlType="submit" size="large" disabled={disabled} loading={waiting} data-testid="blind-store">{t('store')}</Button>
        {waiting ? <span role="status">◔ {t('waiting')}</span> : null}
      </div>
    </form>
  );
}
