import { defineTexts } from '../app/i18n.ts';

export const handOverTexts = defineTexts('hand-over', {
  'zh-CN': {
    tab: '交接班', title: '在本屏交接', intro: '接班的同事在这里输入自己的账号和密码，再逐个接收。断线也可以：两人签名，个案、记事和没写完的内容抄到接班同事的文件里。',
    account: '接班人账号', passphrase: '接班人密码', open: '接班人签到', successor: '接班：{{name}} {{no}}', until: '{{time}} 前有效', end: '交接完毕',
    cases: '您名下的个案', nothing: '您名下没有个案，可以退出登录。', left: '还有 {{n}} 个没有接收', allTaken: '全部已接收，可以退出登录。',
    accept: '接收', acceptAs: '{{name}} 接收 {{customer}} 的个案', acceptAll: '全部接收', note: '要说明的（约定、情绪、进度）', noteFor: '{{customer}}：要说明的',
    taken: '{{name}} 已接收，两人已签名', savedHere: '已存本机，等中心确认', notCopied: '已签名，但没能抄到接班人的文件里（磁盘满？）：', copyAgain: '再抄一次', signInFirst: '接班人签到后才能接收。',
    promise: '回电 {{from}}–{{to}}', promiseSecond: '或 {{from}}–{{to}}', tries: '已拨 {{n}} 次', followUp: '跟进 {{date}}', operation: '{{kind}} {{status}}', escalation: '已请班长', escalationTaken: '班长已接', stop: '停卡 尾号 {{four}}：银行还没有回执，不算停用', stopUnknown: '停卡（哪张卡还不知道）：银行还没有回执，不算停用', orderedOffline: '离线会签已下达：线路恢复后核对执行，不晚于 {{at}}；现在未生效',
    draft: '没写完', mood: '情绪：{{mood}}', noItems: '没有待办事项', ageOf: '资料：', customerUnknown: '未识别客户', reviewerAgain: '接收后原批准作废，由同一位复核老师再按一次。', closedCase: '已结案，跟进还在',
    'status-draft': '核对中', 'status-in-review': '待复核', 'status-returned': '被退回', 'status-approved': '已通过', 'status-executing': '办理中', 'status-in-doubt': '结果待查', 'status-void': '批准作废',
    'kind-early-settlement': '提前结清', 'kind-limit-change': '调额', 'kind-card-cancellation': '销卡', 'kind-refund': '退款', 'kind-emergency-payment': '紧急付款', 'kind-loss-reissue-abroad': '境外补卡',
    takenOver: '本屏接来的', waiting: '本屏接来，中心还没确认', from: '{{name}} 交来', refusedTitle: '中心没有受理这次交接，个案仍在 {{name}} 名下', seen: '知道了', openCase: '打开',
    openOffers: '等人接收', openOffersHint: '当班没有人接的，班长可以接。', offer: '{{from}} 交给 {{to}}', takeIt: '班长接收', takeAll: '全部接收（{{n}}）',
  },
  en: {
    tab: 'Shift hand-over', title: 'Hand over at this screen', intro: 'The colleague who takes over types their own account and passphrase here, then accepts case by case. It works without the line: both sign, and cases, notes and what is half written are copied into the successor’s file.',
    account: "Successor's account", passphrase: "Successor's passphrase", open: 'Successor signs in', successor: 'Taking over: {{name}} {{no}}', until: 'valid until {{time}}', end: 'Hand-over finished',
    cases: 'Your cases', nothing: 'You have no case; you can sign out.', left: '{{n}} not accepted yet', allTaken: 'All accepted; you can sign out.',
    accept: 'Accept', acceptAs: '{{name}} accepts the case of {{customer}}', acceptAll: 'Accept all', note: 'What they must know (promise, mood, progress)', noteFor: '{{customer}}: what they must know',
    taken: 'Accepted by {{name}}, signed by both', savedHere: 'saved here, the centre has not confirmed', notCopied: "Signed, but not copied into the successor's file (disk full?):", copyAgain: 'Copy again', signInFirst: 'The successor signs in first.',
    promise: 'Callback {{from}}–{{to}}', promiseSecond: 'or {{from}}–{{to}}', tries: 'tried {{n}}×', followUp: 'Follow-up {{date}}', operation: '{{kind}}: {{status}}', escalation: 'lead asked', escalationTaken: 'lead has taken it', stop: 'Card ending {{four}}: no receipt from the bank, not in force', stopUnknown: 'A card, not known which: no receipt from the bank, not in force', orderedOffline: 'Ordered by offline co-sign: checked and executed when the line is back, not after {{at}}; not in force now',
    draft: 'Half written', mood: 'Mood: {{mood}}', noItems: 'nothing left to do', ageOf: 'Facts:', customerUnknown: 'customer unknown', reviewerAgain: 'Accepting voids the approval; the same reviewer presses once more.', closedCase: 'closed, still followed up',
    'status-draft': 'worksheet', 'status-in-review': 'in review', 'status-returned': 'returned', 'status-approved': 'approved', 'status-executing': 'under way', 'status-in-doubt': 'in doubt', 'status-void': 'approval void',
    'kind-early-settlement': 'Early settlement', 'kind-limit-change': 'Limit change', 'kind-card-cancellation': 'Card cancellation', 'kind-refund': 'Refund', 'kind-emergency-payment': 'Emergency payment', 'kind-loss-reissue-abroad': 'Reissue abroad',
    takenOver: 'Taken over at this screen', waiting: 'taken over at one screen, not yet confirmed', from: 'from {{name}}', refusedTitle: 'The centre did not take this hand-over; the case is still with {{name}}', seen: 'Understood', openCase: 'Open',
    openOffers: 'Waiting to be accepted', openOffersHint: 'What nobody on duty accepts, the lead may take.', offer: '{{from}} to {{to}}', takeIt: 'Take as lead', takeAll: 'Take all ({{n}})',
  },
});
