import { Button } from 'antd';
import { useState } from 'react';
import type { CustomerFacts } from '#shared/protocol/bank.ts';
import { sumFen } from '#shared/money/fen.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { localClock, localMoment } from '../app/local-time.ts';
import { askCentre, tellRefused } from '../app/send.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { nowMs } from '../app/stores/clock.ts';
import { useMe } from '../app/stores/session.ts';
import { toggleTool, useTools } from '../app/stores/tools.ts';
import { Age } from '../ui/age.tsx';
import { isInForce } from '../stop/stop-list.tsx';
import { Money } from '../ui/money.tsx';
import { FindCustomer } from './find-customer.tsx';
import { LeaveMessage } from './leave-message.tsx';
import { spaced } from './ringing.tsx';
import { callerTexts } from './texts.ts';
import { VerifyMarks } from './verify-marks.tsx';

const Wait = ({ width }: { width: number }) => <span className="skeleton" style={{ width }} aria-hidden="true">·</span>;
const stopped: ReadonlySet<string> = new Set(['locked', 'lost', 'frozen', 'cancelled', 'writtenOff']);

/** A receipt that is newer than the reading says how the card stands; the two never contradict each other on one screen. */
function Cards({ facts, readAt, stops }: { facts: CustomerFacts; readAt: string; stops: TypedCase['state']['stops'] }) {
  const t = useTexts(callerTexts);
  const lang = useLang();
  return (
    <ul className="stack-tight">
      {facts.cards.map((card) => {
        const stop = stops.findLast((one) => one.cardId === card.id && isInForce(one) && one.effectiveAt! >= readAt);
        const status = stop === undefined ? card.status : stop.stop === 'loss' ? 'lost' : 'locked';
        return (
          <li key={card.id} className="row" style={{ gap: 6 }} data-testid={`card-${card.lastFour}`}>
            <span className="grow">{t('tail', { four: card.lastFour })} <span className="tone-muted">{card.product[lang]}{card.holder === 'supplementary' ? ` · ${t('supplementary')}` : ''}</span></span>
            <span className={`nowrap ${stopped.has(status) ? 'tone-red' : 'tone-muted'}`}>{stopped.has(status) ? '✕ ' : ''}{t(`card.${status}`)}</span>
          </li>
        );
      })}
    </ul>
  );
}

function AccountLines({ facts }: { facts: CustomerFacts }) {
  const t = useTexts(callerTexts);
  const credit = facts.accounts.filter((account) => account.kind === 'credit');
  return (
    <>
      {credit.map((account) => (
        <div key={account.id} className="stack-tight">
          <p className={account.pastDueDays > 0 ? 'tone-red' : 'tone-muted'}>{account.pastDueDays > 0 ? `✕ ${t('overdue', { n: account.pastDueDays })}` : t('noOverdue')}</p>
          {account.billUnpaidFen > 0 ? <p>{t('bill')} <Money fen={account.billUnpaidFen} /> <span className="tone-muted small">{account.billDueDate ? t('due', { date: account.billDueDate.slice(5) }) : ''}</span></p> : null}
          {account.hold !== 'none' ? <p className="tone-red">✕ {t('hold')}</p> : null}
          {account.hardshipAgreement ? <p className="tone-amber">▲ {t('hardship')}</p> : null}
          {account.pendingRefundFen > 0 ? <p className="tone-amber">▲ {t('refund')} <Money fen={account.pendingRefundFen} /></p> : null}
        </div>
      ))}
    </>
  );
}

