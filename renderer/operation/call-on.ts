import { openCallOf } from '#shared/operation/call-of.ts';
import type { StepPanelProps } from '../flow/step-panel.ts';

/** The call that is really on (talking or held): a confirmation given on no call binds nobody (TP1). */
export function callOn({ view, callId }: Pick<StepPanelProps, 'view' | 'callId'>): string | null {
  return callId !== null && openCallOf(view.state, callId) !== null ? callId : null;
}
