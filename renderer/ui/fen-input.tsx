import { Input, type InputRef } from 'antd';
import { useEffect, useId, useRef, useState } from 'react';
import { formatFen, parseYuan } from '#shared/money/fen.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { refusalText } from './refusal-notice.tsx';
import { uiTexts } from './texts.ts';

type FenInputProps = {
  /** Fen, or null while nothing or nothing readable is typed. */
  value: number | null;
  onChange: (fen: number | null) => void;
  label: string;
  /** A figure typed as proof: no paste, no drop, no autofill. */
  proof?: boolean;
  disabled?: boolean;
  autoFocus?: boolean;
  big?: boolean;
  testId?: string;
};

const stop = (event: { preventDefault(): void }): void => event.preventDefault();

/** An amount in yuan as a person types it: full-width digits and 。 are read as 0–9 and the point. */
export function FenInput({ value, onChange, label, proof = false, disabled = false, autoFocus = false, big = false, testId }: FenInputProps) {
  const [text, setText] = useState(value === null ? '' : formatFen(value));
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [pasted, setPasted] = useState(false);
  const told = useRef(value);
  const input = useRef<InputRef>(null);
  const hint = useId();
  const lang = useLang();
  const t = useTexts(uiTexts);

  useEffect(() => {
    // Set from outside (a proof field cleared after a mismatch), not by typing here.
    if (value !== told.current) {
      told.current = value;
      setText(value === null ? '' : formatFen(value));
      setRefusal(null);
    }
  }, [value]);

  const tell = (fen: number | null): void => {
    told.current = fen;
    onChange(fen);
  };
  const type = (next: string): void => {
    setText(next);
    setPasted(false);
    if (next.trim() === '') {
      setRefusal(null);
      return tell(null);
    }
    const read = parseYuan(next);
    tell('fen' in read ? read.fen : null);
    setRefusal(null);
  };
  const leave = (): void => {
    if (text.trim() === '') return;
    const read = parseYuan(text);
    if ('fen' in read) setText(formatFen(read.fen));
    else setRefusal(read.refusal);
  };
  const refusePaste = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    setPasted(true);
  };
  const note = refusal ? refusalText(refusal, lang).what + refusalText(refusal, lang).todo : pasted ? t('proof.noPaste') : null;
  return (
    <span className="fen-input">
      <Input
        ref={input} value={text} prefix="¥" inputMode="decimal" autoComplete="off" aria-label={label} aria-describedby={note ? hint : undefined}
        aria-invalid={refusal !== null} {...(refusal ? { status: 'error' as const } : {})} disabled={disabled} autoFocus={autoFocus} data-testid={testId}
        className={big ? 'figure figure-big' : 'figure'} data-1p-ignore
        onChange={(event) => type(event.target.value)} onBlur={leave}
        {...(proof ? { onPaste: refusePaste, onDrop: refusePaste, onDragOver: stop } : {})}
      />
      {note ? <span id={hint} role="alert" className={refusal ? 'tone-red small' : 'tone-amber small'}>{note}</span> : null}
    </span>
  );
}
