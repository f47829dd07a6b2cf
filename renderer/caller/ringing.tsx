import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import type { LiveValue } from '#shared/protocol/live.ts';
import { answerCall } from '../call/follow-ringing.ts';
import { callTexts } from '../call/texts.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { useNow } from '../app/stores/clock.ts';
import { Hotkey } from '../ui/hotkey.tsx';

/** `138 1234 5678`: easier to read back than eleven digits in a row. */
export const spaced = (number: string): string => (/^1\d{10}$/.test(number) ? `${number.slice(0, 3)} ${number.slice(3, 7)} ${number.slice(7)}` : number);

function Left({ until }: { until: string }) {
  const t = useTexts(callTexts);
  const seconds = Math.max(0, Math.ceil((Date.parse(until) - useNow()) / 1000));
  return <span className="small tone-muted tabular">{t('ring.left', { n: seconds })}</span>;
}

/** Number and queue at once; the rest is a skeleton until the call is taken. */
export function Ringing({ offer }: { offer: NonNullable<LiveValue<'offer'>> }) {
  const t = useTexts(callTexts);
  const lang = useLang();
  const answer = useRef<HTMLButtonElement>(null);
  const { callId } = offer;
  useEffect(() => {
    // Enter answers, also where a menu or a button was pressed last; what somebody is typing in keeps its keys.
    const at = document.activeElement;
    const typing = at instanceof HTMLTextAreaElement || (at instanceof HTMLInputElement && at.type !== 'radio' && at.type !== 'checkbox');
    if (!typing) answer.current?.focus({ preventScroll: true });
  }, [callId]);
  return (
    <div className={`ringing${offer.lossReport ? ' ringing-loss' : ''}`} role="alert" data-testid="ringing">
      <p><strong>{offer.lossReport ? `✕ ${t('ring.loss')}` : `☎ ${t('ring.title')}`}</strong></p>
      <p className="ringing-number tabular" data-testid="ringing-number">{offer.number === null ? t('ring.hidden') : spaced(offer.number)}</p>
      <p data-testid="ringing-queue">{offer.queueName[lang]}</p>
      <p><span className="skeleton" style={{ width: 120 }}>·</span></p>
      <p><span className="skeleton" style={{ width: 180 }}>·</span></p>
      <Button ref={answer} type="primary" block onClick={() => void answerCall()} data-testid="answer">{t('ring.answer')}<Hotkey keys="Enter" /></Button>
      <Left until={offer.expiresAt} />
    </div>
  );
}
