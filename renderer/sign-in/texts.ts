import { defineTexts } from '../app/i18n.ts';

export const signInTexts = defineTexts('sign-in', {
  'zh-CN': {
    title: '援线台', tagline: '来电即见客户，一步一步办，两个人看',
    account: '账号', password: '密码', server: '中心地址', 'server.bad': '请写成 http://主机:端口 的样子。', oldPassword: '旧密码',
    signIn: '登录', signingIn: '正在登录…', 'demo.title': '演示账号', 'demo.hint': '选一个即填好，回车登录。密码：{{password}}',
    offline: '连不上中心时，凭这台机器上的加密文件也可以登录（限时）。', moveAside: '把文件移到一边，重新开始', moved: '已移到 {{folder}}。现在可以登录；能读出的未送内容会带过来。',
    required: '请填写账号和密码。', runtime: '版本 {{version}} · Electron {{electron}} · {{workstation}}',
    'was.revoked': '您被登出：', caps: '大写锁定已打开。',
  },
  en: {
    title: 'Aidline', tagline: 'The caller at once, step by step, two people',
    account: 'Account', password: 'Password', server: 'Address of the centre', 'server.bad': 'Write it as http://host:port.', oldPassword: 'Old password',
    signIn: 'Sign in', signingIn: 'Signing in…', 'demo.title': 'Demonstration accounts', 'demo.hint': 'Choose one, then press Enter. Password: {{password}}',
    offline: 'When the centre is out of reach you may sign in from the encrypted file on this machine, for a limited time.', moveAside: 'Move the file aside and start anew', moved: 'Moved to {{folder}}. You may sign in now; what can be read of unsent work is carried over.',
    required: 'Please give account and password.', runtime: 'Version {{version}} · Electron {{electron}} · {{workstation}}',
    'was.revoked': 'You were signed out:', caps: 'Caps lock is on.',
  },
});
