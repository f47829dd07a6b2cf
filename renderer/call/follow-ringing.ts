import { useEffect } from 'react';
import { askCentre, tellRefused } from '../app/send.ts';
import { allCases, useCases } from '../app/stores/cases.ts';
import { useLive, useLiveStore } from '../app/stores/live.ts';
import { openCase, usePlace } from '../app/stores/place.ts';
import { closeTools } from '../app/stores/tools.ts';
import { caseOfCall, useCallInHand } from './current-call.ts';

/** The call that rings is taken. Pressing twice is once: the centre knows the call by its id. */
export async function answerCall(): Promise<void> {
  const offer = useLiveStore.getState().held.offer?.value;
  if (!offer) return;
  const reply = await askCentre('answer call', { callId: offer.callId });
  if (reply.ok) {
    // What was laid open for the last caller is not this one's.
    closeTools();
    openCase(reply.value.case);
  }
  else tellRefused('', reply.refusal);
}

/**
 * The workbench comes forward when it rings, and the case of the call in hand stands in the middle: after an answer,
 * and after a reload or a crash, when only the centre knows that a call is on (CT3).
 */
export function useFollowRinging(): void {
  const offer = useLive('offer');
  const held = useCases((store) => store.held);
  const callId = useCallInHand()?.callId ?? null;
  const ringing = offer?.callId ?? null;

  useEffect(() => {
    if (ringing !== null) usePlace.setState({ view: 'workbench' });
  }, [ringing]);

  useEffect(() => {
    window.aidline.setCallOn(callId !== null);
  }, [callId]);

  useEffect(() => {
    if (callId === null) return;
    const { caseId } = usePlace.getState();
    const cases = allCases(held);
    const here = cases.find((one) => one.caseId === caseId);
    if (here !== undefined) return;
    const found = caseOfCall(cases, callId);
    if (found !== null) openCase(found.caseId);
  }, [callId, held]);
}
