import type { Random } from './random.ts';

/** Why somebody calls. */
export const callIntents = [
  'early-settlement', 'loss-report', 'password-reset', 'statement', 'points', 'limit', 'annual-fee', 'dispute', 'general', 'callback',
] as const;
export type CallIntent = (typeof callIntents)[number];

/** Who really speaks; the number shown proves nothing of it. */
export type Persona = 'holder' | 'relative' | 'other';
type Mood = 'calm' | 'hurried' | 'worried' | 'angry';

export interface Line {
  zh: string;
  en: string;
}

/** What the caller says when asked for one fact; `right` only in the script's own interest, never shown. */
export interface SpokenAnswer {
  /** The fact asked for, in the words of whoever gives the answers: `name`, `idLast4`, … */
  ask: string;
  zh: string;
  en: string;
}

/** The caller's side of a simulated call. */
export interface CallScript {
  callId: string;
  /** null: a caller whom the bank does not know. */
  customerId: string | null;
  persona: Persona;
  intent: CallIntent;
  mood: Mood;
  repeat: boolean;
  lines: Line[];
  answers: SpokenAnswer[];
}

const openings: Record<CallIntent, readonly (readonly Line[])[]> = {
  'early-settlement': [
    [
      { zh: '你好，我想把分期提前还清，一次性结了，后面不想再分了。', en: 'Hello, I want to pay off my instalments early, all at once, no more monthly parts.' },
      { zh: '是全部结清，不是只还这个月的。', en: 'Settle it all, not just this month\'s bill.' },
      { zh: '不用介绍别的了，我想好了。', en: 'No offers, please. I have decided.' },
      { zh: '金额大你们就核清楚，下午给我回电也行。', en: 'If it is a lot, check it carefully; you may call me back this afternoon.' },
    ],
    [
      { zh: '我卡上有几笔分期，利息太高，想提前结清，能省多少？', en: 'I have several plans, the interest is too high; if I settle early, what do I save?' },
      { zh: '那笔买家电的，还有旅游的，都结了吧。', en: 'The appliance one and the travel one, settle both.' },
      { zh: '没人让我这么做，是我自己要还的。', en: 'Nobody told me to. It is my own decision.' },
    ],
  ],
  'loss-report': [
    [
      { zh: '我钱包丢了！信用卡在里面，快帮我停掉！', en: 'I have lost my wallet! My card is in it. Stop it, quickly!' },
      { zh: '大概半小时前，在地铁上。', en: 'About half an hour ago, on the metro.' },
      { zh: '刚才还收到一条消费短信，不是我刷的。', en: 'I have just had a text about a purchase. It was not me.' },
    ],
    [
      { zh: '卡找不到了，不知道是不是丢了，先帮我锁一下吧。', en: 'I cannot find my card. I am not sure it is lost, but lock it for now.' },
      { zh: '昨天吃饭的时候还用过。', en: 'I used it at dinner yesterday.' },
    ],
  ],
  'password-reset': [
    [
      { zh: '我密码输错锁住了，你帮我改一个新的。', en: 'I mistyped my password and it is locked. Set a new one for me.' },
      { zh: '取款密码，就是在机器上取钱的那个。', en: 'The withdrawal PIN, the one for the cash machine.' },
      { zh: '我人在外地，跑网点太麻烦了，你就在电话里改吧。', en: 'I am away from home, a branch is too far. Just change it on the phone.' },
    ],
    [
      { zh: '登录密码忘了，手机银行进不去。', en: 'I forgot the login password and cannot get into mobile banking.' },
      { zh: '短信能收到，你告诉我怎么弄。', en: 'I do get text messages. Tell me what to do.' },
    ],
  ],
  statement: [
    [
      { zh: '我想查一下这个月账单多少钱，哪天还？', en: 'How much is my bill this month, and when is it due?' },
      { zh: '怎么比上个月多了这么多？', en: 'Why is it so much more than last month?' },
    ],
  ],
  points: [[
    { zh: '帮我看看积分还有多少，什么时候到期。', en: 'How many points do I have, and when do they lapse?' },
    { zh: '能换航空里程吗？', en: 'Can they be changed into air miles?' },
  ]],
  limit: [[
    { zh: '我下周要付一笔装修款，额度能不能临时提一下？', en: 'I must pay for renovation next week. Can my limit be raised for a while?' },
  ]],
  'annual-fee': [[
    { zh: '怎么扣了我年费？不是刷够次数就免吗？', en: 'Why was I charged the annual fee? Is it not waived after enough purchases?' },
  ]],
  dispute: [[
    { zh: '有一笔钱不是我刷的，在我没去过的地方。', en: 'There is a purchase that is not mine, in a place where I have never been.' },
    { zh: '卡就在我手上。', en: 'The card is in my hand.' },
  ]],
  general: [[
    { zh: '我想问一下，你们网点周末开门吗？', en: 'Are your branches open at the weekend?' },
    { zh: '好的，没有别的事了。', en: 'All right, that is all.' },
  ]],
  callback: [[
    { zh: '喂，我是。你们说好这个时间打来的。', en: 'Hello, speaking. You said you would call at this time.' },
    { zh: '一致，没错。', en: 'Yes, that is correct.' },
    { zh: '我确认办理。', en: 'I confirm. Please go ahead.' },
  ]],
};

