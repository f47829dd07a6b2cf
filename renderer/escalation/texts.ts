import { defineTexts } from '../app/i18n.ts';

export const escalationTexts = defineTexts('escalation', {
  'zh-CN': {
    title: '升级班组长', hint: '组长看到这张卡片，客户不用再讲一遍。', 'card.who': '客户', 'card.level': '核身', 'card.kind': '事由', 'card.goal': '急着办什么', 'card.deadline': '最晚', 'card.ruleTold': '规则已告知', 'card.rungs': '已说几级', 'card.branch': '已找网点', 'card.mood': '情绪', 'card.minutes': '已通话', 'card.complaint': '投诉字眼', minutes: '{{n}} 分钟', 'not.told': '还没告知', none: '无',
    send: '呼叫班组长', cancel: '先不升级', sent: '已呼叫，等班组长接手…', 'sent.more': '等的时候不再争；超过半小时由组长回电。', accepted: '{{name}} 已接手', finished: '组长处理结果：{{what}}', again: '再呼叫一次', offline: '现在连不上中心，请直接打电话给班组长。', 'break': '小休 5 分钟（不计入）',
    tray: '等您接手 {{n}} 件', accept: '接手', 'tray.wait': '已等 {{time}}', 'view.title': '升级到我的', 'view.none': '没有等待接手的升级。', 'view.mine': '我接手的', open: '打开',
    'lead.title': '组长处理', 'lead.whisper': '先听 20 秒，再三方。规定对组长也一样，没有破例的按钮。', 'lead.words': '客户怎么说', 'lead.finish': '登记结果', 'lead.notMine': '由 {{name}} 处理中', 'lead.wait': '还没有组长接手。', 'lead.done': '结果已登记：{{what}}', 'lead.missing': '请先选结果。',
    'outcome.accepted-branch': '接受去网点', 'outcome.app': '改走手机银行', 'outcome.visit-service': '上门服务', 'outcome.complaint': '转投诉', 'outcome.left': '客户挂断', 'outcome.none': '—', yes: '有', no: '没有', calm: '平静', upset: '着急', angry: '生气', abusive: '辱骂',
  },
  en: {
    title: 'Escalate to the lead', hint: 'The lead sees this card; the customer need not repeat anything.', 'card.who': 'Customer', 'card.level': 'Verified', 'card.kind': 'Matter', 'card.goal': 'What is urgent', 'card.deadline': 'Deadline', 'card.ruleTold': 'Rule told', 'card.rungs': 'Rungs said', 'card.branch': 'Branch found', 'card.mood': 'Mood', 'card.minutes': 'On the call', 'card.complaint': 'Complaint words', minutes: '{{n}} min', 'not.told': 'not yet', none: 'none',
    send: 'Call the lead', cancel: 'Not now', sent: 'Called; waiting for the lead…', 'sent.more': 'No arguing meanwhile; after half an hour the lead calls back.', accepted: '{{name}} has taken over', finished: "The lead's result: {{what}}", again: 'Call again', offline: 'The centre cannot be reached: phone the lead.', 'break': "Five minutes' break (not counted)",
    tray: '{{n}} waiting for you', accept: 'Take over', 'tray.wait': 'waiting {{time}}', 'view.title': 'Escalated to me', 'view.none': 'Nothing is waiting to be taken over.', 'view.mine': 'Taken by me', open: 'Open',
    'lead.title': 'The lead', 'lead.whisper': 'Listen for 20 s, then three-way. The rule binds the lead too: there is no button for an exception.', 'lead.words': 'What they say', 'lead.finish': 'Log the result', 'lead.notMine': '{{name}} is on it', 'lead.wait': 'No lead has taken over yet.', 'lead.done': 'Result logged: {{what}}', 'lead.missing': 'Choose the result first.',
    'outcome.accepted-branch': 'Accepts the branch', 'outcome.app': 'By the app', 'outcome.visit-service': 'Home visit', 'outcome.complaint': 'Complaint', 'outcome.left': 'Left', 'outcome.none': '—', yes: 'yes', no: 'no', calm: 'calm', upset: 'upset', angry: 'angry', abusive: 'abusive',
  },
});
