import { Button, Checkbox, Input } from 'antd';
import { useState } from 'react';
import { useLang, useTexts } from '../app/i18n.ts';
import { useKept } from '../app/kept.ts';
import { useLights } from '../app/lights.tsx';
import { sendCommand } from '../app/send.ts';
import { chooseState } from '../app/state-menu.tsx';
import type { TypedCase } from '../app/stores/cases.ts';
import { useNow } from '../app/stores/clock.ts';
import { useLiveStore } from '../app/stores/live.ts';
import { flowOf, useRules } from '../app/stores/rules.ts';
import { useMe } from '../app/stores/session.ts';
import { newId } from '../call/start-run.ts';
import { usePersonName } from '../operation/people.ts';
import { LookNotice, RefusalNotice } from '../ui/refusal-notice.tsx';
import { cardOf, type EscalationDraft } from './card-of.ts';
import { LeadCard } from './lead-card.tsx';
import { escalationTexts } from './texts.ts';

const outcomes = ['accepted-branch', 'app', 'visit-service', 'complaint', 'left'] as const;
export const outcomeKey = (outcome: string): `outcome.${(typeof outcomes)[number]}` | 'outcome.none' => `outcome.${outcomes.find((one) => one === outcome) ?? 'none'}` as const;

/** The agent's side of a warm hand-over: the card, filled from the run and corrected where needed; then what became of it. */
export function EscalateForm({ view }: { view: TypedCase }) {
  const t = useTexts(escalationTexts);
  const lang = useLang();
  const me = useMe();
  const now = useNow();
  const rules = useRules((held) => held.rules);
  const nameOf = usePersonName();
  const { centre } = useLights();
  const run = view.state.currentRun === null ? undefined : view.state.runs[view.state.currentRun];
  const definition = run === undefined ? undefined : flowOf(rules, run.flowId, run.flowVersion)?.definition;
  const [changed, setChanged] = useState<Partial<EscalationDraft>>({});
  const kept = { goal: useKept(view.caseId, 'escalate goal'), deadline: useKept(view.caseId, 'escalate deadline'), mood: useKept(view.caseId, 'escalate mood'), branch: useKept(view.caseId, 'escalate branch') };
  const typed = Object.fromEntries(Object.entries(kept).flatMap(([name, [text]]) => (text === '' ? [] : [[name, text]])));
  const card = { ...cardOf(view, run, definition, lang), ...typed, ...changed };
  const last = view.state.escalations.at(-1);
  const mark = view.marks.findLast((one) => one.kind === 'escalate to lead');
  const facts = me === null ? undefined : view.state.facts[me.id]?.facts;
  const who = facts ? `${facts.customer.maskedName} ${facts.customer.title[lang]}` : (view.state.opened?.number ?? '—');
  const minutes = view.state.opened ? Math.max(0, Math.floor((now - Date.parse(view.state.opened.at)) / 60_000)) : 0;
  const callId = view.state.opened?.callId ?? 'none';
  const edit = <K extends 'goal' | 'deadline' | 'mood' | 'branch'>(name: K, limit: number) => (
    <Input size="small" value={card[name]} onChange={(event) => {
      setChanged((held) => ({ ...held, [name]: event.target.value }));
      kept[name][1](event.target.value);
    }} addonBefore={t(`card.${name}`)} maxLength={limit} aria-label={t(`card.${name}`)} data-testid={`escalate-${name}`} />
  );
  const send = (): void => void sendCommand(view.caseId, 'escalate to lead', { escalationId: newId(), ...card }, { notAfterSeconds: 600 }).then((reply) => {
    if (reply.ok) for (const [, , forget] of Object.values(kept)) forget();
  });
  const rest = (): void => {
    const agent = useLiveStore.getState().held.agent?.value;
    if (agent) void chooseState('break', agent.version, { minutes: 5, hardCall: true });
  };
  const waiting = last !== undefined && last.acceptedBy === null;
  return (
    <div className="stack" data-testid="escalate-form" data-status={last ? (last.outcome ? 'finished' : last.acceptedBy ? 'accepted' : 'waiting') : (mark?.look ?? 'none')}>
      {centre === 'down' ? <LookNotice>{t('offline')}</LookNotice> : null}
      {mark?.look === 'refused' && mark.refusal ? <RefusalNotice refusal={mark.refusal} /> : null}
      {last ? (
        <>
          <p className={last.acceptedBy ? 'tone-green' : 'tone-amber'} role="status">{last.outcome ? `✓ ${t('finished', { what: t(outcomeKey(last.outcome)) })}` : last.acceptedBy ? `✓ ${t('accepted', { name: nameOf(last.acceptedBy) })}` : `◔ ${t('sent')}`}</p>
          {waiting ? <p className="small tone-muted">{t('sent.more')}</p> : null}
          <LeadCard card={last} who={who} minutes={minutes} />
          {last.acceptedBy ? <span><Button size="small" onClick={rest}>{t('break')}</Button></span> : null}
        </>
      ) : (
        <>
          <LeadCard card={{ ...card, verifiedLevel: view.state.verification[callId]?.level ?? 0 }} who={who} minutes={minutes} />
          <div className="stack-tight" style={{ maxWidth: 520 }}>{edit('goal', 300)}{edit('deadline', 100)}{edit('mood', 100)}{edit('branch', 200)}
            <Checkbox checked={card.complaintWords} onChange={(event) => setChanged((held) => ({ ...held, complaintWords: event.target.checked }))}>{t('card.complaint')}</Checkbox>
          </div>
          <span><Button type="primary" onClick={send} disabled={mark?.look === 'asked'} loading={mark?.look === 'asked'} data-testid="escalate-send">{t('send')}</Button></span>
        </>
      )}
    </div>
  );
}
