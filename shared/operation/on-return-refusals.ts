import { refusalWords as w } from '../protocol/refusal-words.ts';
import type { RefusalText } from '../protocol/refusal.ts';

const callBack = ['请重新核对、复核，并给客户回电说明没有办成。', 'Check and have it reviewed again, and call the customer back: it was not done.'] as const;

/** OF2: why nothing is ordered offline, or why what was ordered came back. */
export const ON_RETURN_REFUSALS = {
  'of2-not-allowed': w('制度不允许离线会签。', 'Policy allows no offline co-sign.', '请给客户约回电，线路恢复后再办。', 'Promise a callback and do it when the line is back.'),
  'of2-over-cap': w('金额超过离线会签的上限。', 'The sum is over the cap for an offline co-sign.', '请给客户约回电，线路恢复后按正常复核办理。', 'Promise a callback; with the line back it goes the ordinary way.'),
  'of2-centre-is-up': w('和中心的线路是通的，不用离线会签。', 'The centre can be reached: no offline co-sign is needed.', '请提交复核，按正常流程办理。', 'Submit it for review the ordinary way.'),
  'of2-not-submitted': w('没有这次离线会签，或清单已经变了。', 'There is no such offline co-sign, or the figures have changed since.', '请从当前的清单重新开始。', 'Begin again from the present figures.'),
  'of2-not-co-signed': w('还没有第二个人会签。', 'No second person has signed for it.', '请先由复核人在本机会签。', 'Have the reviewer sign at this screen first.'),
  'of2-already-ordered': w('已经下达过，正在等线路恢复后核对。', 'It has been ordered and waits for the return of the line.', '不要再下达；要改请先撤回。', 'Do not order again; withdraw it to change it.'),
  'of2-order-only': w('离线会签只能下达待办指令，不能直接办理。', 'An offline co-sign is an order and releases nothing.', '请提交复核，按正常流程办理。', 'Submit it for review the ordinary way.'),
  'of2-facts-changed': w('线路恢复后读到的银行资料和会签时不一样。', "The bank's facts on return are not those that were signed for.", ...callBack),
  'of2-typed-differs': w('线路恢复后按新资料算出的数，和复核人当时键入的不一致。', 'Figures worked out from the fresh facts are not what the reviewer typed.', ...callBack),
  'of2-reviewer-waits': w('复核人还没有在本机登录，或等得太久。', 'The reviewer has not signed in at this screen, or too long ago.', '请复核人再输入一次账号和口令。', 'The reviewer types account and passphrase again.'),
} as const satisfies Record<string, RefusalText>;
