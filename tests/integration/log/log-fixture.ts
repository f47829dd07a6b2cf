import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import type { Actor, EventDraft } from '#shared/protocol/envelope.ts';
import type { FoldedEvent } from '#shared/case/decision.ts';
import type { StreamId } from '#shared/protocol/ids.ts';
import type { BodySealer } from '../../../server/log/body-sealer.ts';
import type { CaseRules, Folds } from '../../../server/log/feed.ts';
import type { AnswerToStore, AppendItem, AppendResult, CommandToStore, EventLog } from '../../../server/log/log.ts';

/** Where one log lives: opened, closed and opened again as a server would be. */
export type LogStorage = { open: (options?: OpenOptions) => Promise<EventLog>; dispose: () => Promise<void> };
export type OpenOptions = { now?: () => string; sealer?: BodySealer; onListenerError?: (thrown: unknown) => void };
export type MakeStorage = () => Promise<LogStorage>;

export const T0 = '2026-03-02T01:00:00.000Z';
export const clock = () => T0;

/** UUIDv7s that are the same in every run. */
export const id = (n: number): string => `01950000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
let counter = 0x10_0000;
export const nextId = (): string => id((counter += 1));

export const ANN = id(1);
export const BEN = id(2);
export const CAI = id(3);
export const CASE_A = id(0xa1);
export const CASE_B = id(0xa2);
export const DESKTOP = id(0xd1);

export const by = (person: string): Actor => ({ kind: 'person', person, workstation: 'W-1' });
export const draft = (kind: string, body: unknown): EventDraft => ({ id: nextId(), kind, body });
export const note = (text: string): EventDraft => draft('note written', { text });
export const granted = (person: string): EventDraft => draft('access granted', { person, as: 'maker' });
export const revoked = (person: string): EventDraft => draft('access revoked', { person });

export const write = (stream: StreamId, expectedVersion: number, events: EventDraft[], person = ANN): AppendItem => ({
  writes: [{ stream, expectedVersion, events, actor: by(person), madeAt: T0 }],
  command: null,
  audit: [],
});

export const hashOf = (inner: string): string => createHash('sha256').update(inner).digest('hex');
export type CommandSpec = {
  id?: string;
  desktop?: string;
  incarnation?: number;
  stream?: StreamId;
  number: number;
  inner?: string;
  answer?: AnswerToStore;
  person?: string;
};
export const command = (spec: CommandSpec): CommandToStore => {
  const commandId = spec.id ?? nextId();
  return {
    outer: {
      id: commandId,
      desktop: spec.desktop ?? DESKTOP,
      incarnation: spec.incarnation ?? 1,
      case: spec.stream ?? CASE_A,
      number: spec.number,
      kind: 'write note',
      schema: 1,
      hash: hashOf(spec.inner ?? commandId),
      urgent: false,
    },
    person: spec.person ?? ANN,
    answer: spec.answer ?? { status: 'accepted' },
  };
};
export const withCommand = (item: AppendItem, stored: CommandToStore): AppendItem => ({ ...item, command: stored });

/** The one result of one item, which must have been appended. */
export async function appended(log: EventLog, item: AppendItem): Promise<Extract<AppendResult, { status: 'appended' }>> {
  const [result] = await log.append([item]);
  if (result?.status !== 'appended') throw new Error(`not appended: ${JSON.stringify(result)}`);
  return result;
}

export async function one(log: EventLog, item: AppendItem): Promise<AppendResult> {
  const [result] = await log.append([item]);
  if (result === undefined) throw new Error('no result');
  return result;
}

export async function temporaryFolder(): Promise<{ folder: string; dispose: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'aidline-log-'));
  return { folder, dispose: () => rm(folder, { recursive: true, force: true }) };
}

/** A small rule with the shape of TP6: a secret's body is its author's until it is released to somebody. */
export type FakeState = { version: number; bodies: unknown[]; released: string[] };
export const fakeRules: CaseRules<FakeState> = {
  evolve: (state, event: FoldedEvent) => ({
    version: event.version,
    bodies: [...(state?.bodies ?? []), event.body],
    released: event.kind === 'released' && event.body !== null ? [...(state?.released ?? []), (event.body as { to: string }).to] : (state?.released ?? []),
  }),
  mayReadBody: (full, event, reader) => event.kind !== 'secret written' || event.actor.person === reader || full.released.includes(reader),
  releasesTo: (_full, event) => (event.kind === 'released' ? [(event.body as { to: string }).to] : []),
};
/** Cases folded beside the log, as a centre keeps them; of each it knows who wrote secrets into it. */
export function fakeFolds(log: EventLog): Folds<FakeState> {
  const kept = new Map<StreamId, FakeState>();
  const authors = new WeakMap<FakeState, readonly string[]>();
  log.onAppended(({ events }) => {
    for (const { envelope, body } of events) {
      const before = kept.get(envelope.case) ?? null;
      const state = fakeRules.evolve(before, { ...envelope, body });
      const earlier = before === null ? [] : (authors.get(before) ?? []);
      authors.set(state, envelope.kind === 'secret written' ? [...earlier, envelope.actor.person ?? ''] : earlier);
      kept.set(envelope.case, state);
    }
  });
  return {
    from: (stream, version) => {
      const state = kept.get(stream);
      return state === undefined || state.version < version ? null : { state, version: state.version };
    },
    seesWhole: (full, reader) => full.released.includes(reader) || (authors.get(full) ?? []).every((author) => author === reader),
  };
}
export const secret = (text: string): EventDraft => draft('secret written', { text });
export const released = (to: string): EventDraft => draft('released', { to });
