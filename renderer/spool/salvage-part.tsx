import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import type { DeskReply } from '#shared/protocol/desk-rpc.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { SpoolOutcome } from '#shared/protocol/spool.ts';
import { useTexts } from '../app/i18n.ts';
import { deskLater } from '../sign-in/demo-accounts.ts';
import { PlainButton } from '../sign-in/inputs.tsx';
import { spoolTexts } from './texts.ts';

const RefusalNotice = lazy(async () => ({ default: (await import('../ui/refusal-notice.tsx')).RefusalNotice }));

/**
 * On the sign-in screen: what this machine keeps unsent (SY10), for whoever stands before it when its author does not come
 * back. Nothing of it can be read here.
 */
export default function SalvagePart({ server, onClose }: { server: string; onClose: () => void }) {
  const t = useTexts(spoolTexts);
  const [rows, setRows] = useState<number | null>(null);
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<SpoolOutcome | null>(null);
  const [exported, setExported] = useState<{ file: string; rows: number } | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const file = useRef<HTMLInputElement>(null);

  useEffect(() => {
    let here = true;
    void deskLater().then((desk) => desk.calls.spooled({ server })).then((reply) => {
      if (here) setRows(reply.ok ? reply.value.rows : null);
    });
    return () => {
      here = false;
    };
  }, [server, outcome]);

  async function run<V>(call: () => Promise<DeskReply<V>>, done: (value: V) => void): Promise<void> {
    if (busy) return;
    setBusy(true);
    setRefusal(null);
    setOutcome(null);
    setExported(null);
    const reply = await call();
    setBusy(false);
    if (reply.ok) done(reply.value);
    else setRefusal(reply.refusal);
  }

  const deliver = (): void => void run(async () => (await deskLater()).calls.deliverSpool({ server }), setOutcome);
  const exportFile = (): void => void run(async () => (await deskLater()).calls.exportSpool({ server, folder: null }), setExported);
  const importFile = (chosen: File): void => void run(async () => (await deskLater()).calls.importSpool({ server, content: await chosen.text() }), setOutcome);

  return (
    <section className="stack" aria-label={t('salvage.title')} data-testid="salvage">
      <h3>{t('salvage.title')}</h3>
      <p className="small">{t('salvage.why')}</p>
      {rows === null ? null : <p data-testid="salvage-count">{rows === 0 ? t('salvage.count.none') : t('salvage.count', { n: rows })}</p>}
      <div className="stack-tight">
        <PlainButton disabled={busy || rows === 0} onClick={deliver} data-testid="salvage-deliver">{busy ? t('importing') : t('salvage.deliver')}</PlainButton>
        <PlainButton disabled={busy || rows === 0} onClick={exportFile} data-testid="salvage-export">{t('salvage.export')}</PlainButton>
        <PlainButton disabled={busy} onClick={() => file.current?.click()} data-testid="salvage-import">{t('salvage.import')}</PlainButton>
        <input
          ref={file} type="file" accept="application/json,.json" hidden aria-label={t('salvage.import')} data-testid="salvage-file"
          onChange={(event) => {
            const chosen = event.target.files?.[0];
            event.target.value = '';
            if (chosen !== undefined) importFile(chosen);
          }}
        />
      </div>
      {outcome ? <p role="status" data-testid="salvage-outcome">{t('outcome', outcome)}</p> : null}
      {exported ? <p role="status" className="small" data-testid="salvage-exported" style={{ overflowWrap: 'anywhere' }}>{t('salvage.exported', exported)}</p> : null}
      {refusal ? <Suspense><RefusalNotice refusal={refusal} testId="salvage-refusal" /></Suspense> : null}
      <p className="small tone-muted">{t('salvage.kept')}</p>
      <button type="button" className="plain-link" onClick={onClose} data-testid="salvage-close">{t('salvage.close')}</button>
    </section>
  );
}
