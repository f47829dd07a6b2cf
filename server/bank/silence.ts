/** The words of a bank that does not answer, and of an order that never left. */
import type { BilingualText, NoAnswer, NotSent } from '#shared/protocol/bank.ts';

export type Cause = NoAnswer['cause'];

const TEXTS: Record<Cause, BilingualText> = {
  timeout: { zh: '核心系统没有在规定时间内答复。', en: 'Core banking did not answer in time.' },
  unreachable: { zh: '核心系统连不上。', en: 'Core banking cannot be reached.' },
  'cut-off': { zh: '与核心系统的连接在答复前断开。', en: 'The connection to core banking broke before the answer.' },
  malformed: { zh: '核心系统的答复无法识别。', en: "Core banking's answer cannot be understood." },
  busy: { zh: '核心系统报告内部错误或繁忙。', en: 'Core banking reports an internal error or is busy.' },
  'secret-refused': { zh: '核心系统不接受本服务的密钥，请管理员检查配置。', en: "Core banking refuses this server's secret; an administrator must check the settings." },
  untrusted: { zh: '核心系统的证书或本服务的证书不被接受，请管理员检查证书。', en: "Core banking's certificate, or this server's, is not accepted; an administrator must check the certificates." },
  paused: { zh: '核心系统连续没有答复，暂停询问，几秒后自动再试。', en: 'Core banking has not been answering; it is asked again in a few seconds.' },
};

export const silence = (cause: Cause): NoAnswer => ({ kind: 'no-answer', cause, text: TEXTS[cause] });

/** Says that nothing was booked: only for an order whose key this server has never put on the wire. */
export const notSent = (cause: Cause): NotSent => ({
  kind: 'not-sent', cause, text: { zh: `没有发给核心系统，什么也没有入账。${TEXTS[cause].zh}`, en: `It was not sent to core banking; nothing was booked. ${TEXTS[cause].en}` },
});
