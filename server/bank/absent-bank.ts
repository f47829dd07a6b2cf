import type { Bank } from './bank.ts';

const silence = { kind: 'no-answer', cause: 'unreachable', text: { zh: '没有配置核心系统。', en: 'No core banking is configured.' } } as const;

/** No core banking configured: every question goes unanswered, so that nothing is ever taken for booked. */
export const absentBank = (): Bank => {
  const none = async () => silence;
  return { read: none, quote: none, book: none, inquire: none, close: none, keysSince: none, postings: none, recentTransactions: none, find: none, verify: none, reservedPhone: none, ping: none };
};
