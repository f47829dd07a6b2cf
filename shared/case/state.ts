import { z } from 'zod';
import { CaseId, Instant, Uuid7 } from '../protocol/ids.ts';
import { OnReturnState } from '../operation/on-return-schema.ts';
import { OperationState } from '../operation/operation-schema.ts';
import { ReviewState } from '../review/review-schema.ts';
import { runState } from '../flow/run.ts';
import { caseParts } from './case-schema.ts';
import { lateWorkParts } from './late-work.ts';
import { nightParts } from './night-schema.ts';

/** Everything the log says of one customer matter; travels as the snapshot a desktop starts from (SY5). */
export const CaseState = z.strictObject({
  id: CaseId,
  /** Version of the last event folded in. */
  version: z.int().min(0),
  updatedAt: Instant,
  ...caseParts,
  ...nightParts,
  ...lateWorkParts,
  runs: z.record(z.string(), runState),
  /** The run on the screen; parked ones wait in `runs`. */
  currentRun: z.string().nullable(),
  operations: z.record(Uuid7, OperationState),
  currentOperation: Uuid7.nullable(),
  reviews: z.record(Uuid7, ReviewState),
  /** OF2: by operation, what two people signed at one screen while the centre was down. */
  onReturn: z.record(Uuid7, OnReturnState),
  /** Places of events whose bodies this reader does not have (TP6, PR7) or whose kind it does not know. */
  withheld: z.array(z.strictObject({ version: z.int(), kind: z.string() })),
});
export type CaseState = z.infer<typeof CaseState>;

/** @param id the case; @param at the time of its first event */
export function emptyCase(id: string, at: string): CaseState {
  return {
    id, version: 0, updatedAt: at, owner: null, opened: null, closed: null, calls: {}, access: {}, sighted: [], customerId: null, identifiedHow: null,
    facts: {}, factsTrouble: null, verification: {}, notes: [], promises: [], followUps: [], workOrders: [], risks: [], stops: [],
    escalations: [], handOver: null, messages: [], quality: null, handCalls: {}, stopReports: {}, verifiedStops: {}, lateWork: [], runs: {}, currentRun: null, operations: {}, currentOperation: null, reviews: {}, onReturn: {}, withheld: [],
  };
}
