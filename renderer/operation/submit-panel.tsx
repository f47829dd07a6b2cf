import { Button, Input, Popconfirm, Radio } from 'antd';
import { useEffect, useState } from 'react';
import { maskNumbers } from '#shared/privacy/mask.ts';
import { returnReasonNames } from '#shared/review/review-schema.ts';
import { useTexts } from '../app/i18n.ts';
import { useKept } from '../app/kept.ts';
import { useLive } from '../app/stores/live.ts';
import { useKeyTrouble } from '../app/stores/session.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { Money } from '../ui/money.tsx';
import { lookOf, SavedMark } from '../ui/saved-mark.tsx';
import { CoSignPanel } from './co-sign-panel.tsx';
import { useControl } from './control.ts';
import { useKeptText } from './kept-text.ts';
import { offlineView, useLineDown } from './offline-view.ts';
import { operationOnScreen } from './operation-choice.ts';
import { usePersonName } from './people.ts';
import { Talk } from './review-talk.tsx';
import { selfCheckComplete, selfCheckItems } from './self-check-view.ts';
import { NOTE_LENGTH, submitView, type SubmitView } from './submit-view.ts';
import { confirmTexts } from './confirm-texts.ts';
import { controlTexts } from './control-texts.ts';
import { executeTexts } from './execute-texts.ts';
import { submitTexts } from './submit-texts.ts';
import { worksheetTexts } from './worksheet-texts.ts';
import { localMoment } from '../app/local-time.ts';
import { worksheetView } from './worksheet-view.ts';
import { StoppedKind, useStopped } from './stopped-kind.tsx';
import { TakenOver } from './taken-over.tsx';
import { Voided } from './voided.tsx';
import './operation.css';
import { quoted } from '../ui/punctuation.ts';

const kinds = ['submit for return', 'co-sign here', 'submit for review', 'withdraw review', 'answer reviewer', 'sign self-check'];

/** 提交复核 and the wait for it: the note, where the request stands, the talk with the reviewer, what came back. */
export function SubmitPanel(props: StepPanelProps) {
  const { view, run } = props;
  const t = useTexts(submitTexts);
  const executeSay = useTexts(executeTexts);
  const worksheetSay = useTexts(worksheetTexts);
  const control = useControl();
  const places = useLive('my-reviews');
  const lineIsDown = useLineDown();
  const operation = operationOnScreen(view.state, props.definition.operationKind);
  if (operation === null || control === null) return <p className="tone-amber">{worksheetSay('noneChosen')}</p>;
  const checked = selfCheckComplete(selfCheckItems(operation, control));
  const sheet = worksheetView(view.state, operation, run);
  const status = submitView(view.state, operation, places ?? null, checked, sheet.locked !== null);
  const offline = offlineView(view.state, operation, control, lineIsDown, props.now());
  // Between the second person's turn and the order there is nothing else to press, unless the line is back.
  const begun = offline !== null && (offline.phase === 'ordered' || (lineIsDown && (offline.phase === 'submitted' || offline.phase === 'co-signed')));
  const look = lookOf(view.marks.filter((mark) => kinds.includes(mark.kind)));
  return (
    <section className="op-panel" data-testid="submit-review" data-phase={status.phase} aria-label={t('submit')}>
      <header className="row-wrap">
        <span className="tone-muted">{worksheetSay('total', { n: operation.worksheet.lines.length })}</span>
        <Money fen={operation.worksheet.totals.dueNowFen} big />
        <span className="grow" />
        {look === null ? null : <SavedMark look={look} quiet />}
      </header>
      {offline === null ? null : <CoSignPanel {...props} offline={offline} operation={operation} blocked={status.phase === 'prepare' && status.blocked !== null} />}
      {status.phase === 'prepare' && !begun ? <Prepare {...props} status={status} operationId={operation.id} /> : null}
      <StoppedKind kind={operation.kind} />
      {status.phase === 'sign' ? <><TakenOver {...props} operation={operation} /><Withdraw reviewId={status.review.id} command={props.command} /></> : null}
      {status.phase === 'waiting' ? <Waiting {...props} status={status} /> : null}
      {status.phase === 'approved' ? <Approved {...props} status={status} /> : null}
      {status.phase === 'no-review' ? <p className="notice notice-green" data-testid="no-review-needed">✓ {t('noReview')}</p> : null}
      {status.phase === 'past' ? <p className="tone-muted">{executeSay('outcome')}</p> : null}
      {status.phase === 'prepare' || operation.noteToReviewer === '' ? null : <p className="tone-muted small">{t('noteSent')} {quoted(props.lang, operation.noteToReviewer)}</p>}
    </section>
  );
}

