import { create } from 'zustand';
import { CaseState } from '#shared/case/state.ts';
import type { CaseView, Mark } from '#shared/protocol/case-view.ts';
import { noCases, withChange, type HeldCases } from '../../desk-client/held-cases.ts';

/** A case as the screens see it: its state parsed. */
export type TypedCase = { caseId: string; version: number; state: CaseState; marks: Mark[]; heardAt: string | null };

type Cases = { held: HeldCases; heard: boolean };
export const useCases = create<Cases>(() => ({ held: noCases, heard: false }));

/** A view keeps its identity while unchanged, so each is parsed once. */
const parsed = new WeakMap<CaseView, TypedCase | null>();

/** @returns null for a case of which this desktop holds no readable state. */
export function typedCase(view: CaseView | null | undefined): TypedCase | null {
  if (!view) return null;
  let typed = parsed.get(view);
  if (typed === undefined) {
    const state = CaseState.safeParse(view.state);
    if (!state.success) console.error('a case does not parse', view.case, state.error.issues[0]);
    typed = state.success ? { caseId: view.case, version: view.version, state: state.data, marks: view.marks, heardAt: view.heardAt } : null;
    parsed.set(view, typed);
  }
  return typed;
}

export const useCase = (caseId: string | null): TypedCase | null =>
  useCases(({ held }) => (caseId === null ? null : typedCase(held.get(caseId))));

/** All readable cases; identity changes only when one of them does. */
export function allCases(held: HeldCases): TypedCase[] {
  return [...held.values()].flatMap((view) => typedCase(view) ?? []);
}

export const applyChange = (change: Parameters<typeof withChange>[1]): void =>
  useCases.setState(({ held }) => ({ held: withChange(held, change), heard: true }));
