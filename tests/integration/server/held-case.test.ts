import { afterEach, beforeEach, expect, it } from 'vitest';
import type { StreamId } from '#shared/protocol/ids.ts';
import { Bench, CAST } from '../../control/bench-centre.ts';

const MAKER = CAST[0]!;
const OTHER = CAST[1]!;
let bench: Bench;
let caseId: string;
beforeEach(async () => {
  bench = await Bench.open();
  caseId = bench.newId();
  await bench.send(MAKER, 'open case', caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });
  await bench.state(caseId);
});
afterEach(async () => {
  await bench.close();
});

/** What another node appends, of which this one has not heard. */
async function elsewhere(kind: string, body: unknown): Promise<void> {
  const expectedVersion = await bench.log.lastVersion(caseId as StreamId);
  const [result] = await bench.log.append([{ writes: [{ stream: caseId as StreamId, expectedVersion, events: [{ id: bench.newId(), kind, body }], actor: { kind: 'server', person: null, workstation: null }, madeAt: bench.now() }], command: null, audit: [] }]);
  expect(result?.status).toBe('appended');
}

it('[SY2] [SY5] what is accepted on a case that is held too old is decided again on what is there', async () => {
  await elsewhere('note written', { noteId: bench.newId(), text: 'from elsewhere' });
  expect(bench.centre.cases.held(caseId)?.version).toBe(2);
  expect(await bench.send(MAKER, 'write note', caseId, { noteId: bench.newId(), text: 'mine' })).toMatchObject({ status: 'accepted', version: 4 });
  expect((await bench.state(caseId))?.notes.map(({ text }) => text)).toEqual(['from elsewhere', 'mine']);
});

it('[SY3] [PR3] nothing is refused for what is only held too old', async () => {
  await elsewhere('access granted', { person: OTHER.id, as: 'owner' });
  expect(bench.centre.cases.held(caseId)?.access[OTHER.id]).toBeUndefined();
  expect(await bench.send(OTHER, 'write note', caseId, { noteId: bench.newId(), text: 'the new owner' })).toMatchObject({ status: 'accepted', version: 4 });
});

it('[PR3] [SY6] whoever has lost the case elsewhere does nothing in it', async () => {
  await elsewhere('access granted', { person: OTHER.id, as: 'owner' });
  await elsewhere('access revoked', { person: MAKER.id });
  expect(bench.centre.cases.held(caseId)?.owner).toBe(MAKER.id);
  expect(await bench.send(MAKER, 'write note', caseId, { noteId: bench.newId(), text: 'late' })).toMatchObject({ status: 'refused', refusal: { code: 'not-your-case' } });
});
