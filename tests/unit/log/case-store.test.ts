import { expect, it } from 'vitest';
import { CaseStore } from '../../../server/cases/case-store.ts';
import type { EventLog, StoredEvent } from '../../../server/log/log.ts';

const A = '01950000-0000-7000-8000-00000000000a';
const B = '01950000-0000-7000-8000-00000000000b';
const at = '2026-03-02T01:00:00.000Z';
const note = (stream: string, version: number): StoredEvent => ({
  position: version,
  envelope: {
    id: `01950000-0000-7000-8000-0000000001${version}0`, case: stream, version, kind: 'note written', schema: 1, actor: { kind: 'server', person: null, workstation: null },
    times: { said: null, made: at, recorded: at }, command: null, bodyHash: '0'.repeat(64), link: '0'.repeat(64),
  },
  body: { noteId: `01950000-0000-7000-8000-0000000002${version}0`, text: `${version}` },
});

/** A log that counts what it is asked to bring. */
function aLog() {
  const events: StoredEvent[] = [];
  let brought = 0;
  const readStream = async (stream: string, from: number): Promise<StoredEvent[]> => {
    const found = events.filter(({ envelope }) => envelope.case === stream && envelope.version >= from);
    brought += found.length;
    return found;
  };
  return { events, brought: () => brought, cases: new CaseStore({ readStream } as unknown as EventLog) };
}

it('goes on with what was just committed and asks the log for nothing of it again', async () => {
  const { events, brought, cases } = aLog();
  events.push(note(A, 1), note(A, 2));
  expect((await cases.load(A))?.version).toBe(2);
  const commit = [note(A, 3), note(B, 1), note(A, 4)];
  events.push(...commit);
  cases.follow(commit);
  expect([(await cases.load(A))?.notes.map(({ text }) => text), (await cases.load(B))?.version, brought()]).toEqual([['1', '2', '3', '4'], 1, 2]);
});

it('[PR7] holds nothing more of a case that was forgotten, until it is read whole', async () => {
  const { events, brought, cases } = aLog();
  events.push(note(A, 1), note(A, 2));
  await cases.load(A);
  cases.forget(A);
  events.push(note(A, 3));
  cases.follow([note(A, 3)]);
  expect([(await cases.load(A))?.version, brought()]).toEqual([3, 5]);
});

it('a commit that it was not told of is read on from where it stands', async () => {
  const { events, brought, cases } = aLog();
  events.push(note(A, 1));
  await cases.load(A);
  events.push(note(A, 2), note(A, 3));
  cases.follow([note(A, 3)]);
  expect([(await cases.load(A))?.version, brought()]).toEqual([3, 3]);
});

/** As many cases as a centre of thousands of seats has in hand, each with one event, and every second one closed. */
const inHand = (count: number): StoredEvent[] => Array.from({ length: count }, (_, n) => {
  const stream = `01950000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
  const closed = note(stream, 2);
  return n % 2 === 0 ? [note(stream, 1)] : [note(stream, 1), { ...closed, envelope: { ...closed.envelope, kind: 'case closed' }, body: { outcome: 'done' } }];
}).flat();

it('keeps every open case, however many there are, and of the closed ones those used last', () => {
  const { cases } = aLog();
  const events = inHand(9_000);
  cases.follow(events);
  const held = (closed: boolean): number => [...new Set(events.map(({ envelope }) => envelope.case))].filter((stream) => {
    const state = cases.held(stream);
    return state !== null && (state.closed !== null) === closed;
  }).length;
  expect([held(false), held(true)]).toEqual([4_500, 2_000]);
  expect(cases.held(events.at(-1)!.envelope.case)?.closed).not.toBeNull();
});
