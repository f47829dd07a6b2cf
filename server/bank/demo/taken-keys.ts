/** What the bank tells of a time, to a centre that has lost it (SY9). */
import { BookKind, InquiryAnswer } from '#shared/protocol/bank.ts';
import type { KeysAnswer, KeysRequest } from '#shared/protocol/bank.ts';
import { LedgerRow, rows } from './rows.ts';
import type { Store } from './store.ts';

/** The account that a plan or a card hangs on; an order that named neither is about the account itself. */
const ACCOUNT = 'coalesce((SELECT account FROM plan WHERE id = ?), (SELECT account FROM card WHERE id = ?), (SELECT id FROM account WHERE id = ?))';

export function keysSince(store: Store, { since, after, limit }: KeysRequest): KeysAnswer {
  const found = rows(store, LedgerRow, 'SELECT * FROM ledger WHERE seq > ? AND at >= ? ORDER BY seq LIMIT ?', after, since, limit + 1);
  const page = found.slice(0, limit);
  const accountOf = store.prepare(`SELECT ${ACCOUNT}`).pluck();
  return {
    keys: page.map((entry) => ({
      key: entry.key, at: entry.at, kind: entry.kind === null ? null : BookKind.parse(entry.kind), customerId: entry.customer,
      accountId: entry.subject === null ? null : ((accountOf.get(entry.subject, entry.subject, entry.subject) as string | null) ?? null),
      subject: entry.subject, amountFen: entry.amount_fen, outcome: InquiryAnswer.parse(JSON.parse(entry.outcome)),
    })),
    last: page.at(-1)?.seq ?? after, more: found.length > limit,
  };
}
