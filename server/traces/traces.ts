/**
 * Traces of commands, from the press to the booking (`--traces`). The id of a command is the id of its trace: a UUIDv7 is
 * sixteen bytes, as a trace id is, and its last eight are the id of the root span. So what several nodes tell of one command
 * is one trace by construction, and nothing is added to the wire. Attributes are ids, kinds and codes only (PR4).
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { AppendItem, AppendResult, EventLog, StoredEvent } from '../log/log.ts';

export type Attributes = Record<string, string | number | boolean>;
export type Span = {
  /** The command whose trace it is in. */
  command: string;
  name: 'press' | 'wait' | 'take' | 'decide' | 'append' | 'fan-out' | 'book' | 'inquire' | 'bank read' | 'bank book' | 'bank inquire';
  /** Milliseconds since 1970, with fractions. */
  beganMs: number;
  endedMs: number;
  attributes: Attributes;
  failed: boolean;
};

/** Where spans go; never waited for. */
export type SpanSink = { told(span: Span): void; stop(): Promise<void> };

/** `within`: what is done now is done for this command. `arrivedMs`: of the message that it came in. */
type Doing = { command: string | null; arrivedMs: number };

/** Executions whose outcome may still be told of; of an older one the log is asked. */
const EXECUTIONS = 2_000;
const STARTED = 'execution started';

export const traceIdOf = (command: string): string => command.replaceAll('-', '');
/** Never zero: the first bits of these bytes are the variant of the UUID. */
export const rootSpanIdOf = (command: string): string => traceIdOf(command).slice(16);

const operationOf = (body: unknown): string | null =>
  typeof body === 'object' && body !== null && 'operationId' in body && typeof body.operationId === 'string' ? body.operationId : null;

export class Traces {
  readonly #sink: SpanSink;
  readonly #log: Pick<EventLog, 'readStream'>;
  readonly #now: () => string;
  readonly #doing = new AsyncLocalStorage<Doing>();
  /** The command that ordered each execution. */
  readonly #executions = new Map<string, string>();

  /** @param now the centre's clock, which commands were made by */
  constructor(sink: SpanSink, log: Pick<EventLog, 'readStream' | 'onAppended'>, now: () => string) {
    this.#sink = sink;
    this.#log = log;
    this.#now = now;
    log.onAppended(({ events }) => {
      for (const event of events) if (event.envelope.kind === STARTED) this.#note(event);
    });
  }

  nowMs(): number {
    return performance.timeOrigin + performance.now();
  }

  /** A message with commands has arrived. */
  taking<T>(work: () => Promise<T>): Promise<T> {
    return this.#doing.run({ command: null, arrivedMs: this.nowMs() }, work);
  }

  /** What `work` asks of the bank and appends is done for this command. */
  within<T>(command: string, work: () => Promise<T>): Promise<T> {
    return this.#doing.run({ command, arrivedMs: this.#doing.getStore()?.arrivedMs ?? this.nowMs() }, work);
  }

  /** One step of what is done for a command now, told with the kind of its answer; outside of all commands nothing is told. */
  async step<T extends { kind: string } | void>(name: Span['name'], attributes: Attributes, work: () => Promise<T>): Promise<T> {
    const command = this.#doing.getStore()?.command ?? null;
    if (command === null) return work();
    const beganMs = this.nowMs();
    let answer: string | null = null;
    try {
      const value = await work();
      answer = value?.kind ?? 'done';
      return value;
    } finally {
      this.#tell(command, name, beganMs, { ...attributes, ...(answer === null ? {} : { 'aidline.answer': answer }) }, answer === null);
    }
  }

  decided(command: string, kind: string, beganMs: number): void {
    this.#tell(command, 'decide', beganMs, { 'aidline.kind': kind }, false);
  }

