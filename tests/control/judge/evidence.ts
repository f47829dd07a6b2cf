/** What the judge looks at: nothing that the product says of itself but the log it wrote, and what others saw. */

/** An event as the log has it, in the log's order. */
export type LoggedEvent = {
  position: number; id: string; case: string; version: number; kind: string; schema: number;
  actor: { kind: 'person' | 'server' | 'phones' | 'bank'; person: string | null; workstation: string | null };
  times: { said: string | null; made: string; recorded: string };
  command: string | null;
  // The judge reads bodies of its own accord: whatever is not there makes the sentence fail, never the reading.
  body: Record<string, unknown> | null;
};

/** One key at the bank, from the bank's own books. */
export type LedgerRow = { key: string; state: 'done' | 'refused' | 'closed'; kind: string | null; customer: string | null; subject: string | null; amountFen: number | null };

/** What the harness was told when it sent a command. */
export type Acknowledged = { id: string; status: 'accepted' | 'refused'; code: string | null };

export type Evidence = {
  events: LoggedEvent[];
  /** Stored answers by command id. */
  answers: Map<string, string>;
  ledger: LedgerRow[];
  journal: Acknowledged[];
};

export type Verdict = { executions: number; inDoubt: number; violations: string[] };
