import { maskNumbers } from '#shared/privacy/mask.ts';
import type { CaseState } from '#shared/case/state.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import { tidyReference } from '#shared/operation/reference.ts';
import { PlainKind } from '#shared/operation/payload.ts';
import type { Card } from '#shared/protocol/bank.ts';
import type { UnsignedBody } from '../app/send.ts';
import { plainLines } from './line-words.ts';
import { offsetText } from './named-plans.ts';

export type PlainDraft = { cardId: string | null; amountFen: number | null; reference: string; words: string; offset: string };

/** The kinds whose sum hangs on a payee, a transaction or a place; for the others nothing is asked beside the card. */
export const hasReference = (kind: PlainKind): boolean => kind !== 'limit-change';
/** Kinds whose reference is the last four of an account: digits only, and neither more nor fewer. */
const lastFourKinds: ReadonlySet<PlainKind> = new Set<PlainKind>(['card-cancellation', 'emergency-payment']);
export const wantsLastFour = (kind: PlainKind): boolean => lastFourKinds.has(kind);

/** Which kind the flow ends in; null where it is none of these five. */
export const plainKindOf = (operationKind: string | undefined): PlainKind | null => PlainKind.safeParse(operationKind).data ?? null;

/** Cards that such an operation may hang on: the customer's own credit cards, in the maker's own reading. */
export const cardsFor = (state: CaseState, person: string): Card[] => (state.facts[person]?.facts.cards ?? []).filter((card) => card.kind === 'credit');

/** What an earlier draft of the same operation held: a return keeps everything typed. */
export function draftFrom(operation: OperationState | null, named: string | null): PlainDraft {
  const line = operation === null || operation.execution !== null ? undefined : plainLines(operation.worksheet.lines)[0];
  if (line === undefined) return { cardId: named, amountFen: null, reference: '', words: '', offset: '' };
  // The last two rows of the details: the customer's words and their place on the recording.
  const [words, seconds] = line.details.slice(-2).map((row) => row.value.zh);
  const offset = seconds === undefined || !/^\d+$/.test(seconds) ? '' : offsetText(Number(seconds));
  return { cardId: line.cardId ?? named, amountFen: line.dueNowFen, reference: line.reference, words: offset === '' ? '' : (words ?? ''), offset };
}

/** `2:14`, `02:14`, `134` → seconds; also full-width and with 。 or ： between. */
export function readOffset(text: string): number | null {
  const typed = text.normalize('NFKC').replaceAll('。', ':').replaceAll('.', ':').trim();
  const match = /^(?:(\d{1,2}):)?(\d{1,2}):(\d{2})$/.exec(typed);
  if (match !== null) {
    const [, hours = '0', minutes = '0', seconds = '0'] = match;
    return Number(seconds) > 59 ? null : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  }
  return /^\d{1,5}$/.test(typed) ? Number(typed) : null;
}

export type PlainField = 'chooseCard' | 'amount' | 'reference' | 'customerWords' | 'recordingAt';

/** What is still to be typed before it can be listed; empty when nothing is. The rules ask the same once more. */
export function missingFields(kind: PlainKind, draft: PlainDraft, cards: readonly Card[]): PlainField[] {
  const reference = tidyReference(draft.reference);
  // A card without a credit balance is cancelled without paying anything to anybody.
  const nothing = kind === 'card-cancellation' && draft.amountFen === 0;
  return [
    ...(cards.some((card) => card.id === draft.cardId) ? [] : ['chooseCard' as const]),
    ...(draft.amountFen === null || (draft.amountFen === 0 && !nothing) ? ['amount' as const] : []),
    ...(!hasReference(kind) || (nothing && reference === '') || (wantsLastFour(kind) ? /^\d{4}$/.test(reference) : reference !== '') ? [] : ['reference' as const]),
    ...(draft.words.trim() === '' ? ['customerWords' as const] : []),
    ...(readOffset(draft.offset) === null ? ['recordingAt' as const] : []),
  ];
}

/**
 * The draft as a command; the reference in plain digits, as the reviewer's own typing is read.
 * @param transactions ids in the maker's reading: the bank's own names, which are no card numbers however long (PR2)
 */
export function draftBody(kind: PlainKind, draft: PlainDraft, cards: readonly Card[], transactions: readonly string[], ids: { operationId: string; lineId: string; continues: string | null }): UnsignedBody<'draft operation'> | null {
  const card = cards.find((one) => one.id === draft.cardId);
  const reference = tidyReference(draft.reference);
  const recordingOffset = readOffset(draft.offset);
  if (card === undefined || draft.amountFen === null || recordingOffset === null || missingFields(kind, draft, cards).length > 0) return null;
  return {
    ...ids, kind, accountId: card.account, cardId: card.id, amountFen: draft.amountFen,
    reference: !hasReference(kind) ? '' : transactions.includes(reference) ? reference : maskNumbers(reference), customerWords: maskNumbers(draft.words.trim()), recordingOffset,
  };
}