  /** @param ms from the commit until it was handed to one desktop's wire */
  fannedOut(ms: number, events: readonly StoredEvent[]): void {
    const endedMs = this.nowMs();
    const commands = new Set(events.map((event) => event.envelope.command ?? this.#executions.get(operationOf(event.body) ?? '') ?? null));
    for (const command of commands) if (command !== null) this.#tell(command, 'fan-out', endedMs - ms, {}, false, endedMs);
  }

  /** The command that ordered the execution of an operation, from wherever it was taken; null where the log has none. */
  async commandOf(caseId: string, operationId: string): Promise<string | null> {
    const known = this.#executions.get(operationId);
    if (known !== undefined) return known;
    // A log that cannot be read now costs a trace, and no booking.
    const events = await this.#log.readStream(caseId as Parameters<EventLog['readStream']>[0], 1).catch(() => []);
    for (const event of events) if (event.envelope.kind === STARTED) this.#note(event);
    return this.#executions.get(operationId) ?? null;
  }

  /** From here on every append of this log is told in the traces of the commands that it stores, or is made for. */
  watch(log: Pick<EventLog, 'append'>): void {
    const append = log.append.bind(log);
    log.append = async (items) => {
      const beganMs = this.nowMs();
      const results = await append(items);
      items.forEach((item, index) => {
        const result = results[index];
        if (result !== undefined) this.#appended(item, result, beganMs);
      });
      return results;
    };
  }

  async stop(): Promise<void> {
    await this.#sink.stop();
  }

  #appended(item: AppendItem, result: AppendResult, beganMs: number): void {
    const doing = this.#doing.getStore();
    const outer = item.command?.outer ?? null;
    const command = outer?.id ?? doing?.command ?? null;
    if (command === null) return;
    const endedMs = this.nowMs();
    const events = result.status === 'appended' ? result.envelopes.length : 0;
    this.#tell(command, 'append', beganMs, { 'aidline.status': result.status, 'aidline.events': events }, result.status === 'failed', endedMs);
    // The root is told once: where the command is stored, whatever is sent again.
    if (outer === null || item.command === null || result.status !== 'appended') return;
    const { answer } = item.command;
    const arrivedMs = doing?.arrivedMs ?? beganMs;
    // A refused one is stored without what it was made of: its press is not older than its arrival here.
    const madeAt = item.writes[0]?.madeAt;
    const waited = madeAt === undefined ? 0 : Math.max(0, Date.parse(this.#now()) - Date.parse(madeAt) - (endedMs - arrivedMs));
    const about = { 'aidline.command': outer.id, 'aidline.case': outer.case, 'aidline.kind': outer.kind, 'aidline.answer': answer.status, ...(answer.status === 'refused' ? { 'aidline.refusal': answer.refusal.code } : {}) };
    this.#tell(command, 'press', arrivedMs - waited, about, false, endedMs);
    this.#tell(command, 'wait', arrivedMs - waited, { 'aidline.urgent': outer.urgent }, false, arrivedMs);
    this.#tell(command, 'take', arrivedMs, { 'aidline.kind': outer.kind }, false, endedMs);
  }

  #tell(command: string, name: Span['name'], beganMs: number, attributes: Attributes, failed: boolean, endedMs = this.nowMs()): void {
    try {
      this.#sink.told({ command, name, beganMs, endedMs, attributes, failed });
    } catch {
      // What is told must never undo what was done.
    }
  }

  #note({ envelope, body }: StoredEvent): void {
    const operation = operationOf(body);
    if (operation === null || envelope.command === null) return;
    this.#executions.set(operation, envelope.command);
    if (this.#executions.size > EXECUTIONS) this.#executions.delete(this.#executions.keys().next().value!);
  }
}

/** A step that is told of where traces are on, and is only done where they are not. */
export const step = <T extends { kind: string } | void>(traces: Traces | undefined, name: Span['name'], attributes: Attributes, work: () => Promise<T>): Promise<T> =>
  traces === undefined ? work() : traces.step(name, attributes, work);

/** What is done for one command, in its trace. */
export const forCommand = <T>(traces: Traces | undefined, command: string, work: () => Promise<T>): Promise<T> => (traces === undefined ? work() : traces.within(command, work));

/** One line of an execution, in the trace of the command that ordered it. */
export async function forExecution(traces: Traces | undefined, name: Span['name'], about: { caseId: string; operationId: string; lineId: string }, work: () => Promise<void>): Promise<void> {
  if (traces === undefined) return work();
  const command = await traces.commandOf(about.caseId, about.operationId);
  if (command === null) return work();
  return traces.within(command, () => traces.step(name, { 'aidline.case': about.caseId, 'aidline.operation': about.operationId, 'aidline.line': about.lineId }, work));
}
