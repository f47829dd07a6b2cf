import { answerSchema, requestSchema, type AnswerOf, type BankCall } from '#shared/protocol/bank-calls.ts';
import type { NoAnswer, Rejected } from '#shared/protocol/bank.ts';
import { answersOf, Unsaid } from '../../../server/bank/demo/answers.ts';
import { catchUp } from '../../../server/bank/demo/batch.ts';
import { KeyReused } from '../../../server/bank/demo/booking.ts';
import type { BankClock } from '../../../server/bank/demo/clock.ts';
import type { Store } from '../../../server/bank/demo/store.ts';
import type { Bank } from '../../../server/bank/bank.ts';
import { silence } from '../../../server/bank/silence.ts';

/** The demo bank in this very process, without a line: what the connector must look like from the inside. */
export function bankHere(store: Store, clock: BankClock): Bank {
  const answers = answersOf(store);
  async function ask<C extends BankCall>(call: C, body: unknown): Promise<{ kind: 'answer'; value: AnswerOf<C> } | Rejected | NoAnswer> {
    const now = clock.now();
    catchUp(store, now);
    const request = requestSchema(call).safeParse(body);
    if (!request.success) return { kind: 'rejected', code: 'bad-request', text: { zh: '请求不符合格式。', en: 'The request is malformed.' } };
    try {
      return { kind: 'answer', value: answerSchema(call).parse(answers[call](request.data, now)) };
    } catch (error) {
      if (error instanceof Unsaid) return { kind: 'rejected', code: error.code, text: error.text };
      if (error instanceof KeyReused) return silence('malformed');
      throw error;
    }
  }
  const outcome = async <C extends 'book' | 'inquire' | 'close'>(call: C, body: unknown): Promise<{ kind: 'answer'; value: AnswerOf<C> } | NoAnswer> => {
    const answer = await ask(call, body);
    return answer.kind === 'rejected' ? silence('malformed') : answer;
  };
  return {
    read: (request) => ask('read', request),
    quote: (request) => ask('quote', request),
    book: (key, operation, expected) => outcome('book', { ...operation, key, expected }),
    inquire: (key) => outcome('inquire', { key }),
    close: (key) => outcome('close', { key }),
    keysSince: (request) => ask('keys', request),
    postings: (request) => ask('postings', request),
    recentTransactions: (request) => ask('transactions', request),
    find: (query) => ask('find', query),
    verify: (request) => ask('verify', request),
    reservedPhone: (customerId) => ask('reserved-phone', { customerId }),
    ping: () => ask('ping', {}),
  };
}
