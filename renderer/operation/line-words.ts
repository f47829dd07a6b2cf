import type { Lang } from '#shared/flow/definition.ts';
import type { OperationLine, PlainLine, SettlementLine } from '#shared/operation/payload.ts';

/** What a line is called on every screen: the merchant of a plan, or the title of what is asked for. */
export const lineName = (line: OperationLine, lang: Lang): string => (line.type === 'settlement' ? line.merchant : line.title[lang]);

export const settlementLines = (lines: readonly OperationLine[]): SettlementLine[] => lines.filter((line) => line.type === 'settlement');
export const plainLines = (lines: readonly OperationLine[]): PlainLine[] => lines.filter((line) => line.type === 'plain');

/** The plans that an operation settles; none for the other kinds. */
export const planIdsOf = (lines: readonly OperationLine[]): string[] => settlementLines(lines).map((line) => line.planId);
