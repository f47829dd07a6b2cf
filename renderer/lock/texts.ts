import { defineTexts } from '../app/i18n.ts';

export const lockTexts = defineTexts('lock', {
  'zh-CN': {
    title: '已锁定', idle: '{{time}} 起没有操作，桌面自动锁定。', person: '{{time}} 由您锁定。', kept: '填写的内容都在，待送的照常送往中心。', keptAway: '填写的内容都在；待送的存在本机，连上中心后自动送出。解锁不需要中心。', passphrase: '口令', unlock: '解锁', unlocking: '正在解锁…', required: '请输入口令。',
    signOut: '不是{{name}}？请先让其退出登录', online: '● 已连上中心', away: '✕ 没有连上中心', unsent: '待送 {{n}}',
    soon: '没有操作，{{n}} 秒后锁定', keep: '按任意键或动一下鼠标，就不锁定；填写的内容都会留着。', soonSaid: '没有操作，桌面约 {{n}} 秒后锁定。按任意键就不锁定。',
  },
  en: {
    title: 'Locked', idle: 'No input: this desk locked itself at {{time}}.', person: 'You locked this desk at {{time}}.', kept: 'What was typed is kept, and what is unsent goes on to the centre.', keptAway: 'What was typed is kept; what is unsent stays on this machine and goes out when the centre is back. Unlocking needs no centre.', passphrase: 'Passphrase', unlock: 'Unlock', unlocking: 'Unlocking…', required: 'Type the passphrase.',
    signOut: 'Not {{name}}? Sign them out first', online: '● Connected to the centre', away: '✕ The centre is out of reach', unsent: '{{n}} to send',
    soon: 'No input: locking in {{n}} s', keep: 'Any key or a move of the mouse keeps it open; what was typed stays.', soonSaid: 'No input: this desk locks itself in about {{n}} seconds. Any key keeps it open.',
  },
});
