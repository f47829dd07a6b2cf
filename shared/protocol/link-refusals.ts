import { refusalWords as w } from './refusal-words.ts';
import type { RefusalText } from './refusal.ts';

const kept = { zh: '没有办理任何业务；已填的内容都在本机。', en: 'Nothing was booked; everything typed is kept on this machine.' };

/** Errors of signing in, of the line to the centre and of this machine. */
export const LINK_REFUSALS = {
  'wrong-password': w('账号或密码不对。', 'Account or password is wrong.', '请重新输入；五次不对会锁定一刻钟。', 'Type them again; five failures lock the account for a quarter of an hour.', kept),
  'locked-out': w('输错次数过多，账号暂时锁定。', 'Too many failures; the account is locked for now.', '请一刻钟后再试，或请管理员重置。', 'Try again in a quarter of an hour, or ask an administrator.', kept),
  'person-disabled': w('这个账号已停用。', 'This account is disabled.', '请联系管理员。', 'Ask an administrator.', kept),
  'clock-off': w('这台电脑的时间和中心差得太多。', "This machine's clock differs too much from the centre's.", '请把电脑的日期和时间校准后再登录。', 'Set the date and time of this machine, then sign in again.', kept),
  'protocol-too-old': w('这台桌面的版本太旧，中心不再支持。', 'This desktop is too old for the centre.', '请更新桌面；未发的内容会保留，更新后自动送出。', 'Update the desktop; unsent work is kept and sent after the update.', kept),
  'protocol-too-new': w('这台桌面比中心新。', 'This desktop is newer than the centre.', '请等中心升级，或装回旧版本。', 'Wait until the centre is updated, or install the earlier version.', kept),
  'desktop-taken': w('这台桌面的编号是别人的。', "This desktop's id is somebody else's.", '请用自己的账号重新建立桌面；反复出现请联系管理员。', 'Set the desktop up anew under your own account; tell an administrator if it happens again.', kept),
  'session-over': w('登录已过期。', 'The session is over.', '请重新登录；未发的内容都在。', 'Sign in again; unsent work is kept.', kept),
  'request-malformed': w('请求的内容不完整。', 'The request is malformed.', '请重试；反复出现请联系管理员。', 'Try again; tell an administrator if it happens again.', kept),
  'hello-malformed': w('桌面和中心没有说上话。', 'Desktop and centre did not understand each other.', '请更新桌面。', 'Update the desktop.', kept),
  'message-malformed': w('中心看不懂收到的内容，断开了连接。', 'The centre could not read a message and closed the connection.', '会自动重连；反复出现请联系管理员。', 'It reconnects by itself; tell an administrator if it happens again.', kept),
  'too-frequent': w('发送得太频繁，中心暂时不再接收。', 'Too many requests; the centre takes no more for now.', '请稍等；连接会自动恢复，登录请过一会儿再试。', 'Wait a moment. A connection comes back by itself; try to sign in again a little later.', kept),
  'too-slow': w('线路太慢，中心发来的内容积压太多，连接被断开。', 'The line is too slow: too much of what the centre sent was waiting, and the connection was closed.', '会自动重连，从断开的地方接着取；反复出现请报修网络。', 'It reconnects by itself and goes on where it was; have the network looked at if it happens again.', kept),
  'too-many-desktops': w('这个账号或这台电脑上已经连着太多桌面。', 'Too many desktops of this account, or at this machine, are connected already.', '请关掉多余的桌面；刚断电的会在半分钟内让出位置，之后自动再连。', 'Close those that are not needed; one that lost its power gives up its place within half a minute. It connects again by itself.', kept),
  'tls-required': w('到中心的连接没有加密，被拒绝。', 'The connection to the centre is not encrypted and was refused.', '请把中心地址改为 https://，或告诉管理员。', 'Use an address of the centre that begins with https://, or tell an administrator.', kept),
  busy: w('同时回来的桌面太多，中心请这台稍后再连。', 'Too many desktops come back at once; the centre asks this one to wait.', '会自动再连，请继续工作；急件先送。', 'It connects again by itself; go on working. Urgent work goes first.', kept),
  'server-stopping': w('中心正在停机。', 'The centre is stopping.', '请继续工作：内容存在本机，恢复后自动送出。', 'Go on working: all is kept here and sent when it is back.', kept),
  'server-starting': w('中心正在启动。', 'The centre is starting.', '请稍等片刻。', 'Wait a moment.', kept),
  'duty-moving': w('这一步要由另一台服务器来做，刚才没有应答，可能做了也可能没做。', 'Another server carries this step out and has not answered; it may have been done or not.', '请看通话和状态的显示，再决定要不要重做。', 'Look at the call and the state shown, then do it again if need be.', kept),
  'server-trouble': w('中心出了问题，没有收下。', 'The centre has a problem and did not take it.', '会自动重试；请告诉值班人员。', 'It is tried again by itself; tell the person on duty.', kept),
  'server-bug': w('中心的程序出了错，没有受理这一步。', "The centre's program failed on it; it was not taken.", '请记下时间和这一步，告诉管理员；其他的可以继续。', 'Tell an administrator the time and what it was; everything else goes on.'),
  'server-unreachable': w('连不上中心。', 'The centre cannot be reached.', '请检查网络；以前登录过的人可以离线继续。', 'Check the network; who has signed in here before can work offline.', kept),
  offline: w('现在离线，这一步要连上中心才能做。', 'This needs the centre, and the line is down.', '请稍后再做，其他的可以继续。', 'Do it later; everything else goes on.', kept),
  'too-late': w('送到中心时已经过时，没有执行。', 'It reached the centre too late and was not carried out.', '需要的话请再做一次。', 'Do it again if it is still needed.'),
  'depends-on': w('它依赖的前一步没有被受理。', 'The step it builds on was refused.', '请先处理前一步，再重做这一步。', 'Settle the earlier one first, then do this again.'),
  'command-malformed': w('内容不符合要求，中心没有受理。', 'It does not keep to the rules of its kind and was refused.', '请更新桌面；内容还在这里。', 'Update the desktop; what was typed is still here.'),
  'command-unknown': w('中心不认识这种操作。', 'The centre does not know this kind of command.', '请等中心升级。', 'Wait until the centre is updated.'),
  'command-newer': w('这台桌面比中心新。', 'This desktop is newer than the centre.', '请等中心升级。', 'Wait until the centre is updated.'),
  'command-hash': w('内容在路上被改动，没有受理。', 'The contents were changed on the way and refused.', '请重做这一步并告诉管理员。', 'Do it again and tell an administrator.'),
  'ask-unknown': w('中心不认识这个请求。', 'The centre does not know this request.', '请等中心升级。', 'Wait until the centre is updated.'),
  'ask-malformed': w('填写的内容不符合要求。', 'What was typed does not fit.', '请核对后重新填写。', 'Check it and type it again.'),
  'bad-cursor': w('同步位置对不上。', 'The place in the feed is not known.', '会自动重新同步。', 'It syncs anew by itself.', kept),
  'factor-on-screen': w('这一项就在屏幕上，不能用来核身。', 'This stands on the screen and proves nothing of the caller.', '请换一项核对。', 'Ask for something else.'),
  'verification-locked': w('今天核身失败已达上限。', 'The limit of failed verifications today is reached.', '请客户用预留手机来电，或到网点办理。', 'Have them call from the registered phone or visit a branch.'),
  'nothing-keyed': w('客户没有按键输入。', 'The caller keyed nothing.', '请客户再按一次，按井号键结束。', 'Ask them to key it again and press hash.'),
  'unsent-work': w('还有内容没有送到中心。', 'Some work has not reached the centre.', '可以等送完再退出；现在退出也不会丢，下次登录会送出。', 'Wait until it is sent; if you leave now nothing is lost, it goes out at the next sign-in.', kept),
} as const satisfies Record<string, RefusalText>;
