import { z } from 'zod';
import { Instant, Uuid7 } from './ids.ts';

/** Names that programs give: a text that somebody typed does not fit. */
const Code = z.string().regex(/^(?!.*\d{5})[A-Za-z][A-Za-z0-9_-]{0,59}$/);
const Kind = z.string().regex(/^[a-z-]{1,24}( [a-z-]{1,24}){0,4}$/);
const Count = z.int().min(0);

/** What stands in place of a name that does not look like one. */
export const NOT_TOLD = 'not-told';
export const tellableCode = (code: string): string => (Code.safeParse(code).success ? code : NOT_TOLD);
export const tellableKind = (kind: string): string => (Kind.safeParse(kind).success ? kind : NOT_TOLD);
export const tellableId = (id: string | null): string | null => (id !== null && Uuid7.safeParse(id).success ? id : null);

/**
 * How a desktop stands, for whoever has to find out what is wrong (SY8). Versions, ids, counts, codes and times alone: no
 * field of it can hold a body, a name, a number of a customer or a text.
 */
export const Diagnostics = z.strictObject({
  format: z.literal(1),
  madeAt: Instant,
  program: z.strictObject({ protocol: z.int(), commandSchema: z.int(), storeSchema: z.int() }),
  desktop: Uuid7,
  workstation: Uuid7.nullable(),
  person: Uuid7.nullable(),
  role: Code,
  checkedBy: Code,
  key: Code,
  connection: z.strictObject({
    now: Code, refusal: Code.nullable(), lastContactAt: Instant.nullable(), clockOffsetMs: z.int(), inFlight: Count, catchingUp: z.boolean(), behind: Count.nullable(),
    /** The last ends and beginnings, oldest first. */
    happened: z.array(z.strictObject({ at: Instant, what: Code, code: Code.nullable() })),
  }),
  held: z.strictObject({ cases: Count, drafts: Count, spooled: Count, incarnation: z.int().min(1), renumberedAt: Instant.nullable() }),
  outbox: z.strictObject({
    unsent: Count, urgent: Count, oldestUnsentAt: Instant.nullable(),
    kinds: z.array(z.strictObject({ kind: Kind, unsent: Count, accepted: Count, confirmed: Count, refused: Count })),
    refusals: z.array(z.strictObject({ code: Code, count: Count, lastAt: Instant.nullable() })),
    doubtful: z.array(z.strictObject({ code: Code, count: Count })),
    setAside: z.array(z.strictObject({ case: Uuid7.nullable(), command: Uuid7, kind: Kind, code: Code, at: Instant, tries: z.int().min(1) })),
  }),
  /** Of the desk's own bugs: the names of the errors. */
  errors: z.array(z.strictObject({ at: Instant, name: Code })),
});
export type Diagnostics = z.infer<typeof Diagnostics>;
