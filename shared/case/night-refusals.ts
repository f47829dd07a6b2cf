import { refusalWords as w } from '../protocol/refusal-words.ts';
import type { RefusalText } from '../protocol/refusal.ts';

/** Why something done while the line is down was refused. */
export const NIGHT_REFUSALS = {
  'hand-call-exists': w('这通电话已经登记过。', 'This call is logged already.', '请直接继续。', 'Just go on.'),
  'hand-call-unknown': w('找不到这通登记的电话。', 'There is no such logged call.', '请重新登记。', 'Log it again.'),
  'hand-call-ended': w('这通电话已经登记结束。', 'The end of this call is logged already.', '不用再登记。', 'No need to log it again.'),
  'hand-call-times': w('电话的时间不对：结束早于开始，或在将来。', "The call's times cannot be: it ends before it begins, or lies in the future.", '请改时间。', 'Correct the times.'),
  'hand-call-too-early': w('电话的开始时间太早：离登记超过 18 小时。', 'The call began too long ago: more than 18 hours before it was logged.', '请改开始时间，重新登记；更早的电话记在记事里。', 'Correct when it began and log it again; write an older call into the note.'),
  'held-facts-unknown': w('中心查不到这份客户资料。', 'The centre does not know this reading of the customer.', '请联机后重新查找客户、重新读取资料。', 'Find the customer again online and read the facts anew.'),
  'stop-not-told': w('还没有告诉客户：卡尚未生效停用。', 'The customer was not told that it is not in force yet.', '先照实告诉客户，再勾选登记。', 'Tell them the truth first, then tick it and log.', { zh: '卡还没有停用。', en: 'The card is not stopped.' }),
  'stop-no-proof': w('没有回执号，也没有值班人。', 'There is neither a receipt nor a duty person.', '填回执号或值班人；还没办成就选「还没有走成」。', "Give the receipt or the person; if nothing worked yet choose 'nothing yet'.", { zh: '卡还没有停用。', en: 'The card is not stopped.' }),
} as const satisfies Record<string, RefusalText>;