/** The customer of the case in the middle: what is under way first, then who, how far verified, and what they have. */
export function KnownCaller({ view }: { view: TypedCase }) {
  const t = useTexts(callerTexts);
  const lang = useLang();
  const me = useMe();
  const finding = useTools((tools) => tools.find);
  const [message, setMessage] = useState<string | null>(null);
  const { state } = view;
  const reading = me === null ? undefined : state.facts[me.id];
  const facts = reading?.facts ?? null;
  const number = state.opened?.number ?? null;
  const active = facts?.plans.filter((plan) => plan.status === 'active') ?? [];
  const waiting = facts === null && state.customerId !== null && state.factsTrouble === null;
  const readAgain = async (): Promise<void> => {
    const reply = await askCentre('read facts', { case: view.caseId, purpose: 'refresh', planIds: [] });
    if (!reply.ok) tellRefused(view.caseId, reply.refusal);
  };
  return (
    <>
      {(reading?.underWay ?? []).length > 0 ? (
        <div className="under-way" data-testid="under-way">
          {reading!.underWay.map((one) => (
            <p key={one.caseId}>▲ <strong>{t('underWay')} {one.what[lang]}</strong> <span className="small">{t('with', { name: one.ownerName })}</span>{' '}
              <Button size="small" type="link" onClick={() => setMessage(one.ownerName)}>{t('leave', { name: one.ownerName })}</Button></p>
          ))}
        </div>
      ) : null}

      <div className="caller-head">
        <p className="caller-name" data-testid="caller-name">
          {facts ? <>{facts.customer.maskedName} <span className="caller-title">{facts.customer.title[lang]}</span> <span className="chip">{t(`tier.${facts.customer.tier}`)}</span></> : waiting ? <Wait width={110} /> : t('unknown')}
        </p>
        <p className="tabular" data-testid="caller-number">{number === null ? (state.opened?.reason === 'by-hand' ? t('handLogged') : t('reserved.unknown')) : spaced(number)}
          {state.opened ? <span className="small tone-muted"> · {t('opened', { time: localClock(state.opened.at) })}</span> : null}</p>
        {facts ? (
          <p className="small tone-muted" title={t('reserved.hint')}>
            {facts.customer.numberMatchesReserved === true ? <>{t('reserved')}<br />{t('reserved.hint')}</> : facts.customer.numberMatchesReserved === false ? <span className="tone-amber">▲ {t('reserved.no')}</span> : t(number === null ? 'reserved.unknown' : 'reserved.notCompared')}
          </p>
        ) : null}
      </div>

      {state.customerId === null || finding ? <FindCustomer view={view} /> : null}
      {state.customerId === null && !finding ? null : (
        <>
          <div><h3>{t('verify')}</h3><VerifyMarks view={view} /></div>
          <div><h3>{t('cards')}</h3>{facts ? <Cards facts={facts} readAt={facts.readAt} stops={state.stops} /> : waiting ? <><Wait width={190} /><br /><Wait width={150} /></> : null}</div>
          <div data-testid="plans-total">
            <h3>{facts ? (active.length > 0 ? t('plans', { n: active.length }) : t('plansNone')) : t('plans', { n: '…' })}</h3>
            {active.length > 0 ? <p><Money fen={sumFen(active.map((plan) => plan.remainingFen))} /> <span className="small tone-muted">{t('remaining')}</span></p> : waiting ? <Wait width={140} /> : null}
          </div>
          <div><h3>{t('account')}</h3>{facts ? <AccountLines facts={facts} /> : waiting ? <Wait width={160} /> : null}</div>
        </>
      )}

      {(reading?.recentCalls ?? []).length > 0 ? (
        <div data-testid="recent-calls">
          <h3>{t('repeat', { n: reading!.recentCalls.length })}</h3>
          {reading!.recentCalls.slice(0, 3).map((call) => (
            <div key={call.at} className="small">
              <p><time dateTime={call.at}>{localMoment(call.at, nowMs())}</time> {call.agentName} · {call.what[lang]}</p>
              {call.promised ? <p className="tone-amber">▲ {t('promised', { what: localMoment(call.promised, nowMs()) })}</p> : null}
              <Button size="small" type="link" style={{ paddingInline: 0 }} onClick={() => setMessage(call.agentName)}>{t('leave', { name: call.agentName })} · {t('praise')}</Button>
            </div>
          ))}
        </div>
      ) : null}
      {message === null ? null : <LeaveMessage view={view} to={message} onDone={() => setMessage(null)} />}

      <div className="row-wrap" style={{ marginTop: 'auto' }}>
        {state.factsTrouble && (reading === undefined || state.factsTrouble.at > reading.at) ? <p className="tone-red small" role="alert">✕ {t('trouble', { why: state.factsTrouble.text[lang] })}</p> : null}
        {reading ? <Age at={reading.at} /> : waiting ? <span className="small tone-muted">{t('reading')}</span> : null}
        {state.customerId !== null ? <Button size="small" type="link" onClick={() => void readAgain()} data-testid="read-again">{t('again')}</Button> : null}
        {state.customerId !== null ? <Button size="small" type="link" onClick={() => toggleTool('find')}>{finding ? t('find.close') : t('find')}</Button> : null}
      </div>
    </>
  );
}
