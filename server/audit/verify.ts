/**
 * The whole audit log (PR5): the file, the chain, what is drawn from it, and the checkpoints kept outside. Names the
 * first thing that is not as it was written. Writes nothing, and may run beside the server.
 */
import type { KeyObject } from 'node:crypto';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { PublicKey, KeyId } from '#shared/protocol/signature.ts';
import { Hash } from '#shared/protocol/ids.ts';
import { UNSEALED_KEY, type BodySealer } from '../log/body-sealer.ts';
import { walkChain, type ChainVerdict, type Checkpoint, type LogMark } from '../log/verify-chain.ts';
import { publicKeyId, publicKeyOf } from './audit-key.ts';
import { isSignedBy, NO_CHECKPOINT, type SignedCheckpoint } from './checkpoint.ts';
import { listCheckpoints, publishedKeys, readCheckpoint, type KeptCheckpoint } from './checkpoint-folder.ts';
import { accessBodies, accessFault, factsFault, fileFault, streamsFault } from './derived.ts';
import { ofCheckpoint, ofFile, ofLog, type AuditFault } from './fault.ts';
import { CHECKPOINT_KEPT, KEY_MADE } from './keep-checkpoints.ts';
import { logOf } from './log-copy.ts';
import { openLogFile } from './open-log-file.ts';

export type VerifyOptions = {
  /** A file, or the address of a database, of which a copy is read. */
  database: string;
  /** Null: the end of the log is not held to anything. */
  checkpoints: string | null;
  /** Public keys had from elsewhere; with any, no other key counts. */
  keys: readonly KeyObject[];
  /** Epochs that began with a restore somebody answers for. */
  restored: ReadonlySet<string>;
  /** Opens sealed bodies; null: persons of sealed grants are taken from the feeds. */
  sealer: BodySealer | null;
};

export type AuditReport = {
  ok: boolean;
  entries: number;
  batches: number;
  head: string;
  checkpoints: { count: number; last: { sequence: number; at: string; position: number } | null };
  /** Entries that no checkpoint covers yet: cut off now, nobody could tell. */
  uncovered: number;
  /** Keys of checkpoints as the chain names them, and from where on. */
  keys: { id: string; position: number; made: boolean }[];
  notes: string[];
  /** The first is the first; empty where all is as it was written. */
  faults: AuditFault[];
};

const EPOCH_STARTED = 'epoch started';
const MARKS: ReadonlySet<string> = new Set([EPOCH_STARTED, KEY_MADE, CHECKPOINT_KEPT]);
const KeyDetail = z.object({ keyId: KeyId, publicKey: PublicKey, sequence: z.int().min(0), hash: Hash });
type NamedKey = z.infer<typeof KeyDetail> & { position: number; kind: string };

/** @throws what SQLite and the file system throw where there is nothing to verify at all (no such file) */
export async function verifyAudit(options: VerifyOptions): Promise<AuditReport> {
  // Before the log: a checkpoint that a running server writes now may be ahead of what is read of its log.
  const kept = options.checkpoints === null ? [] : listCheckpoints(options.checkpoints).map(readCheckpoint);
  const log = await logOf(options.database);
  let found: LogFindings;
  try {
    found = await readLog({ ...options, database: log.path }, kept);
  } catch (thrown) {
    if (!(thrown instanceof Database.SqliteError) || thrown.code === 'SQLITE_CANTOPEN') throw thrown;
    found = { verdict: null, faults: [ofFile('file-damaged', `${thrown.code}: ${thrown.message}`)], marks: [], entries: 0 };
  } finally {
    log.dispose();
  }
  const named = found.marks.flatMap((mark) => namedKey(mark));
  const faults = [...log.faults, ...found.faults, ...(options.checkpoints === null ? [] : checkpointFaults(options, options.checkpoints, kept, named, found.verdict?.ok === true))];
  const last = kept.at(-1)?.checkpoint ?? null;
  const covered = last?.heads[0]?.position ?? 0;
  const whole = found.verdict?.ok === true ? found.verdict : null;
  return {
    ok: faults.length === 0,
    entries: whole?.entries ?? found.entries, batches: whole?.batches ?? 0, head: whole?.link ?? '',
    checkpoints: { count: kept.length, last: last === null ? null : { sequence: last.sequence, at: last.at, position: covered } },
    uncovered: Math.max(0, (whole?.entries ?? 0) - covered),
    keys: distinctKeys(named), notes: notesOf(options, kept, named, whole), faults,
  };
}

type LogFindings = { verdict: ChainVerdict | null; faults: AuditFault[]; marks: LogMark[]; entries: number };

