import { expect, it } from 'vitest';
import { CaseStore } from '../../../server/cases/case-store.ts';
import { OpenCases } from '../../../server/cases/open-cases.ts';
import { CallKeeper } from '../../../server/calls/call-keeper.ts';
import { Bench, CAST } from '../../control/bench-centre.ts';

const DAY_MS = 86_400_000;

/** A case that a call opened, closed then and there. */
async function closedCase(bench: Bench): Promise<{ caseId: string; callId: string }> {
  const [caseId, callId] = [bench.newId(), bench.newId()];
  await bench.send(CAST[0]!, 'open case', caseId, { reason: 'by-hand', callId, fromCase: null, number: null });
  await bench.send(CAST[0]!, 'close case', caseId, { outcome: 'done' });
  return { caseId, callId };
}

/** As at a start of the server so long after. */
async function startedAfter(bench: Bench, days: number): Promise<{ keeper: CallKeeper; open: OpenCases; read: string[]; later(more: number): void }> {
  let at = Date.parse(bench.now()) + days * DAY_MS;
  const keeper = new CallKeeper({ ...bench.centre, clock: { ...bench.centre.clock, now: () => new Date(at).toISOString() } });
  const open = new OpenCases(new CaseStore(bench.log), (error) => expect.unreachable(String(error)));
  const read: string[] = [];
  await open.start(bench.log, keeper.since(), (state) => {
    read.push(state.id);
    keeper.note(state);
  });
  return { keeper, open, read, later: (more) => { at += more * DAY_MS; } };
}

it('[CT1] [OP1] a call of a closed case finds it for a week, over a start too; what was closed before is not read at a start', async () => {
  const bench = await Bench.open();
  const { caseId, callId } = await closedCase(bench);
  const openId = bench.newId();
  await bench.send(CAST[0]!, 'open case', openId, { reason: 'by-hand', callId: null, fromCase: null, number: null });

  const soon = await startedAfter(bench, 6);
  expect(soon.keeper.casesOf(callId)).toEqual([caseId]);
  expect(soon.open.all().map(({ id }) => id)).toEqual([openId]);
  expect(soon.read.toSorted()).toEqual([caseId, openId].toSorted());

  const late = await startedAfter(bench, 8);
  expect(late.keeper.casesOf(callId)).toEqual([]);
  expect(late.read).toEqual([openId]);
  await bench.close();
});

it('[OP1] a centre that goes on for months forgets the calls of cases that were closed long ago, and of no others', async () => {
  const bench = await Bench.open();
  const { callId } = await closedCase(bench);
  const openId = bench.newId();
  const openCall = bench.newId();
  await bench.send(CAST[0]!, 'open case', openId, { reason: 'by-hand', callId: openCall, fromCase: null, number: null });
  const { keeper, open, later } = await startedAfter(bench, 1);
  later(20);
  keeper.note(open.get(openId)!);
  expect(keeper.casesOf(callId)).toEqual([]);
  expect(keeper.casesOf(openCall)).toEqual([openId]);
  await bench.close();
});
