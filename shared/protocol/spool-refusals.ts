import { refusalWords as w } from './refusal-words.ts';
import type { RefusalText } from './refusal.ts';

const kept = { zh: '没有办理任何业务；没有送出的内容都还在。', en: 'Nothing was booked; all that was not sent is still there.' };

/** Unsent work that outlives its author's session (SY10). */
export const SPOOL_REFUSALS = {
  'refused-before-restore': w('中心恢复数据之前已未受理；不再重新判断，未做任何事。', 'It had been refused before the centre was restored; it is not decided anew, and nothing was done.', '如仍需要，请重新办理。', 'If it is still needed, do it anew.'),
  'late-not-entitled': w('送到时，作者已无权办理这一步。', 'When this arrived, its author was no longer entitled to it.', '请由现在有权的同事重新办理。', 'Have a colleague who is entitled do it anew.'),
  'late-work-unknown': w('补收清单里没有这一项，或它的案子不存在。', 'There is no such late work, or its case does not exist.', '请看最新的补收清单。', 'Look at the list as it is now.', kept),
  'salvage-empty': w('这台机器上没有没送出的内容。', 'Nothing unsent is kept on this machine.', '不用导出。', 'There is nothing to export.', { zh: '没有办理任何业务。', en: 'Nothing was booked.' }),
  'salvage-unreadable': w('这不是补送文件，或文件损坏了。', 'This is no salvage file, or it is damaged.', '请选择从工作台导出的 aidline-salvage 文件。', 'Choose an aidline-salvage file that a workstation exported.', kept),
  'salvage-other-server': w('这个文件是另一个中心的。', 'This file is of another centre.', '请在登录页填写那个中心的地址后再导入。', "Enter that centre's address on the sign-in screen, then import it.", kept),
  'salvage-folder': w('导出的文件写不进去。', 'The export could not be written.', '请检查磁盘和文件夹权限，再导出一次。', 'Check the disk and the folder, then export again.', kept),
} as const satisfies Record<string, RefusalText>;
