import { defineTexts } from '../app/i18n.ts';

/** Names of the fields of policies and persons, and of the facts and figures they hold. */
export const fieldTexts = defineTexts('administration-fields', {
  'zh-CN': {
    version: '版本', effectiveFrom: '生效时间', source: '依据', equivalentTo: '视同有效的旧版', reviewTakenMinutes: '复核接单时间（分钟）', offerSeconds: '推给下一人的间隔（秒）', maxBlindEntries: '盲录次数', breakGlass: '双班长放行', offline: '离线会签', hours: '有效（小时）', withoutRecording: '手工登记的通话可无录音', afterMinutes: '等候（分钟）', capFen: '每笔上限', perDay: '每天次数',
    name: '名称', keyFigures: '盲录项', pinned: '锁定的资料', reviewLimitFen: '复核限额', highValueFromFen: '双人起点金额', highValueFromLines: '双人起点笔数', selfCheck: '自查', consent: '心到确认', principalsUpToLines: '本金逐笔盲录到（笔）', bands: '金额档', fromFen: '起点', text: '文字', validMinutesOnLine: '在线有效（分钟）', validMinutesAfterPromise: '约定后有效（分钟）', confirmationMinutes: '客户确认有效（分钟）', recordingRequired: '没有录音不办理', '#': '先后次序',
    signOn: '单点登录身份', issuer: '身份服务', claim: '身份字段', value: '身份值', account: '账号', no: '工号', role: '角色', team: '班组', skills: '技能', entitlements: '限额', relatedCustomers: '关联客户', active: '在用', since: '入职时间', human: '对应的人（编号）', id: '编号', person: '姓名',
    'figure.total': '合计', 'figure.lines': '笔数', 'figure.due-date': '到期还款日', 'figure.principals': '各笔本金', 'figure.last-four': '尾号', 'figure.reference': '参考号',
    'fact.plan.status': '分期状态', 'fact.plan.periodsPosted': '已入账期数', 'fact.plan.remainingFen': '剩余本金', 'fact.plan.feeMode': '收费模式', 'fact.card.status': '卡状态', 'fact.account.hold': '账户止付', 'fact.account.pastDueDays': '逾期天数', 'fact.account.statementDate': '账单日', 'fact.account.pendingRefundFen': '在途退款', 'fact.account.pendingReversals': '在途冲正',
  },
  en: {
    version: 'Version', effectiveFrom: 'In effect from', source: 'Source', equivalentTo: 'Older versions still good', reviewTakenMinutes: 'A review is taken for (min)', offerSeconds: 'Offered to one more every (s)', maxBlindEntries: 'Blind entries', breakGlass: 'Two leads', offline: 'Offline co-sign', hours: 'good for (hours)', withoutRecording: 'without a recording, logged by hand', afterMinutes: 'after (min)', capFen: 'up to, each', perDay: 'a day',
    name: 'Name', keyFigures: 'Typed blind', pinned: 'Pinned facts', reviewLimitFen: 'Review limit', highValueFromFen: 'Two people from the sum', highValueFromLines: 'Two people from lines', selfCheck: 'Self-check', consent: 'Consequence confirmed', principalsUpToLines: 'Principals typed up to (lines)', bands: 'Band', fromFen: 'from', text: 'text', validMinutesOnLine: 'Valid on the line (min)', validMinutesAfterPromise: 'Valid after a promise (min)', confirmationMinutes: 'Confirmation valid (min)', recordingRequired: 'Not executed without a recording', '#': 'order',
    signOn: 'Single sign-on', issuer: 'Provider', claim: 'Claim', value: 'Value', account: 'Account', no: 'No.', role: 'Role', team: 'Team', skills: 'Skills', entitlements: 'Limits', relatedCustomers: 'Declared customers', active: 'Active', since: 'Here since', human: 'The human (id)', id: 'Id', person: 'Name',
    'figure.total': 'total', 'figure.lines': 'number of lines', 'figure.due-date': 'due date', 'figure.principals': 'each principal', 'figure.last-four': 'last four', 'figure.reference': 'reference',
    'fact.plan.status': 'plan status', 'fact.plan.periodsPosted': 'periods posted', 'fact.plan.remainingFen': 'remaining principal', 'fact.plan.feeMode': 'charging mode', 'fact.card.status': 'card status', 'fact.account.hold': 'hold', 'fact.account.pastDueDays': 'days past due', 'fact.account.statementDate': 'statement date', 'fact.account.pendingRefundFen': 'pending refund', 'fact.account.pendingReversals': 'pending reversals',
  },
});