async function readLog(options: VerifyOptions, kept: readonly KeptCheckpoint[]): Promise<LogFindings> {
  const db = openLogFile(options.database);
  try {
    // One view of the log from here on, whatever a running server appends.
    db.exec('BEGIN');
    const strange = fileFault(db);
    if (strange?.kind === 'tables-differ') return { verdict: null, faults: [strange], marks: [], entries: 0 };
    try {
      const findings = await logFindings(db, kept, options);
      return strange === null ? findings : { ...findings, faults: [...findings.faults, strange] };
    } catch (thrown) {
      // Of pages that are damaged anything may be read, or nothing.
      if (strange === null) throw thrown;
      return { verdict: null, faults: [strange], marks: [], entries: 0 };
    }
  } finally {
    db.close();
  }
}

/** The chain, and what is drawn from it, of an open log. */
export async function logFindings(db: Database.Database, kept: readonly KeptCheckpoint[], { restored, sealer }: Pick<VerifyOptions, 'restored' | 'sealer'>): Promise<LogFindings> {
  const checkpoints = kept.flatMap(({ checkpoint }) => (checkpoint === null ? [] : [headOf(checkpoint)]));
  const verdict = walkChain(db, { checkpoints, marks: MARKS, restored });
  // What is drawn from a broken chain would only repeat it.
  if (!verdict.ok) return { verdict, faults: [ofLog(verdict.fault)], marks: verdict.marks, entries: verdict.fault.position - 1 };
  const epoch = verdict.marks.findLast(({ kind }) => kind === EPOCH_STARTED)?.detail['epoch'];
  const drawn = factsFault(db, typeof epoch === 'string' ? epoch : undefined) ?? streamsFault(db) ?? accessFault(db, await openedBodies(db, sealer));
  return { verdict, faults: drawn === null ? [] : [drawn], marks: verdict.marks, entries: verdict.entries };
}

function headOf({ sequence, at, heads }: SignedCheckpoint): Checkpoint {
  const { batch, position, link, epoch } = heads[0]!;
  return { batch, position, link, epoch, name: `checkpoint ${sequence} of ${at}` };
}

const WithPerson = z.looseObject({ person: z.string() });

/** Whom each grant and revocation names, where its body can be read; of bodies that the chain has found to be what was stored. */
async function openedBodies(db: Database.Database, sealer: BodySealer | null): Promise<Map<number, string>> {
  const bodies = accessBodies(db).filter(({ keyId }) => sealer !== null || keyId === UNSEALED_KEY);
  const plain = sealer === null ? bodies.map(({ bytes }) => bytes) : await sealer.open(bodies);
  const persons = new Map<number, string>();
  bodies.forEach(({ position }, index) => {
    const person = personIn(plain[index] ?? null);
    if (person !== null) persons.set(position, person);
  });
  return persons;
}

function personIn(plain: Uint8Array | null): string | null {
  const body = plain === null ? null : WithPerson.safeParse(JSON.parse(Buffer.from(plain).toString('utf8')));
  return body?.success === true ? body.data.person : null;
}

function namedKey({ kind, position, detail }: LogMark): NamedKey[] {
  const parsed = KeyDetail.safeParse(detail);
  return parsed.success ? [{ ...parsed.data, position, kind }] : [];
}

function distinctKeys(named: readonly NamedKey[]): AuditReport['keys'] {
  return named.filter((one, index) => one.keyId !== named[index - 1]?.keyId).map(({ keyId, position, kind }) => ({ id: keyId, position, made: kind === KEY_MADE }));
}

/** @param whole whether the chain is: only then does it name every key and checkpoint that it should */
function checkpointFaults(options: VerifyOptions, folder: string, kept: readonly KeptCheckpoint[], named: readonly NamedKey[], whole: boolean): AuditFault[] {
  const known = new Map<string, KeyObject>();
  for (const { keyId, publicKey } of named) {
    const key = publicKeyOf(Buffer.from(publicKey, 'base64'));
    if (key !== null && publicKeyId(key) === keyId) known.set(keyId, key);
  }
  for (const key of options.keys) known.set(publicKeyId(key), key);
  const published = publishedKeys(folder);
  const faults = [...keyFaults(options, named, published, whole)];
  // Where the chain is broken before it names its key, the one beside the checkpoints still tells which of them are whole.
  if (!whole) for (const { key } of published) if (key !== null && options.keys.length === 0) known.set(publicKeyId(key), key);
  let before = NO_CHECKPOINT;
  let due = 1;
  for (const one of kept) {
    faults.push(...oneFault(one, due, before, known, named, whole));
    before = one.hash;
    due = one.sequence + 1;
  }
  if (whole) faults.push(...namedFaults(folder, kept, named));
  return faults;
}

