import { describe, expect, it } from 'vitest';
import type { Appended, AppendItem, AppendResult, EventLog, StoredEvent } from '../../../server/log/log.ts';
import { forCommand, forExecution, rootSpanIdOf, step, traceIdOf, Traces, type Span } from '../../../server/traces/traces.ts';

const COMMAND = '01a22d81-1a70-7237-bfd2-521b119cfbc1';
const CASE = '01a22d81-0000-7000-8000-000000000001';
const NOW = '2026-11-24T06:00:00.000Z';

/** A log that stores whatever it is given, and a sink that keeps. */
function stage(stored: readonly StoredEvent[] = []) {
  const spans: Span[] = [];
  const listeners: ((appended: Appended) => void)[] = [];
  const log = {
    onAppended: (listener: (appended: Appended) => void) => {
      listeners.push(listener);
      return () => undefined;
    },
    readStream: async () => [...stored],
    append: async (items: AppendItem[]) => items.map(() => ({ status: 'appended', versions: {}, position: 1, envelopes: [], recordedAt: NOW, answer: null }) as AppendResult),
  } as unknown as EventLog;
  const traces = new Traces({ told: (span) => void spans.push(span), stop: async () => undefined }, log, () => NOW);
  traces.watch(log);
  return { spans, log, traces, tell: (events: StoredEvent[]) => listeners.forEach((listener) => listener({ from: 0, to: 1, events, readers: [], feeds: new Map() })) };
}

const item = (madeAt: string): AppendItem => ({
  writes: [{ stream: CASE as never, expectedVersion: 0, events: [], actor: { kind: 'person', person: 'p' as never, workstation: 'w' }, madeAt }],
  command: { outer: { id: COMMAND, desktop: COMMAND, incarnation: 1, case: CASE as never, number: 1, kind: 'order execution', schema: 1, urgent: false, hash: 'a' }, person: 'p' as never, answer: { status: 'accepted' } },
  audit: [],
});
const event = (kind: string, command: string | null): StoredEvent => ({ position: 1, envelope: { kind, command } as StoredEvent['envelope'], body: { operationId: 'operation' } });

describe('the traces of commands', () => {
  it('have their ids from the command, so that every node means the same trace', () => {
    expect([traceIdOf(COMMAND), rootSpanIdOf(COMMAND)]).toEqual(['01a22d811a707237bfd2521b119cfbc1', 'bfd2521b119cfbc1']);
  });

  it('[OF1] begin when the command was made, a night before it came', async () => {
    const { spans, log, traces } = stage();
    await traces.taking(() => forCommand(traces, COMMAND, () => log.append([item('2026-11-23T22:00:00.000Z')])));
    const [press, wait, take] = ['press', 'wait', 'take'].map((name) => spans.find((span) => span.name === name)!);
    expect((press!.endedMs - press!.beganMs) / 3_600_000).toBeCloseTo(8, 3);
    expect([wait!.beganMs, wait!.endedMs]).toEqual([press!.beganMs, take!.beganMs]);
    expect(spans.every((span) => span.command === COMMAND)).toBe(true);
  });

  it('do not begin after they ended where a desktop’s clock is ahead', async () => {
    const { spans, log } = stage();
    await log.append([item('2026-11-24T07:00:00.000Z')]);
    for (const span of spans) expect(span.endedMs).toBeGreaterThanOrEqual(span.beganMs);
  });

  it('[TP3] go on at the node that books, from what the log tells every node, or has told before this one began', async () => {
    for (const heard of [true, false]) {
      const started = event('execution started', COMMAND);
      const { spans, traces, tell, log } = stage(heard ? [] : [started]);
      if (heard) tell([started]);
      await forExecution(traces, 'book', { caseId: CASE, operationId: 'operation', lineId: 'line' }, async () => {
        expect(await step(traces, 'bank book', {}, async () => ({ kind: 'no-answer' }))).toEqual({ kind: 'no-answer' });
        await log.append([{ writes: [], command: null, audit: [] }]);
      });
      traces.fannedOut(3, [event('line booked', null), event('execution finished', null)]);
      expect(spans.map(({ name, command, attributes }) => [name, command, attributes['aidline.answer']])).toEqual([
        ['bank book', COMMAND, 'no-answer'], ['append', COMMAND, undefined], ['book', COMMAND, 'done'], ['fan-out', COMMAND, undefined],
      ]);
    }
  });

  it('tell of a step that failed, and let its error through', async () => {
    const { spans, traces } = stage();
    await expect(forCommand(traces, COMMAND, () => step(traces, 'bank read', {}, async () => {
      throw new Error('the name of a customer');
    }))).rejects.toThrow();
    expect(spans).toMatchObject([{ name: 'bank read', failed: true, attributes: {} }]);
  });

  it('[TP3] undo nothing where they cannot be told, and hold no booking up where the log cannot be read', async () => {
    const { spans, log, traces } = stage();
    spans.push = () => {
      throw new Error('a sink that is broken');
    };
    expect(await forCommand(traces, COMMAND, () => log.append([item(NOW)]))).toMatchObject([{ status: 'appended' }]);
    const unread = new Traces({ told: () => undefined, stop: async () => undefined }, { onAppended: () => () => undefined, readStream: async () => Promise.reject(new Error('the disk is gone')) }, () => NOW);
    let booked = false;
    await forExecution(unread, 'book', { caseId: CASE, operationId: 'operation', lineId: 'line' }, async () => void (booked = true));
    expect(booked).toBe(true);
  });

  it('tell nothing of what is done for no command', async () => {
    const { spans, log, traces } = stage();
    await step(traces, 'bank read', {}, async () => ({ kind: 'answer' }));
    await log.append([{ writes: [], command: null, audit: [] }]);
    await forExecution(traces, 'book', { caseId: CASE, operationId: 'of nobody', lineId: 'line' }, async () => undefined);
    traces.fannedOut(1, [event('note written', null)]);
    expect(spans).toEqual([]);
  });
});
