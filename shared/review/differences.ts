import { planIdOf, type OperationPayload } from '../operation/payload.ts';
import { tidyReference } from '../operation/reference.ts';
import type { KeyFigure } from './policy.ts';
import type { BlindEntry } from './review-schema.ts';

/** TP6: the key figures that policy named for the request, one by one. */
export function differences(entry: BlindEntry, payload: OperationPayload, asked: { keyFigures: readonly KeyFigure[]; principalsAsked: boolean }): string[] {
  const differs: string[] = [];
  const named = new Set(asked.keyFigures);
  if (entry.totalDueFen !== payload.totalDueFen) differs.push('totalDueFen');
  if (named.has('lines') && entry.lines !== payload.lines.length) differs.push('lines');
  if (named.has('due-date') && entry.dueDate !== payload.dueDate) differs.push('dueDate');
  if (named.has('last-four') && entry.lastFour !== payload.cardLastFour) differs.push('lastFour');
  if (named.has('reference') && payload.lines.some((line) => line.type === 'plain' && line.reference !== tidyReference(entry.reference ?? ''))) differs.push('reference');
  if (asked.principalsAsked) {
    for (const line of payload.lines) if (line.type === 'settlement' && entry.principals[line.planId] !== line.remainingFen) differs.push(`principal:${planIdOf(line)}`);
  }
  return differs;
}
