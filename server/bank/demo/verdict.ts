/** What the bank makes of an order before it writes it under its key. */
import type { BankRefusalCode, BilingualText, ChangedFact } from '#shared/protocol/bank.ts';

export type Verdict =
  | { kind: 'done'; effectiveAt: string; postsOn: string; lapseAt: string | null; chargeFen: number; newCardLastFour: string | null; amountFen: number | null }
  | { kind: 'refused'; code: BankRefusalCode; reason: BilingualText; changed: ChangedFact[] };

/** A refusal with its words in both languages; `changed` names figures that the bank has otherwise. */
export const no = (code: BankRefusalCode, zh: string, en: string, changed: ChangedFact[] = []): Verdict => ({ kind: 'refused', code, reason: { zh, en }, changed });
