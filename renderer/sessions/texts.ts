import { defineTexts } from '../app/i18n.ts';

export const sessionTexts = defineTexts('sessions', {
  'zh-CN': {
    title: '我的登录', why: '这里是您现在登录着的工作站。不是您本人的，请结束它，并马上告诉管理员、改口令。', workstation: '工作站', since: '登录时间', how: '方式', until: '到期', 'how.passphrase': '口令', 'how.sign-on': '单点登录', here: '● 这里', noEnd: '不限',
    loading: '正在读取…', alone: '没有别的登录。', end: '结束', press: '结束 {{workstation}} 上的登录', what: '那里马上退出，没送出的内容留在那台机器上，下次登录再送。', cancel: '不结束', done: '{{workstation}} 上的登录已结束。', close: '关闭',
    unread: '没有读到您的登录：中心没有回答。什么都没有改动。', again: '再读一次', unsure: '不能确定 {{workstation}} 上的登录结束了没有：看名单里还有没有它；名单没读到就再读一次。',
  },
  en: {
    title: 'Where I am signed in', why: 'These are the workstations at which you are signed in now. If one is not yours, end it, tell an administrator at once and change your passphrase.', workstation: 'Workstation', since: 'Since', how: 'By', until: 'Until', 'how.passphrase': 'passphrase', 'how.sign-on': 'single sign-on', here: '● here', noEnd: 'no end',
    loading: 'Reading…', alone: 'You are signed in nowhere else.', end: 'End', press: 'End the session at {{workstation}}', what: 'It is signed out at once; what is unsent there stays on that machine and is sent at the next sign-in.', cancel: 'Do not end it', done: 'The session at {{workstation}} is ended.', close: 'Close',
    unread: 'Where you are signed in could not be read: the centre did not answer. Nothing was changed.', again: 'Read again', unsure: 'It is not certain whether the session at {{workstation}} is ended: see whether it is still in the list; if the list could not be read, read it again.',
  },
});
