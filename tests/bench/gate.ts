/**
 * `gate`: executions a second through the whole gate (TP1–TP5, TP7, TP8, TP13): facts read, everything judged, `execution
 * started` appended, the bank asked to book, its answer appended. The bank answers at once. Reference: the same log, the same
 * batches and number of events appended as they are, with two bare `crypto.verify` and one SHA-256 an execution.
 */
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { ADMINISTRATION, customerStream, type StreamId } from '#shared/protocol/ids.ts';
import { bookStartedLines } from '../../server/operations/book-lines.ts';
import type { AppendItem, StreamWrite } from '../../server/log/log.ts';
import { Bench, CAST } from '../control/bench-centre.ts';
import { orderBody, playMove, type Play } from '../control/moves.ts';
import { atLeast, inTurn, side, type Bench as Benchmark } from './result.ts';

const BATCH = 20;
const BATCHES = 2;
const MAKER = CAST[0]!;
const actor = { kind: 'person', person: MAKER.id, workstation: 'ws' } as const;

type Ready = { caseId: string; customer: string; operationId: string };

/** One matter a customer, ready to be ordered: high value, reviewed, confirmed. */
async function prepare(bench: Bench, customers: readonly string[], say: (line: string) => void): Promise<Ready[]> {
  const ready: Ready[] = [];
  for (const customer of customers) {
    const play: Play = { bench, matters: [] };
    const caseId = bench.newId();
    await bench.record(caseId, 'phones', [
      { kind: 'case opened', body: { reason: 'call', callId: null, fromCase: null, number: null, queue: 'es' } },
      { kind: 'access granted', body: { person: MAKER.id, as: 'owner' } },
      { kind: 'customer identified', body: { customerId: customer, how: 'search' } },
    ]);
    play.matters.push({ caseId, customer, operationId: null });
    for (let step = 0; step < 40; step += 1) {
      const state = await bench.state(caseId);
      const operationId = play.matters[0]!.operationId;
      if (operationId !== null && state?.operations[operationId]?.confirmation?.proofAt != null) {
        ready.push({ caseId, customer, operationId });
        break;
      }
      bench.nowMs += 1;
      await playMove(play, { what: 0, who: 0, a: 0, b: 0 });
    }
    if (ready.length % 50 === 0) say(`${ready.length} of ${customers.length} matters are ready`);
  }
  if (ready.length !== customers.length) throw new Error('not every matter got ready');
  return ready;
}

