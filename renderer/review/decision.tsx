import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import type { Lang } from '#shared/flow/definition.ts';
import { maskNumbers } from '#shared/privacy/mask.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { ReturnReason, returnReasonNames, type ReviewState } from '#shared/review/review-schema.ts';
import { useTexts } from '../app/i18n.ts';
import { useKept } from '../app/kept.ts';
import { sendCommand } from '../app/send.ts';
import { newId } from '../call/start-run.ts';
import { PassphrasePress } from '../ui/passphrase-press.tsx';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import type { MySeat } from './review-view.ts';
import { reviewTexts } from './texts.ts';

type Props = { caseId: string; review: ReviewState; digest: string; mayApprove: boolean; lang: Lang; reconfirm?: boolean; /** A lead in one of the two seats signs there instead of approving alone (TP11). */ seat?: MySeat | null };

/** 通过 with the passphrase for exactly this digest, 退回 with a reason and what to do, 询问, 建议先挂机, 转班长. */
export function Decision({ caseId, review, digest, mayApprove, lang, reconfirm = false, seat = null }: Props) {
  const t = useTexts(reviewTexts);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refusal | null>(null);
  const [reason, setReason] = useState<ReturnReason | null>(null);
  const [todo, setTodo, forgetTodo] = useKept(caseId, `what to do ${review.id}`);
  const [question, setQuestion] = useKept(caseId, `question ${review.id}`);
  const hangUp = review.talk.some((item) => item.kind === 'hang-up');
  const tell = (reply: { ok: true } | { ok: false; refusal: Refusal }): boolean => {
    setRefused(reply.ok ? null : reply.refusal);
    return reply.ok;
  };
  const approve = (passphrase: string): ReturnType<typeof sendCommand> => sendCommand(caseId, 'approve review', { reviewId: review.id, digest }, { passphrase });
  // The quality case of a break-glass has its id from here, so that pressing again opens no second one (TP11).
  const [qualityCaseId] = useState(newId);
  const signSeat = (passphrase: string): ReturnType<typeof sendCommand> => sendCommand(caseId, 'sign break-glass', { reviewId: review.id, digest, qualityCaseId }, { passphrase });
  const giveBack = async (): Promise<void> => {
    if (reason === null || todo.trim() === '') return;
    setBusy(true);
    if (tell(await sendCommand(caseId, 'return review', { reviewId: review.id, reason, whatToDo: maskNumbers(todo.trim()) }))) forgetTodo();
    setBusy(false);
  };
  const ask = async (): Promise<void> => {
    if (question.trim() === '') return;
    if (tell(await sendCommand(caseId, 'ask maker', { reviewId: review.id, question: maskNumbers(question.trim()) }))) setQuestion('');
  };
  return (
    <div className="stack rv-decision" data-testid="decision">
      {refused === null ? null : <RefusalNotice refusal={refused} onClose={() => setRefused(null)} />}
      {seat === null ? (
        <PassphrasePress press={t(reconfirm ? 'reconfirm' : 'approve')} hint={t('approveHint')} disabled={!mayApprove} testId="approve-review" fieldTestId="approve-passphrase" onPress={approve} />
      ) : seat.signedAt === null ? (
        <PassphrasePress press={t('seatSign')} hint={t('seatSignHint')} disabled={!mayApprove} testId="sign-break-glass" onPress={signSeat} />
      ) : <p role="status" data-testid="seat-signed" className="tone-green">✓ {t('seatSigned')}</p>}
      {reconfirm || seat?.signedAt != null ? null : (
        <>
          <div className="rv-return">
            <Select
              value={reason} onChange={setReason} placeholder={t('reason')} aria-label={t('reason')} data-testid="return-reason" className="rv-reason"
              options={ReturnReason.options.map((value) => ({ value, label: returnReasonNames[value][lang] }))}
            />
            <Input value={todo} onChange={(event) => setTodo(event.target.value)} maxLength={200} placeholder={t('whatToDo')} aria-label={t('whatToDo')} data-testid="return-todo" />
            <Button danger disabled={reason === null || todo.trim() === '' || busy} onClick={() => void giveBack()} data-testid="return-review">{t('returnSend')}</Button>
          </div>
          <div className="rv-return">
            <Input value={question} onChange={(event) => setQuestion(event.target.value)} maxLength={300} placeholder={t('question')} aria-label={t('question')} data-testid="ask-question" />
            <Button disabled={question.trim() === ''} onClick={() => void ask()} data-testid="ask-maker">{t('ask')}</Button>
          </div>
        </>
      )}
      <div className="row-wrap">
        <Button disabled={hangUp} onClick={() => void sendCommand(caseId, 'suggest hang-up', { reviewId: review.id })} data-testid="suggest-hang-up">{t(hangUp ? 'hangUpDone' : 'hangUp')}</Button>
        {seat !== null ? null : <Button onClick={() => void sendCommand(caseId, 'pass review to lead', { reviewId: review.id })} data-testid="pass-to-lead">{t('toLead')}</Button>}
      </div>
    </div>
  );
}
