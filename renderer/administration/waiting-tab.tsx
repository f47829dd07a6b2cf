import { Button, Input } from 'antd';
import { Fragment, useState } from 'react';
import type { AdministrationView } from '#shared/administration/administration-view.ts';
import { changeDigest, type ChangeRequest } from '#shared/administration/change.ts';
import type { DeskReply } from '#shared/protocol/desk-rpc.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import { nowAt } from '../app/stores/clock.ts';
import { LookNotice, RefusalNotice } from '../ui/refusal-notice.tsx';
import { PassphrasePress } from '../ui/passphrase-press.tsx';
import { whyNotMine, type Me } from './approval-view.ts';
import { administer, useOffline } from './centre-doings.ts';
import { ChangeContent } from './change-content.tsx';
import { changeKind, changeSubject } from './change-words.ts';
import { nameOf } from './field-words.tsx';
import { useShowHalf } from './half-cards.tsx';
import { forget, useKept } from './kept.ts';
import { administrationTexts } from './texts.ts';

/** What one person proposed and a second has to look at (TP12), and what became of the last ones. */
export function WaitingTab({ view, me }: { view: AdministrationView; me: Me }) {
  const t = useTexts(administrationTexts);
  const waiting = view.changes.filter((one) => one.status === 'waiting');
  const decided = view.changes.filter((one) => one.status !== 'waiting');
  return (
    <div className="stack" data-testid="waiting-tab">
      <section className="card stack">
        <h2>{t('waiting.title')}</h2>
        {waiting.length === 0 ? <div data-testid="waiting-none"><strong>{t('waiting.none')}</strong><p className="tone-muted">{t('waiting.noneHint')}</p></div> : <ChangeTable view={view} me={me} changes={waiting} />}
      </section>
      {decided.length === 0 ? null : <section className="card stack" data-testid="decided-changes"><h2>{t('waiting.decided')}</h2><ChangeTable view={view} me={me} changes={decided} /></section>}
    </div>
  );
}

const marks: Record<ChangeRequest['status'], readonly [string, string]> = { waiting: ['◔', 'chip-amber'], 'in-force': ['●', 'chip-green'], rejected: ['✕', 'chip-red'], withdrawn: ['○', ''] };