type Part<P extends SubmitView['phase']> = StepPanelProps & { status: Extract<SubmitView, { phase: P }> };

function Prepare({ view, status, operationId, command, newId, now, readOnly, callId, lang }: Part<'prepare'> & { operationId: string }) {
  const t = useTexts(submitTexts);
  const controlSay = useTexts(controlTexts);
  const operation = view.state.operations[operationId]!;
  const promise = view.state.promises.findLast((one) => one.status === 'open');
  const note = useKeptText(view.caseId, `note to reviewer ${operationId}`, operation.noteToReviewer);
  const [waits, setWaits] = useState<'on-line' | 'callback'>(promise ? 'callback' : 'on-line');
  const [busy, setBusy] = useState(false);
  const promised = promise !== undefined;
  useEffect(() => setWaits(promised ? 'callback' : 'on-line'), [promised]);
  const submit = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const reply = await command('submit for review', { operationId, reviewId: newId(), nonce: newId(), noteToReviewer: maskNumbers(note.text).slice(0, NOTE_LENGTH), customerWaits: waits });
    if (reply.ok) note.sent();
    setBusy(false);
  };
  const back = status.returned;
  const trouble = useKeyTrouble();
  const stopped = useStopped(operation.kind) !== null;
  return (
    <>
      {back?.returned != null ? (
        <div className="notice notice-amber" role="alert" data-testid="returned">
          <span className="notice-shape" aria-hidden="true">▲</span>
          <div className="notice-words">
            <strong>{t('returned', { reason: returnReasonNames[back.returned.reason][lang] })}</strong>
            <p className="op-todo">{t('returnedTodo')} {back.returned.whatToDo}</p>
            <p className="small">{t('returnedKept')}</p>
          </div>
        </div>
      ) : back?.status === 'closed' ? (
        <div className="notice notice-amber" role="alert" data-testid="review-closed">
          <span className="notice-shape" aria-hidden="true">▲</span>
          <div className="notice-words"><strong>{t(back.closedBecause === 'second-mismatch' ? 'closedMismatch' : 'closedOther')}</strong></div>
        </div>
      ) : null}
      {status.voided === null ? null : <Voided operation={operation} />}
      {back === null ? null : <Talk review={back} lang={lang} />}
      <div className="op-submit">
        <div className="stack-tight">
          <span id="op-waits">{t('customerState')}</span>
          <Radio.Group
            aria-labelledby="op-waits" optionType="button" buttonStyle="solid" value={waits} disabled={readOnly} onChange={(event) => setWaits(event.target.value as 'on-line' | 'callback')}
            options={[
              { value: 'on-line', label: t('onLine'), disabled: callId === null },
              { value: 'callback', label: promise ? t('callbackBy', { to: localMoment(promise.to, now()) }) : t('callback'), disabled: promise === undefined },
            ]}
          />
          {promise === undefined ? <span className="tone-muted small">{t('noPromise')}</span> : null}
        </div>
        <label className="stack-tight">
          <span>{t('note')}</span>
          <Input
            value={note.text} maxLength={NOTE_LENGTH} showCount disabled={readOnly} placeholder={t('notePlaceholder')} data-testid="submit-note"
            onChange={(event) => note.type(event.target.value)}
          />
        </label>
        {trouble === null ? null : <RefusalNotice refusal={trouble} testId="submit-no-key" />}
        <div className="row-wrap">
          <Button type="primary" size="large" disabled={readOnly || status.blocked !== null || trouble !== null || stopped} loading={busy} onClick={() => void submit()} data-testid="submit-for-review">{t('submit')}</Button>
          {stopped ? <span className="tone-red" data-testid="submit-stopped">✕ {controlSay('stoppedBlocked')}</span> : status.blocked === null ? null : <span className="tone-amber">▲ {t(status.blocked === 'self-check' ? 'submitWhenChecked' : 'submitWhenWorksheet')}</span>}
        </div>
      </div>
    </>
  );
}