function oneFault(one: KeptCheckpoint, due: number, before: string, known: ReadonlyMap<string, KeyObject>, named: readonly NamedKey[], whole: boolean): AuditFault[] {
  if (one.sequence > due) return [ofCheckpoint('checkpoint-missing', due, one.sequence === due + 1 ? 'its file is gone' : `the files up to ${one.sequence - 1} are gone`)];
  if (one.sequence < due) return [ofCheckpoint('checkpoint-damaged', one.sequence, `${one.path} is a second file of this number`)];
  const { checkpoint } = one;
  if (checkpoint === null) return [ofCheckpoint('checkpoint-damaged', one.sequence, `${one.path} is not what the server wrote`)];
  if (checkpoint.before !== before) return [ofCheckpoint('checkpoint-damaged', one.sequence, 'it goes on from another checkpoint than the one before it')];
  const key = known.get(checkpoint.key);
  if (key === undefined) return [ofCheckpoint('checkpoint-forged', one.sequence, `it is signed by ${checkpoint.key}, a key that nobody named`)];
  if (!isSignedBy(checkpoint, key)) return [ofCheckpoint('checkpoint-forged', one.sequence, 'its signature does not hold')];
  const inForce = named.findLast(({ position }) => position <= (checkpoint.heads[0]?.position ?? 0));
  if (whole && inForce !== undefined && inForce.keyId !== checkpoint.key) return [ofCheckpoint('checkpoint-key', one.sequence, `it is signed by ${checkpoint.key} where the chain names ${inForce.keyId}`)];
  return [];
}

function keyFaults(options: VerifyOptions, named: readonly NamedKey[], published: ReturnType<typeof publishedKeys>, whole: boolean): AuditFault[] {
  const own = new Set(named.map(({ keyId }) => keyId));
  const faults: AuditFault[] = [];
  for (const { path, key } of published) {
    if (key === null) faults.push(ofCheckpoint('checkpoint-key', null, `${path} is no public key as the server writes it`));
    else if (whole && !own.has(publicKeyId(key))) faults.push(ofCheckpoint('checkpoint-key', null, `${path} is a key that the chain does not name`));
  }
  named.forEach(({ keyId, kind, position }, index) => {
    const earlier = named[index - 1];
    if (earlier !== undefined && earlier.keyId !== keyId && kind !== KEY_MADE) faults.push({ ...ofCheckpoint('checkpoint-key', null, `from here on another key signs, ${keyId}, which was not made by the server`), position });
  });
  const given = new Set(options.keys.map(publicKeyId));
  const other = given.size === 0 ? undefined : distinctKeys(named).find(({ id }) => !given.has(id));
  if (other !== undefined) faults.push({ ...ofCheckpoint('checkpoint-key', null, `the chain names ${other.id}, which is not among the keys given`), position: other.position });
  if (whole && own.size > 0 && published.length === 0) faults.push(ofCheckpoint('checkpoint-key', null, 'audit.pub is gone'));
  return faults;
}

/** The log names a checkpoint now and then: those must be there, also where they are the last. */
function namedFaults(folder: string, kept: readonly KeptCheckpoint[], named: readonly NamedKey[]): AuditFault[] {
  const at = new Map(kept.map((one) => [one.sequence, one]));
  for (const { sequence, hash, position } of named) {
    if (sequence === 0) continue;
    const one = at.get(sequence) ?? lately(folder, sequence);
    if (one === undefined) return [{ ...ofCheckpoint('checkpoint-missing', sequence, `the log names it at position ${position}`), position }];
    if (one.hash !== hash) return [{ ...ofCheckpoint('checkpoint-damaged', sequence, `it is not the one that the log names at position ${position}`), position }];
  }
  if (named.length > 0 && kept.length === 0 && lately(folder, 1) === undefined) return [ofCheckpoint('checkpoint-missing', 1, 'the log says that checkpoints are kept, and there is none')];
  return [];
}

/** One that was written after the folder was first looked at. */
function lately(folder: string, sequence: number): KeptCheckpoint | undefined {
  const file = listCheckpoints(folder).find((one) => one.sequence === sequence);
  return file === undefined ? undefined : readCheckpoint(file);
}

function notesOf(options: VerifyOptions, kept: readonly KeptCheckpoint[], named: readonly NamedKey[], whole: Extract<ChainVerdict, { ok: true }> | null): string[] {
  const notes: string[] = [];
  if (options.checkpoints === null) notes.push('未给检查点：末尾被整批截断看不出来 / no checkpoints were given: an end cut off cleanly would not be seen');
  else if (kept.length === 0 && named.length === 0) notes.push('没有检查点，日志也未提到过 / there are no checkpoints, and the log names none');
  const keys = distinctKeys(named);
  if (keys.length > 1 && options.keys.length === 0) notes.push(`检查点公钥换过，请与另存的公钥核对（--key） / the key of checkpoints changed; hold it against copies kept elsewhere (--key): ${keys.map(({ id, position }) => `${id.slice(0, 16)}… @${position}`).join(', ')}`);
  for (const { name } of whole?.passedOver ?? []) notes.push(`已说明的恢复取代了它 / replaced by a restore that was answered for: ${name ?? ''}`);
  return notes;
}
