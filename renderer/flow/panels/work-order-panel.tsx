import { Button, Input, Radio } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../app/i18n.ts';
import { useKept } from '../../app/kept.ts';
import { localMoment } from '../../app/local-time.ts';
import type { StepPanelProps } from '../step-panel.ts';
import { flowTexts } from '../texts.ts';

const urgencies = ['urgent', 'important', 'ordinary'] as const;
const kinds = ['question', 'complaint', 'dispute', 'visit', 'product'] as const;

/** A work order with its clock; for a home visit the step's own tick of it follows by itself. */
export function WorkOrderPanel({ view, run, step, lang, readOnly, command, newId, now }: StepPanelProps) {
  const t = useTexts(flowTexts);
  const visit = step.panel === 'visit';
  const [kind, setKind] = useState<(typeof kinds)[number]>(visit ? 'visit' : 'question');
  const [urgency, setUrgency] = useState<(typeof urgencies)[number]>('ordinary');
  const [text, setText] = useKept(view.caseId, `work order ${run.runId} ${step.id}`);
  const opened = view.state.workOrders.filter((one) => (visit ? one.kind === 'visit' : true));
  const flag = step.fields.find((field) => field.id === 'visitOrdered');
  async function open(): Promise<void> {
    const reply = await command('open work order', { workOrderId: newId(), kind, urgency, text: text.trim() || step.title[lang] });
    if (!reply.ok) return;
    setText('');
    if (flag) await command('fill fields', { runId: run.runId, stepId: step.id, values: { [flag.id]: true } });
  }
  return (
    <section className="panel" data-testid="work-order-panel">
      {opened.map((one) => <p key={one.workOrderId} className="tone-green" data-testid="work-order-opened">✓ {t('workOrder.opened', { contact: localMoment(one.contactBy, now()), close: localMoment(one.closeBy, now()) })}</p>)}
      {readOnly ? null : (
        <div className="card stack-tight">
          {visit ? null : <Radio.Group size="small" value={kind} onChange={(event) => setKind(event.target.value as typeof kind)} aria-label={t('workOrder.kind')}>{kinds.map((one) => <Radio key={one} value={one}>{t(`kind.${one}`)}</Radio>)}</Radio.Group>}
          <Radio.Group size="small" value={urgency} onChange={(event) => setUrgency(event.target.value as typeof urgency)} aria-label={t('workOrder.urgency')}>{urgencies.map((one) => <Radio key={one} value={one}>{t(`urgency.${one}`)}</Radio>)}</Radio.Group>
          <Input.TextArea rows={2} value={text} onChange={(event) => setText(event.target.value)} placeholder={t('workOrder.text')} aria-label={t('workOrder.text')} maxLength={2000} data-testid="work-order-text" />
          <Button size="small" style={{ alignSelf: 'flex-start' }} onClick={() => void open()} data-testid="work-order-open">{t('workOrder.open')}</Button>
        </div>
      )}
    </section>
  );
}
