import { z } from 'zod';
import { Role } from '../people/roles.ts';
import { BlindEntry } from '../review/review-schema.ts';
import { CaseId, Instant, Uuid7 } from './ids.ts';

const ofOperation = { case: CaseId, operationId: Uuid7 };
const secondPerson = { account: z.string().min(1).max(80), passphrase: z.string().min(1).max(200) };

/** OF2: the second person at the maker's screen: who they are, what they type blind, their signature; `leave` gives the screen back. */
export const CoSignParams = z.discriminatedUnion('step', [
  z.strictObject({ step: z.literal('begin'), ...ofOperation, ...secondPerson }),
  z.strictObject({ step: z.literal('enter'), ...ofOperation, entry: BlindEntry }),
  z.strictObject({ step: z.literal('sign'), ...ofOperation, ...secondPerson }),
  z.strictObject({ step: z.literal('leave') }),
]);
export type CoSignParams = z.infer<typeof CoSignParams>;

export const CoSignValue = z.discriminatedUnion('step', [
  /** `matched`: they have typed it right already, and have only to sign. */
  z.strictObject({ step: z.literal('begun'), reviewer: z.strictObject({ id: Uuid7, name: z.string(), no: z.string(), role: Role }), openUntil: Instant, entriesLeft: z.int(), matched: z.boolean() }),
  z.strictObject({ step: z.literal('entered'), matches: z.boolean(), entriesLeft: z.int() }),
  z.strictObject({ step: z.literal('signed') }),
  z.strictObject({ step: z.literal('left') }),
]);
