import { z } from 'zod';
import { AdministrationView } from '../administration/administration-view.ts';
import { OpenItem } from '../case/open-items.ts';
import { OperationKind } from '../operation/payload.ts';
import { agentStateSchema } from '../telephony/agent-state.ts';
import { CustomerWaits } from '../review/review-schema.ts';
import { bilingual, CaseId, Instant, PersonId, Uuid7 } from './ids.ts';
import { LateWork } from './spool.ts';

/** ● 正常 ▲ 慢 ✕ 断 */
export const Light = z.enum(['ok', 'slow', 'down']);
export type Light = z.infer<typeof Light>;

/** What the review desk may show before the blind entry: no figure of the maker's (TP6). */
export const PoolRow = z.strictObject({
  reviewId: Uuid7, caseId: CaseId, kindName: bilingual, band: bilingual, makerName: z.string(), makerMonths: z.int().min(0),
  customerWaits: CustomerWaits, onHold: z.boolean(), promisedTo: Instant.nullable(), requestedAt: Instant, validUntil: Instant,
  takenBy: PersonId.nullable(), takenByName: z.string().nullable(), takenUntil: Instant.nullable(), forLead: z.boolean(), reconfirms: z.boolean(),
  /** TP11: for leads. From when two of them may stand in, and who is in the seats already; null where policy gives no such way. */
  breakGlass: z.strictObject({ from: Instant, seats: z.array(z.strictObject({ person: PersonId, name: z.string(), signed: z.boolean() })) }).nullable(),
});
export type PoolRow = z.infer<typeof PoolRow>;

/**
 * Central truth that is not a case. Sent whole on connecting and at each change; the newest version wins, so a message
 * that was lost or came late does no harm (CT4).
 */
export const liveTopics = {
  agent: agentStateSchema,
  /** The call that rings at this desktop, or null. The caller's column is painted from this alone. */
  offer: z.strictObject({ callId: z.string(), caseId: CaseId, number: z.string().nullable(), queue: z.string(), queueName: bilingual, lossReport: z.boolean(), offeredAt: Instant, expiresAt: Instant, acceptedAt: Instant }).nullable(),
  queue: z.strictObject({ waiting: z.int().min(0), lossReportsWaiting: z.int().min(0), longestWaitMs: z.int().min(0) }),
  lights: z.strictObject({ core: Light, phones: Light }),
  /** Mentors and leads: reviews that this person could take or has taken, in the order of the review desk. */
  reviews: z.array(PoolRow),
  /** Makers: where their own requests stand. */
  'my-reviews': z.array(z.strictObject({ reviewId: Uuid7, caseId: CaseId, position: z.int().min(0), expectedMinutes: z.int().min(0), takenByName: z.string().nullable() })),
  /** Leads: calls waiting to be taken over warm. */
  escalations: z.array(z.strictObject({ escalationId: Uuid7, caseId: CaseId, fromName: z.string(), at: Instant, kind: z.string(), goal: z.string(), mood: z.string() })),
  /** Cases offered to this person by name. */
  'hand-overs': z.array(z.strictObject({ handOverId: Uuid7, caseId: CaseId, fromName: z.string(), note: z.string(), at: Instant })),
  /** Leads: unsent work whose author could not send it any more, and what became of it (SY10). */
  'late-work': z.array(LateWork),
  /**
   * What each offered hand-over holds, for who was named and for leads, who may take what nobody accepts (TP17). Without words and
   * items for whoever may still have to check it blind (TP6).
   */
  'hand-over-items': z.array(z.strictObject({ handOverId: Uuid7, caseId: CaseId, fromName: z.string(), toName: z.string(), mine: z.boolean(), note: z.string(), mood: z.string(), at: Instant, items: z.array(OpenItem) })),
  /** TP15: kinds of operation that are stopped now, for everybody. */
  'stopped-kinds': z.array(z.strictObject({ kind: OperationKind, since: Instant, byName: z.string(), reason: z.string() })),
  /** Of the rules that this person decides by: another one than the desktop has makes it fetch them anew. */
  'rules-version': z.strictObject({ version: z.string() }),
  /** Administrators and risk officers: the centre itself, and what waits for the second person (TP12). */
  administration: AdministrationView,
  clock: z.strictObject({ serverAt: Instant, controllable: z.boolean() }),
  /** Demo only: what the simulated caller says, and how they would answer what is asked. */
  voice: z.strictObject({ callId: z.string(), lines: z.array(bilingual), answers: z.array(z.strictObject({ factor: z.string(), answer: z.string() })) }).nullable(),
} as const;

export type LiveTopic = keyof typeof liveTopics;
export type LiveValue<T extends LiveTopic> = z.infer<(typeof liveTopics)[T]>;
export const isLiveTopic = (topic: string): topic is LiveTopic => Object.hasOwn(liveTopics, topic);
