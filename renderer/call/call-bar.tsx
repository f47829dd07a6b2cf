import { Button } from 'antd';
import { useEffect } from 'react';
import { useTexts } from '../app/i18n.ts';
import { timer } from '../app/local-time.ts';
import { askCentre, tellRefused } from '../app/send.ts';
import { useCases } from '../app/stores/cases.ts';
import { useNow } from '../app/stores/clock.ts';
import { useLive, useLiveStore } from '../app/stores/live.ts';
import { useMe } from '../app/stores/session.ts';
import { appTexts } from '../app/texts.ts';
import { Hotkey } from '../ui/hotkey.tsx';
import { useCallInHand, type CallInHand } from './current-call.ts';
import { endLoggedCall, finishLoggedWrapUp, handCallNow, loggedCalls, readWrappedUp, useWrappedUp, WRAP_UP_MS, type LoggedCall } from './hand-call.ts';
import { callTexts } from './texts.ts';

/** Seconds on hold after which the customer has to be spoken to. */
const holdAmberSeconds = 45;

async function tell(ask: Promise<{ ok: boolean; refusal?: unknown }>): Promise<void> {
  const reply = await ask;
  if (!reply.ok && 'refusal' in reply) tellRefused('', reply.refusal as Parameters<typeof tellRefused>[1]);
}

/** F6: holds the call in hand, or takes it back. */
export function toggleHold(hand: CallInHand | null): void {
  if (hand !== null && !hand.byHand) void tell(askCentre(hand.call?.phase === 'held' ? 'retrieve call' : 'hold call', { callId: hand.callId }));
}

/** Ends the wrap-up, on the ground of the state seen. */
export function finishWrapUp(): void {
  const agent = useLiveStore.getState().held.agent?.value;
  if (agent?.state === 'after-call') void tell(askCentre('finish wrap-up', { basedOn: agent.version }));
}

/** The wrap-up of the last call logged by hand, until it is finished. */
function useLoggedWrapUp(now: number): LoggedCall | null {
  const me = useMe();
  const held = useCases((store) => store.held);
  const { done, read } = useWrappedUp();
  const last = me === null ? null : (loggedCalls(held, me.id).at(-1) ?? null);
  const due = last !== null && last.hand.endedAt !== null && now - Date.parse(last.hand.endedAt) < WRAP_UP_MS ? last : null;
  useEffect(() => {
    if (due !== null) void readWrappedUp(due);
  }, [due]);
  return due !== null && read.has(due.hand.callId) && !done.has(due.hand.callId) ? due : null;
}

function endByHand(): void {
  const call = handCallNow();
  if (call !== null) void endLoggedCall(call);
}

/** 通话 03:12 · 保持 00:41 and what can be done with the call. */
export function CallBar() {
  const t = useTexts(appTexts);
  const say = useTexts(callTexts);
  const hand = useCallInHand();
  const agent = useLive('agent');
  const now = useNow();
  const wrapUp = useLoggedWrapUp(now);
  if (hand === null && wrapUp !== null) {
    return (
      <span className="row call-bar" data-testid="call-bar" data-phase="after-call" data-by-hand="yes">
        <span className="tabular">{t('call.afterCall')} {timer(now - Date.parse(wrapUp.hand.endedAt ?? wrapUp.hand.startedAt))}</span>
        <Button size="small" onClick={() => finishLoggedWrapUp(wrapUp)} data-testid="finish-wrap-up">{t('call.finish')}</Button>
      </span>
    );
  }
  if (hand === null) {
    if (agent?.state !== 'after-call') return null;
    return (
      <span className="row call-bar" data-testid="call-bar" data-phase="after-call">
        <span className="tabular">{t('call.afterCall')} {timer(now - Date.parse(agent.since))}</span>
        <Button size="small" onClick={finishWrapUp} data-testid="finish-wrap-up">{t('call.finish')}</Button>
      </span>
    );
  }
  const { call } = hand;
  const held = call?.phase === 'held' && call.heldSince !== null;
  const heldMs = held ? now - Date.parse(call.heldSince!) : 0;
  return (
    <span className="row call-bar" data-testid="call-bar" data-phase={call?.phase ?? 'talking'} data-call-id={hand.callId}>
      <span className="tabular" data-testid="call-timer">{t('call.talking')} {timer(now - Date.parse(call?.answeredAt ?? hand.since))}</span>
      {held ? (
        <span className={`tabular call-held${heldMs >= holdAmberSeconds * 1000 ? ' call-held-long' : ''}`} data-testid="hold-timer" role="timer">
          {heldMs >= holdAmberSeconds * 1000 ? '▲ ' : ''}{t('call.held')} {timer(heldMs)}
        </span>
      ) : null}
      {hand.byHand ? <span className="small tone-amber nowrap" data-testid="by-hand" title={say('log.joined')}>▲ {say('log.byHand')}</span> : <Button size="small" onClick={() => toggleHold(hand)} data-testid="hold">{held ? t('call.retrieve') : t('call.hold')}<Hotkey keys="F6" /></Button>}
      <Button size="small" danger onClick={() => (hand.byHand ? endByHand() : void tell(askCentre('end call', { callId: hand.callId })))} data-testid="end-call">{hand.byHand ? say('log.end') : t('call.end')}</Button>
    </span>
  );
}
