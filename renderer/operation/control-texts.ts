import { defineTexts } from '../app/i18n.ts';

/** 双班长放行、交接、停办: who stands in, who takes over, and what is stopped. */
export const controlTexts = defineTexts('operation-control', {
  'zh-CN': {
    seatsAtIt: '等得太久，两位班长正在代为复核：{{names}}',
    seatSigned: '{{name}}（已签名）',
    glassBy: '双班长放行',
    glassByNames: '{{names}} 双班长放行',
    glassQuality: '质量个案已开，事后会复查。',
    takenOver: '您接手了这一笔',
    takenOverWhy: '数字和原来批准的一样，但经办换成了您：原批准已作废。请逐项核对下面的数字，您签名后，由原来的复核人再按一次。',
    takenOverSign: '我已逐项核对，签名',
    takenOverSigned: '您已签名。等原来的复核人再确认。',
    takenOverAsked: '已请求签名，等中心收到',
    stoppedTitle: '「{{kind}}」已停办',
    stoppedBy: '{{at}} 起，{{name}} 停办：{{reason}}',
    stoppedSay: '对客户说：这项业务现在暂停受理，您的账户没有变化；恢复后我们给您回电。',
    stoppedBlocked: '这类业务已停办，不能提交，也不能办理。',
  },
  en: {
    seatsAtIt: 'It waited too long; two leads are checking in place of a reviewer: {{names}}',
    seatSigned: '{{name}} (signed)',
    glassBy: 'Released by two leads',
    glassByNames: 'released by two leads, {{names}}',
    glassQuality: 'A quality case is open; it is looked at afterwards.',
    takenOver: 'You have taken this over',
    takenOverWhy: 'The figures are those that were approved, but the maker is now you: the old approval is void. Check every figure below; once you have signed, the same reviewer confirms again.',
    takenOverSign: 'I have checked every figure: sign',
    takenOverSigned: 'You have signed. The same reviewer has to confirm again.',
    takenOverAsked: 'Signature sent, waiting for the centre',
    stoppedTitle: '"{{kind}}" is stopped',
    stoppedBy: 'since {{at}}, by {{name}}: {{reason}}',
    stoppedSay: 'Tell the customer: this service is suspended for now, your account is unchanged; we call you when it is back.',
    stoppedBlocked: 'This kind is stopped: it can neither be submitted nor executed.',
  },
});
