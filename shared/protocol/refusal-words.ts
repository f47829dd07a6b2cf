import type { RefusalText } from './refusal.ts';

export const NOTHING_BOOKED = { zh: '没有办理任何业务，账户没有变化。', en: 'Nothing was booked; the account is unchanged.' };

/**
 * The words of one refusal.
 *
 * @param zhWhat @param enWhat what happened
 * @param zhTodo @param enTodo what to do
 * @param money what it means for the customer's money; by default: nothing was booked
 */
export function refusalWords(zhWhat: string, enWhat: string, zhTodo: string, enTodo: string, money: { zh: string; en: string } = NOTHING_BOOKED): RefusalText {
  return { zh: { what: zhWhat, money: money.zh, todo: zhTodo }, en: { what: enWhat, money: money.en, todo: enTodo } };
}
