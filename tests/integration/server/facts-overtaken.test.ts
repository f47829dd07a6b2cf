import { expect, it } from 'vitest';
import { readFactsInto } from '../../../server/cases/read-facts.ts';
import { Bench, CAST } from '../../control/bench-centre.ts';

it('[FL6] a reading of the server’s own that comes late leaves the figures that the agent had quoted meanwhile', async () => {
  const bench = await Bench.open();
  const maker = CAST[0]!;
  const caseId = bench.newId();
  await bench.send(maker, 'open case', caseId, { reason: 'by-hand', callId: null, fromCase: null, number: null });
  await readFactsInto(bench.centre, caseId, maker.id, 'call', [], { customerId: 'c-1', how: 'search' });

  const { bank } = bench;
  const read = bank.read.bind(bank);
  const held = Promise.withResolvers<void>();
  bank.read = (asked) => {
    bank.read = read;
    return held.promise.then(() => read(asked));
  };
  const late = readFactsInto(bench.centre, caseId, maker.id, 'refresh', []);
  bench.nowMs += 1_000;
  const planIds = bank.planIds('c-1').slice(0, 1);
  await readFactsInto(bench.centre, caseId, maker.id, 'refresh', planIds);
  bench.nowMs += 1_000;
  held.resolve();
  expect(await late).toEqual({ ok: true });
  expect((await bench.state(caseId))?.facts[maker.id]?.quotes.map(({ planId }) => planId)).toEqual(planIds);

  // One that was asked for afterwards is what the bank says now.
  await readFactsInto(bench.centre, caseId, maker.id, 'refresh', []);
  expect((await bench.state(caseId))?.facts[maker.id]?.quotes).toEqual([]);
  await bench.close();
});
