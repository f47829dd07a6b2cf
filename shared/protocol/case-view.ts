/** A case as this desk shows it: what the centre has told of it, what was done here on top, and how each of these stands. */
import { z } from 'zod';
import { CaseId, Instant, StreamId, Uuid7 } from './ids.ts';
import { Refusal } from './refusal.ts';

/**
 * How a command stands (SY8). `saved-here` ◌ 已存本机 · `asked` a central command on its way, never predicted ·
 * `confirmed` ● 中心已收 · `refused` ✕ 中心未受理.
 */
export const Look = z.enum(['saved-here', 'asked', 'confirmed', 'refused']);
export type Look = z.infer<typeof Look>;

export const Mark = z.strictObject({
  command: Uuid7,
  stream: StreamId,
  number: z.int().min(1),
  kind: z.string(),
  look: Look,
  urgent: z.boolean(),
  madeAt: Instant,
  saidAt: Instant.nullable(),
  /** Central commands: the server refuses them after this. */
  notAfter: Instant.nullable(),
  /** With `refused`: the server's reason. */
  refusal: Refusal.nullable(),
  /** With `saved-here`: it would be refused on what the server has told since; the server still decides. */
  doubtful: Refusal.nullable(),
  /** With `refused`: when the person put it away. It stays readable. */
  seenAt: Instant.nullable(),
});
export type Mark = z.infer<typeof Mark>;

export const CaseView = z.strictObject({
  case: CaseId,
  /** The last version confirmed by the server; 0 for a case that only this desktop knows yet. */
  version: z.int().min(0),
  /** A `CaseState` of `shared/case/state.ts`: the confirmed events and this desktop's pending commands on top. */
  state: z.unknown(),
  /** This desktop's commands of this case, oldest first; confirmed ones for 72 hours. */
  marks: z.array(Mark),
  /** When the server last told anything of this case (SY8: the age of what is shown). */
  heardAt: Instant.nullable(),
});
export type CaseView = z.infer<typeof CaseView>;

/** What changed in the list: the first push has `whole` and replaces everything held. */
export const CasesChange = z.strictObject({
  whole: z.boolean(),
  changed: z.array(CaseView),
  gone: z.array(CaseId),
});
export type CasesChange = z.infer<typeof CasesChange>;

/** A case that a colleague handed over at this screen, until the server has taken the hand-over in or has refused it (OF1). */
export const TakenOverView = z.strictObject({
  case: CaseId,
  handOverId: Uuid7,
  fromName: z.string(),
  note: z.string(),
  at: Instant,
  /** When the leaver's desktop last heard of it (SY8). */
  heardAt: Instant.nullable(),
  /** The server did not take it: the case has left, and what was done here is refused with it. */
  refusal: Refusal.nullable(),
});
export type TakenOverView = z.infer<typeof TakenOverView>;