function Waiting({ view, status, command, now, lang }: Part<'waiting'>) {
  const t = useTexts(submitTexts);
  const controlSay = useTexts(controlTexts);
  const name = usePersonName();
  const { review, place } = status;
  const [answer, setAnswer] = useKept(view.caseId, `answer ${review.id}`);
  const takenBy = status.takenByName ?? (review.status === 'taken' ? name(review.takenBy) : null);
  const unsent = view.marks.some((mark) => mark.kind === 'submit for review' && mark.look === 'saved-here');
  const reply = async (): Promise<void> => {
    if (answer.trim() === '') return;
    const sent = await command('answer reviewer', { reviewId: review.id, answer: maskNumbers(answer.trim()) });
    if (sent.ok) setAnswer('');
  };
  return (
    <>
      <ol className="op-progress" data-testid="review-progress">
        <li data-state={unsent ? 'now' : 'done'}>{unsent ? '◌' : '✓'} {t(unsent ? 'submitting' : 'stepReceived')}</li>
        <li data-state={unsent ? 'later' : takenBy === null ? 'now' : 'done'}>
          {takenBy === null ? '◔' : '✓'} {place !== null && takenBy === null ? t('position', { n: place.position, minutes: place.expectedMinutes }) : t('positionUnknown')}
        </li>
        <li data-state={takenBy === null ? 'later' : 'now'}>{takenBy === null ? `○ ${t('stepReview')}` : `◔ ${t('taken', { name: takenBy })}`}</li>
      </ol>
      <p className="tabular"><span className="chip">{t('validUntil', { at: localMoment(review.validUntil, now()) })}</span></p>
      {review.seats.length === 0 ? null : (
        <div className="notice notice-amber" role="status" data-testid="seats-at-it"><span className="notice-shape" aria-hidden="true">▲</span><strong>{controlSay('seatsAtIt', { names: review.seats.map((seat) => (seat.signedAt === null ? name(seat.by) : controlSay('seatSigned', { name: name(seat.by) }))).join(lang === 'zh' ? '、' : ', ') })}</strong></div>
      )}
      {status.hangUpSuggested ? (
        <div className="notice notice-amber" role="alert" data-testid="hang-up-suggested"><span className="notice-shape" aria-hidden="true">▲</span><strong>{t('hangUpSuggested')}</strong></div>
      ) : null}
      <Talk review={review} lang={lang} />
      {status.question === null ? null : (
        <div className="row" data-testid="answer">
          <Input
            value={answer} maxLength={300} placeholder={t('answerPlaceholder')} aria-label={t('answer')} onChange={(event) => setAnswer(event.target.value)}
            onPressEnter={(event) => {
              if (!event.nativeEvent.isComposing) void reply();
            }}
          />
          <Button type="primary" disabled={answer.trim() === ''} onClick={() => void reply()}>{t('answer')}</Button>
        </div>
      )}
      <Withdraw reviewId={review.id} command={command} />
    </>
  );
}

function Approved({ status, now, command, lang }: Part<'approved'>) {
  const t = useTexts(submitTexts);
  const controlSay = useTexts(controlTexts);
  const name = usePersonName();
  const by = status.by.map((one) => name(one)).filter((one) => one !== '').join(lang === 'zh' ? '、' : ', ');
  return (
    <>
      <div className="notice notice-green" role="status" data-testid="approved">
        <span className="notice-shape" aria-hidden="true">✓</span>
        <div className="notice-words">
          <strong>{t('approved')}</strong>
          <p>{by === '' ? '' : `${status.breakGlass ? controlSay('glassByNames', { names: by }) : t('approvedBy', { name: by })} · `}{t('validUntil', { at: localMoment(status.validUntil, now()) })}</p>
          {status.breakGlass ? <p className="tone-amber" data-testid="approved-glass">▲ {controlSay('glassQuality')}</p> : null}
          <p>{t(status.review?.customerWaits === 'on-line' ? 'approvedOnLine' : 'approvedTodo')}</p>
        </div>
      </div>
      {status.review === null ? null : <Withdraw reviewId={status.review.id} command={command} />}
    </>
  );
}

function Withdraw({ reviewId, command }: { reviewId: string; command: StepPanelProps['command'] }) {
  const t = useTexts(submitTexts);
  const confirmSay = useTexts(confirmTexts);
  return (
    <div>
      <Popconfirm title={t('withdrawSure')} okText={t('withdraw')} okButtonProps={{ 'data-testid': 'withdraw-sure' }} cancelText={confirmSay('keepOn')} onConfirm={() => void command('withdraw review', { reviewId })}>
        <Button data-testid="withdraw-review">{t('withdraw')}</Button>
      </Popconfirm>
    </div>
  );
}
