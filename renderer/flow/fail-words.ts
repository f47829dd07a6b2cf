/**
 * Words for a step that does not pass, where the flow has no sentence for the customer: what is missing, for the person at the
 * desk. A fail rule's code is the step's number and one of these ends; the same end means the same in every flow.
 */
type Words = { zh: string; en: string };

const WORDS: Readonly<Record<string, Words>> = {
  LEVEL: { zh: '核身还不够：先核到这一步要求的等级。', en: 'Not verified far enough: reach the level that this step asks for.' },
  ORDER_FIRST: { zh: '先开工单，再往下走。', en: 'Open the work order first.' },
  SETTLE_PLAN: { zh: '客户要的是提前结清分期，请换到那个流程。', en: 'This is about settling an instalment early: change to that flow.' },
  NOT_CHOSEN: { zh: '客户要办什么还没有选。', en: 'What the customer wants is not chosen yet.' },
  NOT_DRAFTED: { zh: '要办理的内容还没有填。', en: 'What is to be done is not drafted yet.' },
  OTHER_CARD: { zh: '填的内容和选的卡不一致，请重新核对。', en: 'The draft is for another card than the one chosen: check it again.' },
  EXECUTED: { zh: '这一笔已经办理过，不能再改。', en: 'This has been executed and cannot be changed.' },
  SELF_CHECK: { zh: '自查还没有做完：请逐条勾完。', en: 'The self-check is not finished: tick every line.' },
  NO_PROMISE: { zh: '还没有约好回电的时间。', en: 'No callback has been promised yet.' },
  RETURNED: { zh: '老师退回了，请看退回的原因，改好再提交。', en: 'It was returned: read the reason, put it right and submit it again.' },
  NOT_SUBMITTED: { zh: '还没有提交复核。', en: 'It has not been submitted for review.' },
  LAPSED: { zh: '这次复核已失效，请重新提交。', en: 'This review has lapsed: submit it again.' },
  APPROVAL_LAPSED: { zh: '复核已失效，或内容在复核后变过，请重新提交复核。', en: 'The approval has lapsed, or something changed after it: submit it for review again.' },
  NOT_REACHED: { zh: '还没有接通客户。', en: 'The customer has not been reached yet.' },
  NOT_VERIFIED: { zh: '这一通电话还没有核身。', en: 'The caller has not been verified in this call.' },
  EYE_FIRST: { zh: '先逐笔念给客户听（眼到），再确认后果。', en: 'Read it to the customer line by line first, then confirm the consequences.' },
  THIRD_MISS: { zh: '手到已错三次：请回到核对，重新来过。', en: 'Typed wrong three times: go back to the worksheet and start again.' },
  SECOND_MISS: { zh: '手到错了两次：请再逐笔念一遍。', en: 'Typed wrong twice: read it line by line once more.' },
  NOT_TYPED: { zh: '金额、笔数、尾号还没有输完。', en: 'Amount, number and last four are not all typed yet.' },
  IN_DOUBT: { zh: '结果待查：请勿重复办理，系统正在查。', en: 'The result is not known yet: do not do it again, it is being looked up.' },
  NOT_TOLD: { zh: '结果还没有全部告诉客户：请逐笔说完并点[已告知]。', en: 'The customer has not been told every result: say each and press [told].' },
  NOT_DONE: { zh: '还没有办理。', en: 'It has not been carried out.' },
  PAY_BILL: { zh: '客户要的是还账单，请换到那个流程。', en: 'This is about paying the bill: change to that flow.' },
  UNDO_NEW_PLAN: { zh: '客户要的是撤销刚办的分期，请换到那个流程。', en: 'This is about undoing a new instalment: change to that flow.' },
  NO_WORKSHEET: { zh: '还没有做逐笔核对。', en: 'There is no worksheet yet.' },
  OTHER_PLANS: { zh: '核对的分期和客户选的不一致，请重新核对。', en: 'The worksheet is for other plans than those chosen: check again.' },
  FURTHER_PERIOD: { zh: '结清后又入了一期账，请报班长处理。', en: 'A further period was posted after settling: tell the lead.' },
  UNPAID: { zh: '最后的账单还没有还清。', en: 'The last bill is not paid yet.' },
  LOCK_CARD: { zh: '客户要的是挂失或锁卡，请换到那个流程。', en: 'This is about stopping or locking a card: change to that flow.' },
  PASSWORD: { zh: '客户要的是密码服务，请换到那个流程。', en: 'This is about a password: change to that flow.' },
  DISPUTE: { zh: '客户对交易有异议，请换到那个流程。', en: 'The customer disputes a transaction: change to that flow.' },
  ASK_ONLY: { zh: '客户只是询问，不用办理。', en: 'The customer only asks; nothing is to be done.' },
  ONLY_STOP: { zh: '客户只要停用，不用换卡。', en: 'The customer wants a stop only, no new card.' },
  AT_HOME: { zh: '卡还在客户手里，请先问清情况。', en: 'The card is still with the customer: ask what happened first.' },
  NOT_ORDERED: { zh: '停卡还没有下单。', en: 'The stop has not been ordered yet.' },
  NO_RECEIPT_YET: { zh: '银行的回执还没有到：在此之前说[未生效]。', en: "The bank's receipt has not come: until then say [not in force]." },
  NO_OUTCOME: { zh: '结果还没有选。', en: 'The outcome is not chosen yet.' },
  NOT_MINE: { zh: '这笔钱不是银行收的，请换到合适的流程。', en: 'The bank did not take this money: change to the flow that fits.' },
};

/** @param code of a fail rule, for example `ES16_NOT_TOLD` @returns null for one without words */
export const failWords = (code: string): Words | null => WORDS[code.replace(/^[A-Z]+\d+_/, '')] ?? null;
