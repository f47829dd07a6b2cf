import { z } from 'zod';
import { ChangedFact } from '../protocol/bank.ts';
import { Hash, Instant, PersonId, Uuid7 } from '../protocol/ids.ts';
import { Signed } from '../protocol/signature.ts';
import { KeyFigure } from '../review/policy.ts';
import { BlindEntry } from '../review/review-schema.ts';

/** One operation, and the one time that two people stand at one screen for it. */
const ids = { operationId: Uuid7, coSignId: Uuid7 };

/** What the maker orders: each key is used once for ever, whatever becomes of the order (TP4). */
const order = {
  executionId: Uuid7, digest: Hash, callId: z.string().min(1).max(64),
  keys: z.array(z.strictObject({ lineId: Uuid7, key: Uuid7 })).min(1).max(50),
  /** When the facts that both people went by were read. */
  factsReadAt: Instant,
  /** T: nothing is executed after it. It is the payload's `validUntil`, so that all three signatures are for it. */
  notAfter: Instant,
  reviewer: PersonId,
  /** What the reviewer typed before they saw the maker's figures. */
  entry: BlindEntry,
  tick: Signed,
  approval: Signed,
  signed: Signed,
};

/** OF2: what two people do at one screen while the centre cannot be reached. All local: kept in the outbox, judged on return. */
export const onReturnCommandSchemas = {
  /** The maker's figures for the second person at this screen; `validUntil` is T. */
  'submit for return': z.strictObject({ ...ids, nonce: Uuid7, policyVersion: z.string().min(1).max(40), validUntil: Instant, signed: Signed }),
  /** Blind, by the reviewer at this screen (TP6). */
  'enter blind here': z.strictObject({ ...ids, reviewer: PersonId, entry: BlindEntry }),
  /** The reviewer's signature over the digest, by a passphrase typed for it. It releases nothing. */
  'co-sign here': z.strictObject({ ...ids, reviewer: PersonId, digest: Hash, approval: Signed }),
  /** Execute on return, not after T. */
  'order on return': z.strictObject({ ...ids, ...order }),
} as const;

export const onReturnEventSchemas = {
  'submitted for return': z.strictObject({ ...ids, digest: Hash, notAfter: Instant, factsReadAt: Instant, keyFigures: z.array(KeyFigure), principalsAsked: z.boolean(), tick: Signed }),
  /** `closes`: it was the last one; the figures have to be made anew. */
  'blind entry here': z.strictObject({ ...ids, by: PersonId, entry: BlindEntry, matches: z.boolean(), closes: z.boolean() }),
  /** A claim of the screen: whether it holds is judged with the order. */
  'co-signed here': z.strictObject({ ...ids, by: PersonId, digest: Hash, approval: Signed }),
  'execution ordered on return': z.strictObject({ ...ids, ...order }),
  /** In one append with `execution started`: what is executed so is marked. */
  'offline order released': z.strictObject({ ...ids, executionId: Uuid7, by: PersonId, orderedAt: Instant, factsReadAt: Instant }),
  /** Nothing was booked. `differs` names what the reviewer typed and the bank has otherwise; `changed` the facts, old and new. */
  'offline order returned': z.strictObject({ ...ids, code: z.string().max(60), changed: z.array(ChangedFact), differs: z.array(z.string().max(80)) }),
} as const;

/** Where one operation's offline order stands; another submission begins it anew. */
export const OnReturnState = z.strictObject({
  ...onReturnEventSchemas['submitted for return'].shape,
  submittedAt: Instant,
  /** What was submitted so before: its signatures are on record, and good for nothing more (TP4). */
  spent: z.array(Hash),
  status: z.enum(['submitted', 'closed', 'co-signed', 'ordered', 'released', 'returned']),
  entries: z.array(z.strictObject({ by: PersonId, at: Instant, entry: BlindEntry, matches: z.boolean() })),
  coSign: z.strictObject({ by: PersonId, at: Instant, approval: Signed }).nullable(),
  /** `at`: when the server received it, on the desktop when it was made. */
  order: z.strictObject({
    executionId: Uuid7, callId: z.string(), keys: z.array(z.strictObject({ lineId: Uuid7, key: Uuid7 })), signed: Signed, entry: BlindEntry,
    at: Instant, madeAt: Instant, workstation: z.string().nullable(),
  }).nullable(),
  returned: z.strictObject({ at: Instant, code: z.string(), changed: z.array(ChangedFact), differs: z.array(z.string()) }).nullable(),
});
export type OnReturnState = z.infer<typeof OnReturnState>;
