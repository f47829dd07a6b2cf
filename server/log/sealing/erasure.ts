/**
 * Erasing a customer, and holding one from being erased (PR7). Each is decided by two people and stands in the chain
 * before it takes effect.
 */
import { z } from 'zod';
import { maskNumbers } from '#shared/privacy/mask.ts';
import { CustomerId, customerStream, PersonId, type Instant, type StreamId } from '#shared/protocol/ids.ts';
import { refuse, type Refusal } from '#shared/protocol/refusal.ts';
import type { AppendItem, AuditEntry, EventLog, StreamWrite } from '../log.ts';
import { ERASED, HOLD_LIFTED, HOLD_SET, keyPortions } from './chain-record.ts';
import { defaultRetention, retainedUntil, type RetentionPolicy } from './retention.ts';
import type { Sealing } from './sealing.ts';

export type ErasureParts = { log: EventLog; sealing: Sealing; /** The server's clock. */ now: () => string; retention?: RetentionPolicy };
/** Who decided, and why: a reference to a file or a ground, never a name (PR4; long numbers are masked all the same). */
export type Decision = { by: readonly [PersonId, PersonId]; reason: string };
/** What a hold is for: the number of the lawsuit or the inquiry. A customer is held while any matter is. */
export type HeldMatter = Decision & { customer: string; matter: string };
export type Erased = { customer: string; streams: StreamId[]; keys: number; at: Instant };
type Refused = { ok: false; refusal: Refusal };
export type ErasureAnswer = { ok: true; erased: Erased } | Refused;
export type HoldAnswer = { ok: true } | Refused;

const Reason = z.string().trim().min(1).max(200);
const Matter = z.string().trim().min(1).max(60);

const no = (code: string, detail?: Refusal['detail']): Refused => ({ ok: false, ...refuse(code, detail) });

function malformed({ by, reason }: Decision, customer: string): Refused | null {
  if (!CustomerId.safeParse(customer).success || !Reason.safeParse(reason).success) return no('erasure-malformed');
  if (!z.tuple([PersonId, PersonId]).safeParse(by).success || by[0] === by[1]) return no('erasure-two-people');
  return null;
}

const entry = (kind: string, { by, reason }: Decision, customer: string, detail: AuditEntry['detail']): AuditEntry =>
  ({ kind, person: by[0], workstation: null, about: customer, detail: { second: by[1], reason: maskNumbers(reason.trim()), ...detail } });

async function store(log: EventLog, item: AppendItem): Promise<{ ok: true; recordedAt: Instant } | Refused> {
  const [result] = await log.append([item]);
  if (result?.status === 'appended') return { ok: true, recordedAt: result.recordedAt };
  return result?.status === 'conflict' ? no('erasure-moved') : no('erasure-not-stored', { cause: result?.status === 'failed' ? result.error.code : (result?.status ?? 'nothing') });
}

/** Holds a customer from being erased, until every matter is lifted. Works for a customer the log does not know yet. */
export function setLegalHold(parts: ErasureParts, held: HeldMatter): Promise<HoldAnswer> {
  return changeHold(parts, held, true);
}

export function liftLegalHold(parts: ErasureParts, held: HeldMatter): Promise<HoldAnswer> {
  return changeHold(parts, held, false);
}

async function changeHold({ log, sealing }: ErasureParts, held: HeldMatter, on: boolean): Promise<HoldAnswer> {
  const wrong = malformed(held, held.customer) ?? (Matter.safeParse(held.matter).success ? null : no('erasure-malformed'));
  if (wrong !== null) return wrong;
  return sealing.inTurn(async () => {
    await sealing.record.read(log);
    const matter = held.matter.trim();
    const isHeld = (await sealing.store.holds(sealing.keys.tagOf(held.customer))).includes(matter);
    if (isHeld === on) return no(on ? 'erasure-hold-exists' : 'erasure-hold-unknown');
    const stored = await store(log, { writes: [], command: null, audit: [entry(on ? HOLD_SET : HOLD_LIFTED, held, held.customer, { matter })] });
    if (!stored.ok) return stored;
    await sealing.record.read(log);
    return { ok: true };
  });
}

