/**
 * Core banking over HTTP. Every answer is parsed; trouble with the line is a value; an order is sent once, because only
 * the caller knows whether the same key may be sent again (TP4, TP10). What changes nothing is repeated a few times.
 */
import { answerSchema, BankError, bankCalls, callBounds, isRepeated, type AnswerOf, type BankCall, type CallKind, type RequestOf } from '#shared/protocol/bank-calls.ts';
import { BookOrder, Rejected, type NoAnswer } from '#shared/protocol/bank.ts';
import type { Bank, BookResult, CallOptions, ReadResult, WriteResult } from './bank.ts';
import { openLine, type LineOptions } from './bank-line.ts';
import { makeCircuit, type CircuitOptions, type Outcome } from './circuit.ts';
import { notSent, silence } from './silence.ts';

export type HttpBankOptions = LineOptions & {
  /** How long each kind of call is waited for altogether, repetitions and all. */
  timeouts?: Partial<Record<CallKind, number>>;
  circuit?: CircuitOptions;
};

/** An order, above all one that stops a card (FL6), must not queue behind readings of a slow bank; a probe tells whether orders would go. */
const goesWithOrders = (kind: CallKind): boolean => kind === 'order' || kind === 'key' || kind === 'probe';

/** Null: the circuit is open, and nothing was asked. */
function answered(outcome: Outcome | null): { kind: 'ok'; body: unknown } | Rejected | NoAnswer {
  if (outcome === null) return silence('paused');
  if ('broke' in outcome) return silence(outcome.broke);
  const { status, body } = outcome;
  if (status === 200) return { kind: 'ok', body };
  if (status === 401 || status === 403) return silence('secret-refused');
  if (status >= 500 || status === 429) return silence('busy');
  const told = BankError.safeParse(body);
  const code = Rejected.shape.code.safeParse(told.data?.code);
  return told.success && code.success ? { kind: 'rejected', code: code.data, text: told.data.text } : silence('malformed');
}

const bears = (body: unknown, key: string): boolean => typeof body === 'object' && body !== null && 'key' in body && body.key === key;

/** Connects nothing until it is asked. */
export function makeHttpBank({ timeouts = {}, circuit: circuitOptions = {}, ...lineOptions }: HttpBankOptions): Bank {
  const [orders, questions] = [openLine(lineOptions), openLine(lineOptions)];
  const circuit = makeCircuit(circuitOptions);
  /** How often an order was begun under a key of which the bank has not told: "not sent" is said of a first and only one. */
  const begun = new Map<string, number>();

  async function ask(call: BankCall, body: unknown, { timeoutMs }: CallOptions): Promise<Outcome | null> {
    const { kind } = bankCalls[call];
    const { attemptMs, mostBytes, ...bounds } = callBounds[kind];
    const whole = AbortSignal.timeout(timeoutMs ?? timeouts[kind] ?? bounds.wholeMs);
    const line = goesWithOrders(kind) ? orders : questions;
    const attempt = (): Promise<Outcome> => line.ask({ path: `/v1/${call}`, body, mostBytes, signal: AbortSignal.any([whole, AbortSignal.timeout(attemptMs)]) });
    return isRepeated(kind) ? circuit.repeated(attempt, whole) : circuit.once(attempt, whole);
  }

  async function read<C extends BankCall>(call: C, request: RequestOf<C>, options: CallOptions = {}): Promise<ReadResult<AnswerOf<C>>> {
    const reply = answered(await ask(call, request, options));
    if (reply.kind !== 'ok') return reply;
    const value = answerSchema(call).safeParse(reply.body);
    return value.success ? { kind: 'answer', value: value.data } : silence('malformed');
  }

  /** The stored outcome of this very key. A question that was rejected is none: it says nothing about the key. */
  function outcomeOf<C extends 'book' | 'inquire' | 'close'>(call: C, key: string, outcome: Outcome | null): WriteResult<AnswerOf<C>> {
    const reply = answered(outcome);
    if (reply.kind === 'no-answer') return reply;
    if (reply.kind === 'rejected') return silence('malformed');
    const value = answerSchema(call).safeParse(reply.body);
    if (!value.success || !bears(reply.body, key)) return silence('malformed');
    begun.delete(key);
    return { kind: 'answer', value: value.data };
  }

  async function book(key: string, order: BookOrder, options: CallOptions = {}): Promise<BookResult> {
    // A bank that is not asked for a while is probed by a question that books nothing, never by an order.
    if (circuit.state() !== 'up') await ask('ping', {}, {});
    begun.set(key, (begun.get(key) ?? 0) + 1);
    const outcome = circuit.state() === 'up' ? await ask('book', order, options) : null;
    const left = outcome !== null && !('broke' in outcome && !outcome.left);
    if (left || begun.get(key) !== 1) return outcomeOf('book', key, outcome);
    begun.delete(key);
    return notSent(outcome !== null && 'broke' in outcome ? outcome.broke : 'paused');
  }

  async function byKey(call: 'inquire' | 'close', key: string, options: CallOptions = {}): Promise<WriteResult<AnswerOf<'inquire'>>> {
    return outcomeOf(call, key, await ask(call, { key }, options));
  }

  return {
    read: (request, options) => read('read', request, options),
    quote: (request, options) => read('quote', request, options),
    book: (key, operation, expected, options) => book(key, BookOrder.parse({ ...operation, key, expected }), options),
    inquire: (key, options) => byKey('inquire', key, options),
    close: (key, options) => byKey('close', key, options),
    keysSince: (request, options) => read('keys', request, options),
    postings: (request, options) => read('postings', request, options),
    recentTransactions: (request, options) => read('transactions', request, options),
    find: (query, options) => read('find', query, options),
    verify: (request, options) => read('verify', request, options),
    reservedPhone: (customerId, options) => read('reserved-phone', { customerId }, options),
    ping: (options) => read('ping', {}, options),
    watchLine: circuit.watch,
    hangUp: async () => void (await Promise.all([orders.close(), questions.close()])),
  };
}
