import { refuse, type Refusal, type RefusalText } from '../protocol/refusal.ts';

/** Why a command of a run was refused. Failing conditions of a flow carry the flow's own code instead (`ES3_…`). */
export type RunRefusalCode = keyof typeof RUN_REFUSALS;
export type RunRefusal = Refusal;

const unchanged = { zh: '账户没有变化，已经填写的内容都还在。', en: 'Nothing has changed in the account; what was typed is still there.' };
const text = (zhWhat: string, enWhat: string, zhTodo: string, enTodo: string): RefusalText => ({
  zh: { what: zhWhat, money: unchanged.zh, todo: zhTodo },
  en: { what: enWhat, money: unchanged.en, todo: enTodo },
});

export const RUN_REFUSALS = {
  'flow-unknown': text('找不到这个流程版本。', 'This version of the flow was not found.', '请重新连接中心，取到流程后再继续。', 'Reconnect to the centre to fetch the flow, then go on.'),
  'flow-not-in-force': text('这个流程版本不在使用中。', 'This version of the flow is not in force.', '请从意图里选择现行的流程。', 'Choose the flow in force from the intents.'),
  'flow-recalled': text('这个流程版本已被召回，不能再往下走。', 'This version of the flow was recalled and stops here.', '请转到新版本；转之前会说明哪些要重做。', 'Move to the new version; what must be done again is told first.'),
  'flow-run-exists': text('这个流程已经开始。', 'This run has already started.', '请继续已有的流程。', 'Go on with the run that is there.'),
  'flow-run-unknown': text('找不到这个流程。', 'This run was not found.', '请从意图里重新选择。', 'Choose again from the intents.'),
  'flow-run-over': text('这个流程已经结束。', 'This run is over.', '需要再办，请新开一个。', 'Start a new one if it is needed again.'),
  'flow-run-parked': text('这件事暂时放着。', 'This matter is parked.', '请先恢复，再继续。', 'Resume it first.'),
  'flow-step-unknown': text('流程里没有这一步。', 'The flow has no such step.', '请回到流程条上的步骤。', 'Go back to a step of the step bar.'),
  'flow-step-out-of-order': text('还没有轮到这一步。', 'It is not this step\'s turn.', '请先完成前面的步骤。', 'Complete the steps before it.'),
  'flow-executed': text('这一步之后已经办理，不能再改。', 'What follows this step has been executed and cannot be changed.', '没有办成的部分请另开一笔。', 'Start anew for what was not done.'),
  'flow-field-unknown': text('这一步没有这一项。', 'This step has no such field.', '请在步骤里填写。', 'Fill in what the step asks.'),
  'flow-field-never-stored': text('这一项只用于查找，不能保存。', 'This is for searching only and is never stored.', '请只在查找框里输入。', 'Type it in the search box only.'),
  'flow-answer-unfit': text('填写的内容不符合要求。', 'The answer does not fit the field.', '请核对后重新填写。', 'Check it and type it again.'),
  'flow-answer-unmasked': text('内容里有一长串数字，可能是卡号或证件号。', 'The text holds a long number, perhaps a card or identity number.', '请删去，最多保留后四位。', 'Remove it; keep the last four digits at most.'),
  'flow-field-missing': text('还有必填的内容没有填。', 'Something required is still empty.', '请补上标出的一项。', 'Fill in the field that is marked.'),
  'flow-tick-missing': text('还有要点没有逐项确认。', 'Some points have not been ticked.', '请逐项说明并勾选。', 'Say and tick each point.'),
  'flow-tick-unknown': text('这一步没有这个勾选项。', 'This step has no such tick.', '请勾选步骤里列出的要点。', 'Tick what the step lists.'),
  'flow-tick-item': text('勾选的不是清单里的一项。', 'The tick is not for an item of the list.', '请对着清单逐笔勾选。', 'Tick item by item in the list.'),
  'flow-prerequisite-not-tickable': text('前置条件由系统判断，不能手工勾选。', 'Prerequisites are judged by facts and cannot be ticked.', '请等事实读取完成，或按提示告诉客户。', 'Wait for the facts, or tell the customer what is shown.'),
  'flow-prerequisite-failed': text('有一项前置条件不满足。', 'A prerequisite is not met.', '请把亮红灯的那一项告诉客户。', 'Tell the customer the item that shows red.'),
  'flow-evidence-missing': text('缺少客户原话或录音位置。', 'The customer\'s words or the recording offset are missing.', '请补记客户原话，并在客户说的时候勾选。', 'Add the words, and tick while the customer says so.'),
  'flow-words-differ': text('客户说的不是要求的那句话。', 'The customer has not said the required words.', '请客户再说一遍；犹豫就不要办理。', 'Ask for them once more; if the customer hesitates, do not go on.'),
  'flow-condition-not-met': text('这一步的条件还不满足。', 'The condition of this step is not met.', '请按步骤里的提示处理。', 'Follow what the step shows.'),
  'flow-fact-unknown': text('有一项事实现在查不到。', 'A fact that is needed cannot be known now.', '请等系统恢复后再继续，或约客户回电。', 'Wait until it can be read, or promise a callback.'),
  'flow-outcome-unknown': text('没有这种结束方式。', 'There is no such outcome.', '请从列表里选择。', 'Choose from the list.'),
  'flow-outcome-not-yet': text('现在还不能这样结束。', 'The matter cannot end this way yet.', '请先完成跟进。', 'Complete the follow-up first.'),
  'flow-steps-open': text('还有步骤没有完成。', 'Some steps are still open.', '请完成余下步骤，或选择别的结束方式。', 'Complete them, or choose another outcome.'),
} as const satisfies Record<string, RefusalText>;

/**
 * A refusal of a run's command.
 * @param detail ids and counts only, never an answer's text (PR4)
 */
export function refuseRun(code: RunRefusalCode, detail?: Refusal['detail']): { refusal: RunRefusal } {
  return refuse(code, detail);
}
