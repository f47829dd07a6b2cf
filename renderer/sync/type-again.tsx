import { Button, Input } from 'antd';
import { useState, type FormEvent } from 'react';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { desk } from '../app/desk.ts';
import { useTexts } from '../app/i18n.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { syncTexts } from './texts.ts';

/** Brings the session back to the centre by the passphrase, while work goes on. */
export function TypeAgain() {
  const t = useTexts(syncTexts);
  const [passphrase, setPassphrase] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (passphrase === '' || busy) return;
    setBusy(true);
    const typed = passphrase;
    setPassphrase('');
    const reply = await desk.calls.typeAgain({ passphrase: typed });
    setRefusal(reply.ok ? null : reply.refusal);
    setBusy(false);
  };
  return (
    <form className="stack-tight" autoComplete="off" onSubmit={(event) => void send(event)} data-testid="type-again">
      <div className="row-wrap">
        <Input.Password
          autoFocus value={passphrase} onChange={(event) => setPassphrase(event.target.value)} placeholder={t('type.passphrase')} aria-label={t('type.passphrase')} autoComplete="off" aria-invalid={refusal !== null}
          visibilityToggle={false} style={{ maxWidth: 320 }} data-testid="type-again-passphrase" data-1p-ignore
        />
        <Button type="primary" htmlType="submit" disabled={passphrase === ''} loading={busy} data-testid="type-again-send">{t('type.send')}</Button>
      </div>
      {refusal === null ? null : <RefusalNotice refusal={refusal} testId="type-again-refusal" />}
    </form>
  );
}
