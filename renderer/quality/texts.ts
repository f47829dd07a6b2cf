import { defineTexts } from '../app/i18n.ts';

export const qualityTexts = defineTexts('quality', {
  'zh-CN': {
    title: '质检个案', open: '待结案', closed: '已结案', none: '没有质检个案。', noneHint: '双班长放行一笔，这里就会开出一个个案。',
    what: '双班长放行', by: '放行人', reasons: '理由', matter: '所涉业务', makerIs: '经办', openedAt: '{{at}} 开出', seeCase: '看这一单', hideCase: '收起', notHere: '这一单还没有送到这台机器。',
    finding: '结论（必填）', findingHint: '例如：当晚确无有授权的复核人，两位班长各自盲录一致，合规', close: '结案', closedWith: '结论', asked: '已请求结案，等中心收到',
    executed: '办理', notExecuted: '还没有办理',
  },
  en: {
    title: 'Quality cases', open: 'To be looked at', closed: 'Closed', none: 'No quality case.', noneHint: 'Whenever two leads release something, a case is opened here.',
    what: 'Released by two leads', by: 'Released by', reasons: 'Reasons', matter: 'The matter', makerIs: 'Maker', openedAt: 'opened {{at}}', seeCase: 'Look at it', hideCase: 'Fold', notHere: 'That case has not reached this machine yet.',
    finding: 'Finding (needed)', findingHint: 'e.g. nobody entitled was there that night; both leads typed the same figures; in order', close: 'Close', closedWith: 'Finding', asked: 'Asked to close; waiting for the centre',
    executed: 'Execution', notExecuted: 'not executed yet',
  },
});
