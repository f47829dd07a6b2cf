import { expect, it } from 'vitest';
import { recogniseCaller } from '../../../server/cases/read-facts.ts';
import { Bench, CAST } from '../../control/bench-centre.ts';

const maker = CAST[0]!;

/** A call of a known customer that the maker has answered; nothing was read for them yet. */
async function answered(): Promise<{ bench: Bench; caseId: string }> {
  const bench = await Bench.open();
  const caseId = bench.newId();
  await bench.record(caseId, 'phones', [
    { kind: 'case opened', body: { reason: 'call', callId: null, fromCase: null, number: null, queue: 'es' } },
    { kind: 'access granted', body: { person: maker.id, as: 'owner' } },
    { kind: 'customer identified', body: { customerId: 'c-1', how: 'number' } },
  ]);
  return { bench, caseId };
}

const readings = async ({ log }: Bench, caseId: string): Promise<number> => (await log.readStream(caseId as never, 1)).filter(({ envelope }) => envelope.kind === 'facts read').length;
const views = async ({ log }: Bench): Promise<number> => (await log.auditAfter(0, 1_000)).filter(({ kind }) => kind === 'customer viewed').length;

it('[PR8] a call that is answered while the bank still reads for its offer is read once, and one view is recorded', async () => {
  const { bench, caseId } = await answered();
  await Promise.all([recogniseCaller(bench.centre, caseId, maker.id), recogniseCaller(bench.centre, caseId, maker.id)]);
  expect(await readings(bench, caseId)).toBe(1);
  expect(await views(bench)).toBe(1);
  await bench.close();
});

it('[PR8] where the bank did not answer for the offer, whoever answered the call has it asked again', async () => {
  const { bench, caseId } = await answered();
  bench.bank.silentReads = 1;
  await Promise.all([recogniseCaller(bench.centre, caseId, maker.id), recogniseCaller(bench.centre, caseId, maker.id)]);
  expect(await readings(bench, caseId)).toBe(1);
  await bench.close();
});

it('[PR8] a reading that threw keeps nobody from the next', async () => {
  const { bench, caseId } = await answered();
  const { bank } = bench;
  const read = bank.read.bind(bank);
  bank.read = () => {
    bank.read = read;
    return Promise.reject(new Error('the line broke'));
  };
  const [first, second] = await Promise.allSettled([recogniseCaller(bench.centre, caseId, maker.id), recogniseCaller(bench.centre, caseId, maker.id)]);
  expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
  expect(await readings(bench, caseId)).toBe(1);
  await bench.close();
});
