import type { CaseState } from '../case/state.ts';
import type { FoldedEvent } from '../case/decision.ts';
import type { EventBody, EventKind } from '../case/events.ts';
import type { OperationState } from '../operation/operation-schema.ts';

/**
 * Bodies that hold the maker's figures, or free text of the maker that might. Until the reviewer's blind entry is
 * stored they go to nobody but the maker (TP6).
 */
const makersOnly: ReadonlySet<string> = new Set<EventKind>([
  'worksheet drafted', 'self-check ticked', 'payload made', 'note written', 'fields filled', 'run started', 'callback promised', 'work order opened',
  'risk raised', 'operation withdrawn', 'reviewer answered', 'posting checked', 'hand-over offered', 'hand-over signed here',
  'item confirmed', 'escalated to lead', 'step ticked', 'step passed', 'run parked', 'run closed',
  // Words that people wrote beside the figures, in whatever field: each can tell them.
  'follow-up closed', 'stop ordered', 'manual stop recorded', 'stop reported offline', 'escalation finished', 'message sent',
  // OF2: what a second person typed at the maker's screen is what the next reviewer has to find for themselves.
  'blind entry here', 'execution ordered on return',
]);

/** Words and figures of a reviewer: those of another reviewer would tell what is to be typed blind. */
const reviewersOwn: ReadonlySet<string> = new Set<EventKind>(['blind entry stored', 'review returned', 'maker asked']);

/** Whether this body tells a person who has not typed yet what they are to find for themselves. */
function tells(event: Pick<FoldedEvent, 'kind' | 'body'>, reader: string): boolean {
  if (reviewersOwn.has(event.kind)) return (event.body as { by: string }).by !== reader;
  if (event.kind === 'approval voided') return (event.body as EventBody<'approval voided'>).changed.length > 0;
  if (event.kind === 'offline order returned') return (event.body as EventBody<'offline order returned'>).changed.length > 0;
  if (event.kind === 'follow-up opened') return (event.body as EventBody<'follow-up opened'>).operationId === null;
  return makersOnly.has(event.kind);
}

/** Those whose part is not to check: what they see bars them from reviewing (TP6). */
const seesAll: ReadonlySet<string> = new Set(['owner', 'successor', 'lead', 'offered', 'quality']);

/** TP6: whether nothing of this case is withheld from a person, whatever its events hold; `full` as in `mayReadBody`. */
export function seesWhole(full: Pick<CaseState, 'access' | 'owner'>, reader: string): boolean {
  const as = full.access[reader];
  return as !== undefined && (full.owner === reader || seesAll.has(as));
}

/**
 * TP6: whether a person may have this body now.
 *
 * @param full the case folded from every event with its body
 * @param event the event in question, with its version
 * @param reader the person it would go to
 */
export function mayReadBody(full: CaseState, event: Pick<FoldedEvent, 'kind' | 'version' | 'body'>, reader: string): boolean {
  if (full.access[reader] === undefined) return false;
  if (seesWhole(full, reader)) return true;
  if (event.kind === 'facts read') return (event.body as EventBody<'facts read'>).for === reader;
  if (event.kind === 'held facts used') return (event.body as EventBody<'held facts used'>).for === reader;
  if (!tells(event, reader) || reconfirms(full, event, reader)) return true;
  // The answer to a question that could only be asked after the entry.
  if (event.kind === 'reviewer answered' && askedAfterEntry(full, (event.body as EventBody<'reviewer answered'>).reviewId, reader)) return true;
  // What is older than the entry that released is theirs; what the maker corrects later is withheld anew.
  return Object.values(full.reviews).some((review) =>
    review.entries.some((entry) => entry.by === reader && entry.releases && entry.version > event.version),
  );
}

const askedAfterEntry = (full: CaseState, reviewId: string, reader: string): boolean => {
  const review = full.reviews[reviewId];
  return review !== undefined && review.takenBy === reader && review.entries.some((entry) => entry.by === reader && entry.releases);
};

/**
 * TP17: a hand-over makes the same figures anew under another maker's name. The reviewer who approved them re-confirms by
 * one press, and reads what they press for.
 */
function reconfirms(full: CaseState, event: Pick<FoldedEvent, 'kind' | 'body'>, reader: string): boolean {
  if (event.kind !== 'payload made') return false;
  const { digest } = event.body as EventBody<'payload made'>;
  return Object.values(full.reviews).some((review) => review.digest === digest && review.reconfirms !== null && full.reviews[review.reconfirms]?.decidedBy === reader);
}

/** Who gains sight of withheld bodies by this event; each is sent a fresh snapshot. */
export function releasesTo(event: Pick<FoldedEvent, 'kind' | 'body'>): string[] {
  if (event.kind !== 'blind entry stored' || event.body === null) return [];
  const body = event.body as EventBody<'blind entry stored'>;
  return body.releases ? [body.by] : [];
}

/**
 * Whether a person has had the maker's figures of this case by any way but the release of this operation's own reviews.
 *
 * @param isSame whether another account is the same human's (TP5): what one account has had, the other has had
 * @param operation the one that is to be checked blind: the entry for another one of this case may have released its figures too
 */
export function hasSeenFigures(state: CaseState, person: string, isSame: (other: string) => boolean = (other) => other === person, operation: OperationState | null = null): boolean {
  const had = state.sighted.some(isSame) || Object.values(state.operations).some((one) => isSame(one.maker)) || Object.entries(state.access).some(([other, as]) => seesAll.has(as) && isSame(other));
  if (had || operation === null) return had;
  // At one screen they had the whole of it (OF2).
  if (Object.values(state.onReturn).some((one) => one.operationId !== operation.id && one.coSign !== null && isSame(one.coSign.by) && one.coSign.at >= operation.worksheet.factsReadAt)) return true;
  // An entry releases everything that is older; the facts that a worksheet is made of are older than it.
  return Object.values(state.reviews).some((review) => review.operationId !== operation.id && review.entries.some((entry) => entry.releases && isSame(entry.by) && entry.at >= operation.worksheet.factsReadAt));
}

/** The case as one person may see it: bodies that are withheld from them become null, their places are kept. */
export function bodiesFor(full: CaseState, events: readonly FoldedEvent[], reader: string): FoldedEvent[] {
  return events.map((event) => (event.body === null || mayReadBody(full, event, reader) ? event : { ...event, body: null }));
}
