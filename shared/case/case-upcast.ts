/**
 * The parts that a case's state gained with schema 2, each with what it is where nothing of it ever happened (SY7). States of
 * schema 1 (snapshots of an older server, rows of an older desktop) are completed with these; what goes to a desktop of
 * protocol 1 goes without them.
 */
export const ADDED_IN_2: Readonly<Record<string, unknown>> = {};

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param state of any released schema, not yet parsed; @returns the same in the present schema, or what was given where it is no object */
export const upcastCaseState = (state: unknown): unknown => (isRecord(state) ? { ...ADDED_IN_2, ...state } : state);

/** @param state of the present schema; @returns what a desktop of protocol 1 parses */
export const downcastCaseState = (state: unknown): unknown =>
  isRecord(state) ? Object.fromEntries(Object.entries(state).filter(([part]) => !Object.hasOwn(ADDED_IN_2, part))) : state;
