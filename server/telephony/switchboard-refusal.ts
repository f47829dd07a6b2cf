import type { PhoneRefusalCode } from './phones.ts';

export type SwitchboardRefusalCode =
  | 'call-taken' | 'offer-over' | 'call-not-yours' | 'call-unknown' | 'already-on-call' | 'agent-in-review' | 'agent-unknown'
  | 'number-malformed' | 'telephony-not-stored';

/** A command about a call that was not carried out: what happened and what to do. */
export interface CallRefusal {
  code: SwitchboardRefusalCode | PhoneRefusalCode;
  zh: string;
  en: string;
}
export type CallResult<T = Record<never, never>> = ({ ok: true } & T) | { ok: false; refusal: CallRefusal };

const texts: Record<SwitchboardRefusalCode, { zh: string; en: string }> = {
  'call-taken': { zh: '这通来电已由另一台桌面接起。', en: 'Another desktop has taken this call.' },
  'offer-over': { zh: '来电提示已结束：对方已挂断或转给了其他同事。', en: 'This offer is over: the caller has hung up or a colleague is being offered the call.' },
  'call-not-yours': { zh: '这通电话不在您名下，不能操作。', en: 'This call is not yours; nothing was done.' },
  'call-unknown': { zh: '找不到这通电话。请看“最近来电”。', en: 'There is no such call. Look under recent calls.' },
  'already-on-call': { zh: '您正在通话，结束后再拨。', en: 'You are on a call; dial when it has ended.' },
  'agent-in-review': { zh: '复核中不能拨出电话。请先完成或退还这一单复核。', en: 'No call can be dialled in a review. Finish or give back the review first.' },
  'agent-unknown': { zh: '话务台还不知道您在哪个座位。请先切换到任一工作状态。', en: 'The switchboard does not know your seat yet. Choose a working state first.' },
  'number-malformed': { zh: '号码只能是 3 至 20 位数字。', en: 'A number has 3 to 20 digits.' },
  'telephony-not-stored': { zh: '中心暂时无法保存，这一步没有执行。请再试一次。', en: 'The centre could not store this step, so it was not done. Please try again.' },
};

export function refuseCall(code: SwitchboardRefusalCode): { ok: false; refusal: CallRefusal } {
  return { ok: false, refusal: { code, ...texts[code] } };
}
