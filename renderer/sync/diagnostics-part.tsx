import { Button } from 'antd';
import { useState } from 'react';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { desk } from '../app/desk.ts';
import { useTexts } from '../app/i18n.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { syncTexts } from './texts.ts';

/** Writes a file for whoever looks for the fault, and says where it lies. */
export function DiagnosticsPart() {
  const t = useTexts(syncTexts);
  const [file, setFile] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const make = async (): Promise<void> => {
    const reply = await desk.calls.diagnostics({});
    setFile(reply.ok ? reply.value.file : null);
    setRefusal(reply.ok ? null : reply.refusal);
  };
  return (
    <div className="row" style={{ flexWrap: 'wrap' }}>
      <Button size="small" onClick={() => void make()} data-testid="diagnostics">{t('diagnostics')}</Button>
      <span className="small tone-muted">{t('diagnostics.what')}</span>
      {file === null ? null : <p className="small" role="status" data-testid="diagnostics-file">● {t('diagnostics.done', { file })}</p>}
      {refusal === null ? null : <RefusalNotice refusal={refusal} />}
    </div>
  );
}
