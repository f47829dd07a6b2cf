import { Button, Tabs } from 'antd';
import type { CaseState } from '#shared/case/state.ts';
import { returnReasonNames, type ReturnReason } from '#shared/review/review-schema.ts';
import { localClock, localMoment } from '../app/local-time.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { sendCommand } from '../app/send.ts';
import { nowAt } from '../app/stores/clock.ts';
import { typedCase, useCases } from '../app/stores/cases.ts';
import { useLive } from '../app/stores/live.ts';
import { useMe } from '../app/stores/session.ts';
import { flowOf, useRules } from '../app/stores/rules.ts';
import { openCase } from '../app/stores/place.ts';
import { operationOnScreen } from '../operation/operation-choice.ts';
import { Money } from '../ui/money.tsx';
import { caseOutcome, customerName, mayCloseCase, type Agenda } from './agenda-view.ts';
import { FollowUpCard } from './follow-up-card.tsx';
import { HandOverHere } from './hand-over-here.tsx';
import { handOverTexts } from './hand-over-texts.ts';
import { HandOverButton, HandOverList, OpenOffers, TakenOverList } from './hand-over.tsx';
import { useTakenOver } from './taken-over.ts';
import { followUpTexts } from './texts.ts';
import { useAgenda } from './use-agenda.ts';
import './follow-up.css';

/** Cases and follow-ups: what is to be done first, then what is open, then what is closed. */
export default function CasesView() {
  const t = useTexts(followUpTexts);
  const agenda = useAgenda();
  const h = useTexts(handOverTexts);
  const offers = useLive('hand-overs') ?? [];
  const taken = useTakenOver();
  if (agenda === null) return null;
  return (
    <div className="fu-view" data-testid="cases-view">
      <Tabs
        items={[
          { key: 'due', label: t('tabDue'), children: <><TakenOverList taken={taken} /><OpenOffers /><Due agenda={agenda} offers={offers} /></> },
          { key: 'open', label: `${t('tabOpen')} ${agenda.open.length}`, children: <CaseTable cases={agenda.open} /> },
          { key: 'closed', label: `${t('tabClosed')} ${agenda.closed.length}`, children: <CaseTable cases={agenda.closed} /> },
          { key: 'hand-over', label: h('tab'), children: <HandOverHere /> },
        ]}
      />
    </div>
  );
}

function Due({ agenda, offers }: { agenda: Agenda; offers: NonNullable<ReturnType<typeof useLive<'hand-overs'>>> }) {
  const t = useTexts(followUpTexts);
  const lang = useLang();
  const held = useCases((store) => store.held);
  const now = nowAt();
  return (
    <div className="fu-due">
      {offers.length > 0 ? <HandOverList offers={offers} /> : null}
      {agenda.returned.length > 0 ? (
        <section className="fu-block" data-testid="returned-list">
          <h2>{t('returnedList')}</h2>
          <ul className="fu-rows">
            {agenda.returned.map((one) => (
              <li key={one.operationId} className="fu-amber">
                <strong>▲ {one.customer}</strong><span>{returnReasonNames[one.reason as ReturnReason]?.[lang] ?? one.reason}</span><span className="grow">{one.whatToDo}</span>
                <Button size="small" onClick={() => openCase(one.caseId)}>{t('openCase')}</Button>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <section className="fu-block" data-testid="promise-list">
        <h2>{t('promises')}</h2>
        {agenda.promises.length === 0 ? <p className="tone-muted">{t('noPromises')}</p> : (
          <ul className="fu-rows">
            {agenda.promises.map(({ caseId, promise, minutesLeft, late, customer }) => (
              <li key={promise.promiseId} className={late ? 'fu-red' : minutesLeft <= 10 ? 'fu-amber' : ''} data-testid="promise-row">
                <strong className="tabular">{localMoment(promise.from, now)}–{localClock(promise.to)}</strong>
                <span>{customer}</span>
                <span className={late ? 'tone-red' : minutesLeft <= 10 ? 'tone-amber' : 'tone-muted'}>{late ? `✕ ${t('lateBy', { n: -minutesLeft })}` : minutesLeft > 0 ? t('inMinutes', { n: minutesLeft }) : `▲ ${t('nowDue')}`}</span>
                {promise.tries.length > 0 ? <span className="tone-muted small">{t('tries', { n: promise.tries.length })}</span> : null}
                <span className="grow tone-muted">{promise.note}{promise.secondFrom === null || promise.secondTo === null ? '' : ` · ${t('second', { from: localMoment(promise.secondFrom, now), to: localClock(promise.secondTo) })}`}</span>
                <Button size="small" onClick={() => openCase(caseId)}>{t('openCase')}</Button>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section className="fu-block" data-testid="follow-up-list">
        <h2>{t('followUpList')}</h2>
        {agenda.followUps.length === 0 ? <p className="tone-muted">{t('noFollowUps')}</p> : agenda.followUps.map(({ caseId, followUp, customer }) => {
          const view = typedCase(held.get(caseId));
          return view === null ? null : <FollowUpCard key={followUp.id} state={view.state} followUp={followUp} brief name={customer} onOpen={() => openCase(caseId)} />;
        })}
      </section>
    </div>
  );
}

function CaseTable({ cases }: { cases: readonly CaseState[] }) {
  const t = useTexts(followUpTexts);
  const me = useMe();
  const lang = useLang();
  const rules = useRules((held) => held.rules);
  if (cases.length === 0) return <p className="tone-muted">{t('noCases')}</p>;
  const matterOf = (state: CaseState): string => {
    const run = Object.values(state.runs).at(-1);
    return (run === undefined ? undefined : flowOf(rules, run.flowId, run.flowVersion)?.definition.title[lang]) ?? '';
  };
  const outcomeOf = (id: string): string => rules?.flows.flatMap(({ definition }) => definition.outcomes).find((one) => one.id === id)?.title[lang] ?? id;
  return (
    <table className="plain fu-cases">
      <thead><tr><th>{t('colChanged')}</th><th>{t('colCustomer')}</th><th>{t('colMatter')}</th><th>{t('colOperation')}</th><th className="amount">{t('colAmount')}</th><th /></tr></thead>
      <tbody>
        {cases.map((state) => {
          const operation = operationOnScreen(state);
          return (
            <tr key={state.id} data-testid={`case-${state.id}`} data-closed={state.closed !== null}>
              <td className="tabular nowrap tone-muted">{localMoment(state.updatedAt, nowAt())}</td>
              <td><strong>{me === null ? '' : customerName(state, me.id) || t('customerUnknown')}</strong></td>
              <td>{matterOf(state)}</td>
              <td>{operation === null ? <span className="tone-muted">{t('noOperation')}</span> : t(`op-${operation.status}`)}</td>
              <td className="amount">{operation === null ? null : <Money fen={operation.worksheet.totals.dueNowFen} />}</td>
              <td className="amount"><span className="row fu-acts">{mayCloseCase(state) ? <Button size="small" type="primary" onClick={() => void sendCommand(state.id, 'close case', { outcome: caseOutcome(state) })} data-testid="close-case">{t('closeCase')}</Button> : null}{state.closed === null ? <HandOverButton state={state} /> : <span className="tone-muted">{outcomeOf(state.closed.outcome)}</span>}<Button size="small" onClick={() => openCase(state.id)}>{t('openCase')}</Button></span></td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
