import { create } from 'zustand';
import type { CaseState } from '#shared/case/state.ts';
import { forReturn, offlineFault, returnLimit } from '#shared/operation/on-return-terms.ts';
import type { OnReturnState } from '#shared/operation/on-return-schema.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { ControlPolicy } from '#shared/review/policy.ts';
import { useSync } from '../app/stores/sync.ts';

/** Where 离线会签 stands for the maker (OF2); null where there is nothing to say of it. */
export type OfflineView =
  /** The line is down and the figures could be submitted so; `refusal` says why policy does not let them. */
  | { phase: 'offer'; notAfter: string; refusal: Refusal | null }
  | { phase: 'submitted' | 'closed' | 'co-signed' | 'ordered' | 'returned' | 'released'; one: OnReturnState }
  | null;

/** @param lineIsDown as the desk last said; with the line up nothing is begun offline, and what was begun is shown to its end */
export function offlineView(state: CaseState, operation: OperationState, control: ControlPolicy, lineIsDown: boolean, now: string): OfflineView {
  const one = forReturn(state, operation);
  // What came back stays until the figures are submitted anew.
  const last = one ?? (operation.digest === null ? (state.onReturn[operation.id] ?? null) : null);
  if (last !== null && last.status === 'returned' && operation.execution === null) return { phase: 'returned', one: last };
  if (one !== null && (operation.status === 'draft' || one.status === 'released')) return { phase: one.status, one };
  if (!lineIsDown || operation.execution !== null || !['draft', 'returned', 'void'].includes(operation.status)) return null;
  return { phase: 'offer', notAfter: returnLimit(operation, control, now), refusal: offlineFault(operation, control)?.refusal ?? null };
}

/** Whether an operation was executed because two people ordered it offline, and by whom it was co-signed: the mark (OF2). */
export function orderedOffline(state: CaseState, operation: OperationState): { by: string } | null {
  const one = state.onReturn[operation.id];
  return one?.status === 'released' && one.coSign !== null && operation.execution !== null ? { by: one.coSign.by } : null;
}

/** The centre cannot be reached now. */
export const useLineDown = (): boolean => useSync(({ sync }) => sync !== null && sync.connection !== 'online');

/** Names of those who signed at this screen: the centre cannot be asked for them now. */
export const useCoSigners = create<{ names: Readonly<Record<string, string>> }>(() => ({ names: {} }));
export const rememberCoSigner = (id: string, name: string): void => useCoSigners.setState(({ names }) => ({ names: { ...names, [id]: name } }));
