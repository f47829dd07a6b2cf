import { z } from 'zod';

/** An error that a person can cause: a value with a code; its words in both languages are in the refusal tables. */
export const Refusal = z.strictObject({
  code: z.string().min(1).max(60),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});
export type Refusal = z.infer<typeof Refusal>;

/** What an error says: what happened, what it means for the customer's money, what to do. */
export type RefusalText = {
  zh: { what: string; money: string; todo: string };
  en: { what: string; money: string; todo: string };
};

export const refuse = (code: string, detail?: Refusal['detail']): { refusal: Refusal } => ({
  refusal: detail === undefined ? { code } : { code, detail },
});
