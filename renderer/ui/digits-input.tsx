import { Input } from 'antd';
import { useTexts } from '../app/i18n.ts';
import { useState } from 'react';
import { uiTexts } from './texts.ts';

/** Full-width digits are digits; everything else is left out. */
export const plainDigits = (text: string): string => text.normalize('NFKC').replace(/\D/g, '');

type DigitsInputProps = { value: string; onChange: (digits: string) => void; label: string; length?: number; proof?: boolean; disabled?: boolean; testId?: string; autoFocus?: boolean };

/** Digits only (last four, number of plans); a proof takes no paste. Composing with an input method is left alone. */
export function DigitsInput({ value, onChange, label, length, proof = false, disabled = false, testId, autoFocus = false }: DigitsInputProps) {
  const t = useTexts(uiTexts);
  const [composing, setComposing] = useState<string | null>(null);
  const [pasted, setPasted] = useState(false);
  const take = (text: string): void => onChange(plainDigits(text).slice(0, length ?? 20));
  const refusePaste = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    setPasted(true);
  };
  return (
    <span className="fen-input">
      <Input
        value={composing ?? value} inputMode="numeric" autoComplete="off" aria-label={label} disabled={disabled} className="figure" data-testid={testId} autoFocus={autoFocus}
        onCompositionStart={() => setComposing(value)}
        onCompositionEnd={(event) => {
          setComposing(null);
          take(event.currentTarget.value);
        }}
        onChange={(event) => {
          setPasted(false);
          if (composing === null) take(event.target.value);
          else setComposing(event.target.value);
        }}
        {...(proof ? { onPaste: refusePaste, onDrop: refusePaste } : {})}
      />
      {pasted ? <span role="alert" className="tone-amber small">{t('proof.noPaste')}</span> : null}
    </span>
  );
}
