/** From rows as a database keeps them to what the log answers: bodies opened, contents parsed. */
import { z } from 'zod';
import { Envelope } from '#shared/protocol/envelope.ts';
import type { StreamId } from '#shared/protocol/ids.ts';
import type { BodySealer } from './body-sealer.ts';
import type { FeedCase } from './feed-source.ts';
import type { StoredAudit, StoredEvent } from './log.ts';

/** An event as stored. */
export type EventRow = { position: number; content: string; link: Buffer; bytes: Buffer; keyId: string };

const AuditContent = z.strictObject({
  kind: z.string(),
  person: z.string().nullable(),
  workstation: z.string().nullable(),
  about: z.string().nullable(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  position: z.int(),
  recordedAt: z.string(),
});
const StoredEnvelope = Envelope.omit({ link: true });
const decoder = new TextDecoder();

export const envelopeOf = (content: string, link: Buffer): Envelope => ({ ...StoredEnvelope.parse(JSON.parse(content)), link: link.toString('hex') });
export const auditOf = (content: string): StoredAudit => AuditContent.parse(JSON.parse(content));

export async function openEvents(sealer: BodySealer, rows: readonly EventRow[]): Promise<StoredEvent[]> {
  if (rows.length === 0) return [];
  const plain = await sealer.open(rows.map(({ bytes, keyId }) => ({ bytes, keyId })));
  return rows.map((row, index): StoredEvent => {
    const bytes = plain[index] ?? null;
    const body: unknown = bytes === null ? null : JSON.parse(decoder.decode(bytes));
    return { position: row.position, envelope: envelopeOf(row.content, row.link), body };
  });
}

/** All cases' bodies in one call of the sealer. */
export async function openCases(sealer: BodySealer, cases: ReadonlyMap<StreamId, readonly EventRow[]>): Promise<Map<StreamId, FeedCase>> {
  const opened = await openEvents(sealer, [...cases.values()].flat());
  let taken = 0;
  const result = new Map<StreamId, FeedCase>();
  for (const [stream, rows] of cases) {
    result.set(stream, { events: opened.slice(taken, taken + rows.length) });
    taken += rows.length;
  }
  return result;
}
