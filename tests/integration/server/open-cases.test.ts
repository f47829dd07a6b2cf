import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { StreamId } from '#shared/protocol/ids.ts';
import { CaseStore } from '../../../server/cases/case-store.ts';
import { OpenCases } from '../../../server/cases/open-cases.ts';
import type { EventLog } from '../../../server/log/log.ts';
import { Bench, CAST } from '../../control/bench-centre.ts';

/** As a database across a network: others append while a case is being read. */
function slowly(log: EventLog): EventLog {
  return new Proxy(log, {
    get(target, name: keyof EventLog) {
      if (name !== 'readStream') return (target[name] as (...args: unknown[]) => unknown).bind(target);
      return async (...args: Parameters<EventLog['readStream']>) => {
        const events = await target.readStream(...args);
        await turn();
        await turn();
        return events;
      };
    },
  });
}

it('[SY5] what is appended while the open cases are read at the start is neither missed nor undone, and each case is told once', async () => {
  const bench = await Bench.open();
  const ids = Array.from({ length: 4 }, () => bench.newId());
  for (const id of ids) await bench.send(CAST[0]!, 'open case', id, { reason: 'by-hand', callId: null, fromCase: null, number: null });
  const open = new OpenCases(new CaseStore(slowly(bench.log)), (error) => expect.unreachable(String(error)));
  const told: string[] = [];
  const others: Promise<unknown>[] = [];
  const append = (id: string, kind: string, body: unknown): void => void others.push(bench.log.lastVersion(id as StreamId).then((expectedVersion) => bench.log.append([
    { writes: [{ stream: id as StreamId, expectedVersion, events: [{ id: bench.newId(), kind, body }], actor: { kind: 'server', person: null, workstation: null }, madeAt: bench.now() }], command: null, audit: [] },
  ])));
  await open.start(bench.log, '', (state) => {
    told.push(state.id);
    if (told.length > 1) return;
    for (const id of ids.slice(0, 2)) append(id, 'case closed', { outcome: 'done' });
    append(ids[2]!, 'note written', { noteId: bench.newId(), text: 'meanwhile' });
  });
  await Promise.all(others);
  await open.settled();
  expect(told.toSorted()).toEqual(ids.toSorted());
  expect(open.all().map(({ id, version }) => [id, version]).toSorted()).toEqual([[ids[2], 3], [ids[3], 2]].toSorted());
  await bench.close();
});

it('[PR7] a case that was being read when one of its bodies was erased is not held with it', async () => {
  const bench = await Bench.open();
  const id = bench.newId();
  await bench.send(CAST[0]!, 'open case', id, { reason: 'by-hand', callId: null, fromCase: null, number: null });
  await bench.send(CAST[0]!, 'write note', id, { noteId: bench.newId(), text: 'erased' });
  let erased = false;
  const log = new Proxy(slowly(bench.log), {
    get: (target, name: keyof EventLog) => (name !== 'readStream' ? target[name] : async (...args: Parameters<EventLog['readStream']>) => {
      const gone = erased;
      const events = await target.readStream(...args);
      return events.map((event) => (gone && event.envelope.kind === 'note written' ? { ...event, body: null } : event));
    }),
  });
  const open = new OpenCases(new CaseStore(log), (error) => expect.unreachable(String(error)));
  await open.start(bench.log, '');
  const before = open.forget(id);
  erased = true;
  await Promise.all([before, open.forget(id)]);
  expect(open.get(id)).toMatchObject({ version: 3, notes: [], withheld: [{ version: 3, kind: 'note written' }] });
  expect(open.folded(id)).toEqual(open.get(id));
  await bench.close();
});
