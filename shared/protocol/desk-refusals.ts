import { refusalWords as w } from './refusal-words.ts';
import type { RefusalText } from './refusal.ts';

const kept = { zh: '没有办理任何业务；已填的内容都在本机。', en: 'Nothing was booked; everything typed is kept on this machine.' };
const lastStep = { zh: '没有办理任何业务；刚才这一步没有存下。', en: 'Nothing was booked; this last step was not saved.' };

/** Errors of the desk process: the person's file, signing in without the centre, the desktop's own parts. */
export const DESK_REFUSALS = {
  'store-corrupt': w('这台机器上您的加密文件损坏了。', 'Your encrypted file on this machine is damaged.', '把它移到一边重新开始，能读出的未送内容会带过来；文件不会被删除。', 'Move it aside and start anew: what can still be read of unsent work is carried over, and the file is not deleted.', kept),
  'store-newer': w('您的文件是更新版本的桌面写的。', 'Your file was written by a newer desktop.', '请更新桌面；或把文件移到一边重新开始。', 'Update the desktop, or move the file aside and start anew.', kept),
  'store-unwritable': w('存放数据的文件夹不能写入。', 'The data folder cannot be written.', '请检查文件夹权限和磁盘，再登录。', 'Check the permissions of the folder and the disk, then sign in again.', kept),
  'store-full': w('磁盘已满，存不下新的内容。', 'The disk is full and cannot take more.', '请清理磁盘后再按一次。', 'Free some space and press again.', lastStep),
  'store-key-lost': w('打不开您的加密文件：旁边的密钥文件不在了或读不出。', 'Your encrypted file cannot be opened: the key file beside it is gone or unreadable.', '有备份就把 key.json 放回原处；没有就把文件移到一边重新开始。', 'Put key.json back from a copy; without one, move the file aside and start anew.', kept),
  'key-store-lost': w('打不开您的加密文件：本机系统的钥匙串不在了、没有解锁，或换了系统用户。', "Your encrypted file cannot be opened: this machine's key store is gone, locked, or another system user's.", '请以原来的系统用户登录电脑、解锁钥匙串，再登录；不行就把文件移到一边重新开始，未送的内容另存在本机待送箱里，不会丢。', "Sign in to the machine as the same system user, unlock its key store and try again; failing that, move the file aside and start anew: unsent work is also in this machine's spool and is not lost.", kept),
  locked: w('这个桌面已锁定。', 'This desk is locked.', '请输入口令解锁。', 'Type the passphrase to unlock it.', kept),
  'workstation-wiping': w('这台工作站已被停用，谁都不能在这里登录。本机还有没送到中心的内容，正在送；送到后，这里的全部资料会被清除。', 'This workstation was revoked and nobody can sign in here. Work left unsent on it is being delivered to the centre; then everything kept here is removed.', '请让电脑开着、连着网；也可以把未送的内容导出成文件交给管理员。', 'Leave the machine on and connected; or export the unsent work to a file for an administrator.', kept),
  'workstation-wiped': w('这台工作站已被停用，本机的全部资料（每个人的加密文件、待送箱和工作站密钥）已清除；未送的内容之前已交给中心。', "This workstation was revoked, and everything kept on it (each person's encrypted file, the spool, the workstation's key) was removed; unsent work had reached the centre before.", '请换一台工作站；这台要再用，请管理员重新登记。', 'Use another workstation; to use this one again, have an administrator enrol it anew.'),
  'store-in-use': w('您的桌面已经在这台机器上打开了。', 'Your desktop is already open on this machine.', '请切换到已打开的窗口。', 'Switch to the window that is open.', kept),
  'store-of-another-person': w('这台机器上这个账号的文件属于另一个人。', 'The file of this account on this machine belongs to another person.', '请管理员把文件移到一边，再登录。', 'Have an administrator move the file aside, then sign in again.', kept),
  'passphrase-differs': w('密码已在别处修改，这台机器上的文件还是旧密码。', 'The password was changed elsewhere; the file on this machine still has the old one.', '请同时输入一次旧密码；忘记了就把文件移到一边。', 'Type the old password once as well; if it is forgotten, move the file aside.', kept),
  'old-password-wrong': w('旧密码不对。', 'The old password is wrong.', '请重新输入旧密码。', 'Type the old password again.', kept),
  'offline-grace-over': w('离线登录的时限（16 小时）已过。', 'The 16 hours for signing in without the centre are over.', '请连上中心后登录；未送的内容都在。', 'Sign in when the centre can be reached; unsent work is kept.', kept),
  'second-person-same': w('第二个人不能是您自己（同一个人的另一个账号也不行）。', 'The second person cannot be you, nor another account of yours.', '请另一位同事输入自己的账号和密码。', 'Another colleague types their own account and passphrase.', kept),
  'second-person-not-here': w('这位同事还没有在这台机器上登录过。', 'This colleague has never signed in on this machine.', '请在线登录过这台机器的同事来；或等连上中心后再交接。', 'Ask a colleague who has signed in here, or wait for the centre.', kept),
  'already-signed-in': w('已经有人登录。', 'Somebody is signed in already.', '请先退出。', 'Sign out first.', kept),
  'tls-required': w('这个地址不是加密连接。', 'This address is not an encrypted connection.', '请用 https:// 开头的中心地址；只有本机可以不加密。', "Use the centre's address that begins with https://; only this machine itself may go without.", kept),
  'signed-out': w('没有登录。', 'Nobody is signed in.', '请先登录。', 'Sign in first.', kept),
  'rules-missing': w('还没有从中心取得流程和规则。', 'Flows and rules have not come from the centre yet.', '请稍等几秒；一直如此请检查网络。', 'Wait a few seconds; if it stays so, check the network.', lastStep),
  'no-answer': w('中心没有及时回答。', 'The centre did not answer in time.', '请先看状态有没有变；没有变再按一次。', 'See first whether anything changed; if not, press again.', { zh: '不能确定中心有没有收到。', en: 'It is not certain whether the centre received it.' }),
  'answer-malformed': w('看不懂中心的回答。', "The centre's answer could not be read.", '请重试；反复出现请更新桌面。', 'Try again; if it happens again, update the desktop.', kept),
  'feed-malformed': w('看不懂中心送来的内容。', 'What the centre sent could not be read.', '会自动重新同步；反复出现请更新桌面。', 'It syncs anew by itself; if it happens again, update the desktop.', kept),
  'command-too-large': w('内容太长，存不下。', 'It is too long to be kept.', '请分成几次写。', 'Write it in parts.', lastStep),
  'command-id-used': w('这一步已经用别的内容提交过。', 'This step was given before with other contents.', '请看当前内容后再做一次。', 'Look at what is shown and do it again.', lastStep),
  'desk-lost': w('桌面的后台正在重新启动。', 'The background part of the desktop is restarting.', '请等几秒再按一次。', 'Wait a few seconds and press again.', kept),
  'desk-failed': w('桌面的后台出了错。', 'The background part of the desktop failed.', '请再试一次；反复出现请告诉管理员。', 'Try again; if it happens again, tell an administrator.', lastStep),
  'method-unknown': w('桌面的两部分版本不一致。', 'Two parts of the desktop are of different versions.', '请重新安装桌面。', 'Install the desktop again.', lastStep),
  'params-malformed': w('桌面的两部分没有说上话。', 'Two parts of the desktop did not understand each other.', '请再试一次；反复出现请更新桌面。', 'Try again; if it happens again, update the desktop.', lastStep),
} as const satisfies Record<string, RefusalText>;
