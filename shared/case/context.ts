import type { Calendar } from '../calendar/calendar.ts';
import type { FlowDefinition, PublicationState } from '../flow/definition.ts';
import type { FlowPolicy } from '../flow/policy.ts';
import type { Role } from '../people/roles.ts';
import type { CustomerFacts, Quote } from '../protocol/bank.ts';
import type { Signed, SignaturePurpose } from '../protocol/signature.ts';
import type { ControlPolicy, Entitlements } from '../review/policy.ts';

/** The bank's name and numbers as they are spoken. */
export type Site = { bank: { zh: string; en: string }; officialNumber: string; ivrKey: string; dutyPhone: string };

/** What a desktop cannot know: the command is sent, not refused. */
export const UNKNOWN = 'unknown';
export type Unknown = typeof UNKNOWN;

export type Who = { person: string; /** The human behind the person's accounts (TP5). */ human: string; role: Role; entitlements: Entitlements | Unknown; workstation: string | null; no: string; skills: string[] };

/**
 * Everything a rule may look at beside the case's own state: the clock, who asks, policy data. `decide` sees no
 * live bank; what was read for the gate comes in here, with the other facts only the server has.
 */
export type DecideContext = {
  at: 'desktop' | 'server';
  /** Recorded time on the server; the corrected made time on a desktop. */
  now: string;
  by: Who;
  calendar: Calendar;
  control: ControlPolicy;
  flowPolicy: FlowPolicy;
  flow: (id: string, version: number) => { definition: FlowDefinition; publication: PublicationState } | null;
  /** Words of this site that are spoken in flows. */
  site: Site;
  lights: { core: 'up' | 'down'; centre: 'up' | 'down'; phone: 'up' | 'down' } | Unknown;
  /** SY9: the log was restored, and the bank has not told yet what it took in the lost time. */
  recovering?: boolean;
  /** The gate's own reading of the bank (TP3 step one). */
  gateFacts: { facts: CustomerFacts; quotes: Quote[] } | Unknown;
  /** Roles and entitlements of other people, as they are now (TP5). */
  person: (id: string) => KnownPerson | Unknown;
  /** The customer's operations of the running day (TP13), folded from the customer's own stream. */
  ledger: { entries: LedgerEntry[] } | Unknown;
  /** What the server found of the command's signatures, against the keys that are valid now (TP8). */
  signature: SignatureFinding | Unknown;
  /** Kinds of operation that a risk officer has stopped (TP15). */
  stoppedKinds: readonly string[] | Unknown;
  /** How often glass was broken in the running day, at the whole centre (TP11). */
  breakGlassToday: number | Unknown;
  /** Quality staff, who see what was done by breaking glass. */
  qualityStaff: readonly string[] | Unknown;
  /** What was found of another signature that a command carries, of the person named (OF1, OF2): keys valid now, this session's workstation. */
  signatureOf?: (person: string, signed: Signed) => SignatureFinding | Unknown;
  /** Whether the pool offers the review that the command takes to this person now: nobody picks whose work they check. */
  reviewOffered: boolean | Unknown;
  /** Whether the reading that `use held facts` brings is one the bank gave this person in the case named; left out where it cannot be known. */
  heldReading?: boolean;
};

/** Another person as they are now (TP5): `human` tells two accounts of one human, `keys` the ids of the keys that are not revoked. */
export type KnownPerson = {
  human: string; role: Role; entitlements: Entitlements; active: boolean; relatedCustomers: string[]; keys: readonly string[]; online: boolean;
};

export type SignatureFinding = { ok: true; purpose: SignaturePurpose; digest: string } | { ok: false; code: string };

export type LedgerEntry = {
  operationId: string; caseId: string; accountId: string; kind: string; totalFen: number; startedAt: string; open: boolean;
  /** SY9: booked in the time that a restored log has lost, under this key of the bank's; open until somebody has answered for it. */
  lost?: { key: string; receipt: string };
};
