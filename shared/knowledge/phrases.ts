import { z } from 'zod';
import { bilingual } from '../protocol/ids.ts';

/** Short help beside a flow: phrases that calm, and articles for what a flow must not improvise. */

export const Phrase = z.strictObject({ id: z.string().min(1), situation: bilingual, text: bilingual, tags: z.array(z.string()) });
export type Phrase = z.infer<typeof Phrase>;

export const Article = z.strictObject({
  id: z.string().min(1),
  title: bilingual,
  body: bilingual,
  tags: z.array(z.string()),
  source: z.string().min(1),
  effectiveFrom: z.iso.date(),
});
export type Article = z.infer<typeof Article>;

export const demoPhrases: readonly Phrase[] = [
  { id: 'panic', situation: { zh: '客户慌张', en: 'Panic' }, text: { zh: '您别着急，先停卡，再慢慢想。', en: 'Let me stop the card first; then we take our time.' }, tags: ['loss-report'] },
  { id: 'repeat', situation: { zh: '讲了好几遍', en: 'Told it several times' }, text: { zh: '前面的情况我都看到了，您不用再讲一遍。', en: 'I can see what happened before; you need not tell it again.' }, tags: ['callback', 'password-reset'] },
  { id: 'long-wait', situation: { zh: '等了很久', en: 'A long wait' }, text: { zh: '让您等了这么久，是我们的问题，现在就办。', en: 'That was too long a wait, and it was ours. Let us do it now.' }, tags: [] },
  { id: 'hesitates', situation: { zh: '犹豫', en: 'Hesitates' }, text: { zh: '没关系，您可以再想想，现在没有任何变化。', en: 'No hurry; nothing has changed.' }, tags: ['early-settlement'] },
  { id: 'elderly', situation: { zh: '听不清', en: 'Hard of hearing' }, text: { zh: '我说慢一点，一句一句来，您随时打断我。', en: 'I will go slowly, one sentence at a time; stop me whenever you like.' }, tags: [] },
  { id: 'abuse', situation: { zh: '辱骂', en: 'Abuse' }, text: { zh: '我很想帮您，请您别说伤人的话。', en: 'I would like to help; please do not be hurtful.' }, tags: ['password-reset'] },
];

export const demoArticles: readonly Article[] = [
  {
    id: 'deposit-is-not-settlement', title: { zh: '存钱不等于提前结清', en: 'A deposit is not a settlement' },
    body: { zh: '多存的钱是溢缴款，分期照常逐期入账。要结清需要主卡本人另外申请；结清的金额全额计入最低还款额，绑定的自动还款会一起扣。', en: 'Money put in is a credit balance, and the plan goes on month by month. To settle it the primary holder must ask; the settled amount counts in full in the minimum payment and auto-pay takes it.' },
    tags: ['early-settlement', 'deposit_only'], source: 'Card centre, instalment rules', effectiveFrom: '2026-01-01',
  },
  {
    id: 'phone-lost-too', title: { zh: '手机和卡一起丢了', en: 'Phone and card lost together' },
    body: { zh: '先停卡，再停手机银行；请客户马上联系运营商停机，并打支付应用的热线冻结账户。补卡后逐一重新绑定。', en: 'Stop the card, then suspend mobile banking; the customer calls the operator to stop the number and the hotlines of the payment apps. After the new card arrives, bind each again.' },
    tags: ['loss-report'], source: 'Card centre, loss report guide', effectiveFrom: '2026-01-01',
  },
  {
    id: 'reset-abroad', title: { zh: '人在国外忘了密码', en: 'Password forgotten abroad' },
    body: { zh: '电话里不能重置。可用仍能登录的设备看账户；急用钱请家人汇款或用其他行的卡。回国后本人带卡和证件到网点。不要让别人代登录。', en: 'It cannot be reset by phone. A device that is still signed in may be used; for urgent money, family or another bank. On return the holder brings card and ID to a branch. Nobody else signs in.' },
    tags: ['password-reset', 'abroad'], source: 'Bank rule on credentials', effectiveFrom: '2026-01-01',
  },
  {
    id: 'reset-minor', title: { zh: '未成年人的账户', en: 'A minor\'s account' },
    body: { zh: '监护人带双方证件和能证明监护关系的材料，与网点先电话约好再去。', en: 'The guardian brings both IDs and proof of guardianship, after a call to the branch.' },
    tags: ['password-reset', 'minor'], source: 'Bank rule on credentials', effectiveFrom: '2026-01-01',
  },
  {
    id: 'holder-deceased', title: { zh: '户主已去世', en: 'The holder has died' },
    body: { zh: '先表示慰问，不问密码，不办重置。请继承人带死亡证明和关系证明到网点，网点会说明余额和欠款的处理办法。', en: 'Express sympathy; no password is asked for and none is reset. The heirs bring the death certificate and proof of relation to a branch, which explains what happens to balance and debt.' },
    tags: ['password-reset', 'deceased'], source: 'Bank rule on inheritance', effectiveFrom: '2026-01-01',
  },
];
