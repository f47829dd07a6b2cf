import type { Lang } from '#shared/flow/definition.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import type { Bilingual } from '#shared/protocol/ids.ts';
import { lineName } from './line-words.ts';

type ExecutionLine = NonNullable<OperationState['execution']>['lines'][number];

/** 已受理 · 未受理(原分期不变) · 结果待查(请勿重复) · 正在办理. */
export type LineLook = 'accepted' | 'not-accepted' | 'in-doubt' | 'under-way';

export type OutcomeLine = {
  lineId: string;
  /** The plan, or the line itself where there is none. */
  key: string;
  /** The merchant of the plan, or what is asked for. */
  name: string;
  settles: boolean;
  dueNowFen: number;
  look: LineLook;
  receipt: string | null;
  postsOn: string | null;
  reason: Bilingual | null;
  answerBy: string | null;
  acknowledged: boolean;
};

const lookOf = (status: ExecutionLine['status']): LineLook =>
  status === 'booked' ? 'accepted' : status === 'in-doubt' ? 'in-doubt' : status === 'started' ? 'under-way' : 'not-accepted';

/** Each line as it truly stands with the bank; nothing is called done before its receipt (SY8). */
export function outcomeLines(operation: OperationState, lang: Lang): OutcomeLine[] {
  return (operation.execution?.lines ?? []).map((line) => {
    const figures = operation.payload?.lines.find((one) => one.lineId === line.lineId) ?? operation.worksheet.lines.find((one) => one.lineId === line.lineId);
    return {
      lineId: line.lineId, key: line.planId ?? line.lineId, name: figures === undefined ? (line.planId ?? '') : lineName(figures, lang), settles: line.planId !== null, dueNowFen: figures?.dueNowFen ?? 0, look: lookOf(line.status),
      receipt: line.receipt, postsOn: line.postsOn, reason: line.reason, answerBy: line.answerBy, acknowledged: line.acknowledged,
    };
  });
}

export type Outcome = 'under-way' | 'done' | 'partial' | 'refused' | 'in-doubt';

/** What to tell the customer of the whole; a doubt outweighs everything, since nothing may be promised meanwhile. */
export function outcomeOf(lines: readonly OutcomeLine[]): Outcome {
  if (lines.some((line) => line.look === 'under-way')) return 'under-way';
  if (lines.some((line) => line.look === 'in-doubt')) return 'in-doubt';
  const accepted = lines.filter((line) => line.look === 'accepted').length;
  return accepted === lines.length ? 'done' : accepted === 0 ? 'refused' : 'partial';
}

/** Pressed twice is sent once: the same keys for the same digest, whatever the screen went through in between. */
export type OrderKeys = { digest: string; commandId: string; executionId: string; keys: { lineId: string; key: string }[] };

/**
 * @param before what was made for an earlier press; kept while it is for this digest
 * @param newId makes a UUIDv7
 */
export function orderKeys(before: OrderKeys | null, digest: string, lineIds: readonly string[], newId: () => string): OrderKeys {
  if (before !== null && before.digest === digest) return before;
  return { digest, commandId: newId(), executionId: newId(), keys: lineIds.map((lineId) => ({ lineId, key: newId() })) };
}
