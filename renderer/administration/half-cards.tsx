import { Button } from 'antd';
import { useState } from 'react';
import type { AdministrationView } from '#shared/administration/administration-view.ts';
import type { Change } from '#shared/administration/change.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { useTexts } from '../app/i18n.ts';
import { askCentre } from '../app/send.ts';
import { useMe } from '../app/stores/session.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { forget, keep, useKept } from './kept.ts';
import { administrationTexts } from './texts.ts';

type Half = { changeId: string; half: string; side: 'first' | 'second'; account: string; name: string };
const HALVES = 'halves';
const none: readonly Half[] = [];

function whoseOf(view: AdministrationView, change: Change | undefined): { account: string; name: string } {
  const person = change === undefined ? undefined : 'person' in change ? change.person : 'personId' in change ? view.people.find((one) => one.person.id === change.personId)?.person : undefined;
  return { account: person?.account ?? '—', name: person?.name ?? '—' };
}

/** Puts a half on the screen until the person says it is copied: in memory only, whatever screen they look at meanwhile. */
export function useShowHalf(view: AdministrationView): (changeId: string, half: string) => void {
  const me = useMe();
  const [held] = useKept(HALVES, none);
  return (changeId, half) => {
    const request = view.changes.find((one) => one.changeId === changeId);
    keep(HALVES, [...held.filter((one) => one.changeId !== changeId), { changeId, half, side: request?.proposer === me?.id ? 'first' : 'second', ...whoseOf(view, request?.change) }]);
  };
}

/** Halves on the screen, and those that may still be taken. Above every tab: nobody overlooks that it is shown once. */
export function HalfCards({ view }: { view: AdministrationView }) {
  const t = useTexts(administrationTexts);
  const [held, setHeld] = useKept(HALVES, none);
  const show = useShowHalf(view);
  const [refused, setRefused] = useState<Refusal | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const take = async (changeId: string): Promise<void> => {
    setBusy(changeId);
    const reply = await askCentre('take half', { changeId });
    setBusy(null);
    setRefused(reply.ok ? null : reply.refusal);
    if (reply.ok) show(changeId, reply.value.half);
  };
  const away = (changeId: string): void => {
    const left = held.filter((one) => one.changeId !== changeId);
    if (left.length === 0) forget(HALVES);
    else setHeld(left);
  };
  const mine = view.halves.filter((changeId) => held.every((one) => one.changeId !== changeId));
  return (
    <>
      {refused === null ? null : <RefusalNotice refusal={refused} onClose={() => setRefused(null)} testId="half-refused" />}
      {held.map((half) => <HalfCard key={half.changeId} half={half} onAway={() => away(half.changeId)} />)}
      {mine.map((changeId) => (
        <section key={changeId} className="notice notice-amber" role="status" data-testid={`half-mine-${changeId}`}>
          <span className="notice-shape" aria-hidden="true">▲</span>
          <div className="notice-words row-wrap">
            <strong>{t('half.mine')}</strong><span className="grow">{t('half.whose', whoseOf(view, view.changes.find((one) => one.changeId === changeId)?.change))}</span>
            <Button type="primary" loading={busy === changeId} onClick={() => void take(changeId)} data-testid="take-half">{t('half.take')}</Button>
          </div>
        </section>
      ))}
    </>
  );
}

function HalfCard({ half, onAway }: { half: Half; onAway: () => void }) {
  const t = useTexts(administrationTexts);
  const [sure, setSure] = useState(false);
  return (
    <section className="ad-half" aria-label={t('half.title')} data-testid={`half-${half.changeId}`}>
      <h2>{t('half.title')} · {t('half.for', { name: half.name, account: half.account })}</h2>
      <p className="ad-half-code" data-testid="half-code">{half.half}</p>
      <p><strong>{t(half.side === 'first' ? 'half.first' : 'half.second')}</strong> {t('half.how')}</p>
      <p className="tone-amber"><span aria-hidden="true">▲ </span>{t('half.warn')}</p>
      <div className="row-wrap">
        <Button type={sure ? 'primary' : 'default'} onClick={() => (sure ? onAway() : setSure(true))} data-testid="half-done">{t('half.done')}</Button>
        {sure ? <span role="status" className="tone-amber">▲ {t('half.sure')}</span> : null}
      </div>
    </section>
  );
}
