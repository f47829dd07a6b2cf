import type { Lang } from '#shared/flow/definition.ts';

/** What people call the rule figures of the flows, and the values that are words. */
const names: Record<string, { zh: string; en: string }> = {
  'retention.maxOffers': { zh: '挽留最多几次', en: 'Retention offers at most' }, 'es.reviewFromFen': { zh: '挂机核对起点金额', en: 'Off the call from' }, 'es.reviewPlans': { zh: '挂机核对起点笔数', en: 'Off the call from (plans)' },
  'es.minPrep': { zh: '核对准备时间', en: 'Time to prepare' }, 'es.useBasedInterestFrom': { zh: '按实际占用计息的合同起始日', en: 'Interest by days used, contracts from' }, 'hold.maxRounds': { zh: '在线等最多几轮', en: 'Rounds on hold at most' },
  'hold.roundSeconds': { zh: '每轮保持秒数', en: 'Seconds a round' }, 'verify.maxFailures': { zh: '每日核身失败上限', en: 'Failed verifications a day' }, 'callback.fromHour': { zh: '回电最早钟点', en: 'Callbacks from (hour)' }, 'callback.toHour': { zh: '回电最晚钟点', en: 'Callbacks until (hour)' },
  'callback.tries': { zh: '回电试几次', en: 'Callback tries' }, 'callback.triesApart': { zh: '两次回电间隔', en: 'Between tries' }, 'callback.quietBefore': { zh: '回电前不派电话', en: 'No calls before a callback' }, 'reset.loginPassword': { zh: '登录密码重置渠道', en: 'Login password reset at' },
  'reset.cardPin': { zh: '取款密码重置渠道', en: 'Card PIN reset at' }, 'reset.phonePassword': { zh: '查询密码重置渠道', en: 'Enquiry password reset at' }, protectiveLock: { zh: '来电相符可先临时锁卡', en: 'Lock on a matching number' }, thirdPartyLoss: { zh: '他人可代报挂失', en: 'Third party may report a loss' },
  'loss.reissueFeeFen': { zh: '补卡工本费', en: 'Reissue fee' }, 'loss.reissueDays': { zh: '补卡工作日', en: 'Reissue, working days' }, 'abuse.reminders': { zh: '辱骂提醒次数', en: 'Reminders on abuse' }, 'lead.callbackWithin': { zh: '班组长回电时限', en: 'Lead calls back within' },
  branch: { zh: '网点', en: 'branch' }, ivr: { zh: '电话按键', en: 'phone keys' }, 'app-face': { zh: '手机银行刷脸', en: 'app by face' }, autounlock: { zh: '自动解锁', en: 'opens by itself' },
};

/** @returns the id itself for a figure this desktop has no word for */
export const policyName = (id: string, lang: Lang): string => names[id]?.[lang] ?? id;