/** The matters that hold a customer from being erased. */
export async function legalHoldsOf({ log, sealing }: ErasureParts, customer: string): Promise<string[]> {
  await sealing.record.read(log);
  return sealing.store.holds(sealing.keys.tagOf(customer));
}

type Standing = { ok: true; streams: { stream: StreamId; version: number }[] } | Refused;

/** Everything that speaks against erasing the customer now. */
async function standing({ log, sealing, now, retention = defaultRetention }: ErasureParts, customer: string): Promise<Standing> {
  const { began } = await sealing.record.read(log);
  const tag = sealing.keys.tagOf(customer);
  if ((await sealing.store.ofCustomer(tag)).length === 0) return no('erasure-unknown-customer');
  // A case that was of somebody else first has a key from before either was known: their hold keeps it as well.
  const matters = await sealing.store.holdsInTheWay(tag);
  if (matters > 0) return no('erasure-legal-hold', { matters });
  const streams: { stream: StreamId; version: number }[] = [];
  let last = '';
  for (const stream of [customerStream(customer), ...(await sealing.store.streamsOf(tag))] as StreamId[]) {
    const version = await log.lastVersion(stream);
    streams.push({ stream, version });
    if (version === 0) continue;
    const [first] = await log.readStream(stream, 1);
    // Bodies of before are in clear in the log: destroying a key would erase a part and call it all.
    if (first !== undefined && (began === null || first.position < began)) return no('erasure-unsealed');
    const [newest] = await log.readStream(stream, version);
    if (newest !== undefined && newest.envelope.times.recorded > last) last = newest.envelope.times.recorded;
  }
  const until = last === '' ? null : retainedUntil(last, retention);
  if (until !== null && now() < until) return no('erasure-retention', { until });
  return { ok: true, streams };
}

/** Whether the customer may be erased now: asked when the erasure is proposed; asked again when it is carried out. */
export async function mayErase(parts: ErasureParts, customer: string): Promise<{ ok: true } | Refused> {
  const stands = await standing(parts, customer);
  return stands.ok ? { ok: true } : stands;
}

/** A write without events: nobody may have written to the stream since it was looked at. */
const unmoved = (streams: readonly { stream: StreamId; version: number }[], madeAt: Instant): StreamWrite[] =>
  streams.map(({ stream, version }) => ({ stream, expectedVersion: version, events: [], actor: { kind: 'server', person: null, workstation: null }, madeAt }));

/**
 * Destroys the customer's keys: every body of their ledger and of their cases is null from then on, for everybody and
 * for ever; envelopes and chain stay as they are. Answers when nothing can be read any more.
 *
 * Refused: `erasure-malformed`, `erasure-two-people`, `erasure-unknown-customer` (nothing sealed, or erased before),
 * `erasure-legal-hold`, `erasure-retention` (detail: until), `erasure-unsealed`, `erasure-moved`, `erasure-not-stored`.
 * Throws LogFailure where the keys could not be destroyed: the chain has the erasure, and the next start completes it.
 */
export async function eraseCustomer(parts: ErasureParts, customer: string, decision: Decision): Promise<ErasureAnswer> {
  const wrong = malformed(decision, customer);
  if (wrong !== null) return wrong;
  const { log, sealing, now } = parts;
  return sealing.inTurn(async () => {
    const first = await standing(parts, customer);
    if (!first.ok) return first;
    // What is written from here on is sealed with other keys; what was sealed before is in the log after the append.
    const ids = await sealing.keys.retire(customer);
    const refused = async (answer: Refused): Promise<Refused> => {
      await sealing.keys.restore(ids);
      return answer;
    };
    await log.append([{ writes: [], command: null, audit: [] }]);
    const stands = await standing(parts, customer);
    if (!stands.ok) return refused(stands);
    const portions = keyPortions(ids);
    const audit = portions.map((keys, n) => entry(ERASED, decision, customer, { keys, part: n + 1, of: portions.length }));
    const stored = await store(log, { writes: unmoved(stands.streams, now()), command: null, audit });
    if (!stored.ok) return refused(stored);
    const streams = stands.streams.filter(({ version }) => version > 0).map(({ stream }) => stream);
    await sealing.destroy(ids, streams);
    return { ok: true, erased: { customer, streams, keys: ids.length, at: stored.recordedAt } };
  });
}
