import { z } from 'zod';

/** Somebody may see a case from now on, or may no longer (SY6), by nobody's doing at a desk. */
export const NodeOrder = z.strictObject({ caseId: z.uuid(), person: z.uuid(), may: z.boolean() });
export type NodeOrder = z.infer<typeof NodeOrder>;
