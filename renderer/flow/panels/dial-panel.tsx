import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTexts } from '../../app/i18n.ts';
import { localClock, localMoment } from '../../app/local-time.ts';
import { tellRefused } from '../../app/send.ts';
import { useNow } from '../../app/stores/clock.ts';
import { callIn } from '../../call/current-call.ts';
import { planIdsOf } from '../../operation/line-words.ts';
import { Age } from '../../ui/age.tsx';
import { LookNotice } from '../../ui/refusal-notice.tsx';
import type { StepPanelProps } from '../step-panel.ts';
import { flowTexts } from '../texts.ts';
import { VerifyPanel } from './verify-panel.tsx';

/** A reading older than this is not fresh enough to dial on. */
const freshMs = 5 * 60_000;
/** Promises whose keeping was told already: the phones say it once, an effect may run twice. */
const told = new Set<string>();

/** 回电: facts are read again before dialling, so that a change shows now and not in front of the customer; then dial, then verify. */
export function DialPanel(props: StepPanelProps) {
  const { view, me, readOnly, facts, ask, command, callId } = props;
  const t = useTexts(flowTexts);
  const now = useNow();
  const [busy, setBusy] = useState<'read' | 'dial' | null>(null);
  const promise = view.state.promises.findLast((one) => one.status === 'open') ?? view.state.promises.at(-1);
  const reading = view.state.facts[me.id];
  const fresh = reading?.purpose === 'callback' && now - Date.parse(reading.at) < freshMs;
  const operation = view.state.currentOperation === null ? undefined : view.state.operations[view.state.currentOperation];
  const lastTry = promise?.tries.at(-1);
  const call = callIn(view, callId ?? lastTry?.callId ?? null);
  const answered = call?.direction === 'out' && call.answeredAt !== null;
  const ringing = call?.phase === 'dialling';
  const approval = facts.approval?.status ?? 'none';
  const promiseId = promise?.promiseId;
  const open = promise?.status === 'open';

  useEffect(() => {
    if (!answered || !open || readOnly || promiseId === undefined || told.has(promiseId)) return;
    told.add(promiseId);
    void command('keep promise', { promiseId, how: 'reached' });
  }, [answered, open, readOnly, promiseId, command]);

  async function read(): Promise<void> {
    setBusy('read');
    const reply = await ask('read facts', { case: view.caseId, purpose: 'callback', planIds: operation === undefined ? [] : planIdsOf(operation.worksheet.lines) });
    setBusy(null);
    if (!reply.ok) tellRefused(view.caseId, reply.refusal);
  }
  async function dial(): Promise<void> {
    if (promiseId === undefined) return;
    setBusy('dial');
    const reply = await ask('dial callback', { case: view.caseId, promiseId });
    setBusy(null);
    if (!reply.ok) tellRefused(view.caseId, reply.refusal);
  }
  if (promise === undefined) return <LookNotice>{t('dial.none')}</LookNotice>;
  const [from, to] = [Date.parse(promise.from), Date.parse(promise.to)];
  const when = now < from ? 'early' : now > to ? 'late' : null;
  const outcome = call?.callback?.outcome;
  return (
    <section className="panel" data-testid="dial-panel" data-fresh={fresh} data-approval={approval} data-answered={answered}>
      <div className="row-wrap">
        <strong className="tabular">{t('dial.window', { from: localMoment(promise.from, now), to: localClock(promise.to) })}</strong>
        {when && !answered ? <span className="chip chip-amber">▲ {t(`dial.${when}`)}</span> : null}
        {promise.tries.length > 0 ? <span className="chip">{t('dial.tries', { n: promise.tries.length })}</span> : null}
        <span className={`chip ${approval === 'valid' ? 'chip-green' : 'chip-amber'}`}>{approval === 'valid' ? `✓ ${t('dial.approval.valid')}` : `▲ ${t(approval === 'none' ? 'dial.approval.none' : 'dial.approval.other')}`}</span>
        {promise.note ? <span className="small tone-muted">{promise.note}</span> : null}
      </div>
      {operation?.voided ? <LookNotice testId="dial-changed">{t('dial.changed')}</LookNotice> : null}
      {readOnly ? null : (
        <div className="row-wrap">
          <Button loading={busy === 'read'} onClick={() => void read()} data-testid="dial-read" {...(fresh ? {} : { type: 'primary' as const })}>{t('dial.reread')}</Button>
          {fresh ? <span className="tone-green small">✓ {t('dial.fresh')}</span> : <span className="small tone-muted">{t('dial.rereadFirst')}</span>}
          <Age at={reading?.at ?? null} />
          <Button {...(fresh && !answered ? { type: 'primary' as const } : {})} disabled={!fresh || answered || ringing || !open || callId !== null} loading={busy === 'dial' || ringing} onClick={() => void dial()} data-testid="dial">{ringing ? t('dial.dialling') : t('dial.dial')}</Button>
          {outcome ? <strong className={outcome === 'answered' ? 'tone-green' : outcome === 'ringing' ? 'tone-muted' : 'tone-amber'} data-testid="dial-outcome" data-outcome={outcome} role="status">{t(`dial.outcome.${outcome}`)}</strong> : null}
          {open && outcome && outcome !== 'answered' && outcome !== 'ringing' ? <Button size="small" onClick={() => void command('keep promise', { promiseId: promise.promiseId, how: 'not-reached' })} data-testid="dial-not-reached">{t('dial.notReached')}</Button> : null}
        </div>
      )}
      {answered ? <><p className="small tone-muted">{t('dial.other')}</p><VerifyPanel {...props} /></> : null}
    </section>
  );
}