const byOthers: Record<Exclude<Persona, 'holder'>, Line> = {
  relative: { zh: '我是帮家里人打的，卡是他的名字，你跟我说就行。', en: 'I am calling for a relative; the card is in their name. Just tell me.' },
  other: { zh: '我是他朋友，他现在不方便接电话。', en: 'I am a friend; they cannot come to the phone.' },
};
const otherOnCallback: Line = { zh: '喂？你找谁？他不在，我是他家里人。', en: 'Hello? Who do you want? Not here. I am a family member.' };
const again: Line = { zh: '我刚才打过一次了，还是那件事。', en: 'I called a little while ago; it is the same matter.' };
const moods: Record<Exclude<Mood, 'calm'>, Line> = {
  hurried: { zh: '麻烦快一点，我在上班。', en: 'Please be quick, I am at work.' },
  worried: { zh: '我有点着急，不会出事吧？', en: 'I am worried. Nothing bad will happen, will it?' },
  angry: { zh: '你们每次都让我等，再这样我要投诉了！', en: 'You always keep me waiting. I shall complain if this goes on!' },
};

/**
 * What a caller says.
 *
 * @param random where the variations come from
 * @param who the call, its caller and the matter
 * @param answers what the caller says when asked for facts; used only where the holder speaks
 */
export function writeScript(
  random: Random,
  who: Pick<CallScript, 'callId' | 'customerId' | 'persona' | 'intent' | 'repeat'> & { lines?: readonly Line[] },
  answers: readonly SpokenAnswer[],
): CallScript {
  const mood = random.weighted<Mood>(
    who.intent === 'loss-report' || who.intent === 'dispute'
      ? [['worried', 6], ['hurried', 2], ['calm', 1], ['angry', 1]]
      : [['calm', 6], ['hurried', 2], ['worried', 1], ['angry', 1]],
  );
  const said = random.pick(openings[who.intent])!;
  const lines: Line[] = [];
  if (who.persona === 'other' && who.intent === 'callback') lines.push(otherOnCallback);
  else {
    if (who.repeat) lines.push(again);
    lines.push(said[0]!);
    if (who.persona !== 'holder') lines.push(byOthers[who.persona]);
    if (mood !== 'calm') lines.push(moods[mood]);
    lines.push(...said.slice(1));
  }
  return {
    callId: who.callId, customerId: who.customerId, persona: who.persona, intent: who.intent, mood, repeat: who.repeat,
    lines: who.lines ? [...who.lines] : lines,
    answers: who.persona === 'holder' ? [...answers] : [],
  };
}