export const gate: Benchmark = {
  name: 'gate',
  async run({ runs, say }) {
    const customers = Array.from({ length: (runs + 1) * BATCH * BATCHES }, (_, index) => `b-${index}`);
    const bench = await Bench.open(customers);
    const ready = await prepare(bench, customers, say);
    bench.syncEachCommit();
    const [mine, other] = [[] as number[], [] as number[]];
    const bodies: { started: unknown; after: { kind: string; body: unknown }[] }[] = [];

    const execute = async ({ caseId, operationId }: Ready): Promise<void> => {
      const state = await bench.state(caseId);
      const operation = state!.operations[operationId]!;
      const result = await bench.send(MAKER, 'order execution', caseId, orderBody(bench, state!, operation, MAKER));
      if (result.status !== 'accepted') throw new Error(JSON.stringify(result));
      await bookStartedLines(bench.centre, caseId);
    };
    const ours = async (): Promise<void> => {
      const part = ready.splice(0, BATCH * BATCHES);
      const before = new Map<string, number>();
      for (const one of part) before.set(one.caseId, (await bench.state(one.caseId))!.version);
      const began = performance.now();
      for (let n = 0; n < part.length; n += BATCH) await Promise.all(part.slice(n, n + BATCH).map(execute));
      mine.push((part.length * 1000) / (performance.now() - began));
      for (const one of part) {
        const events = await bench.log.readStream(one.caseId as StreamId, before.get(one.caseId)! + 1);
        const [started, ...after] = events.map(({ envelope, body }) => ({ kind: envelope.kind, body }));
        bodies.push({ started: started!.body, after });
      }
      const done = await Promise.all(part.map(async (one) => (await bench.state(one.caseId))!.operations[one.operationId]!.status));
      if (done.some((status) => status !== 'done')) throw new Error(`not everything was booked: ${done.join(', ')}`);
    };

    await ours();
    mine.length = 0;
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const message = Buffer.from('aidline/1/order\n0123456789abcdef0123456789abcdef');
    const signature = sign(null, message, privateKey);
    const payload = Buffer.alloc(4_000, 'x');
    const base = (): Pick<StreamWrite, 'actor' | 'madeAt'> => ({ actor, madeAt: bench.now() });
    const reference = async (): Promise<void> => {
      const streams = Array.from({ length: BATCH * BATCHES }, () => ({ stream: uuidv7() as StreamId, ledger: customerStream(`r-${uuidv7()}`) }));
      await bench.log.append(streams.map(({ stream }) => ({ writes: [{ ...base(), stream, expectedVersion: 0, events: [{ id: uuidv7(), kind: 'reference opened', body: {} }] }], command: null, audit: [] })));
      const centre = bench.centre.administration.state.version;
      const began = performance.now();
      const one = async (index: number): Promise<void> => {
        const { stream, ledger } = streams[index]!;
        const { started, after } = bodies[index]!;
        if (!verify(null, message, publicKey, signature) || !verify(null, message, publicKey, signature)) throw new Error('a signature did not verify');
        createHash('sha256').update(payload).digest();
        const id = uuidv7();
        const first: AppendItem = {
          writes: [
            { ...base(), stream, expectedVersion: 1, events: [{ id: uuidv7(), kind: 'reference started', body: started }] },
            { ...base(), stream: ADMINISTRATION, expectedVersion: centre, events: [] },
            { ...base(), stream: ledger, expectedVersion: 0, events: [{ id: uuidv7(), kind: 'operation opened', body: {} }] },
          ],
          command: { outer: { id, desktop: uuidv7(), incarnation: 1, case: stream, number: 1, kind: 'order execution', schema: 1, hash: createHash('sha256').update(id).digest('hex'), urgent: false }, person: MAKER.id, answer: { status: 'accepted' } },
          audit: [],
        };
        const second: AppendItem = {
          writes: [
            { ...base(), stream, expectedVersion: 2, events: after.map(({ kind, body }) => ({ id: uuidv7(), kind: `reference ${kind}`, body })) },
            { ...base(), stream: ledger, expectedVersion: 1, events: [{ id: uuidv7(), kind: 'operation ended', body: {} }] },
          ],
          command: null, audit: [],
        };
        for (const item of [first, second]) {
          const [result] = await bench.log.append([item]);
          if (result?.status !== 'appended') throw new Error(JSON.stringify(result));
        }
      };
      for (let n = 0; n < streams.length; n += BATCH) await Promise.all(Array.from({ length: BATCH }, (_, index) => one(n + index)));
      other.push((streams.length * 1000) / (performance.now() - began));
    };
    await reference();
    other.length = 0;
    await inTurn(runs, ours, reference);
    const verdict = await bench.close();
    // A figure of a gate that lets the wrong thing through is none.
    if (verdict.violations.length > 0) throw new Error(verdict.violations.slice(0, 3).join('\n'));
    const [a, b] = [side(mine.map((rate) => [rate]), 'low'), side(other.map((rate) => [rate]), 'low')];
    const ratio = a.median / b.median;
    return {
      bench: 'gate', unit: 'executions/s', better: 'higher', ours: a, reference: b, ratio, aims: [atLeast('ratio', 0.6, ratio)],
      notes: [`${BATCH} executions at once, one line each, two commits an execution, synchronous FULL`, 'bodies unsealed on both sides; facts are read and lines booked in memory'],
    };
  },
};
