import { Button, Input } from 'antd';
import { useState, type FormEvent } from 'react';
import type { AskValue } from '#shared/protocol/asks.ts';
import { useLang, useTexts } from '../../app/i18n.ts';
import { tellRefused } from '../../app/send.ts';
import { callTexts } from '../../call/texts.ts';
import { nextField } from '../next-field.ts';
import type { StepPanelProps } from '../step-panel.ts';
import { flowTexts } from '../texts.ts';
import { colon } from '../../ui/punctuation.ts';

type Typed = 'name' | 'idLast4' | 'birthDate' | 'addressDistrict' | 'branchDistrict';
/** Nothing that the screen shows: statement day, auto-debit card and purchases stand in the facts (PR2). */
const rotating: readonly Typed[] = ['birthDate', 'addressDistrict', 'branchDistrict'];

/** Where the rotation begins, so that two calls are not asked the same: from the case's id, the same after a reload. */
const startOf = (caseId: string): number => [...caseId].reduce((sum, sign) => sum + (sign.codePointAt(0) ?? 0), 0) % rotating.length;

/** 核身 by blind comparison: the agent types what is said, the centre says 相符 or 不符 and nothing else; the stored answer is on no screen. */
export function VerifyPanel({ view, callId, readOnly, ask, facts }: StepPanelProps) {
  const t = useTexts(flowTexts);
  const say = useTexts(callTexts);
  const [at, setAt] = useState(() => startOf(view.caseId));
  const [keying, setKeying] = useState(false);
  const held = view.state.verification[callId ?? 'none'];
  const level = facts.verify?.level ?? 0;
  const failures = held?.failuresToday ?? 0;
  const resultOf = (factor: string): boolean | null => held?.factors.findLast((one) => one.factor === factor)?.ok ?? null;
  const asked = rotating.filter((factor) => resultOf(factor) !== null);
  const nextFactor = Array.from({ length: rotating.length }, (_, n) => rotating[(at + n) % rotating.length]!).find((factor) => !asked.includes(factor));
  const rows: Typed[] = ['name', 'idLast4', ...asked, ...(nextFactor ? [nextFactor] : [])];

  async function compare(factor: Typed, answer: string): Promise<AskValue<'verify'> | null> {
    const reply = await ask('verify', { case: view.caseId, callId, factor, answer });
    if (reply.ok) return reply.value;
    tellRefused(view.caseId, reply.refusal);
    return null;
  }
  async function collect(): Promise<void> {
    if (callId === null) return;
    setKeying(true);
    const reply = await ask('collect service password', { case: view.caseId, callId });
    setKeying(false);
    if (!reply.ok) tellRefused(view.caseId, reply.refusal);
  }
  const keyed = resultOf('servicePassword');
  return (
    <section className="panel" data-testid="verify-panel" data-level={level}>
      <div className="row">
        <strong className={level >= 3 ? 'tone-green' : ''} data-testid="verify-level">{t('verify.level', { n: level })}</strong>
        {failures > 0 ? <span className="tone-red">✕ {t('verify.failures', { n: failures })}</span> : null}
        <span className="grow" />
        <span className="small tone-muted">{t('verify.hidden')}</span>
      </div>
      {rows.map((factor) => <FactorRow key={factor} factor={factor} name={say(`factor.${factor}`)} result={resultOf(factor)} disabled={readOnly || view.state.customerId === null} compare={compare} />)}
      <div className="row">
        {nextFactor && !readOnly ? <Button size="small" onClick={() => setAt((now) => now + 1)} data-testid="verify-other">{t('verify.other')}</Button> : null}
        <Button size="small" type="primary" ghost loading={keying} disabled={readOnly || callId === null || view.state.customerId === null} onClick={() => void collect()} data-testid="verify-keyed">{keying ? t('verify.keying') : t('verify.keyed')}</Button>
        {keyed === null ? null : <strong className={keyed ? 'tone-green' : 'tone-red'} data-testid="verify-keyed-result">{keyed ? `✓ ${t('verify.keyedOk')}` : `✕ ${t('verify.keyedBad')}`}</strong>}
        {callId === null ? <span className="small tone-amber">▲ {t('verify.noCall')}</span> : null}
      </div>
      {failures > 0 ? <div className="notice notice-amber"><span className="notice-shape">▲</span><div className="notice-words"><p className="speech speech-small">{t('verify.failed')}</p><p className="small tone-muted">{t('verify.whichItem')}</p></div></div> : null}
    </section>
  );
}

type RowProps = { factor: Typed; name: string; result: boolean | null; disabled: boolean; compare: (factor: Typed, answer: string) => Promise<{ ok: boolean } | null> };

/** What was typed is emptied with the answer: it is kept nowhere, drafts included (PR2). */
function FactorRow({ factor, name, result, disabled, compare }: RowProps) {
  const lang = useLang();
  const t = useTexts(flowTexts);
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    const answer = typed.normalize('NFKC').trim();
    if (answer === '' || busy) return;
    setBusy(true);
    const said = await compare(factor, factor === 'idLast4' ? answer.toUpperCase() : answer);
    setBusy(false);
    if (said === null) return;
    setTyped('');
    if (said.ok) nextField(form.closest('.step'), form.querySelector('input'))?.focus();
  }
  return (
    <form className="field" style={{ alignItems: 'center' }} onSubmit={(event) => void submit(event)} data-testid={`verify-${factor}`} data-result={result === null ? 'none' : result ? 'match' : 'differ'}>
      <span className="field-label" style={{ paddingTop: 0 }}>{name}</span>
      <span className="row">
        <Input style={{ width: 200 }} value={typed} onChange={(event) => setTyped(event.target.value)} disabled={disabled} placeholder={factor === 'birthDate' ? t('verify.date') : t('verify.typed')} aria-label={`${name}${colon(lang)}${t('verify.typed')}`} autoComplete="off" spellCheck={false} maxLength={120} data-testid={`verify-${factor}-input`} />
        <Button htmlType="submit" disabled={disabled || typed.trim() === ''} loading={busy} data-testid={`verify-${factor}-check`}>{t('verify.check')}</Button>
        {result === null ? null : <strong className={result ? 'tone-green' : 'tone-red'} role="status">{result ? `✓ ${t('verify.match')}` : `✕ ${t('verify.differ')}`}</strong>}
      </span>
    </form>
  );
}
