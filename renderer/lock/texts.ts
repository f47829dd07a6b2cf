import { defineTexts } from '../app/i18n.ts';

export const lockTexts = defineTexts('lock', {
  'zh-CN': {
    title: '已锁定', idle: '{{time}} 起没有操作，桌面自动锁定。', person: '{{time}} 由您锁定。', kept: '填写的内容都在，待送的照常送往中心。', passphrase: '口令', unlock: '解锁', unlocking: '正在解锁…', required: '请输入口令。',
    signOut: '不是{{name}}？请先让其退出登录', online: '● 已连上中心', away: '✕ 没有连上中心', unsent: '待送 {{n}}',
  },
  en: {
    title: 'Locked', idle: 'No input: this desk locked itself at {{time}}.', person: 'You locked this desk at {{time}}.', kept: 'What was typed is kept, and what is unsent goes on to the centre.', passphrase: 'Passphrase', unlock: 'Unlock', unlocking: 'Unlocking…', required: 'Type the passphrase.',
    signOut: 'Not {{name}}? Sign them out first', online: '● Connected to the centre', away: '✕ The centre is out of reach', unsent: '{{n}} to send',
  },
});
