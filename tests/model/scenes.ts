/**
 * What is checked: the model under bounds small enough for every state to be visited, each scene with other parts of it
 * at work, and for each mutant the scene whose property must fall.
 */

/** Names that the model takes by `-D`; `true` where the name alone is meant. */
export type Bounds = Readonly<Record<string, number | true>>;
export type Property = `B${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;
export type Scene = { readonly name: string; readonly about: string; /** Null where it is too large for every day. */ readonly small: Bounds | null; readonly full: Bounds };
export type Mutant = { readonly name: string; readonly scene: string; readonly breaks: Property; readonly rule: string };

const OFF = { GLASS: 0, BARS: 0, STOPS: 0, EXPIRIES: 0, MISSES: 0 } as const;

export const SCENES: readonly Scene[] = [
  {
    name: 'people',
    about: 'two reviewers, two leads, expiry, stop, entitlement withdrawn; one line',
    small: { LINES: 1, OPERATIONS: 1, EXECUTIONS: 1, CRASHES: 0, RESTORES: 0, DESKTOPS: 2 },
    full: { LINES: 2, OPERATIONS: 2, RESTORES: 0, DESKTOPS: 2 },
  },
  {
    name: 'bank',
    about: 'two lines and what becomes of the rest, two desktops, a server that dies; one reviewer presses',
    small: { ...OFF, RESTORES: 0, DESKTOPS: 2, SUBMITS: 3, EXECUTIONS: 3 },
    full: { ...OFF, RESTORES: 0, DESKTOPS: 2, SUBMITS: 3, EXECUTIONS: 3, CRASHES: 2, MOVES: 2 },
  },
  {
    name: 'restore',
    about: 'the log restored from an older copy',
    small: { ...OFF, LINES: 1, DESKTOPS: 2 },
    full: { ...OFF, DESKTOPS: 2 },
  },
  {
    name: 'whole',
    about: 'everything at once; one line',
    small: null,
    full: { LINES: 1, DESKTOPS: 1 },
  },
];

export const MUTANTS: readonly Mutant[] = [
  { name: 'M_NOT_CONSUMED', scene: 'bank', breaks: 'B4', rule: 'TP4: approval checked, not consumed in the append' },
  { name: 'M_UNCONDITIONAL', scene: 'bank', breaks: 'B2', rule: 'TP3: the bank books without comparing' },
  { name: 'M_NEW_KEY', scene: 'bank', breaks: 'B1', rule: 'TP4: a retry takes a new key' },
  { name: 'M_NOT_FOUND_FREE', scene: 'bank', breaks: 'B3', rule: 'TP10: "not found" frees, the key is left open' },
  { name: 'M_EDIT_KEEPS', scene: 'people', breaks: 'B5', rule: 'TP3: an edit keeps the approval' },
  { name: 'M_RESTORE_BLIND', scene: 'restore', breaks: 'B1', rule: 'SY9: nobody asks about the lost time' },
  { name: 'M_IN_DOUBT_FREE', scene: 'bank', breaks: 'B1', rule: 'TP3: a server that dies in between leaves the operation free' },
  { name: 'M_SELF_REVIEW', scene: 'people', breaks: 'B5', rule: 'TP5: the maker approves' },
  { name: 'M_OTHERS_ENTRY', scene: 'people', breaks: 'B5', rule: 'TP6: another reviewer\'s entry counts' },
  { name: 'M_NOT_ENTITLED', scene: 'people', breaks: 'B5', rule: 'TP5: entitlement not looked at again at execution' },
  { name: 'M_ONE_LEAD', scene: 'people', breaks: 'B5', rule: 'TP11: one lead signs twice' },
  { name: 'M_LEAD_IS_MAKER', scene: 'people', breaks: 'B5', rule: 'TP11: the maker signs as a lead' },
  { name: 'M_TWO_DIGESTS', scene: 'people', breaks: 'B5', rule: 'TP11: the two leads signed different payloads' },
  { name: 'M_GLASS_UNCONFIRMED', scene: 'people', breaks: 'B7', rule: 'TP11: break-glass without the customer\'s confirmation' },
  { name: 'M_UNCONFIRMED', scene: 'people', breaks: 'B7', rule: 'TP1: executed without the customer\'s confirmation' },
  { name: 'M_EXPIRED', scene: 'people', breaks: 'B8', rule: 'TP9: validity ignored at execution' },
  { name: 'M_STOPPED', scene: 'people', breaks: 'B8', rule: 'TP15: the stop ignored' },
  { name: 'M_LINES_SHARE_KEY', scene: 'bank', breaks: 'B6', rule: 'TP18: two lines under one key' },
  { name: 'M_REBOOK_DONE_LINE', scene: 'bank', breaks: 'B6', rule: 'TP18: a booked line is taken up again' },
  { name: 'M_EDIT_UNDER_WAY', scene: 'bank', breaks: 'B2', rule: 'TP18: a started operation is edited' },
];

/** Bounds of the walks: every turn the decider knows. */
export const WALK: Bounds = { WALK: true, RESTORES: 0, SUBMITS: 4, MISSES: 2, MOVES: 2 };
/** Of walks that a running server can be led along. */
export const COARSE_WALK: Bounds = { ...WALK, COARSE: true, BARS: 0, DESKTOPS: 1, MOVES: 1 };
