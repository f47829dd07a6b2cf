import { refusalWords as w } from '../protocol/refusal-words.ts';
import type { RefusalText } from '../protocol/refusal.ts';

/** Why a command on a case was refused. */
export const CASE_REFUSALS = {
  'not-your-case': w('这个案子不在您名下。', 'This case is not yours.', '请请负责的同事处理，或由班长转交。', 'Ask the colleague who has it, or have the lead hand it over.'),
  'case-unknown': w('中心没有这个案子。', 'The centre has no such case.', '请等同步完成，或重新打开案子。', 'Wait for the sync to finish, or open the case again.'),
  'case-exists': w('这个案子已经建好了。', 'This case exists already.', '请直接继续。', 'Just go on.'),
  'case-closed': w('案子已经结束。', 'The case is closed.', '需要再办，请新开一个案子；记事还可以补。', 'Open a new case for more; notes may still be added.'),
  'operation-open': w('还有一笔业务没有了结。', 'An operation is still open.', '请先撤回或等结果。', 'Withdraw it first, or wait for its outcome.'),
  'promise-open': w('还有约好的回电没有打。', 'A promised callback is still open.', '请先回电，或登记结果。', 'Call back first, or record how it went.'),
  'follow-up-open': w('跟进还没有结束。', 'A follow-up is still open.', '等结清后再结束案子。', 'Close the case when all is settled.'),
  'promise-exists': w('这个回电已经约好。', 'This callback is promised already.', '不用重复约。', 'No need to promise it again.'),
  'promise-window': w('回电时间的先后不对。', 'The window ends before it begins.', '请把结束时间改到开始之后。', 'Set the end after the beginning.'),
  'promise-past': w('约的时间已经过了。', 'That time has passed.', '请另约一个时间。', 'Choose a later time.'),
  'promise-hours': w('回电只能约在 8 点到 21 点之间。', 'Callbacks are made from 8 to 21 h only.', '请换一个时间。', 'Choose another time.'),
  'promise-unknown': w('找不到这个回电约定。', 'There is no such promise.', '请看今天的回电列表。', "Look at today's callbacks."),
  'no-promise': w('还没有约回电。', 'No callback has been promised.', '请先约好回电时间，再提交复核。', 'Promise a callback first, then submit for review.'),
  'follow-up-unknown': w('找不到这个跟进。', 'There is no such follow-up.', '请看跟进列表。', 'Look at the follow-ups.'),
  'follow-up-not-settled': w('入账还没有全部结清还款。', 'Not everything is settled and paid yet.', '请每天继续核对，结清后会自动结束。', 'It is checked each day and closes by itself.', { zh: '客户的账还没有结清。', en: "The customer's account is not settled yet." }),
  'work-order-exists': w('这张工单已经开好。', 'This work order exists already.', '不用重复开。', 'No need to open it again.'),
  'customer-not-identified': w('还没有确定是哪位客户，或资料还没有读到。', 'The customer is not identified, or the facts are not read yet.', '请先查找客户，等资料出现。', 'Find the customer first and wait for the facts.'),
  'customer-fixed': w('这个案子已经为一位客户做了核对，不能换人。', 'This case already holds figures of one customer.', '请为另一位客户新开一个案子。', 'Open another case for another customer.'),
  'card-not-theirs': w('这张卡不在这位客户名下。', 'This card is not one of this customer.', '请重新选择卡。', 'Choose the card again.'),
  'stop-not-verified': w('身份还没有核对，也不是预留手机来电。', 'The caller is not verified and does not call from the registered phone.', '请核对姓名和证件后四位，或请客户用预留手机、自助语音停卡。', 'Check name and ID, or have them call from the registered phone or use self-service.', { zh: '卡还没有停用。', en: 'The card is not stopped.' }),
  'card-already-stopped': w('这张卡已经停了，或正在停。', 'This card is stopped already, or about to be.', '请看停卡结果，不用再办。', 'Look at the result; no need to do it again.', { zh: '以银行回执为准。', en: "The bank's receipt counts." }),
  'not-a-lead': w('只有班组长可以接。', 'Only a team lead can take it.', '请等班组长接手。', 'Wait for a lead.'),
  'escalation-unknown': w('找不到这次转接。', 'There is no such hand-over to the lead.', '请再转一次。', 'Hand it over again.'),
  'escalation-taken': w('另一位班组长已经接了。', 'Another lead has taken it.', '不用再接。', 'Nothing to do.'),
  'escalation-not-yours': w('这次转接不在您名下。', 'This escalation is not yours.', '请由接手的班组长登记结果。', 'The lead who took it records the outcome.'),
  'hand-over-to-self': w('不能转交给自己。', 'A case cannot be handed to oneself.', '请选择另一位同事。', 'Choose another colleague.'),
  'hand-over-unknown': w('找不到这次转交。', 'There is no such hand-over.', '可能已被撤回，请问原经办。', 'It may have been taken back; ask the maker.'),
  'hand-over-not-for-you': w('这次转交不是给您的。', 'This hand-over is for somebody else.', '请由指定的同事接收。', 'The person named has to accept it.'),
} as const satisfies Record<string, RefusalText>;
