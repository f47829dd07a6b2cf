import { z } from 'zod';
import { Uuid7 } from '#shared/protocol/ids.ts';
import { CarriedCommit } from '../log/postgres/carried-commit.ts';

/** A person at a desktop, as the node knows it that holds the connection. */
export const NodeSeat = z.strictObject({ person: z.string(), desktop: z.string() });
export type NodeSeat = z.infer<typeof NodeSeat>;

/** Work of the node on duty that another node has been asked for: a desktop's question as it came, or what a phone system told. */
export const DutyWork = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ask'), ask: z.string(), body: z.unknown(), person: z.string(), desktop: z.string(), workstation: z.string() }),
  z.strictObject({ kind: z.literal('phone events'), events: z.array(z.unknown()) }),
  z.strictObject({ kind: z.literal('inquiry'), caseId: z.string(), lineId: z.string() }),
]);
export type DutyWork = z.infer<typeof DutyWork>;

/** What nodes of one centre tell each other. None of it is the truth: that is in the log, and these only hurry. */
export const NodeMessage = z.discriminatedUnion('kind', [
  /** That the node lives; `count` of its changes of seats so far, by which a lost message is noticed. */
  z.strictObject({ kind: z.literal('beat'), count: z.int() }),
  /** The node's clock, and which rules it decides by: told beside each beat, so that a node that differs is noticed. */
  z.strictObject({ kind: z.literal('standing'), at: z.string(), rules: z.string() }),
  z.strictObject({ kind: z.literal('came'), count: z.int(), seat: NodeSeat }),
  z.strictObject({ kind: z.literal('went'), count: z.int(), seat: NodeSeat }),
  /** A part of all of a node's seats, which stood at `count`. */
  z.strictObject({ kind: z.literal('seats'), count: z.int(), part: z.int(), parts: z.int(), seats: z.array(NodeSeat) }),
  /** Asks a node for all of its seats. */
  z.strictObject({ kind: z.literal('who'), of: Uuid7 }),
  z.strictObject({ kind: z.literal('leaving') }),
  /** Something beside the log that those who look after the centre are told of: a machine that waits, a half of a code that was taken. */
  z.strictObject({ kind: z.literal('centre') }),
  /** Sessions have ended: whoever looks where it is kept finds which. */
  z.strictObject({ kind: z.literal('sessions ended') }),
  /** What the node has just appended. Only told where Redis carries it. */
  z.strictObject({ kind: z.literal('commit'), commit: CarriedCommit }),
  /** The waiting queue, as the node on duty sees it. */
  z.strictObject({ kind: z.literal('queue'), summary: z.unknown() }),
  z.strictObject({ kind: z.literal('work'), id: Uuid7, to: Uuid7, work: DutyWork }),
  z.strictObject({ kind: z.literal('answer'), id: Uuid7, to: Uuid7, answer: z.unknown() }),
]);
export type NodeMessage = z.infer<typeof NodeMessage>;

export const Told = z.strictObject({ from: Uuid7, message: NodeMessage });
export type Told = z.infer<typeof Told>;
