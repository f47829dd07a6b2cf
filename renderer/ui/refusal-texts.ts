/**
 * Words for every refusal a person can meet. Those of money, worksheet and flow come from where they are decided;
 * here are the rest. `{{name}}` is filled from the refusal's detail.
 */
import { RUN_REFUSALS } from '#shared/flow/run-refusals.ts';
import { AMOUNT_REFUSALS } from '#shared/money/fen.ts';
import { WORKSHEET_REFUSALS } from '#shared/operation/worksheet.ts';
import type { RefusalText } from '#shared/protocol/refusal.ts';

const unchanged = ['账户没有变化。', 'Nothing has changed in the account.'] as const;
const kept = ['客户资金没有变化,您输入的内容都还在。', "The customer's money is untouched; all you typed is still here."] as const;
const nothingHere = ['与客户资金无关。', "The customer's money is not concerned."] as const;
const notStopped = ['卡还没有停用。', 'The card is not stopped.'] as const;

type Pair = readonly [string, string];
const words = (what: Pair, money: Pair, todo: Pair): RefusalText => ({
  zh: { what: what[0], money: money[0], todo: todo[0] },
  en: { what: what[1], money: money[1], todo: todo[1] },
});
const retry: Pair = ['请看当前内容后再试。', 'Look at what is shown now and try again.'];

