import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { returnReasonNames } from '#shared/review/review-schema.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { askCentre, sendCommand } from '../app/send.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { nowAt, useNow } from '../app/stores/clock.ts';
import { PayloadCard } from '../operation/payload-card.tsx';
import { OutcomeList } from '../operation/outcome-list.tsx';
import { useControl } from '../operation/control.ts';
import { Talk } from '../operation/review-talk.tsx';
import { localMoment } from '../app/local-time.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { BlindForm } from './blind-form.tsx';
import { ComparisonTable } from './comparison.tsx';
import { Decision } from './decision.tsx';
import { OwnFacts } from './own-facts.tsx';
import { clockText, secondsUntil } from './pool-order.ts';
import { Recording } from './recording.tsx';
import { mySeat, ownFacts, ownPlans, plansNamed, recordingPieces, reviewPhase } from './review-view.ts';
import { Seats } from './seats.tsx';
import { reviewTexts } from './texts.ts';
import { quoted } from '../ui/punctuation.ts';

type Props = { view: TypedCase; reviewId: string; me: string; onBack: () => void };

/** One review, taken: own facts, blind entry, then the maker's figures and the decision, in three columns. */
export function ReviewWork({ view, reviewId, me, onBack }: Props) {
  const t = useTexts(reviewTexts);
  const lang = useLang();
  const now = useNow();
  const asked = useRef<string | null>(null);
  const [factsRefusal, setFactsRefusal] = useState<Refusal | null>(null);
  const status = reviewPhase(view.state, reviewId, me);
  const review = status?.review ?? null;
  const control = useControl();
  const seat = review === null ? null : mySeat(review, me, control?.reviewTakenMinutes ?? null);
  const taken = review !== null && ((review.status === 'taken' && review.takenBy === me) || (seat !== null && ['waiting', 'taken'].includes(review.status)));
  const until = seat === null ? (review?.takenUntil ?? null) : seat.until;
  // To confirm again is a press on figures that were checked: the reading of then stands beside them, with its age.
  const again = review !== null && review.reconfirms !== null;
  const reading = review === null ? null : ownFacts(view.state, me, again ? null : review.requestedAt);
  const read = async (): Promise<void> => {
    const reply = await askCentre('read facts', { case: view.caseId, purpose: 'review', planIds: [] });
    setFactsRefusal(reply.ok ? null : reply.refusal);
  };
  const takenFor = taken && review.reconfirms === null ? `${reviewId} ${seat?.at ?? review.takenUntil ?? ''}` : null;
  useEffect(() => {
    // Right after taking, once for each taking: the figures must be read now, not those of an earlier time (TP6).
    if (takenFor === null || asked.current === takenFor) return;
    asked.current = takenFor;
    void read();
  });
  if (status === null || review === null) return <p className="tone-muted">◔ {t('taking')}</p>;

  const pieces = recordingPieces(view.state, review);
  const left = until === null ? null : secondsUntil(until, now);
  const lastEntry = view.marks.filter((mark) => mark.kind === 'store blind entry').at(-1);
  const waiting = lastEntry?.look === 'asked' || lastEntry?.look === 'saved-here';
  const entryRefused = lastEntry?.look === 'refused' ? lastEntry.refusal : null;
  const named = plansNamed(reading, pieces);
  const principals = !review.principalsAsked || reading === null ? [] : ownPlans(reading, pieces)
    .filter((plan) => named.size === 0 || named.has(plan.id)).map((plan) => ({ planId: plan.id, merchant: plan.merchant, must: named.has(plan.id) }));
  const operation = status.phase === 'over' || status.phase === 'released' || status.phase === 'reconfirm' ? status.operation : null;
  const lastOwn = review.entries.findLast((entry) => entry.by === me);

  return (
    <section className="rv-work" data-testid="review-work" data-phase={status.phase}>
      <header className="row-wrap">
        <Button onClick={onBack} data-testid="review-back">← {t('back')}</Button>
        <h2>{review.kindName[lang]} · {review.band[lang]}</h2>
        <span className="chip tabular">{t('validUntil', { at: localMoment(review.validUntil, nowAt()) })}</span>
        <span className="grow" />
        {!taken || left === null ? null : (
          <>
            <span className={`chip tabular ${left <= 60 ? 'chip-amber' : ''}`} role="timer" data-testid="review-timer">{left === 0 ? `▲ ${t('timeOver')}` : t('timeLeft', { clock: clockText(left) })}</span>
            <Button onClick={() => void sendCommand(view.caseId, 'release review', { reviewId })} data-testid="release-review">{t(seat === null ? 'release' : 'leaveSeat')}</Button>
          </>
        )}
      </header>
      {review.seats.length === 0 ? null : <Seats review={review} me={me} released={operation?.approval?.breakGlass === true} />}
      <div className="rv-columns">
        <OwnFacts reading={reading} pieces={pieces} refusal={factsRefusal} onRead={() => void read()} lang={lang} />
        <section className="rv-column" tabIndex={0} aria-label={t('stepBlind')} data-testid="blind">
          <h2>{t(again ? 'stepAgain' : 'stepBlind')}</h2>
          {entryRefused === null ? null : <RefusalNotice refusal={entryRefused} />}
          {status.phase === 'blind' ? (
            <BlindForm
              asked={review.keyFigures} transactions={reading?.facts.recentTransactions.map((one) => one.id) ?? []} principals={principals} mismatched={status.mismatched} disabled={reading === null || left === 0} waiting={waiting}
              onStore={(entry) => void sendCommand(view.caseId, 'store blind entry', { reviewId, entry })}
            />
          ) : status.phase === 'releasing' ? <p role="status">◔ {t('releasing')}</p>
            : status.phase === 'reconfirm' ? <><p>{t('reconfirmHint')}</p>{operation?.payload == null ? null : <PayloadCard payload={operation.payload} lang={lang} />}</>
            : review.closedBecause === 'second-mismatch' ? (
              <div className="notice notice-red" role="alert" data-testid="review-closed-mismatch"><span className="notice-shape" aria-hidden="true">✕</span><strong>{t('closedMismatch')}</strong></div>
            ) : operation !== null && lastOwn !== undefined ? (
              <ComparisonTable operation={operation} review={review} entry={lastOwn.entry} reading={reading} lang={lang} />
            ) : null}
        </section>
        <section className="rv-column" tabIndex={0} aria-label={t('stepDecide')} data-testid="decide">
          <h2>{t('stepDecide')}</h2>
          {status.phase === 'blind' || status.phase === 'releasing' ? <p className="tone-muted small">{t('decideLater')}</p> : null}
          {status.phase === 'reconfirm' ? (
            <>
              {status.signed ? null : <RefusalNotice refusal={{ code: 'tp8-no-tick' }} testId="reconfirm-unsigned" />}
              <Decision caseId={view.caseId} review={review} digest={review.digest} mayApprove={taken && status.signed} lang={lang} reconfirm />
            </>
          ) : null}
          {status.phase === 'released' ? (
            <>
              <p className="row-wrap"><strong>{t('noteFromMaker')}</strong> {status.operation.noteToReviewer === '' ? <span className="tone-muted">{t('noNote')}</span> : quoted(lang, status.operation.noteToReviewer)}</p>
              <Talk review={review} lang={lang} />
              <Decision caseId={view.caseId} review={review} digest={review.digest} mayApprove={status.differs.length === 0 && left !== 0} lang={lang} seat={seat} />
            </>
          ) : null}
          {status.phase === 'over' ? (
            <>
              <p role="status" data-testid="review-over">
                {review.status === 'approved' ? `✓ ${t('approvedNow')}` : review.status === 'returned' && review.returned !== null ? `▲ ${t('returnedNow', { reason: returnReasonNames[review.returned.reason][lang] })}`
                  : review.status === 'withdrawn' ? t('withdrawnNow') : t('closedNow')}
              </p>
              <Talk review={review} lang={lang} />
              {operation?.execution == null ? null : <OutcomeList operation={operation} />}
            </>
          ) : null}
          {status.phase === 'reconfirm' || status.phase === 'not-mine' ? null : <Recording pieces={pieces} reading={reading} />}
        </section>
      </div>
    </section>
  );
}
