import { Button, Input } from 'antd';
import { useState } from 'react';
import type { FlowDefinition } from '#shared/flow/definition.ts';
import type { RunState } from '#shared/flow/run.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { useKept } from '../app/kept.ts';
import { sendCommand } from '../app/send.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { flowTexts } from './texts.ts';

/** Ending a run by one of its outcomes; the flow's own rules say which may be chosen now. */
export function OutcomePicker({ view, run, definition, open: opened = false }: { view: TypedCase; run: RunState; definition: FlowDefinition; open?: boolean }) {
  const t = useTexts(flowTexts);
  const lang = useLang();
  const [open, setOpen] = useState(opened);
  const [note, setNote, forgetNote] = useKept(view.caseId, `outcome note ${run.runId}`);
  if (run.status === 'closed' || run.status === 'switched') return null;
  const close = async (outcome: string): Promise<void> => {
    const reply = await sendCommand(view.caseId, 'close run', { runId: run.runId, outcome, ...(note.trim() ? { note: note.trim() } : {}) });
    if (!reply.ok) return;
    forgetNote();
    setOpen(false);
    const others = Object.values(view.state.runs).some((one) => one.runId !== run.runId && (one.status === 'running' || one.status === 'parked'));
    const promised = view.state.promises.some((promise) => promise.status === 'open') || view.state.followUps.some((followUp) => followUp.status === 'open');
    const working = Object.values(view.state.operations).some((operation) => ['in-review', 'approved', 'executing', 'in-doubt'].includes(operation.status));
    if (!others && !promised && !working) await sendCommand(view.caseId, 'close case', { outcome });
  };
  return (
    <>
      {opened ? null : <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)} data-testid="end-run">{t('close')}</Button>}
      {open ? (
        <div className="outcomes" role="group" aria-label={t('outcome.title')} data-testid="outcomes" data-not-a-field>
          <h3>{t('outcome.title')}</h3>
          <Input size="small" value={note} onChange={(event) => setNote(event.target.value)} placeholder={t('outcome.note')} aria-label={t('outcome.note')} maxLength={500} />
          <div className="row-wrap">{definition.outcomes.map((one) => <Button key={one.id} size="small" onClick={() => void close(one.id)} data-testid={`outcome-${one.id}`}>{one.title[lang]}</Button>)}</div>
          {opened ? null : <Button size="small" type="text" onClick={() => setOpen(false)}>{t('outcome.cancel')}</Button>}
        </div>
      ) : null}
    </>
  );
}
