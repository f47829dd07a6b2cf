import { Button, Input, type InputRef } from 'antd';
import { useRef, useState, type ReactNode } from 'react';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { useTexts } from '../app/i18n.ts';
import { useKeyTrouble } from '../app/stores/session.ts';
import { RefusalNotice } from './refusal-notice.tsx';
import { uiTexts } from './texts.ts';

type Props = {
  /** What the press does, on the button. */
  press: string;
  hint?: ReactNode;
  disabled: boolean;
  testId: string;
  /** It was asked for just now: whoever did goes on typing. */
  autoFocus?: boolean;
  fieldTestId?: string;
  /** Told the passphrase once; it is kept neither here nor in what is sent on. */
  onPress: (passphrase: string) => Promise<{ ok: true } | { ok: false; refusal: Refusal }>;
};

/**
 * A signature with the passphrase typed for it just now (TP8). A refusal stands beside the field and empties it alone: nothing else
 * that was typed on the screen is lost. Without a signing key it says so before anybody types.
 */
export function PassphrasePress({ press, hint, disabled, testId, fieldTestId = `${testId}-passphrase`, autoFocus = false, onPress }: Props) {
  const t = useTexts(uiTexts);
  const trouble = useKeyTrouble();
  const [passphrase, setPassphrase] = useState('');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refusal | null>(null);
  const input = useRef<InputRef>(null);
  const send = async (): Promise<void> => {
    if (passphrase === '' || busy) return;
    setBusy(true);
    const typed = passphrase;
    setPassphrase('');
    const reply = await onPress(typed);
    setRefused(reply.ok ? null : reply.refusal);
    setBusy(false);
    if (!reply.ok) input.current?.focus();
  };
  return (
    <form
      className="passphrase-press" autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {trouble === null ? null : <RefusalNotice refusal={trouble} testId={`${testId}-no-key`} />}
      {refused === null ? null : <RefusalNotice refusal={refused} onClose={() => setRefused(null)} testId={`${testId}-refused`} />}
      <div className="row-wrap">
        <Input.Password
          ref={input} value={passphrase} onChange={(event) => setPassphrase(event.target.value)} placeholder={t('passphrase')} aria-label={t('passphrase')} autoComplete="off"
          autoFocus={autoFocus} aria-invalid={refused !== null} disabled={disabled || trouble !== null} visibilityToggle={false} data-testid={fieldTestId} data-1p-ignore
        />
        <Button type="primary" htmlType="submit" disabled={disabled || trouble !== null || passphrase === ''} loading={busy} data-testid={testId}>{press}</Button>
        {hint === undefined ? null : <span className="tone-muted small">{hint}</span>}
      </div>
    </form>
  );
}
