import { ADMINISTRATION_REFUSALS } from '../administration/administration-refusals.ts';
import { CASE_REFUSALS } from '../case/case-refusals.ts';
import { NIGHT_REFUSALS } from '../case/night-refusals.ts';
import { RUN_REFUSALS } from '../flow/run-refusals.ts';
import { AMOUNT_REFUSALS } from '../money/fen.ts';
import { ON_RETURN_REFUSALS } from '../operation/on-return-refusals.ts';
import { OPERATION_REFUSALS } from '../operation/operation-refusals.ts';
import { WORKSHEET_REFUSALS } from '../operation/worksheet.ts';
import { REVIEW_REFUSALS } from '../review/review-refusals.ts';
import { TELEPHONY_REFUSALS } from '../telephony/telephony-refusals.ts';
import { DESK_REFUSALS } from './desk-refusals.ts';
import { ERASURE_REFUSALS } from './erasure-refusals.ts';
import { LINK_REFUSALS } from './link-refusals.ts';
import { refusalWords } from './refusal-words.ts';
import type { RefusalText } from './refusal.ts';
import { SIGN_ON_REFUSALS } from './sign-on-refusals.ts';
import { SPOOL_REFUSALS } from './spool-refusals.ts';

/** Every code that a person can meet, with its words in both languages. */
export const REFUSALS: Readonly<Record<string, RefusalText>> = {
  ...ADMINISTRATION_REFUSALS, ...AMOUNT_REFUSALS, ...CASE_REFUSALS, ...DESK_REFUSALS, ...ERASURE_REFUSALS, ...LINK_REFUSALS, ...NIGHT_REFUSALS, ...ON_RETURN_REFUSALS, ...OPERATION_REFUSALS, ...REVIEW_REFUSALS, ...RUN_REFUSALS, ...SIGN_ON_REFUSALS, ...SPOOL_REFUSALS, ...TELEPHONY_REFUSALS, ...WORKSHEET_REFUSALS,
};

const unknown = refusalWords('出现了没有登记的错误。', 'Something went wrong that has no words yet.', '请记下代码告诉管理员。', 'Tell an administrator the code.', {
  zh: '不能确定有没有办理，请以办理结果为准。', en: 'It is not certain whether anything was booked; the recorded outcome counts.',
});

/** The words of a code: what happened, what it means for the customer's money, what to do. */
export const refusalText = (code: string): RefusalText => REFUSALS[code] ?? unknown;
