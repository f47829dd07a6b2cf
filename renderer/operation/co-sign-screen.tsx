import { Button, Input, type InputRef } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import type { Lang } from '#shared/flow/definition.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { BlindEntry } from '#shared/review/review-schema.ts';
import { desk } from '../app/desk.ts';
import { useTexts } from '../app/i18n.ts';
import { useMe } from '../app/stores/session.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { BlindForm } from '../review/blind-form.tsx';
import { ComparisonTable } from '../review/comparison.tsx';
import { OwnFacts } from '../review/own-facts.tsx';
import { ownPlans, plansNamed } from '../review/review-view.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { saidInRun } from './named-plans.ts';
import { rememberCoSigner } from './offline-view.ts';
import { offlineTexts } from './offline-texts.ts';
import { PayloadCard } from './payload-card.tsx';
import '../review/review.css';
import './operation.css';

type Props = { view: TypedCase; operationId: string; lang: Lang; onLeave: () => void };
type Begun = { account: string; name: string; id: string; left: number; matched: boolean };

/**
 * The reviewer's turn at the maker's screen (OF2, TP6). It covers the workbench: until what they type matches, nothing of the maker's
 * is on the screen, and afterwards they sign exactly what they see, with the passphrase typed for it.
 */
export function CoSignScreen({ view, operationId, lang, onLeave }: Props) {
  const t = useTexts(offlineTexts);
  const me = useMe();
  const [begun, setBegun] = useState<Begun | null>(null);
  const [mismatched, setMismatched] = useState(false);
  const [refused, setRefused] = useState<Refusal | null>(null);
  const [busy, setBusy] = useState(false);
  const operation = view.state.operations[operationId];
  const one = view.state.onReturn[operationId];
  const here = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // What is covered is out of reach of the keyboard and of a screen reader as well.
    const covered = document.querySelector('.shell-main');
    covered?.setAttribute('inert', '');
    here.current?.focus();
    return () => {
      covered?.removeAttribute('inert');
      void desk.calls.coSign({ step: 'leave' });
    };
  }, []);
  if (operation === undefined || one === undefined) return null;
  const reading = me === null ? null : (view.state.facts[me.id] ?? null);
  const pieces = Object.values(view.state.runs).flatMap((run) => saidInRun(run)).filter((said) => said.item !== null);
  const named = plansNamed(reading, pieces);
  const principals = !one.principalsAsked || reading === null ? [] : ownPlans(reading, pieces).filter((plan) => named.size === 0 || named.has(plan.id)).map((plan) => ({ planId: plan.id, merchant: plan.merchant, must: named.has(plan.id) }));
  const of = { case: view.caseId, operationId };
  const begin = async (account: string, passphrase: string): Promise<void> => {
    const reply = await desk.calls.coSign({ step: 'begin', ...of, account, passphrase });
    setRefused(reply.ok ? null : reply.refusal);
    if (!reply.ok || reply.value.step !== 'begun') return;
    const { reviewer, entriesLeft, matched } = reply.value;
    rememberCoSigner(reviewer.id, reviewer.name);
    setBegun({ account, name: `${reviewer.name} ${reviewer.no}`, id: reviewer.id, left: entriesLeft, matched });
  };
  const enter = async (entry: BlindEntry): Promise<void> => {
    if (busy || begun === null) return;
    setBusy(true);
    const reply = await desk.calls.coSign({ step: 'enter', ...of, entry });
    setBusy(false);
    setRefused(reply.ok ? null : reply.refusal);
    if (!reply.ok || reply.value.step !== 'entered') return;
    const { matches, entriesLeft } = reply.value;
    setBegun({ ...begun, left: entriesLeft, matched: matches });
    setMismatched(!matches);
  };
  const sign = async (passphrase: string): Promise<void> => {
    if (begun === null) return;
    const reply = await desk.calls.coSign({ step: 'sign', ...of, account: begun.account, passphrase });
    setRefused(reply.ok ? null : reply.refusal);
    if (reply.ok) onLeave();
  };
  const closed = one.status === 'closed' || begun?.left === 0 && !begun.matched;
  const entered = one.entries.at(-1);
  return createPortal(
    <div
      ref={here} className="op-cosign" role="dialog" aria-modal="true" aria-label={t('screen')} tabIndex={-1} data-testid="co-sign-screen"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.nativeEvent.isComposing) onLeave();
      }}
    >
      <header className="row-wrap">
        <h2>{t('screen')}</h2>
        {begun === null ? null : <span className="chip chip-accent">{begun.name}</span>}
        <span className="tone-muted small">{begun?.matched === true ? t('what') : t('screenHint')}</span>
        <span className="grow" />
        <Button onClick={onLeave} data-testid="co-sign-leave">{t('giveBack')}</Button>
      </header>
      {refused === null ? null : <RefusalNotice refusal={refused} onClose={() => setRefused(null)} testId="co-sign-refused" />}
      {closed ? <div className="notice notice-red" role="alert" data-testid="co-sign-over"><span className="notice-shape" aria-hidden="true">✕</span><strong>{t('closedTitle')}</strong></div>
        : begun === null ? <Who onEnter={begin} />
        : (
          <div className="rv-columns">
            <OwnFacts reading={reading} pieces={pieces} refusal={null} title={t('factsTitle')} hint={t('factsHint')} lang={lang} />
            <section className="rv-column" tabIndex={0} aria-label={t('blindTitle')}>
              <h2>{t('blindTitle')}</h2>
              {begun.matched && entered !== undefined ? <ComparisonTable operation={operation} review={one} entry={entered.entry} reading={reading} lang={lang} /> : (
                <>
                  <p className="tone-muted small" data-testid="entries-left">{t('left', { n: begun.left })}</p>
                  {one.keyFigures.includes('reference') ? <p className="small">{t('heard')}</p> : null}
                  <BlindForm
                    asked={one.keyFigures} transactions={reading?.facts.recentTransactions.map((each) => each.id) ?? []} principals={principals} mismatched={mismatched}
                    disabled={reading === null} waiting={busy} onStore={(entry) => void enter(entry)}
                  />
                </>
              )}
            </section>
            <section className="rv-column" tabIndex={0} aria-label={t('signTitle')}>
              <h2>{t('signTitle')}</h2>
              {!begun.matched || operation.payload === null ? null : (
                <>
                  <p className="tone-amber">▲ {t('signHint')}</p>
                  <PayloadCard payload={operation.payload} lang={lang} />
                  <Press press={t('sign')} testId="co-sign-sign" onPress={sign} />
                </>
              )}
            </section>
          </div>
        )}
    </div>,
    document.body,
  );
}

