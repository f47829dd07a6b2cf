import { Button, Input, Radio } from 'antd';
import { useState } from 'react';
import { useTexts } from '../app/i18n.ts';
import { useKept } from '../app/kept.ts';
import { usePersonName } from '../operation/people.ts';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { EscalateForm, outcomeKey } from './escalate-form.tsx';
import { escalationTexts } from './texts.ts';

const outcomes = ['accepted-branch', 'app', 'visit-service', 'complaint', 'left'] as const;
type Outcome = (typeof outcomes)[number];

export function HandOverPanel({ view }: StepPanelProps) {
  return <section className="card"><EscalateForm view={view} /></section>;
}

/** The lead's step: an outcome and the customer's words. There is no button for an exception. */
export function LeadPanel({ view, me, readOnly, command }: StepPanelProps) {
  return <LeadResult view={view} meId={me.id} readOnly={readOnly} finish={(escalationId, outcome, words) => void command('finish escalation', { escalationId, outcome, words })} />;
}

type Props = { view: StepPanelProps['view']; meId: string; readOnly: boolean; finish: (escalationId: string, outcome: Outcome, words: string) => void };

export function LeadResult({ view, meId, readOnly, finish }: Props) {
  const t = useTexts(escalationTexts);
  const nameOf = usePersonName();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [words, setWords] = useKept(view.caseId, 'lead words');
  const last = view.state.escalations.at(-1);
  if (last === undefined || last.acceptedBy === null) return <p className="tone-amber" data-testid="lead-waiting">◔ {t('lead.wait')}</p>;
  if (last.outcome !== null) return <p className="tone-green" data-testid="lead-done">✓ {t('lead.done', { what: t(outcomeKey(last.outcome)) })}</p>;
  if (last.acceptedBy !== meId) return <p data-testid="lead-other">{t('lead.notMine', { name: nameOf(last.acceptedBy) })}</p>;
  return (
    <section className="card stack" aria-label={t('lead.title')} data-testid="lead-result">
      <p className="small tone-muted">{t('lead.whisper')}</p>
      <Radio.Group value={outcome} onChange={(event) => setOutcome(event.target.value as Outcome)} disabled={readOnly} aria-label={t('lead.title')}>{outcomes.map((one) => <Radio key={one} value={one} data-testid={`lead-outcome-${one}`}>{t(`outcome.${one}`)}</Radio>)}</Radio.Group>
      <Input value={words} onChange={(event) => setWords(event.target.value)} placeholder={t('lead.words')} aria-label={t('lead.words')} maxLength={300} disabled={readOnly} data-testid="lead-words" />
      <span><Button type="primary" disabled={readOnly || outcome === null} onClick={() => outcome && finish(last.escalationId, outcome, words.trim())} data-testid="lead-finish">{t('lead.finish')}</Button></span>
    </section>
  );
}
