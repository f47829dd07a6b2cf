import { refusalWords as w } from '../protocol/refusal-words.ts';
import type { RefusalText } from '../protocol/refusal.ts';

/** Why a command on a review was refused. */
export const REVIEW_REFUSALS = {
  'review-unknown': w('找不到这个复核。', 'There is no such review.', '可能已撤回，请看列表。', 'It may have been withdrawn; look at the list.'),
  'review-not-open': w('这个复核已经不在待办中。', 'This review is no longer open.', '请看列表里的其他复核。', 'Look at the others in the list.'),
  'review-not-yours': w('这个复核不在您名下。', 'This review is not yours.', '请先接单。', 'Take it first.'),
  'review-time-over': w('五分钟已到，复核已放回列表。', 'Your five minutes are over; the review is back in the list.', '需要的话请再接一次。', 'Take it again if you go on.'),
  'tp5-not-a-reviewer': w('您的角色不能复核这一笔。', 'Your role cannot review this.', '请由专家老师或班组长复核。', 'A mentor or a lead has to review it.'),
  'tp5-reviewer-is-maker': w('经办和复核必须是两个人。', 'Maker and reviewer must be two people.', '请由另一位同事复核。', 'Another person has to review it.'),
  'tp5-not-entitled': w('复核人没有这类业务的授权。', 'The reviewer is not entitled to this kind.', '请由有授权的同事复核。', 'Someone entitled has to review it.'),
  'tp5-over-limit': w('金额超过复核人的额度。', "The sum is over the reviewer's limit.", '请转班组长。', 'Pass it to a lead.'),
  'tp6-has-seen': w('您看过经办的数字，不能复核这一笔。', "You have seen the maker's figures and cannot review this.", '请由没有看过的同事复核。', 'Someone who has not seen them has to review it.'),
  'tp6-own-facts': w('还没有读到您自己的资料。', 'Your own facts have not been read yet.', '请先读取资料，再盲录。', 'Read the facts first, then type.'),
  'tp6-no-entry': w('盲录还没有一致，不能通过。', 'There is no matching blind entry; it cannot be approved.', '请先盲录，或退回。', 'Type the figures first, or return it.'),
  'tp6-no-more-entries': w('盲录次数已用完。', 'No more blind entries are allowed.', '请退回或转班长。', 'Return it or pass it to a lead.'),
  'tp6-shut': w('盲录之前不能询问经办。', 'Asking is shut until your entry is stored.', '请先盲录。', 'Type the figures first.'),
  'tp14-related': w('本人、亲属或申报过的账户不能由您办理或复核。', 'This is your own, a relative\'s or a declared account.', '请由其他同事处理。', 'Someone else has to handle it.'),
  'tp17-other-reviewer': w('转交后要由原来的复核人再确认。', 'After a hand-over the same reviewer has to confirm again.', '请原复核人接单。', 'The same reviewer has to take it.'),
  'passphrase-not-proved': w('没有确认是您本人。', 'It was not proved that it is you.', '请重新输入口令。', 'Type your passphrase again.'),
  'wrong-passphrase': w('口令不对。', 'The passphrase is wrong.', '请重新输入。', 'Type it again.'),
} as const satisfies Record<string, RefusalText>;
