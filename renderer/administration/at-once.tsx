import { Button, Input } from 'antd';
import { useId, useState } from 'react';
import type { DeskReply } from '#shared/protocol/desk-rpc.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { useTexts } from '../app/i18n.ts';
import { LookNotice, RefusalNotice } from '../ui/refusal-notice.tsx';
import { useOffline } from './centre-doings.ts';
import { forget, useKept } from './kept.ts';
import { administrationTexts } from './texts.ts';

type Props = {
  name: string;
  title: string;
  about: string;
  /** How the confirmation is asked for, and the word to type. */
  confirm: string;
  word: string;
  press: string;
  big?: boolean;
  testId: string;
  onSend: (reason: string) => Promise<DeskReply<unknown>>;
  onCancel: () => void;
};

const same = (typed: string, word: string): boolean => typed.normalize('NFKC').trim().toLowerCase() === word.normalize('NFKC').trim().toLowerCase();

/** What one person may do at once because it only protects (TP8, TP15): with a reason, and the name typed so that it is not the wrong one. */
export function AtOnce({ name, title, about, confirm, word, press, big = false, testId, onSend, onCancel }: Props) {
  const t = useTexts(administrationTexts);
  const offline = useOffline();
  const [reason, setReason] = useKept(`${name}/reason`, '');
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refusal | null>(null);
  const heading = useId();
  const ready = reason.trim() !== '' && same(typed, word) && !offline;
  const send = async (): Promise<void> => {
    if (!ready || busy) return;
    setBusy(true);
    const reply = await onSend(reason.trim());
    setBusy(false);
    if (!reply.ok) return setRefused(reply.refusal);
    forget(`${name}/reason`);
    onCancel();
  };
  return (
    <form
      className="ad-at-once stack" aria-labelledby={heading} data-testid={testId} autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
      }}
    >
      <strong id={heading} className="tone-red">✕ {title}</strong>
      <p>{about}</p>
      {offline ? <LookNotice testId={`${testId}-offline`}>{t('offline')}</LookNotice> : null}
      {refused === null ? null : <RefusalNotice refusal={refused} onClose={() => setRefused(null)} testId={`${testId}-refused`} />}
      <label className="stack-tight"><span className="small tone-muted">{t('confirmReason')}</span><Input value={reason} maxLength={200} autoFocus onChange={(event) => setReason(event.target.value)} data-testid={`${testId}-reason`} /></label>
      <label className="stack-tight"><span className="small tone-muted">{confirm}</span><Input value={typed} maxLength={80} onChange={(event) => setTyped(event.target.value)} data-testid={`${testId}-word`} /></label>
      <div className="row-wrap">
        <Button danger type="primary" size={big ? 'large' : 'middle'} htmlType="submit" disabled={!ready} loading={busy} data-testid={`${testId}-send`}>{press}</Button>
        <Button onClick={onCancel} data-testid={`${testId}-cancel`}>{t('cancel')}</Button>
      </div>
    </form>
  );
}
