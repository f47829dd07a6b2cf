/** Rows of the bank's file, parsed where they leave the database. */
import { z } from 'zod';
import { CardStatus, FeeMode, Hold, PlanStatus, Posting } from '#shared/protocol/bank.ts';
import type { Store } from './store.ts';

export const CustomerRow = z.object({
  id: z.string(), surname: z.string(), given: z.string(), gender: z.enum(['f', 'm']), id_number: z.string(), phone: z.string(),
  service_password: z.string(), birth_date: z.string(), address_district: z.string(), branch_district: z.string(), tier: z.string(), flags: z.string(),
});
export type CustomerRow = z.infer<typeof CustomerRow>;
export const AccountRow = z.object({
  id: z.string(), customer: z.string(), kind: z.enum(['credit', 'debit']), statement_day: z.int(), hold: Hold, pending_refund_fen: z.int(),
  pending_reversals: z.int(), hardship: z.int(), unbilled_fen: z.int(), credit_balance_fen: z.int(), auto_debit_last_four: z.string().nullable(), pays: z.int(),
});
export type AccountRow = z.infer<typeof AccountRow>;
export const CardRow = z.object({
  id: z.string(), account: z.string(), number: z.string(), kind: z.enum(['credit', 'debit']), holder: z.enum(['primary', 'supplementary']),
  product_zh: z.string(), product_en: z.string(), status: CardStatus, effective_at: z.string().nullable(), lapse_at: z.string().nullable(),
});
export type CardRow = z.infer<typeof CardRow>;
export const PlanRow = z.object({
  id: z.string(), account: z.string(), card: z.string(), merchant: z.string(), signed_on: z.string(), first_post_date: z.string(),
  principal_fen: z.int(), periods_total: z.int(), periods_posted: z.int(), status: PlanStatus, fee_mode: FeeMode, fee_ppm: z.int(),
  penalty_ppm: z.int(), fee_label: z.enum(['interest', 'fee']), settle_key: z.string().nullable(), settle_posts_on: z.string().nullable(), settled_on: z.string().nullable(),
});
export type PlanRow = z.infer<typeof PlanRow>;
export const StatementRow = z.object({ account: z.string(), statement_date: z.string(), due_date: z.string(), amount_fen: z.int(), paid_fen: z.int() });
export type StatementRow = z.infer<typeof StatementRow>;
export const PurchaseRow = z.object({ id: z.string(), card: z.string(), at: z.string(), amount_fen: z.int(), merchant: z.string(), channel: z.string(), status: z.string() });
export type PurchaseRow = z.infer<typeof PurchaseRow>;
export const PostingRow = z.object({
  id: z.int(), plan: z.string(), account: z.string(), kind: Posting.shape.kind, cause: Posting.shape.cause, period: z.int().nullable(),
  amount_fen: z.int(), posted_on: z.string(), statement_date: z.string(), due_date: z.string(), paid_on: z.string().nullable(),
});
export type PostingRow = z.infer<typeof PostingRow>;
export const LedgerRow = z.object({
  key: z.string(), seq: z.int(), state: z.enum(['done', 'refused', 'closed']), kind: z.string().nullable(), order_digest: z.string().nullable(),
  customer: z.string().nullable(), subject: z.string().nullable(), amount_fen: z.int().nullable(), reference: z.string().nullable(),
  outcome: z.string(), at: z.string(),
});
export type LedgerRow = z.infer<typeof LedgerRow>;

/** All rows of a query, parsed. */
export function rows<S extends z.ZodType>(store: Store, schema: S, sql: string, ...values: unknown[]): z.infer<S>[] {
  return store.prepare(sql).all(...values).map((row) => schema.parse(row));
}

/** The first row of a query, parsed, or null. */
export function row<S extends z.ZodType>(store: Store, schema: S, sql: string, ...values: unknown[]): z.infer<S> | null {
  const found = store.prepare(sql).get(...values);
  return found === undefined ? null : schema.parse(found);
}
