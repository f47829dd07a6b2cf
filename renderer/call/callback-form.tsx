import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTexts } from '../app/i18n.ts';
import { useKept } from '../app/kept.ts';
import { localClock, localDate, localInstant, localMoment } from '../app/local-time.ts';
import { sendCommand } from '../app/send.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { nowMs } from '../app/stores/clock.ts';
import { useRules } from '../app/stores/rules.ts';
import { useMe } from '../app/stores/session.ts';
import { closeTool } from '../app/stores/tools.ts';
import { newId } from './start-run.ts';
import { callTexts } from './texts.ts';

const halfHour = 1_800_000;
/** The window of half an hour that begins so much later, on the quarter. */
function windowAfter(ms: number): { date: string; from: string; to: string } {
  const start = Math.ceil((nowMs() + ms) / 900_000) * 900_000;
  return { date: localDate(start), from: localClock(start), to: localClock(start + halfHour) };
}

/** Reads a typed time of day: `9:30`, `0930`, `９：３０` → `09:30`. @returns null for no time */
export function readClock(text: string): string | null {
  const plain = text.normalize('NFKC').trim().replace('.', ':');
  const [, h, m] = /^(\d{1,2}):?(\d{2})$/.exec(plain) ?? [];
  return h !== undefined && Number(h) < 24 && Number(m) < 60 ? `${h.padStart(2, '0')}:${m}` : null;
}

type Window = { date: string; from: string; to: string };
function read({ date, from, to }: Window): { from: string; to: string } | null {
  const [start, end] = [readClock(from), readClock(to)];
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(Date.parse(date)) || start === null || end === null || start >= end) return null;
  return { from: localInstant(date, start), to: localInstant(date, end) };
}

/** The first window as it was typed: three texts of their own, so that no run of digits looks like a card. */
function useKeptWindow(caseId: string): [Window, (next: Window) => void, () => void] {
  const [start] = useState(() => windowAfter(45 * 60_000));
  const [date, setDate, forgetDate] = useKept(caseId, 'callback date', start.date);
  const [from, setFrom, forgetFrom] = useKept(caseId, 'callback from', start.from);
  const [to, setTo, forgetTo] = useKept(caseId, 'callback to', start.to);
  const change = (next: Window): void => {
    if (next.date !== date) setDate(next.date);
    if (next.from !== from) setFrom(next.from);
    if (next.to !== to) setTo(next.to);
  };
  return [{ date, from, to }, change, () => [forgetDate, forgetFrom, forgetTo].forEach((forget) => forget())];
}

/** 约回电 (F9): two windows, a note, and the sentence that keeps the customer safe from false callbacks. Inline, never over the call. */
export function CallbackForm({ view, inStep = false, onPromised }: { view: TypedCase; inStep?: boolean; onPromised?: () => void }) {
  const t = useTexts(callTexts);
  const me = useMe();
  const officialNumber = useRules(({ rules }) => rules?.site.officialNumber ?? '····');
  const [window, setWindow, forgetWindow] = useKeptWindow(view.caseId);
  const [second, setSecond] = useState<Window | null>(null);
  const [note, setNote, forgetNote] = useKept(view.caseId, 'callback note');
  const [bad, setBad] = useState(false);
  const first = read(window);
  const open = view.state.promises.findLast((promise) => promise.status === 'open');

  async function promise(): Promise<void> {
    const other = second === null ? null : read(second);
    if (first === null || (second !== null && other === null)) return setBad(true);
    setBad(false);
    const reply = await sendCommand(view.caseId, 'promise callback', {
      promiseId: newId(), ...first, secondFrom: other?.from ?? null, secondTo: other?.to ?? null, note, operationId: view.state.currentOperation,
    });
    if (!reply.ok) return;
    forgetWindow();
    forgetNote();
    onPromised?.();
    if (!inStep) closeTool('callback');
  }

  const row = (held: Window, change: (next: Window) => void, name: string) => (
    <div className="row" style={{ gap: 4 }}>
      <Input size="small" style={{ width: 104 }} value={held.date} onChange={(event) => change({ ...held, date: event.target.value })} aria-label={t('callback.date')} data-testid={`${name}-date`} />
      <Input size="small" style={{ width: 62 }} value={held.from} onChange={(event) => change({ ...held, from: event.target.value })} aria-label={t('callback.from')} data-testid={`${name}-from`} />
      <span aria-hidden="true">–</span>
      <Input size="small" style={{ width: 62 }} value={held.to} onChange={(event) => change({ ...held, to: event.target.value })} aria-label={t('callback.to')} data-testid={`${name}-to`} />
    </div>
  );
  const morning = (): Window => ({ date: localDate(nowMs() + 86_400_000), from: '09:00', to: '09:30' });
  return (
    <section className={inStep ? 'stack callback-form card' : 'tool stack callback-form'} aria-label={t('callback.title')} data-testid={inStep ? 'callback-step-form' : 'callback-form'}>
      {inStep ? null : <div className="row"><h2 className="grow">{t('callback.title')}</h2><Button size="small" type="text" onClick={() => closeTool('callback')}>{t('callback.close')}</Button></div>}
      {open ? <p className="chip chip-accent" data-testid="callback-made">{t('callback.made', { from: localMoment(open.from, nowMs()), to: localClock(open.to) })}</p> : null}
      <div className="row-wrap" style={{ gap: 4 }}>
        <Button size="small" onClick={() => setWindow(windowAfter(halfHour))}>{t('callback.quick30')}</Button>
        <Button size="small" onClick={() => setWindow(windowAfter(2 * halfHour))}>{t('callback.quick60')}</Button>
        <Button size="small" onClick={() => setWindow(morning())}>{t('callback.quickMorning')}</Button>
        <span className="small tone-muted">{t('callback.hours')}</span>
      </div>
      {row(window, setWindow, 'callback')}
      {second === null ? <Button size="small" type="dashed" onClick={() => setSecond(morning())}>{t('callback.second')}</Button> : row(second, setSecond, 'callback-second')}
      <Input size="small" value={note} onChange={(event) => setNote(event.target.value)} placeholder={t('callback.note')} aria-label={t('callback.note')} maxLength={300} data-testid="callback-note" />
      {!inStep && first ? <p className="speech speech-small">{t('callback.say', { from: localMoment(first.from, nowMs()), to: localClock(first.to), number: officialNumber, no: me?.no ?? '' })}</p> : null}
      {bad ? <p role="alert" className="small tone-red">{t('callback.badTime')}</p> : null}
      <Button type={inStep && open ? 'default' : 'primary'} size="small" onClick={() => void promise()} data-testid="callback-promise">{t('callback.promise')}</Button>
    </section>
  );
}
