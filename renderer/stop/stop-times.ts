import type { StopState } from '#shared/case/case-schema.ts';
import type { CaseState } from '#shared/case/state.ts';

/** The last four of the card of a stop, or what the customer said of it; '' where nothing is known. */
export function cardName(state: CaseState, me: string, stop: StopState): string {
  // Whoever takes the case over has read nothing themselves yet: a card's last four are the same in every reading.
  const readings = [state.facts[me], ...Object.values(state.facts)];
  const read = readings.flatMap((one) => one?.facts.cards ?? []).find((card) => card.id === stop.cardId)?.lastFour ?? '';
  const known = stop.lastFour || state.verifiedStops[stop.id]?.lastFour || read;
  return known === '' ? (state.stopReports[stop.id]?.cardWords ?? '') : known;
}

/** OF4: lost, reported, in force. Each null while it is not known; the last by the bank's word only. */
export function stopTimes(state: CaseState, stop: StopState, inForceAt: string | null): { lost: string | null; reported: string; inForce: string | null } {
  return { lost: state.stopReports[stop.id]?.lostAt ?? stop.lostAt, reported: stop.reportedAt, inForce: inForceAt };
}
