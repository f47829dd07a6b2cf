/** The two-person policy this desktop was given with the rules: which ticks, which consequences, how many entries. */
import type { ControlPolicy } from '#shared/review/policy.ts';
import { useRules } from '../app/stores/rules.ts';

/** Null until the rules have been heard. */
export const useControl = (): ControlPolicy | null => useRules(({ rules }) => rules?.control ?? null);