const others: Record<string, RefusalText> = {
  'unknown-code': words(['请求没有被受理(代码 {{code}})。', 'The request was not accepted (code {{code}}).'], kept, ['请再试一次;仍不行请告诉班组长这个代码。', 'Try once more; if it fails again, tell your lead this code.']),
  // the desk and the line
  offline: words(['现在连不上中心。', 'The centre cannot be reached now.'], kept, ['已填写的内容会在连上后自动送出;急事请用电话联系班组长。', 'What you typed is sent when the line is back; for anything urgent call your lead.']),
  'desk-lost': words(['桌面后台正在重新启动。', 'The desktop is restarting its background part.'], kept, ['请稍等几秒后再按一次。', 'Wait a few seconds and press again.']),
  'no-answer': words(['中心没有及时回答。', 'The centre did not answer in time.'], kept, ['请看状态是否已变;没有变再按一次。', 'See whether the state changed; if not, press again.']),
  'wrong-password': words(['工号或密码不对。', 'The account or the password is wrong.'], nothingHere, ['请核对大小写后重新输入。', 'Check capitals and type it again.']),
  'locked-out': words(['这个账号已被锁定。', 'This account is locked.'], nothingHere, ['请联系班组长或管理员解锁。', 'Ask your lead or an administrator to unlock it.']),
  'server-unreachable': words(['连不上中心,这台机器上还没有您的资料,不能离线登录。', 'The centre cannot be reached, and this machine has not seen you yet, so signing in offline is not possible.'], nothingHere, ['请核对中心地址和网线;或换一台您登录过的机器。', 'Check the address of the centre and the network, or use a machine you have signed in on before.']),
  'offline-grace-over': words(['离线登录的时限已过。', 'The time for signing in offline is over.'], kept, ['请连上中心后登录;未送出的内容都在。', 'Sign in with the centre; what was not sent is kept.']),
  'protocol-too-old': words(['这个桌面程序的版本太旧,中心不再接受。', 'This desktop is too old for the centre.'], kept, ['请更新桌面程序后再登录。', 'Update the desktop and sign in again.']),
  'protocol-too-new': words(['中心的版本比这个桌面旧,暂时不能连接。', 'The centre is older than this desktop and cannot be joined yet.'], kept, ['请联系管理员更新中心。', 'Ask the administrator to update the centre.']),
  'clock-off': words(['这台机器的时钟差得太多,中心拒绝登录。', "This machine's clock is too far off; the centre refuses to sign you in."], nothingHere, ['请把系统时间调准（自动对时）后再登录。', 'Set the system time (automatic time) and sign in again.']),
  revoked: words(['您的登录已被管理员收回。', 'Your access was withdrawn.'], kept, ['请联系班组长。', 'Ask your lead.']),
  'session-over': words(['登录已过期。', 'Your session has ended.'], kept, ['请重新登录；未送出的内容都在。', 'Sign in again; what was not sent is kept.']),
  'store-corrupt': words(['这台机器上您的文件损坏了。', 'Your file on this machine is damaged.'], kept, ['可以把它移到一边重新开始，能读出的未送内容会带过来。', 'Move it aside and start anew; what can still be read of unsent work is carried over.']),
  'store-newer': words(['您的文件是由更新版本的桌面写的。', 'Your file was written by a newer desktop.'], kept, ['请更新桌面程序，或移开文件重新开始。', 'Update the desktop, or move the file aside.']),
  'store-unwritable': words(['数据文件夹不能写入。', 'The data folder cannot be written.'], kept, ['请检查文件夹权限和磁盘，再登录。', 'Check the folder permissions and the disk, then sign in again.']),
  'store-full': words(['磁盘已满，新的内容存不下。', 'The disk is full; new work cannot be saved.'], ['上一步没有保存。', 'The last step was not saved.'], ['请清理磁盘空间后再按一次。', 'Free some space and press again.']),
  'store-key-lost': words(['打不开您的加密文件：密钥不在了。', 'Your encrypted file cannot be opened: its key is gone.'], kept, ['可以移开文件重新开始。', 'Move the file aside and start anew.']),
  'store-in-use': words(['这个人的桌面已经在这台机器上打开。', 'This desktop is already open on this machine.'], nothingHere, ['请切换到已打开的窗口。', 'Switch to the window that is open.']),
  'passphrase-differs': words(['密码已在别处修改，这台机器上的文件还是旧密码。', 'Your password was changed elsewhere; the file here still has the old one.'], kept, ['请同时输入旧密码一次。', 'Give the old password once as well.']),
  'unsent-work': words(['还有 {{unsent}} 条内容没有送到中心。', '{{unsent}} items have not reached the centre yet.'], ['内容已加密存在本机。', 'They are kept, encrypted, on this machine.'], ['可以再等一等，或现在退出、下次登录时继续送。', 'Wait a little, or leave now: they are sent when you sign in again.']),
  'command-unknown': words(['中心不认识这个操作。', 'The centre does not know this command.'], unchanged, ['桌面可能太旧或太新，请更新。', 'The desktop may be too old or too new; update it.']),
  'command-malformed': words(['填写的内容格式不对({{path}})。', 'Something typed has the wrong form ({{path}}).'], unchanged, retry),
  'answer-malformed': words(['中心的回答看不懂。', "The centre's answer could not be read."], unchanged, retry),
  // agent state, call
  'agent-state-stale': words(['状态已被更新,这次切换没有执行。', 'Your state has changed since; this switch was not made.'], nothingHere, ['请看当前状态后再选。', 'Look at the present state and choose again.']),
  'agent-state-on-call': words(['通话中不能切换到这个状态。', 'This state cannot be entered during a call.'], nothingHere, ['请先结束通话。', 'End the call first.']),
  'agent-state-not-possible': words(['当前状态不能这样切换。', 'This switch is not possible from the present state.'], nothingHere, retry),
  'offer-gone': words(['这通电话已被接走或挂断。', 'This call was taken or has ended.'], nothingHere, ['请等下一通。', 'Wait for the next one.']),
  'call-unknown': words(['找不到这通电话。', 'The call was not found.'], nothingHere, retry),
  // case
  'case-exists': words(['这件事已经建立。', 'This case is already there.'], unchanged, retry),
  'case-closed': words(['这件事已经结束。', 'This case is closed.'], unchanged, ['需要再办请新开一件。', 'Open a new case if it is needed again.']),
  'case-unknown': words(['找不到这件事。', 'The case was not found.'], unchanged, retry),
  'not-your-case': words(['这件事不归您办。', 'This case is not yours.'], unchanged, ['请联系经办人或班组长。', 'Ask the owner or your lead.']),
  'not-a-lead': words(['只有班组长能这样做。', 'Only a lead may do this.'], unchanged, ['请呼叫班组长。', 'Call a lead.']),
  'customer-not-identified': words(['还没有确定是哪位客户。', 'The customer is not identified yet.'], unchanged, ['请先找到客户。', 'Find the customer first.']),
  'verification-too-low': words(['核身级别不够。', 'The verification level is too low.'], unchanged, ['请先完成核身。', 'Complete the verification first.']),
  'verification-locked': words(['今天核身失败次数已到上限。', "Today's attempts to verify are used up."], unchanged, ['请客户带证件到网点，或用预留手机再来电。', 'The customer may visit a branch with ID or call from the registered phone.']),
  'stop-not-verified': words(['核身不够，中心没有停卡。', 'The verification is too low; the card was not stopped.'], notStopped, ['请核对姓名和证件后四位，或转自助挂失。', 'Check name and last four of the ID, or put the caller through to self-service.']),
  'card-not-theirs': words(['这张卡不在客户名下。', "This card is not the customer's."], notStopped, ['请在客户的卡里选。', "Choose among the customer's cards."]),
  'card-already-stopped': words(['这张卡已经停了。', 'This card is already stopped.'], ['卡已停用。', 'The card is stopped.'], ['请把生效时间告诉客户。', 'Tell the customer since when.']),
  'follow-up-not-settled': words(['还没有全部结清，跟进不能结束。', 'Not all is settled; the follow-up stays open.'], unchanged, ['明天再核对入账。', 'Check the postings again tomorrow.']),
  'follow-up-open': words(['还有跟进没有做完。', 'A follow-up is still open.'], unchanged, ['请先完成跟进。', 'Complete it first.']),
  'follow-up-unknown': words(['找不到这条跟进。', 'The follow-up was not found.'], unchanged, retry),
  'escalation-taken': words(['已有班组长接手。', 'Another lead has taken it.'], unchanged, ['不用再接。', 'Nothing more to do.']),
  'escalation-not-yours': words(['这件事由另一位班组长接手。', 'Another lead has this one.'], unchanged, retry),
  'escalation-unknown': words(['找不到这次升级。', 'The escalation was not found.'], unchanged, retry),
  'hand-over-not-for-you': words(['这件事不是交给您的。', 'This case was not handed to you.'], unchanged, retry),
  'hand-over-to-self': words(['不能交给自己。', 'You cannot hand over to yourself.'], unchanged, ['请选另一位同事。', 'Choose a colleague.']),
  'hand-over-unknown': words(['找不到这次交接。', 'The hand-over was not found.'], unchanged, retry),
  'no-promise': words(['没有约定回电。', 'No callback was promised.'], unchanged, ['请先约回电。', 'Promise a callback first.']),
  'promise-exists': words(['这次回电已经约过。', 'This callback is already promised.'], unchanged, retry),
  'promise-open': words(['还有一个没有打的回电。', 'There is still a callback to make.'], unchanged, ['请先打完那个回电，或改约。', 'Make that call first.']),
  'promise-past': words(['约定的时间已经过去。', 'The promised time is in the past.'], unchanged, ['请选晚一点的时间。', 'Choose a later time.']),
  'promise-window': words(['回电的时间段不对。', 'The window of the callback is not right.'], unchanged, ['结束时间要晚于开始时间，且不超过四小时。', 'It must end after it begins.']),
  'promise-hours': words(['这个时间不能给客户打电话。', 'Customers are not called at this hour.'], unchanged, ['请选 8:00 到 21:00 之间。', 'Choose between 8:00 and 21:00.']),
  'promise-unknown': words(['找不到这个约定。', 'The promise was not found.'], unchanged, retry),
  'work-order-exists': words(['工单已经开了。', 'The work order is already there.'], unchanged, ['不用再开。', 'Nothing more to do.']),
  // operation and review
  'operation-unknown': words(['找不到这笔业务。', 'The operation was not found.'], unchanged, retry),
  'operation-open': words(['已有一笔业务在办。', 'An operation is already under way.'], unchanged, ['请接着办那一笔。', 'Go on with that one.']),
  'operation-not-editable': words(['这笔业务现在不能改。', 'The operation cannot be changed now.'], unchanged, ['请先撤回复核。', 'Withdraw the review first.']),
  'not-the-maker': words(['只有经办人能这样做。', 'Only the maker may do this.'], unchanged, ['请由经办人继续。', 'Let the maker go on.']),
  'no-payload': words(['还没有提交过。', 'Nothing has been submitted yet.'], unchanged, ['请先提交复核。', 'Submit for review first.']),
  'self-check-incomplete': words(['自查还没有做完。', 'The self-check is not complete.'], unchanged, ['请逐项核对并勾选。', 'Check and tick each point.']),
  'self-check-unknown': words(['没有这个自查项。', 'There is no such check.'], unchanged, retry),
  'worksheet-mismatch': words(['与银行试算不一致，提交已锁住。', "The bank's own figure differs; submitting is locked."], unchanged, ['请重新读取;仍不一致请开工单,不要照银行的数办。', 'Read again; if it still differs open a work order and do not take either figure.']),
  'worksheet-unquoted': words(['银行没有给出试算。', 'The bank gave no figure of its own.'], unchanged, ['请重新读取后再提交。', 'Read again, then submit.']),
  'confirmation-incomplete': words(['客户还没有逐项确认。', 'The customer has not confirmed each point.'], unchanged, ['请逐项念、逐项勾选。', 'Read and tick point by point.']),
  'confirmation-unknown-item': words(['没有这个确认项。', 'There is no such point.'], unchanged, retry),
  'review-unknown': words(['找不到这次复核。', 'The review was not found.'], unchanged, retry),
  'review-not-open': words(['这次复核已经结束。', 'This review is over.'], unchanged, retry),
  'review-not-yours': words(['这次复核在别人手里。', 'This review is with somebody else.'], unchanged, ['请接别的单。', 'Take another one.']),
  'review-time-over': words(['接单的时间到了,已放回。', 'Your time with it is over; it went back.'], unchanged, ['需要请再接一次。', 'Take it again if needed.']),
  'passphrase-not-proved': words(['密码没有核对上。', 'The passphrase did not match.'], unchanged, ['请重新输入密码。', 'Type it again.']),
  'line-unknown': words(['找不到这一笔。', 'The line was not found.'], unchanged, retry),
  'line-not-in-doubt': words(['这一笔已有结果。', 'This line already has an outcome.'], unchanged, retry),
  'bank-unreachable': words(['核心系统现在连不上。', "The bank's core cannot be reached now."], unchanged, ['请约回电，或按断线办法处理。', 'Promise a callback, or follow the offline way.']),
};

export const refusalTable: Readonly<Record<string, RefusalText>> = { ...others, ...AMOUNT_REFUSALS, ...WORKSHEET_REFUSALS, ...RUN_REFUSALS };
