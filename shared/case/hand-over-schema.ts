import { z } from 'zod';
import { PersonId, Uuid7 } from '../protocol/ids.ts';
import { digestOfJson, SignedHandOver } from '../protocol/signature.ts';

const HandedOver = z.strictObject({ handOverId: Uuid7, to: PersonId, note: z.string().max(300) });

export const handOverCommandSchemas = {
  /**
   * Local: two people at one screen, with or without the line (OF1). The leaver gives it, the successor has signed as well;
   * it changes owner and approvals exactly as an accepted hand-over does (TP17).
   */
  'hand over here': HandedOver.extend({ nonce: Uuid7, reviewId: Uuid7, signed: SignedHandOver, successor: SignedHandOver }),
} as const;

export const handOverEventSchemas = {
  /** Both signatures of a hand-over at one screen; what follows from it are the events after it. */
  'hand-over signed here': HandedOver.extend({ from: PersonId, signed: SignedHandOver, successor: SignedHandOver }),
} as const;

/** What both sign (TP8): which case goes from whom to whom, with these words. */
export const handOverDigest = (what: { caseId: string; handOverId: string; from: string; to: string; note: string }): string =>
  digestOfJson({ what: 'hand-over', caseId: what.caseId, handOverId: what.handOverId, from: what.from, to: what.to, note: what.note });
