import { Button, Input } from 'antd';
import { useState, type ReactNode } from 'react';
import type { Change } from '#shared/administration/change.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { useTexts } from '../app/i18n.ts';
import { useKeyTrouble } from '../app/stores/session.ts';
import { LookNotice, RefusalNotice } from '../ui/refusal-notice.tsx';
import { administer, useOffline } from './centre-doings.ts';
import { forget, keptId, useKept } from './kept.ts';
import { administrationTexts } from './texts.ts';

type Props = {
  /** Under which the reason is kept while the person sits there. */
  name: string;
  /** The whole new value; null while something is missing. */
  change: (reason: string) => Change | null;
  /** What is missing, in words; '' where nothing is. */
  missing?: string;
  /** How the reason is asked for. */
  reasonLabel?: string;
  testId: string;
  children?: ReactNode;
  /** It was taken in: the form may be emptied. */
  onProposed?: () => void;
};

/** A change put before the second person, signed by the desk (TP12). Refused or offline, nothing that was typed is lost. */
export function ProposeForm({ name, change, missing = '', reasonLabel, testId, children, onProposed }: Props) {
  const t = useTexts(administrationTexts);
  const trouble = useKeyTrouble();
  const offline = useOffline();
  const [reason, setReason] = useKept(`${name}/reason`, '');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refusal | null>(null);
  const [done, setDone] = useState(false);
  const made = reason.trim() === '' ? null : change(reason.trim());
  const ready = made !== null && !offline && trouble === null;
  const send = async (): Promise<void> => {
    if (!ready || busy) return;
    setBusy(true);
    // One id until it was taken: an answer that was lost does not make two changes of one.
    const reply = await administer('propose change', { changeId: keptId(`${name}/id`), change: made, reason: reason.trim() });
    setBusy(false);
    setRefused(reply.ok ? null : reply.refusal);
    setDone(reply.ok);
    if (!reply.ok) return;
    forget(`${name}/id`);
    forget(`${name}/reason`);
    onProposed?.();
  };
  return (
    <form
      className="stack" data-testid={testId} autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {children}
      {trouble === null ? null : <RefusalNotice refusal={trouble} testId={`${testId}-no-key`} />}
      {offline ? <LookNotice testId={`${testId}-offline`}>{t('offline')}</LookNotice> : null}
      {refused === null ? null : <RefusalNotice refusal={refused} onClose={() => setRefused(null)} testId={`${testId}-refused`} />}
      <div className="row-wrap">
        <Input
          value={reason} maxLength={200} className="ad-reason" placeholder={reasonLabel ?? t('reasonHint')} aria-label={reasonLabel ?? t('reason')} data-testid={`${testId}-reason`}
          onChange={(event) => {
            setReason(event.target.value);
            setDone(false);
          }}
        />
        <Button type="primary" htmlType="submit" disabled={!ready} loading={busy} data-testid={`${testId}-send`}>{t('propose')}</Button>
      </div>
      {missing === '' ? null : <p className="tone-muted small">{t('incomplete', { what: missing })}</p>}
      {done ? <p role="status" className="tone-green" data-testid={`${testId}-done`}>✓ {t('proposed')}</p> : null}
    </form>
  );
}
