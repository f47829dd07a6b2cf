/** One case from its first event to its last, with what was refused and who looked at its customer, in the log's order. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { evolveAdministration, noCentre } from '#shared/administration/administration-evolve.ts';
import { Envelope } from '#shared/protocol/envelope.ts';
import { UNSEALED_KEY, type BodySealer } from '../log/body-sealer.ts';
import { checkSignatures, type CheckedSignature, type KnownKey } from './signatures.ts';
import type { Names } from './tell.ts';

const ADMINISTRATION = 'centre:administration';
const StoredEnvelope = Envelope.omit({ link: true });
const StoredAudit = z.looseObject({ kind: z.string(), person: z.string().nullable(), workstation: z.string().nullable(), about: z.string().nullable(), detail: z.record(z.string(), z.unknown()), position: z.int(), recordedAt: z.string() });

export type BodyState = 'open' | 'erased' | 'sealed';
export type StoryEvent = {
  what: 'event'; position: number; at: string; kind: string; version: number; madeAt: string; saidAt: string | null;
  actor: z.infer<typeof StoredEnvelope>['actor']; body: unknown; state: BodyState; bodyHash: string; signatures: CheckedSignature[];
};
export type StoryAudit = { what: 'audit'; position: number; at: string; kind: string; entry: z.infer<typeof StoredAudit> };
export type Story = { stream: string; entries: (StoryEvent | StoryAudit)[]; names: Names };

type Row = { position: number; content: string; bytes: Buffer; keyId: string };
type Opened = { position: number; envelope: z.infer<typeof StoredEnvelope>; body: unknown; state: BodyState };

/** @param sealer null: sealed bodies stay so @returns null where there is no such stream */
export async function readStory(db: Database.Database, stream: string, sealer: BodySealer | null): Promise<Story | null> {
  const events = await streamOf(db, stream, sealer);
  if (events.length === 0) return null;
  const centre = stream === ADMINISTRATION ? events : await streamOf(db, ADMINISTRATION, sealer);
  const keys = keysOf(centre);
  const told = events.map(({ position, envelope, body, state }): StoryEvent => ({
    what: 'event', position, at: envelope.times.recorded, kind: envelope.kind, version: envelope.version, madeAt: envelope.times.made, saidAt: envelope.times.said,
    actor: envelope.actor, body, state, bodyHash: envelope.bodyHash, signatures: checkSignatures(body, position, keys, envelope.actor),
  }));
  return { stream, entries: [...told, ...auditOf(db, stream)].sort((a, b) => a.position - b.position), names: namesOf(centre) };
}

async function streamOf(db: Database.Database, stream: string, sealer: BodySealer | null): Promise<Opened[]> {
  const rows = db.prepare<[string], Row>(
    `SELECT e.position, e.content, o.bytes, o.key_id AS keyId FROM entries e JOIN streams s ON s.id = e.stream JOIN bodies o ON o.event_id = e.event_id
     WHERE s.name = ? AND e.class = 'event' ORDER BY e.version`,
  ).all(stream);
  const readable = rows.filter(({ keyId }) => sealer !== null || keyId === UNSEALED_KEY);
  const plain = new Map((sealer === null ? readable.map(({ bytes }) => bytes) : await sealer.open(readable)).map((bytes, index) => [readable[index]!.position, bytes]));
  return rows.map(({ position, content }): Opened => {
    const bytes = plain.get(position);
    const state: BodyState = bytes === undefined ? 'sealed' : bytes === null ? 'erased' : 'open';
    return { position, envelope: StoredEnvelope.parse(JSON.parse(content)), body: bytes === undefined || bytes === null ? null : JSON.parse(Buffer.from(bytes).toString('utf8')), state };
  });
}

function auditOf(db: Database.Database, stream: string): StoryAudit[] {
  const rows = db.prepare<[string, string], string>(`SELECT content FROM entries WHERE class = 'audit' AND (content ->> '$.about' = ? OR content ->> '$.detail.case' = ?) ORDER BY position`).pluck().all(stream, stream);
  return rows.map((content) => {
    const entry = StoredAudit.parse(JSON.parse(content));
    return { what: 'audit', position: entry.position, at: entry.recordedAt, kind: entry.kind, entry };
  });
}

/** Every key that came into force, whose it is, and where it was revoked: from the centre's own stream, folded as the server folds it. */
function keysOf(centre: readonly Opened[]): Map<string, KnownKey> {
  const keys = new Map<string, KnownKey>();
  let state = noCentre;
  for (const { position, envelope, body } of centre) {
    state = evolveAdministration(state, { kind: envelope.kind, version: envelope.version, body, at: envelope.times.recorded });
    const held = [
      ...Object.values(state.people).flatMap(({ person, keys: own }) => own.map((key) => ({ ...key, owner: person.id }))),
      ...Object.values(state.workstations).map((machine) => ({ ...machine, owner: machine.id })),
    ];
    for (const { keyId, publicKey, owner, revokedAt } of held) {
      const known = keys.get(keyId);
      if (known === undefined) keys.set(keyId, { keyId, publicKey, owner, from: position, revoked: revokedAt === null ? null : position });
      else if (revokedAt !== null) known.revoked ??= position;
    }
  }
  return keys;
}

const Somebody = z.looseObject({ id: z.string(), name: z.string(), no: z.string() });
const Somewhere = z.looseObject({ id: z.string(), name: z.string(), site: z.string() });

function namesOf(centre: readonly Opened[]): Map<string, string> {
  const names = new Map<string, string>();
  const take = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const person = Somebody.safeParse(value);
    if (person.success) names.set(person.data.id, `${person.data.name} (${person.data.no}, ${person.data.id})`);
    const machine = Somewhere.safeParse(value);
    if (machine.success) names.set(machine.data.id, `${machine.data.name} (${machine.data.site}, ${machine.data.id})`);
    for (const inner of Object.values(value)) take(inner);
  };
  for (const { body } of centre) take(body);
  return names;
}
