import { refusalWords as w } from './refusal-words.ts';
import type { RefusalText } from './refusal.ts';

const untouched = { zh: '没有删除任何内容，账户没有变化。', en: 'Nothing was erased; the account is unchanged.' };

/** Why a customer's contents are not erased, or a legal hold not changed (PR7). */
export const ERASURE_REFUSALS = {
  'erasure-malformed': w('客户号、事由或案号没有填对。', 'Customer, reason or matter is missing or too long.', '请核对后重新填写。', 'Check them and type them again.', untouched),
  'erasure-two-people': w('这一项要由两位不同的人决定。', 'Two different people must decide this.', '请另一位管理员复核。', 'Ask another administrator to approve it.', untouched),
  'erasure-unknown-customer': w('这位客户没有可以删除的内容。', 'There is nothing of this customer to erase.', '请核对客户号；也可能早已删除。', 'Check the customer number; it may have been erased before.', untouched),
  'erasure-retention': w('这位客户的内容还在保存期内。', "This customer's contents must still be kept.", '请在保存期满后再办。', 'Do it after the retention is over.', untouched),
  'erasure-legal-hold': w('这位客户的内容被依法保全，不能删除。', 'This customer is under legal hold and cannot be erased.', '请先由法务解除全部保全。', 'Every hold has to be lifted first.', untouched),
  'erasure-unsealed': w('这位客户有一部分内容是启用加密以前写下的，无法只靠销毁密钥删除。', 'Some contents of this customer were written before sealing began; destroying a key would not erase them.', '请联系管理员处理旧数据。', 'Ask the operator to deal with the old data.', untouched),
  'erasure-moved': w('删除前的一刻，这位客户又有了新内容。', 'Something new was written for this customer just before the erasure.', '请看过新内容再决定。', 'Look at what is new, then decide again.', untouched),
  'erasure-not-stored': w('中心没有记下，因此没有执行。', 'The centre could not record it and did nothing.', '请稍后再试，并告诉值班人员。', 'Try again later and tell the person on duty.', untouched),
  'erasure-hold-exists': w('这位客户已按这个案号保全。', 'This customer is held for this matter already.', '不必再做；如有别的案件，请用它的案号。', 'Nothing to do; use the number of another matter if there is one.', untouched),
  'erasure-hold-unknown': w('这位客户没有按这个案号保全。', 'This customer is not held for this matter.', '请核对案号。', 'Check the number of the matter.', untouched),
} as const satisfies Record<string, RefusalText>;