function ChangeTable({ view, me, changes }: { view: AdministrationView; me: Me; changes: readonly ChangeRequest[] }) {
  const t = useTexts(administrationTexts);
  const lang = useLang();
  const [open, setOpen] = useKept<string | null>('open-change', null);
  return (
    <table className="plain">
      <thead><tr><th>{t('col.what')}</th><th>{t('col.proposer')}</th><th>{t('col.when')}</th><th>{t('col.reason')}</th><th>{t('col.status')}</th><th /></tr></thead>
      <tbody>
        {changes.map((request) => (
          <Fragment key={request.changeId}>
            <tr data-testid={`change-${request.changeId}`} data-status={request.status} data-kind={request.change.kind}>
              <td><strong>{changeKind(t, request.change)}</strong> {changeSubject(view, request.change, lang)}</td>
              <td className="nowrap">{request.proposer === me.id ? `${nameOf(view, request.proposer)} (${t('you')})` : nameOf(view, request.proposer)}</td>
              <td className="tabular nowrap">{localMoment(request.proposedAt, nowAt())}</td>
              <td className="ad-words">{request.reason}</td>
              <td>
                <span className={`chip ${marks[request.status][1]}`}><span aria-hidden="true">{marks[request.status][0]}</span> {t(`status.${request.status}`)}</span>
                {request.decidedBy === null || request.decidedAt === null ? null : <span className="small tone-muted"> {t('decidedBy', { name: nameOf(view, request.decidedBy), at: localMoment(request.decidedAt, nowAt()) })}{request.because === null ? '' : ` · ${request.because}`}</span>}
              </td>
              <td className="amount"><Button size="small" type={request.status === 'waiting' && open !== request.changeId ? 'primary' : 'default'} aria-expanded={open === request.changeId} onClick={() => setOpen(open === request.changeId ? null : request.changeId)} data-testid="open-change">{t(open === request.changeId ? 'waiting.hide' : 'waiting.open')}</Button></td>
            </tr>
            {open === request.changeId ? <tr><td colSpan={6} className="ad-detail"><Detail view={view} me={me} request={request} /></td></tr> : null}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

function Detail({ view, me, request }: { view: AdministrationView; me: Me; request: ChangeRequest }) {
  const t = useTexts(administrationTexts);
  // Counted from the content on the screen: what is agreed to is what is shown (TP2).
  const digest = changeDigest(request);
  const waiting = request.status === 'waiting';
  return (
    <div className="stack" data-testid="change-detail">
      <ChangeContent view={view} change={request.change} decided={!waiting} />
      <p className="row-wrap"><span className="tone-muted small">{t('digest')}</span><code className="ad-mono" data-testid="change-digest">{digest.slice(0, 16)}</code><span className="tone-muted small">{t('digestHint')}</span></p>
      {waiting ? <Decision view={view} me={me} request={request} digest={digest} /> : null}
    </div>
  );
}

function Decision({ view, me, request, digest }: { view: AdministrationView; me: Me; request: ChangeRequest; digest: string }) {
  const t = useTexts(administrationTexts);
  const offline = useOffline();
  const showHalf = useShowHalf(view);
  const kept = `reject/${request.changeId}`;
  const [because, setBecause] = useKept(kept, '');
  const [refused, setRefused] = useState<Refusal | null>(null);
  const why = whyNotMine(view, request, me);
  const { changeId } = request;
  const approve = async (passphrase: string): Promise<DeskReply<unknown>> => {
    const reply = await administer('approve change', { changeId, digest }, passphrase);
    if (reply.ok && reply.value.half !== null) showHalf(changeId, reply.value.half);
    return reply;
  };
  const reject = async (): Promise<void> => {
    if (because.trim() === '') return;
    const reply = await administer('reject change', { changeId, because: because.trim() });
    setRefused(reply.ok ? null : reply.refusal);
    if (reply.ok) forget(kept);
  };
  const withdraw = async (): Promise<void> => {
    const reply = await administer('withdraw change', { changeId });
    setRefused(reply.ok ? null : reply.refusal);
  };
  return (
    <div className="stack ad-decision">
      {offline ? <LookNotice testId="decision-offline">{t('offline')}</LookNotice> : null}
      {refused === null ? null : <RefusalNotice refusal={refused} onClose={() => setRefused(null)} testId="decision-refused" />}
      {why === null ? <PassphrasePress press={t('approve')} hint={t('approveHint')} disabled={offline} testId="approve-change" onPress={approve} />
        : <div className={`notice ${why === 'tp2-digest' ? 'notice-red' : 'notice-amber'}`} role="status" data-testid="not-mine" data-why={why}><span className="notice-shape" aria-hidden="true">{why === 'tp2-digest' ? '✕' : '▲'}</span><div className="notice-words"><strong>{t('notYou')}</strong><p>{t(`why.${why}`)}</p></div></div>}
      {request.proposer === me.id ? (
        <div className="row-wrap"><Button disabled={offline} onClick={() => void withdraw()} data-testid="withdraw-change">{t('withdraw')}</Button><span className="tone-muted small">{t('withdrawHint')}</span></div>
      ) : (
        <form
          className="row-wrap"
          onSubmit={(event) => {
            event.preventDefault();
            void reject();
          }}
        >
          <Input value={because} maxLength={200} className="ad-reason" onChange={(event) => setBecause(event.target.value)} placeholder={t('because')} aria-label={t('because')} data-testid="reject-because" />
          <Button htmlType="submit" disabled={because.trim() === '' || offline} data-testid="reject-change">{t('reject')}</Button>
        </form>
      )}
    </div>
  );
}