/** The reviewer's own account and passphrase, never the maker's; neither is kept by the browser. */
function Who({ onEnter }: { onEnter: (account: string, passphrase: string) => Promise<void> }) {
  const t = useTexts(offlineTexts);
  const [account, setAccount] = useState('');
  const field = useRef<InputRef>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <div className="op-cosign-who stack">
      <h3>{t('whoTitle')}</h3>
      <p className="tone-muted small">{t('whoHint')}</p>
      <label className="stack-tight"><span>{t('account')}</span>
        <Input ref={field} value={account} maxLength={80} autoComplete="off" onChange={(event) => setAccount(event.target.value)} data-testid="co-sign-account" data-1p-ignore />
      </label>
      <Press press={t('enter')} testId="co-sign-enter" disabled={account.trim() === ''} onPress={(passphrase) => onEnter(account.trim(), passphrase)} />
    </div>
  );
}

/** A passphrase typed for one step; the field is empty again whatever comes of it (TP8). */
function Press({ press, testId, disabled = false, onPress }: { press: string; testId: string; disabled?: boolean; onPress: (passphrase: string) => Promise<void> }) {
  const t = useTexts(offlineTexts);
  const [passphrase, setPassphrase] = useState('');
  const [busy, setBusy] = useState(false);
  const send = async (): Promise<void> => {
    if (busy || disabled || passphrase === '') return;
    setBusy(true);
    const typed = passphrase;
    setPassphrase('');
    await onPress(typed);
    setBusy(false);
  };
  return (
    <form
      className="row-wrap" autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Input.Password
        value={passphrase} onChange={(event) => setPassphrase(event.target.value)} placeholder={t('passphrase')} aria-label={t('passphrase')} autoComplete="off" visibilityToggle={false}
        style={{ maxWidth: 220 }} data-testid={`${testId}-passphrase`} data-1p-ignore
      />
      <Button type="primary" htmlType="submit" disabled={disabled || passphrase === ''} loading={busy} data-testid={testId}>{press}</Button>
    </form>
  );
}
