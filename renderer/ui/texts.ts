import { defineTexts } from '../app/i18n.ts';

export const uiTexts = defineTexts('ui', {
  'zh-CN': {
    'saved-here': '已存本机', asked: '已请求', confirmed: '中心已收', refused: '中心未受理', doubtful: '待中心确认，可能不被受理',
    'saved.none': '还没有保存的内容',
    'age.now': '刚刚读取', 'age.seconds': '{{n}} 秒前读取', 'age.minutes': '{{n}} 分钟前读取', 'age.hours': '{{n}} 小时前读取', 'age.days': '{{n}} 天前读取', 'age.never': '尚未读取',
    'refusal.what': '发生了什么', 'refusal.money': '对客户资金的影响', 'refusal.todo': '怎么办', 'refusal.code': '代码 {{code}}', 'refusal.close': '知道了',
    'proof.noPaste': '此处须逐位键入，不能粘贴',
    'money.unit': '元',
    passphrase: '口令',
    yes: '是', no: '否', cancel: '取消', unknown: '未知',
    'fact.source': '来源',
  },
  en: {
    'saved-here': 'Saved here', asked: 'Asked', confirmed: 'Received by the centre', refused: 'Not accepted by the centre', doubtful: 'Waiting for the centre; may be refused',
    'saved.none': 'Nothing saved yet',
    'age.now': 'read just now', 'age.seconds': 'read {{n}} s ago', 'age.minutes': 'read {{n}} min ago', 'age.hours': 'read {{n}} h ago', 'age.days': 'read {{n}} d ago', 'age.never': 'not read yet',
    'refusal.what': 'What happened', 'refusal.money': "The customer's money", 'refusal.todo': 'What to do', 'refusal.code': 'Code {{code}}', 'refusal.close': 'Understood',
    'proof.noPaste': 'Type it digit by digit; pasting is off here',
    'money.unit': 'yuan',
    passphrase: 'Passphrase',
    yes: 'Yes', no: 'No', cancel: 'Cancel', unknown: 'unknown',
    'fact.source': 'Source',
  },
});
