import { Button, Input, Radio } from 'antd';
import { useState, type FormEvent } from 'react';
import { isTooLongAgo } from '#shared/case/hand-call-decide.ts';
import { useTexts } from '../app/i18n.ts';
import { localDate, localInstant, localSeconds } from '../app/local-time.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { nowAt, nowMs } from '../app/stores/clock.ts';
import { openCase } from '../app/stores/place.ts';
import { useMe } from '../app/stores/session.ts';
import { closeTool } from '../app/stores/tools.ts';
import { customerName } from '../follow-up/agenda-view.ts';
import { logCall } from './hand-call.ts';
import { openCaseByHand } from './start-run.ts';
import { callTexts } from './texts.ts';

/** A phone number as the case keeps it: national digits. @returns undefined for none that a phone has, null for nothing typed */
export function plainNumber(text: string): string | null | undefined {
  const digits = text.normalize('NFKC').replace(/[\s\-()]/g, '').replace(/^\+?86(?=1\d{10}$)/, '');
  return digits === '' ? null : /^\+?\d{3,15}$/.test(digits) ? digits : undefined;
}

/** Reads `3:07`, `0307`, `03:07:45` as the last such time before now, so that what began before midnight stays before it. */
export function lastTimeAt(text: string, at: string): string | null {
  const [, h, m, s] = /^(\d{1,2}):?(\d{2})(?::?(\d{2}))?$/.exec(text.normalize('NFKC').trim().replace(/[.．]/g, ':')) ?? [];
  if (h === undefined || Number(h) > 23 || Number(m) > 59 || Number(s ?? 0) > 59) return null;
  const today = Date.parse(localInstant(localDate(at), `${h.padStart(2, '0')}:${m}`)) + Number(s ?? 0) * 1000;
  return new Date(today > Date.parse(at) + 60_000 ? today - 86_400_000 : today).toISOString();
}

/** 来电登记 (F11): a call that no phone event told of, with the phones or the centre down. Makes its case and goes on as any call. */
export function LogCallForm({ view }: { view: TypedCase | null }) {
  const t = useTexts(callTexts);
  const me = useMe();
  const [direction, setDirection] = useState<'in' | 'out'>('in');
  const [number, setNumber] = useState('');
  const [from, setFrom] = useState(() => localSeconds(nowMs()));
  const [until, setUntil] = useState('');
  const [onThis, setOnThis] = useState(false);
  const [wrong, setWrong] = useState<'log.wrong' | 'log.tooEarly' | null>(null);
  const open = view !== null && view.state.closed === null && view.state.owner === me?.id ? view : null;

  async function log(event: FormEvent): Promise<void> {
    event.preventDefault();
    const at = nowAt();
    const plain = plainNumber(number);
    const startedAt = lastTimeAt(from, at);
    const endedAt = until.trim() === '' ? null : lastTimeAt(until, at);
    const bad = plain === undefined || startedAt === null || (until.trim() !== '' && (endedAt === null || endedAt < startedAt));
    const tooEarly = !bad && isTooLongAgo(startedAt, at);
    setWrong(bad ? 'log.wrong' : tooEarly ? 'log.tooEarly' : null);
    if (bad || tooEarly) return;
    const caseId = onThis && open !== null ? open.caseId : await openCaseByHand(plain, null);
    if (caseId === null || !(await logCall(caseId, { direction, number: plain, startedAt, endedAt }))) return;
    closeTool('logCall');
    openCase(caseId);
  }
  return (
    <section className="tool" aria-label={t('log.title')} data-testid="log-call-form">
    <form className="stack-tight" onSubmit={(event) => void log(event)}>
      <div className="row"><h2 className="grow">{t('log.title')}<kbd className="hotkey">F11</kbd></h2><Button size="small" type="text" onClick={() => closeTool('logCall')}>{t('callback.close')}</Button></div>
      <Radio.Group size="small" value={direction} onChange={(event) => setDirection(event.target.value as 'in' | 'out')} aria-label={t('log.direction')}>
        <Radio value="in" data-testid="log-in">{t('log.in')}</Radio><Radio value="out" data-testid="log-out">{t('log.out')}</Radio>
      </Radio.Group>
      <Input size="small" value={number} autoFocus onChange={(event) => setNumber(event.target.value)} placeholder={t('log.number')} aria-label={t('log.number')} maxLength={20} inputMode="tel" autoComplete="off" data-testid="log-number" />
      <div className="row" style={{ gap: 6 }}>
        <span className="small tone-muted nowrap">{t('log.from')}</span>
        <Input size="small" value={from} onChange={(event) => setFrom(event.target.value)} aria-label={t('log.from')} data-testid="log-from" />
        <Button size="small" onClick={() => setFrom(localSeconds(nowMs()))} data-testid="log-now">{t('log.now')}</Button>
      </div>
      <div className="row" style={{ gap: 6 }}>
        <span className="small tone-muted nowrap">{t('log.until')}</span>
        <Input size="small" value={until} onChange={(event) => setUntil(event.target.value)} placeholder={t('log.still')} aria-label={t('log.until')} data-testid="log-until" />
      </div>
      {open === null ? null : (
        <Radio.Group size="small" value={onThis} onChange={(event) => setOnThis(event.target.value as boolean)} aria-label={t('log.where')}>
          <Radio value={false}>{t('log.newCase')}</Radio><Radio value={true} data-testid="log-here">{t('log.thisCase', { name: customerName(open.state, me?.id ?? '') || t('idle.unknown') })}</Radio>
        </Radio.Group>
      )}
      {wrong === null ? null : <p role="alert" className="small tone-red">{t(wrong)}</p>}
      <Button size="small" type="primary" htmlType="submit" style={{ alignSelf: 'flex-start' }} data-testid="log-call">{t('log.do')}</Button>
      <p className="small tone-muted">{t('log.joined')}</p>
    </form>
    </section>
  );
}
