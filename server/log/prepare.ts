/**
 * Everything about an item that can be done before its transaction: checked, made canonical, sealed, hashed. What
 * remains inside is reading versions and writing rows, so that a transaction is short and cannot fail on its input.
 */
import { Envelope } from '#shared/protocol/envelope.ts';
import { StreamId } from '#shared/protocol/ids.ts';
import { accessChange } from './access-events.ts';
import type { BodySealer, SealRequest, SealedBody } from './body-sealer.ts';
import { canonicalBytes } from './canonical.ts';
import { GENESIS_LINK, sha256Hex } from './chain.ts';
import type { AppendItem, StreamWrite } from './log.ts';

/** An envelope that lacks what only the transaction knows: version, recorded time, link. */
export type PreparedEvent = {
  envelope: Omit<Envelope, 'version' | 'link' | 'times'> & { times: Omit<Envelope['times'], 'recorded'> };
  body: SealedBody;
  /** What was sealed, for those who are told of the commit. */
  plain: Uint8Array;
  access: ReturnType<typeof accessChange>;
};
export type PreparedWrite = { stream: StreamId; expectedVersion: number; events: PreparedEvent[]; /** Whose bodies they are (PR7). */ customer: string | null };
export type PreparedItem =
  | { ok: true; writes: PreparedWrite[]; command: AppendItem['command']; audit: AppendItem['audit']; /** Of how many retirements of keys its bodies know; null where it has none, or none can be. */ retirements: number | null }
  /** The body of this event has no canonical form. */
  | { ok: false; event: string };

/** Throws for what only a bug of the caller can bring about. */
function checkItem(item: AppendItem): void {
  const streams = new Set<string>();
  for (const write of item.writes) {
    StreamId.parse(write.stream);
    if (streams.has(write.stream)) throw new Error('an item writes a stream at most once');
    streams.add(write.stream);
  }
  if (item.command?.answer.status === 'refused' && item.writes.some((write) => write.events.length > 0)) {
    throw new Error('a refusal changes no state');
  }
}

function plainBodies(write: StreamWrite): { ok: true; requests: SealRequest[] } | { ok: false; event: string } {
  const requests: SealRequest[] = [];
  for (const event of write.events) {
    try {
      requests.push({ stream: write.stream, eventId: event.id, customer: write.customer ?? null, plain: canonicalBytes(event.body) });
    } catch {
      return { ok: false, event: event.id };
    }
  }
  return { ok: true, requests };
}

function prepareWrite(write: StreamWrite, command: string | null, bodies: { sealed: SealedBody; plain: Uint8Array }[], schemaOf: (kind: string) => number): PreparedWrite {
  const events = write.events.map((draft, index): PreparedEvent => {
    const body = bodies[index];
    if (body === undefined) throw new Error('an event was prepared without its body');
    const envelope = {
      id: draft.id,
      case: write.stream,
      kind: draft.kind,
      schema: schemaOf(draft.kind),
      actor: write.actor,
      times: { said: draft.said ?? null, made: write.madeAt },
      command,
      bodyHash: sha256Hex(body.sealed.bytes),
    };
    // The log is for ever: what readers could not parse must not get into it.
    Envelope.parse({ ...envelope, version: 1, link: GENESIS_LINK, times: { ...envelope.times, recorded: write.madeAt } });
    return { envelope, body: body.sealed, plain: body.plain, access: accessChange(write.stream, draft) };
  });
  return { stream: write.stream, expectedVersion: write.expectedVersion, events, customer: write.customer ?? null };
}

/** Read before the keys are asked for: what is known later is known of them as well. */
async function seal(requests: SealRequest[], sealer: BodySealer): Promise<{ sealed: SealedBody[]; retirements: number | null }> {
  if (requests.length === 0) return { sealed: [], retirements: null };
  const { retirements = null } = sealer;
  const sealed = await sealer.seal(requests);
  if (sealed.length < requests.length) throw new Error('the sealer answered fewer bodies than it was given');
  return { sealed, retirements };
}

/** The same item under the keys of now: those that it was sealed with have been retired since, and what they seal is lost with them. */
export async function sealedAnew(item: PreparedItem, sealer: BodySealer): Promise<PreparedItem> {
  if (!item.ok) return item;
  const requests = item.writes.flatMap(({ stream, customer, events }) => events.map(({ envelope, plain }) => ({ stream, eventId: envelope.id, customer, plain })));
  const { sealed, retirements } = await seal(requests, sealer);
  let taken = 0;
  const writes = item.writes.map((write) => ({
    ...write,
    events: write.events.map((event) => {
      const body = sealed[(taken += 1) - 1]!;
      return { ...event, envelope: { ...event.envelope, bodyHash: sha256Hex(body.bytes) }, body };
    }),
  }));
  return { ...item, writes, retirements };
}

/** @param schemaOf the present schema version of an event kind */
export async function prepareItem(item: AppendItem, sealer: BodySealer, schemaOf: (kind: string) => number): Promise<PreparedItem> {
  checkItem(item);
  const command = item.command?.outer.id ?? null;
  const requests: SealRequest[] = [];
  for (const write of item.writes) {
    const plain = plainBodies(write);
    if (!plain.ok) return plain;
    requests.push(...plain.requests);
  }
  const { sealed, retirements } = await seal(requests, sealer);
  const together = requests.map(({ plain }, index) => ({ plain, sealed: sealed[index]! }));
  let taken = 0;
  const writes = item.writes.map((write) => {
    const bodies = together.slice(taken, taken + write.events.length);
    taken += write.events.length;
    return prepareWrite(write, command, bodies, schemaOf);
  });
  return { ok: true, writes, command: item.command, audit: item.audit, retirements };
}
