import { create } from 'zustand';

/** What Ctrl+Enter and Alt+← do now: set by the step in the middle. */
export const useStepKeys = create<{ next: (() => void) | null; back: (() => void) | null }>(() => ({ next: null, back: null }));
