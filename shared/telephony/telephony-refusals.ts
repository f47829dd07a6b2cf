import { refusalWords as w } from '../protocol/refusal-words.ts';
import type { RefusalText } from '../protocol/refusal.ts';

/** Why something about a call or an agent's state was not done. */
export const TELEPHONY_REFUSALS = {
  'call-taken': w('这通来电已由另一台桌面接起。', 'Another desktop has taken this call.', '不用再接。', 'Nothing to do.'),
  'offer-over': w('来电提示已结束。', 'This offer is over.', '对方已挂断或转给了其他同事。', 'The caller has hung up or a colleague is being offered the call.'),
  'call-not-yours': w('这通电话不在您名下。', 'This call is not yours.', '请由接电话的同事操作。', 'The colleague on the call has to do it.'),
  'call-unknown': w('找不到这通电话。', 'There is no such call.', '请看最近来电。', 'Look under recent calls.'),
  'already-on-call': w('您正在通话。', 'You are on a call.', '结束后再拨。', 'Dial when it has ended.'),
  'agent-in-review': w('复核中不能拨出电话。', 'No call can be dialled in a review.', '请先完成或退还这一单复核。', 'Finish or give back the review first.'),
  'agent-unknown': w('话务台还不知道您在哪个座位。', 'The switchboard does not know your seat yet.', '请先切换到任一工作状态。', 'Choose a working state first.'),
  'number-malformed': w('号码不对，没有拨出。', 'The number is not valid; nothing was dialled.', '请核对号码。', 'Check the number.'),
  'telephony-not-stored': w('中心暂时无法保存，这一步没有执行。', 'The centre could not store this step; it was not done.', '请再试一次。', 'Try again.'),
  'phones-unknown-call': w('话务系统里没有这通电话。', 'The phone system has no such call.', '可能已经挂断。', 'It has probably ended.'),
  'phones-wrong-phase': w('这通电话现在不能这样操作。', 'This cannot be done with the call now.', '请看通话状态。', 'Look at the state of the call.'),
  'phones-unreachable': w('话务系统没有应答。', 'The phone system does not answer.', '请在话机上操作，并登记这通电话。', 'Use the phone set, and log the call by hand.'),
  'phones-no-commands': w('这套话务系统不接受电脑指令。', 'This phone system takes no commands from the desktop.', '请在话机上操作。', 'Use the phone set.'),
  'phones-bad-number': w('号码不对，没有拨出。', 'The number is not valid; nothing was dialled.', '请核对号码。', 'Check the number.'),
  'agent-state-stale': w('状态已被更新，这次切换没有执行。', 'Your state has changed since; this switch was not made.', '请看当前状态后再选。', 'Look at the present state and choose again.'),
  'agent-state-on-call': w('通话中不能切换到这个状态。', 'This state cannot be entered during a call.', '请先结束通话。', 'End the call first.'),
  'agent-state-not-possible': w('当前状态不能这样切换。', 'This switch is not possible from the present state.', '请看当前状态。', 'Look at the present state.'),
} as const satisfies Record<string, RefusalText>;
