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

/** Two signatures over one purpose and digest, as the product claims them. */
export type ClaimedSignature = { purpose: string; digest: string; personKey: string; personSignature: string; workstationKey: string; workstationSignature: string };

export type ClaimedLine = { lineId: string; key: string; dueNowFen: number };
export type ClaimedPayload = {
  kind: string; maker: string; customerId: string; accountId: string; totalDueFen: number; lines: ClaimedLine[]; policyVersion: string; validUntil: string;
};

/** What the bodies are said to hold. Nothing is parsed: what is not there agrees with nothing, and the sentence says so. */
export type ClaimedBody = {
  operationId: string; reviewId: string | null; digest: string; callId: string; recordingId: string | null; payload: ClaimedPayload; signed: ClaimedSignature | null; lines: ClaimedLine[]; key: string; lineId: string;
  item: string; part: string; code: string; on: boolean; agrees: boolean; ok: boolean; matches: boolean; entry: { totalDueFen: number }; by: string | string[]; person: string; as: string; reconfirms: string | null; qualityCaseId: string;
};
export const claimedBody = (event: LoggedEvent): ClaimedBody => (event.body ?? {}) as unknown as ClaimedBody;
