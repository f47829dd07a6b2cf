/** Beginning something on a case: a case by hand, a second matter, a run of a flow, the loss report from anywhere. */
import { v7 } from 'uuid';
import type { FlowDefinition } from '#shared/flow/definition.ts';
import { sendCommand, askCentre, tellRefused } from '../app/send.ts';
import { typedCase, useCases, type TypedCase } from '../app/stores/cases.ts';
import { nowAt } from '../app/stores/clock.ts';
import { useLiveStore } from '../app/stores/live.ts';
import { heldCustomer, isCut, takeHeldFacts } from '../caller/held-customers.ts';
import { openCase, usePlace } from '../app/stores/place.ts';
import { flowOf, flowsInForce, useRules } from '../app/stores/rules.ts';
import { closeTools, useTools } from '../app/stores/tools.ts';
import { callIdInHand } from './current-call.ts';
import { handCallNow, logCall, shareLoggedCall } from './hand-call.ts';

export const newId = (): string => v7();

/** The case in the middle, as it is now. */
export const caseHere = (): TypedCase | null => {
  const { caseId } = usePlace.getState();
  return caseId === null ? null : typedCase(useCases.getState().held.get(caseId));
};

/** The call of the phone system that is on; one that was logged by hand is logged in the new case as well. */
const phoneCallId = (): string | null => (handCallNow() === null ? callIdInHand() : null);

/**
 * A call that no phone event told of, or a matter without one.
 *
 * @param callId the phone system's call it came up on; without it the one in hand
 * @returns the new case's id, or null where refused
 */
export async function openCaseByHand(number: string | null = null, callId?: string | null): Promise<string | null> {
  const caseId = newId();
  const reply = await sendCommand(caseId, 'open case', { reason: 'by-hand', callId: callId === undefined ? phoneCallId() : callId, fromCase: null, number });
  if (!reply.ok) return null;
  if (callId === undefined) await shareLoggedCall(caseId);
  openCase(caseId);
  return caseId;
}

/** [+另一件事]: the first matter is parked, nothing of it is lost; the second begins with the same customer. */
export async function openAnotherMatter(from: TypedCase): Promise<void> {
  const run = from.state.currentRun === null ? undefined : from.state.runs[from.state.currentRun];
  if (run?.status === 'running') await sendCommand(from.caseId, 'park run', { runId: run.runId, reason: 'anotherMatter' });
  const caseId = newId();
  const reply = await sendCommand(caseId, 'open case', { reason: 'another-matter', callId: phoneCallId() ?? (handCallNow() === null ? (from.state.opened?.callId ?? null) : null), fromCase: from.caseId, number: from.state.opened?.number ?? null });
  if (!reply.ok) return;
  await shareLoggedCall(caseId);
  openCase(caseId);
  if (from.state.customerId !== null) {
    const known = isCut() ? null : await askCentre('identify customer', { case: caseId, customerId: from.state.customerId });
    if (known?.ok === true) return;
    // OF1: with the line down the second matter begins with what is held of the same customer.
    const held = heldCustomer(from.state.customerId);
    if (held !== null) await takeHeldFacts(caseId, held);
    else if (known !== null) tellRefused(caseId, known.refusal);
  }
}

/** Starts a flow on the case; what was running is parked first. */
export async function startRun(caseId: string, flow: FlowDefinition, parkBecause: 'anotherMatter' | 'risk' = 'anotherMatter'): Promise<void> {
  const view = typedCase(useCases.getState().held.get(caseId));
  const run = view?.state.currentRun ? view.state.runs[view.state.currentRun] : undefined;
  if (run?.status === 'running') await sendCommand(caseId, 'park run', { runId: run.runId, reason: parkBecause });
  const reply = await sendCommand(caseId, 'start run', { runId: newId(), flowId: flow.id, flowVersion: flow.version }, flow.protective ? { urgent: true } : {});
  if (reply.ok) closeTools();
}

/** Whether no call can be told of: the centre is not heard, or it does not hear the phones. */
const noPhoneEvents = (): boolean => isCut() || useLiveStore.getState().held.lights?.value.phones === 'down';

/** F8: from anywhere, at once. Goes on with a loss report that is under way, or starts one on the case in the middle, or opens one by hand. */
export async function startStop(): Promise<void> {
  const { rules } = useRules.getState();
  const flow = flowsInForce(rules).find((one) => one.protective);
  usePlace.setState({ view: 'workbench', lookAt: null });
  useTools.setState({ risk: true });
  const here = caseHere();
  const caseId = here !== null && here.state.closed === null ? here.caseId : await openCaseByHand();
  if (caseId === null || flow === undefined) return;
  // Nobody presses F8 without somebody on the phone: with no phone event to tell of them the call is logged by hand, now (OF1).
  if (here?.caseId !== caseId && callIdInHand() === null && noPhoneEvents()) await logCall(caseId, { direction: 'in', number: null, startedAt: nowAt(), endedAt: null });
  const state = here?.caseId === caseId ? here.state : null;
  const runs = Object.values(state?.runs ?? {});
  const open = runs.find((run) => (run.status === 'running' || run.status === 'parked') && flowOf(rules, run.flowId, run.flowVersion)?.definition.protective);
  if (open === undefined) {
    await startRun(caseId, flow, 'risk');
  } else if (open.status === 'parked') {
    const running = state?.currentRun ? state.runs[state.currentRun] : undefined;
    if (running?.status === 'running') await sendCommand(caseId, 'park run', { runId: running.runId, reason: 'risk' });
    await sendCommand(caseId, 'resume run', { runId: open.runId });
  }
  useTools.setState({ risk: true });
}
