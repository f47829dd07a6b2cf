import { refusalWords as w } from '../protocol/refusal-words.ts';
import type { RefusalText } from '../protocol/refusal.ts';

const maybeBooked = { zh: '以办理结果为准，请勿重复办理。', en: 'The recorded outcome counts; do not order it again.' };

/** Why a command on an operation was refused; the gate's codes carry the rule's id. */
export const OPERATION_REFUSALS = {
  'operation-unknown': w('找不到这笔业务。', 'There is no such operation.', '请等同步完成再看。', 'Wait for the sync to finish.'),
  'operation-not-editable': w('已经提交复核或办理，现在不能改。', 'It is in review or executed and cannot be changed now.', '要改请先撤回。', 'Withdraw it first.'),
  'not-the-maker': w('只有经办本人可以做这一步。', 'Only the maker can do this.', '请由经办操作，或先办理转交。', 'The maker has to do it, or hand it over first.'),
  'worksheet-unquoted': w('银行还没有给出试算。', 'The bank has given no trial figure yet.', '请重新读取资料。', 'Read the facts again.'),
  'worksheet-mismatch': w('有一行与银行试算不一致。', "A line differs from the bank's own figure.", '不要提交：请开工单给产品经理，核好后回电。', 'Do not submit: open a work order for the product owner and call back.'),
  'self-check-incomplete': w('自查还没有做完。', 'The self-check is not complete.', '请逐项核对并勾选。', 'Check and tick each item.'),
  'self-check-unknown': w('没有这个自查项。', 'There is no such self-check item.', '请按清单勾选。', 'Tick what the list has.'),
  'no-payload': w('还没有提交，没有可确认的内容。', 'Nothing has been submitted to confirm.', '请先完成自查并提交。', 'Complete the self-check and submit first.'),
  'tp1-no-approval': w('还没有有效的复核。', 'There is no valid approval.', '请等复核通过后再办理。', 'Wait for the approval.'),
  'tp1-no-call': w('现在没有和客户通话。', 'The customer is not on the line.', '请先接通客户。', 'Have the customer on the line first.'),
  'tp1-other-call': w('客户是在另一通电话里确认的。', 'The confirmation was given on another call.', '请在这通电话里重新确认。', 'Take the confirmation again on this call.'),
  'tp1-before-approval': w('客户的确认早于复核。', 'The confirmation is older than the approval.', '请重新和客户确认。', 'Take the confirmation again.'),
  'tp1-confirmation-old': w('客户确认已超过时限。', 'The confirmation is too old.', '请重新和客户确认。', 'Take the confirmation again.'),
  'confirmation-incomplete': w('和客户的确认还没有完成。', 'The confirmation with the customer is not complete.', '请逐项完成眼到、心到、手到。', 'Complete the read-back, the consequences and the typed figures.'),
  'confirmation-unknown-item': w('没有这个确认项。', 'There is no such item to confirm.', '请按屏幕上的清单确认。', 'Confirm what the screen lists.'),
  'tp2-digest': w('要办理的内容与核对过的不一致。', 'What is ordered is not what was checked.', '请回到核对，重新提交复核。', 'Go back to the worksheet and submit again.'),
  'tp2-policy': w('复核之后制度版本变了。', 'The policy has changed since the review.', '请重新提交复核。', 'Submit for review again.'),
  'tp4-already-started': w('这笔业务已经提交过办理。', 'This operation has been ordered already.', '请看办理结果。', 'Look at the outcome.', maybeBooked),
  'tp4-key-used': w('办理编号已经用过。', 'A booking key was used before.', '请重新提交办理。', 'Order it again.'),
  'tp9-expired': w('已过有效时间。', 'It is no longer valid.', '请重新核对并提交复核。', 'Check again and submit for review again.'),
  'tp9-too-long': w('有效时间超过了规定。', 'It would be valid for longer than policy allows.', '请校准本机时钟，重新提交。', "Set this machine's clock and submit again."),
  'tp15-stopped': w('风险岗已停用这类业务。', 'Risk control has stopped this kind of operation.', '请告诉客户现在不能办理，约回电；详情问班组长。', 'Tell the customer it cannot be done now and promise a callback; ask your lead.'),
  'tp9-too-late': w('已经开始办理，不能撤回。', 'Execution has started; it cannot be withdrawn.', '请看办理结果。', 'Look at the outcome.', maybeBooked),
  'tp13-open-operation': w('这个账户还有一笔同类业务没有了结。', 'The account has another open operation of this kind.', '请等那一笔有结果。', 'Wait for the outcome of the other one.'),
  'tp16-no-recording': w('这通电话没有录音编号。', 'This call has no recording.', '请检查话务系统，换一通有录音的电话再办。', 'Check the phone system and use a recorded call.'),
  'tp18-frozen': w('已办理的部分不能再改。', 'What was executed is frozen.', '余下的请另开一笔。', 'Start a new operation for the rest.'),
  'tp18-keys': w('办理编号与明细不符。', 'The keys do not match the lines.', '请重新提交办理。', 'Order it again.'),
  'sy9-recovering': w('系统刚恢复，正在向核心系统核对丢失时段的办理。', "The centre was restored and is asking core banking what was booked in the lost time.", '请稍等再提交；停卡不受影响，其他工作可以继续。', 'Order it again in a moment; stopping a card waits for nothing, and all other work goes on.', {
    zh: '这一次没有办理；丢失时段办过的以核心系统为准。', en: "Nothing was booked by this order; of the lost time the bank's books count.",
  }),
  'sy9-held': w('在系统丢失的时段里，核心系统已经为这个账户办过同类业务。', 'In the time that the centre lost, core banking booked one of this kind on this account.', '请按回单号核对；班组长确认之前不能再办。', 'Check it by its receipt; nothing more is ordered until a lead has answered for it.', {
    zh: '这一次没有办理；先前那笔已经入账。', en: 'Nothing was booked by this order; the earlier one is booked.',
  }),
  'sy9-not-held': w('这一笔没有被扣住。', 'This booking is not held.', '可能已有人确认过，请刷新。', 'Somebody may have answered for it already; look again.'),
  'line-unknown': w('找不到这一行。', 'There is no such line.', '请刷新后再看。', 'Look again after the sync.'),
  'line-not-in-doubt': w('这一行已有结果，不用查询。', 'This line has its outcome.', '请看结果。', 'Look at the outcome.'),
  'bank-unreachable': w('核心系统没有应答。', 'Core banking does not answer.', '请稍后再试；办理前会重新读取。', 'Try again in a moment; facts are read anew before anything is booked.'),
  'verification-too-low': w('这通电话里核身级别不够。', 'The caller is not verified enough on this call.', '请先完成核身。', 'Verify the caller first.'),
} as const satisfies Record<string, RefusalText>;
