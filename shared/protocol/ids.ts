import { z } from 'zod';

/** Ids are UUIDv7: they sort by the time they were made and can be made anywhere without asking. */
export const Uuid7 = z.uuid({ version: 'v7' });

/** An instant: ISO-8601 in UTC with milliseconds, so that text order is time order. */
export const Instant = z.iso.datetime({ precision: 3 });
export type Instant = z.infer<typeof Instant>;

/** A business date of the centre's calendar (statement day, due date), never an instant. */
export const CivilDate = z.iso.date();
export type CivilDate = z.infer<typeof CivilDate>;

/** SHA-256 in lower-case hex. */
export const Hash = z.string().regex(/^[0-9a-f]{64}$/);
export type Hash = z.infer<typeof Hash>;

export const Fen = z.int();

export const PersonId = Uuid7;
export type PersonId = z.infer<typeof PersonId>;
/** Whether a text that is no UUID may key a record: a name that every object has would be found without being there (RB1). */
export const isOwnKey = (text: string): boolean => !(text in Object.prototype);

/**
 * The kind of a command or an ask, as a desktop names it; it may be newer than the server (SY7). Half of a surrogate pair has no
 * canonical form: what is refused could not be written down (PR5).
 *
 * @param max characters
 */
export const kindName = (max: number) => z.string().min(1).max(max).refine((text) => text.isWellFormed());

export const CaseId = Uuid7;
export type CaseId = z.infer<typeof CaseId>;
/** The bank's own id of a customer: opaque to us. */
export const CustomerId = z.string().min(1).max(64);

/**
 * A stream of the log: a case (its id), a person's own doings, or a customer's ledger of operations (TP13).
 * Order and versions hold within one stream only.
 */
export const StreamId = z.union([
  Uuid7,
  z.templateLiteral(['person:', Uuid7]),
  z.templateLiteral(['customer:', z.string().min(1).max(64)]),
  z.literal(['centre:administration', 'centre:break-glass', 'centre:late-work', 'centre:duty']),
]);
export type StreamId = z.infer<typeof StreamId>;

/** People, limits, keys, workstations, policy and stops (TP12); and how often glass was broken (TP11). */
export const ADMINISTRATION: StreamId = 'centre:administration';
export const BREAK_GLASS: StreamId = 'centre:break-glass';
/** What became of unsent work whose author could not send it (SY10). */
export const LATE_WORK: StreamId = 'centre:late-work';
/** Which of several nodes carries the centre's calls and orders. */
export const DUTY: StreamId = 'centre:duty';
export const personStream = (person: PersonId): StreamId => `person:${person}`;
export const customerStream = (customer: string): StreamId => `customer:${customer}`;

export const bilingual = z.strictObject({ zh: z.string(), en: z.string() });
export type Bilingual = z.infer<typeof bilingual>;
