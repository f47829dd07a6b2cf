import { create } from 'zustand';
import type { ViewName } from '../views.ts';

/** Where the person is: which screen, which case stands in the middle, which step of it is looked at. */
export type Place = { view: ViewName; caseId: string | null; lookAt: string | null };

export const usePlace = create<Place>(() => ({ view: 'workbench', caseId: null, lookAt: null }));

export const showView = (view: ViewName): void => usePlace.setState({ view });

/** Puts a case in the middle of the workbench (from a list, a reminder, a ringing call). */
export const openCase = (caseId: string | null): void => usePlace.setState({ view: 'workbench', caseId, lookAt: null });

/** Looks back at a step that was passed, without reopening it; null returns to where the run stands. */
export const lookAtStep = (stepId: string | null): void => usePlace.setState({ lookAt: stepId });
