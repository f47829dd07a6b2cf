/**
 * The parts that a case's state gained with schema 2, each with what it is where nothing of it ever happened (SY7). States of
 * schema 1 (snapshots of an older server, rows of an older desktop) are completed with these; what goes to a desktop of
 * protocol 1 goes without them.
 */
export const ADDED_IN_2: Readonly<Record<string, unknown>> = { handCalls: {}, stopReports: {}, verifiedStops: {}, lateWork: [], onReturn: {} };

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
/** Every schema of a case's state has had these. */
const isCaseState = (value: unknown): value is Record<string, unknown> => isRecord(value) && Array.isArray(value['withheld']) && isRecord(value['access']);

/** @param state of any released schema, not yet parsed; @returns the same in the present schema, or what was given where it is no case */
export function upcastCaseState(state: unknown): unknown {
  if (!isCaseState(state) || Object.keys(ADDED_IN_2).every((part) => Object.hasOwn(state, part))) return state;
  return { ...ADDED_IN_2, ...state };
}

/** @param state of the present schema; @returns what a desktop of protocol 1 parses */
export const downcastCaseState = (state: unknown): unknown =>
  isRecord(state) ? Object.fromEntries(Object.entries(state).filter(([part]) => !Object.hasOwn(ADDED_IN_2, part))) : state;
