export type WebhookErrorCode =
  | 'webhook-unsigned' | 'webhook-bad-signature' | 'webhook-stale' | 'webhook-malformed' | 'webhook-too-large'
  | 'webhook-too-frequent' | 'webhook-not-stored';

interface Words {
  status: number;
  zh: string;
  en: string;
  todo: { zh: string; en: string };
}

/** What a sender is told: the code for its program, the words for whoever reads its log. */
export const webhookErrors: Record<WebhookErrorCode, Words> = {
  'webhook-unsigned': {
    status: 401,
    zh: '请求没有签名，事件未受理。',
    en: 'The request is not signed; no event was taken.',
    todo: {
      zh: '请带上 x-aidline-signature: t=<发送时刻的 Unix 秒>,v1=<“t.正文”的 HMAC-SHA256 十六进制>。',
      en: 'Send x-aidline-signature: t=<unix seconds of sending>,v1=<hex HMAC-SHA256 of "t.body">.',
    },
  },
  'webhook-bad-signature': {
    status: 401,
    zh: '签名不符，事件未受理。',
    en: 'The signature does not match; no event was taken.',
    todo: {
      zh: '请核对密钥，并对实际发送的原始字节签名（签名后不要重新排版 JSON）。',
      en: 'Check the secret, and sign the very bytes that are sent (do not reformat the JSON afterwards).',
    },
  },
  'webhook-stale': {
    status: 401,
    zh: '签名正确，但发送时刻与本机相差超过五分钟，事件未受理。',
    en: 'The signature is right, but the time of sending is more than five minutes from ours; no event was taken.',
    todo: {
      zh: '请校准发送方时钟；重发时请用新的发送时刻重新签名，事件自己的时间不必改。',
      en: 'Set the sender\'s clock. When sending again, sign anew with the new time; an event\'s own time stays as it is.',
    },
  },
  'webhook-malformed': {
    status: 400,
    zh: '内容不符合格式，整批未受理。',
    en: 'The content does not fit the schema; nothing of the batch was taken.',
    todo: { zh: '请按 issues 中列出的位置改正后重发整批。', en: 'Correct what issues names and send the whole batch again.' },
  },
  'webhook-too-large': {
    status: 413,
    zh: '请求超过 64 kB,未受理。',
    en: 'The request is larger than 64 kB; nothing was taken.',
    todo: { zh: '请分成几批发送。', en: 'Send it in several batches.' },
  },
  'webhook-too-frequent': {
    status: 429,
    zh: '请求太频繁，未受理。',
    en: 'Too many requests; nothing was taken.',
    todo: { zh: '请一秒后重发，并把事件合成批次。', en: 'Send it again after a second, and put events into batches.' },
  },
  'webhook-not-stored': {
    status: 503,
    zh: '中心暂时无法保存，事件未受理。',
    en: 'The centre cannot store at the moment; no event was taken.',
    todo: { zh: '请稍后原样重发；重复的事件不会算两次。', en: 'Send it again later as it is; an event that comes twice counts once.' },
  },
};
