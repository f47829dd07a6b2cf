import { defineTexts } from '../app/i18n.ts';

export const signInTexts = defineTexts('sign-in', {
  'zh-CN': {
    title: '援线台', tagline: '来电即见客户，一步一步办，两个人看',
    account: '账号', password: '密码', server: '中心地址', 'server.bad': '请写成 http://主机:端口 的样子。', oldPassword: '旧密码',
    signIn: '登录', signingIn: '正在登录…', 'demo.title': '演示账号', 'demo.hint': '选一个即填好，回车登录。密码：{{password}}',
    offline: '连不上中心时，凭这台机器上的加密文件也可以登录（限时）。', moveAside: '把文件移到一边，重新开始', moved: '已移到 {{folder}}。现在可以登录；能读出的未送内容会带过来。',
    required: '请填写账号和密码。', runtime: '版本 {{version}} · Electron {{electron}} · {{workstation}}',
    back: '返回', 'change.link': '改口令 / 收到两半口令', 'salvage.link': '这台机器上没送出的内容',
    'enrol.title': '登记这台工作站', 'enrol.why': '中心还不认识这台机器。提交后，请两位管理员在管理台上核对下面的指纹，逐位一致才同意。', 'enrol.name': '这台机器的名称', 'enrol.site': '所在地点', 'enrol.code': '一次性登记码（只有第一台机器才有，可不填）',
    'enrol.send': '提交登记', 'enrol.fingerprint': '指纹：请两位管理员逐位核对', 'enrol.waiting': '已提交，等两位管理员同意；这里会自己更新。', 'enrol.enrolled': '已登记，可以登录了。', 'enrol.revoked': '这台工作站已被停用。请换一台，并告诉管理员。',
    'change.title': '改成自己的口令', 'change.why': '口令只有您一个人知道；签名也靠它。', 'change.half1': '第一半（提出人给的）', 'change.half2': '第二半（同意人给的）', 'change.old': '旧口令', 'change.new': '新口令（至少 12 个字符）', 'change.again': '再输一次新口令',
    'change.haveOld': '我知道旧口令', 'change.haveHalves': '我收到了两半口令', 'change.send': '改口令并登录', 'change.short': '新口令至少 12 个字符。', 'change.differs': '两次输入的新口令不一样。', 'change.done': '口令已改。',
    'was.revoked': '您被登出：', caps: '大写锁定已打开。',
  },
  en: {
    title: 'Aidline', tagline: 'The caller at once, step by step, two people',
    account: 'Account', password: 'Password', server: 'Address of the centre', 'server.bad': 'Write it as http://host:port.', oldPassword: 'Old password',
    signIn: 'Sign in', signingIn: 'Signing in…', 'demo.title': 'Demonstration accounts', 'demo.hint': 'Choose one, then press Enter. Password: {{password}}',
    offline: 'When the centre is out of reach you may sign in from the encrypted file on this machine, for a limited time.', moveAside: 'Move the file aside and start anew', moved: 'Moved to {{folder}}. You may sign in now; what can be read of unsent work is carried over.',
    required: 'Please give account and password.', runtime: 'Version {{version}} · Electron {{electron}} · {{workstation}}',
    back: 'Back', 'change.link': 'Change passphrase / I have two halves', 'salvage.link': 'Unsent work on this machine',
    'enrol.title': 'Enrol this workstation', 'enrol.why': 'The centre does not know this machine yet. Once asked, two administrators compare the fingerprint below with their own screen, digit by digit, and agree.', 'enrol.name': 'Name of this machine', 'enrol.site': 'Place', 'enrol.code': 'One-time code (the first machine only; may be left empty)',
    'enrol.send': 'Ask for enrolment', 'enrol.fingerprint': 'Fingerprint, for two administrators to compare', 'enrol.waiting': 'Asked; two administrators have to agree. This updates by itself.', 'enrol.enrolled': 'Enrolled. You can sign in now.', 'enrol.revoked': 'This workstation was revoked. Use another one and tell an administrator.',
    'change.title': 'A passphrase of your own', 'change.why': 'Nobody but you knows it, and you sign with it.', 'change.half1': 'First half (from who proposed it)', 'change.half2': 'Second half (from who agreed)', 'change.old': 'Old passphrase', 'change.new': 'New passphrase (at least 12 characters)', 'change.again': 'New passphrase again',
    'change.haveOld': 'I know the old passphrase', 'change.haveHalves': 'I was given two halves', 'change.send': 'Change it and sign in', 'change.short': 'The new passphrase needs at least 12 characters.', 'change.differs': 'The two new passphrases differ.', 'change.done': 'The passphrase is changed.',
    'was.revoked': 'You were signed out:', caps: 'Caps lock is on.',
  },
});
