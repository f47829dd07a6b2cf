/**
 * The worksheet (逐笔核对): every plan that the customer named, to the fen, each figure with where it comes from.
 *
 * Our figures come from the contract's terms, never from the bank's remaining principal or its quote: two ways to the
 * same fen are the point. A difference of one fen stops the operation; the bank's figure is never just taken.
 */
import { z } from 'zod';
import { realisedRatePpm } from '../money/annual-rate.ts';
import { formatFen, formatPpm, sumFen } from '../money/fen.ts';
import { feePerPeriodFen, settle } from '../money/instalment.ts';
import type { PlanTerms, Rounding } from '../money/instalment.ts';
import { FeeMode } from '../protocol/bank.ts';
import type { Account, Card, CustomerFacts, Plan, QuoteAnswer } from '../protocol/bank.ts';
import { bilingual, CivilDate, Fen, Instant } from '../protocol/ids.ts';
import type { Bilingual } from '../protocol/ids.ts';
import { refuse } from '../protocol/refusal.ts';
import type { Refusal, RefusalText } from '../protocol/refusal.ts';

/** A figure and where it comes from: read at the bank, its own quote, or computed here under a rule version. */
export const Figure = z.strictObject({
  fen: z.int(),
  source: z.enum(['bank-facts', 'bank-quote', 'computed']),
  /** When the facts that it rests on were read. */
  readAt: Instant,
  /** The rule version, where it is computed. */
  rule: z.string().nullable(),
});
export type Figure = z.infer<typeof Figure>;

export const WorksheetDifference = z.strictObject({
  figure: z.enum(['dueNowFen', 'remainingFen', 'feeFen', 'savedFen', 'periodsPosted']),
  ours: z.int(),
  bank: z.int(),
});
export type WorksheetDifference = z.infer<typeof WorksheetDifference>;

export const WorksheetLine = z.strictObject({
  planId: z.string(),
  cardLastFour: z.string(),
  merchant: z.string(),
  signedOn: CivilDate,
  periodsTotal: z.int(),
  periodsPosted: z.int(),
  periodsLeft: z.int(),
  feeMode: FeeMode,
  feePpm: z.int(),
  penaltyPpm: z.int(),
  chargingRule: bilingual,
  principal: Figure,
  feePerPeriod: Figure,
  remaining: Figure,
  /** Penalty (B) or all remaining fees (C); otherwise 0. */
  fee: Figure,
  dueNow: Figure,
  saved: Figure,
  /** 少付 504.00 · 不省钱 · 反而多付 28.00 */
  savedText: bilingual,
  /** What the agent says about this line. */
  say: bilingual,
  /** Per million a year, were it settled with the last posted period; shown, never booked. */
  realisedRatePpm: z.int().nullable(),
  /** `unquoted`: the bank gave no figure, so there is nothing to agree with. */
  agreement: z.enum(['agrees', 'differs', 'unquoted']),
  bankDueNow: Figure.nullable(),
  differences: z.array(WorksheetDifference),
});
export type WorksheetLine = z.infer<typeof WorksheetLine>;

export const Worksheet = z.strictObject({
  accountId: z.string(),
  lines: z.array(WorksheetLine).min(1),
  totals: z.strictObject({ remainingFen: Fen, feeFen: Fen, dueNowFen: Fen, savedFen: z.int(), savedText: bilingual }),
  /** Shown beside, never added in. */
  beside: z.strictObject({
    billUnpaidFen: Fen, creditBalanceFen: Fen, nextBillFen: Fen, autoDebitLastFour: z.string().nullable(), readAt: Instant,
  }),
  statementDate: CivilDate,
  dueDate: CivilDate,
  cutoffAt: Instant,
  /** The earliest end of any line's quote; null when nothing is quoted. */
  quoteExpiresAt: Instant.nullable(),
  factsReadAt: Instant,
  ruleVersion: z.string(),
  verdict: z.enum(['agrees', 'differs', 'incomplete']),
});
export type Worksheet = z.infer<typeof Worksheet>;

export type WorksheetRule = {
  /** Version of the charging rules, shown and kept with every computed figure. */
  version: string;
  rounding?: Rounding;
};

export type WorksheetRefusalCode =
  | 'worksheet-no-plan' | 'worksheet-plan-twice' | 'worksheet-plan-unknown' | 'worksheet-two-accounts' | 'worksheet-plan-not-active'
  | 'worksheet-open-operation' | 'worksheet-rule-conflict' | 'plan-terms' | 'plan-too-small';

const NO_CHANGE = { zh: '没有办理任何业务，账户没有变化。', en: 'Nothing was booked; the account is unchanged.' };
const words = (zhWhat: string, enWhat: string, zhTodo: string, enTodo: string): RefusalText => ({
  zh: { what: zhWhat, money: NO_CHANGE.zh, todo: zhTodo }, en: { what: enWhat, money: NO_CHANGE.en, todo: enTodo },
});
export const WORKSHEET_REFUSALS: Record<WorksheetRefusalCode, RefusalText> = {
  'worksheet-no-plan': words('还没有选定分期。', 'No plan has been chosen.', '请先让客户选定是哪一笔。', 'Let the customer say which plan first.'),
  'worksheet-plan-twice': words('同一笔分期选了两次。', 'The same plan was chosen twice.', '请去掉重复的一笔。', 'Remove the repeated one.'),
  'worksheet-plan-unknown': words('名下找不到这笔分期。', 'The customer has no such plan.', '请重新读取资料后再选。', 'Read the facts again and choose anew.'),
  'worksheet-two-accounts': words('选的分期不在同一个账户。', 'The chosen plans are on different accounts.', '请按账户分开办理。', 'Handle each account by itself.'),
  'worksheet-plan-not-active': words('这笔分期已经结清或取消。', 'This plan is already settled or cancelled.', '请核对客户说的是哪一笔。', 'Check which plan the customer means.'),
  'worksheet-open-operation': words('这笔分期已有一个申请在处理。', 'An application for this plan is already in progress.', '不要重复办理，请查看进度。', 'Do not apply again; look at its progress.'),
  'worksheet-rule-conflict': words('这笔分期的收费方式与签约时的规定不一致，不能试算。', 'The charging mode conflicts with the rule in force at signing; it is not computed.', '请转产品经理核实，核好后回电。', 'Hand it to the product owner and call back.'),
  'plan-terms': words('分期的条款数据不完整或不合理。', 'The terms of the plan are incomplete or impossible.', '请转产品经理核实。', 'Hand it to the product owner.'),
  'plan-too-small': words('分期本金太小，无法按期计算。', 'The principal is too small for its number of periods.', '请转产品经理核实。', 'Hand it to the product owner.'),
};

/** The charging rule of a plan in words. */
export function chargingRuleText(plan: Pick<Plan, 'feeMode' | 'feePpm' | 'penaltyPpm' | 'feeLabel'>): Bilingual {
  const { zh, en } = plan.feeLabel;
  const rate = formatPpm(plan.feePpm);
  const penalty = formatPpm(plan.penaltyPpm);
  switch (plan.feeMode) {
    case 'A': return { zh: `每期按原本金收${zh} ${rate}；提前结清只收剩余本金，以后不再收，已收的不退`, en: `${en} ${rate} of the original principal per period; settling early bills the remaining principal only, what was charged is not refunded` };
    case 'B': return { zh: `每期按原本金收${zh} ${rate}；提前结清收剩余本金，另按剩余本金收违约金 ${penalty}，已收的不退`, en: `${en} ${rate} of the original principal per period; settling early bills the remaining principal and a penalty of ${penalty} on it, what was charged is not refunded` };
    case 'C': return { zh: `每期按原本金收${zh} ${rate}；提前结清时剩余本金和剩余各期${zh}一次收取`, en: `${en} ${rate} of the original principal per period; settling early bills the remaining principal and all remaining ${en.toLowerCase()} at once` };
    case 'D': return { zh: `全部${zh}第一期一次收取（每期 ${rate} × 期数），不退；提前结清只收剩余本金`, en: `All ${en.toLowerCase()} (${rate} × periods) taken with period 1, never refunded; settling early bills the remaining principal only` };
  }
}

/** What settling saves, in words: zero and less are said plainly. */
export function savedText(savedFen: number): Bilingual {
  if (savedFen === 0) return { zh: '不省钱', en: 'saves nothing' };
  const amount = formatFen(Math.abs(savedFen));
  return savedFen > 0 ? { zh: `少付 ${amount}`, en: `saves ${amount}` } : { zh: `反而多付 ${amount}`, en: `costs ${amount} more` };
}

type Figures = { remainingFen: number; feeFen: number; dueNowFen: number; savedFen: number; feeTakenFen: number };

/** What the agent says about one line (FLOWS ES-9). */
function speech(plan: Plan, figures: Figures): Bilingual {
  const [remaining, fee, due] = [figures.remainingFen, figures.feeFen, figures.dueNowFen].map(formatFen);
  const { zh: label, en: labelEn } = plan.feeLabel;
  const saved = formatFen(Math.abs(figures.savedFen));
  const compared: Bilingual =
    figures.savedFen > 0 ? { zh: `比按期还少付 ${saved} 元。`, en: `you pay ${saved} less than by going on.` }
    : figures.savedFen < 0 ? { zh: `提前结清反而多付 ${saved} 元。`, en: `settling early costs ${saved} more than going on.` }
    : { zh: '提前结清不省钱。', en: 'settling early saves nothing.' };
  switch (plan.feeMode) {
    case 'A': return { zh: `剩余本金 ${remaining} 元，一次入账 ${due} 元；收过的不退，${compared.zh}`, en: `Remaining principal ${remaining}, billed at once; what was charged stays; ${compared.en}` };
    case 'B': return { zh: `剩余本金 ${remaining} 元，按合同收违约金 ${fee} 元，一共 ${due} 元；${compared.zh}`, en: `${remaining} plus a contractual penalty of ${fee}, in all ${due}; ${compared.en}` };
    case 'C': return { zh: `按合同，剩余各期的${label}要一次收，一共 ${due} 元，提前结清不省钱，您还要办吗？`, en: `The contract charges all remaining ${labelEn.toLowerCase()} now, ${due} in all; you save nothing. Do you still wish to?` };
    case 'D': return { zh: `这笔的${label} ${formatFen(figures.feeTakenFen)} 元第一期已经收过，不退；现在入账 ${due} 元，不会再省钱。`, en: `The ${formatFen(figures.feeTakenFen)} was charged in month one and is not refunded; ${due} is billed now; nothing more is saved.` };
  }
}

const termsOf = (plan: Plan): PlanTerms => ({
  principalFen: plan.principalFen, periodsTotal: plan.periodsTotal, periodsPosted: plan.periodsPosted,
  feeMode: plan.feeMode, feePpm: plan.feePpm, penaltyPpm: plan.penaltyPpm,
});

/** Plans and their one account, or why there can be no worksheet. */
function choose(facts: CustomerFacts, planIds: readonly string[]): { plans: Plan[]; account: Account } | { refusal: Refusal } {
  const firstId = planIds[0];
  if (firstId === undefined) return refuse('worksheet-no-plan');
  if (new Set(planIds).size !== planIds.length) return refuse('worksheet-plan-twice');
  const plans: Plan[] = [];
  for (const planId of planIds) {
    const plan = facts.plans.find((one) => one.id === planId);
    if (!plan) return refuse('worksheet-plan-unknown', { planId });
    if (plan.status !== 'active' || plan.periodsLeft < 1) return refuse('worksheet-plan-not-active', { planId });
    if (plan.openOperation) return refuse('worksheet-open-operation', { planId });
    if (plan.ruleConflict) return refuse('worksheet-rule-conflict', { planId });
    plans.push(plan);
  }
  const accounts = new Set(plans.map((plan) => plan.account));
  if (accounts.size > 1) return refuse('worksheet-two-accounts');
  const account = facts.accounts.find((one) => accounts.has(one.id));
  return account ? { plans, account } : refuse('worksheet-plan-unknown', { planId: firstId });
}

function lineOf(plan: Plan, card: Card | undefined, quotes: QuoteAnswer, rule: WorksheetRule, readAt: string): WorksheetLine | { refusal: Refusal } {
  const terms = termsOf(plan);
  const settlement = settle(terms, rule.rounding);
  if ('refusal' in settlement) return refuse(settlement.refusal.code, { planId: plan.id });
  const { remainingFen, extraFen: feeFen, dueNowFen, savedFen } = settlement;
  const perPeriod = feePerPeriodFen(terms, rule.rounding);
  const computed = (fen: number): Figure => ({ fen, source: 'computed', readAt, rule: rule.version });

  const quote = quotes.quotes.find((one) => one.planId === plan.id);
  const compare: [WorksheetDifference['figure'], number, number][] = [['remainingFen', remainingFen, plan.remainingFen]];
  if (quote) {
    compare.push(
      ['dueNowFen', dueNowFen, quote.dueNowFen], ['remainingFen', remainingFen, quote.remainingFen], ['feeFen', feeFen, quote.feeFen],
      ['savedFen', savedFen, quote.savedFen], ['periodsPosted', plan.periodsPosted, quote.periodsPosted],
    );
  }
  const seen = new Set<string>();
  const differences = compare
    .filter(([figure, ours, bank]) => ours !== bank && !seen.has(`${figure} ${bank}`) && seen.add(`${figure} ${bank}`))
    .map(([figure, ours, bank]) => ({ figure, ours, bank }));

  return {
    planId: plan.id, cardLastFour: card?.lastFour ?? '', merchant: plan.merchant, signedOn: plan.signedOn,
    periodsTotal: plan.periodsTotal, periodsPosted: plan.periodsPosted, periodsLeft: plan.periodsLeft,
    feeMode: plan.feeMode, feePpm: plan.feePpm, penaltyPpm: plan.penaltyPpm, chargingRule: chargingRuleText(plan),
    principal: { fen: plan.principalFen, source: 'bank-facts', readAt, rule: null },
    feePerPeriod: computed(perPeriod), remaining: computed(remainingFen), fee: computed(feeFen), dueNow: computed(dueNowFen), saved: computed(savedFen),
    savedText: savedText(savedFen),
    say: speech(plan, { remainingFen, feeFen, dueNowFen, savedFen, feeTakenFen: perPeriod * plan.periodsTotal }),
    realisedRatePpm: realisedRatePpm(terms),
    agreement: differences.length > 0 ? 'differs' : quote ? 'agrees' : 'unquoted',
    bankDueNow: quote ? { fen: quote.dueNowFen, source: 'bank-quote', readAt: quote.quotedAt, rule: null } : null,
    differences,
  };
}

/**
 * Lists the chosen plans to the fen and compares each with the bank's own quote.
 * @param facts as the bank gave them; every figure names their reading time
 * @param quotes the bank's answer for the same plans; a plan missing there makes the worksheet `incomplete`
 * @param planIds as the customer named them, in that order, all of one account
 * @returns the worksheet, or a refusal of {@link WORKSHEET_REFUSALS} with the plan in its detail
 */
export function makeWorksheet(facts: CustomerFacts, quotes: QuoteAnswer, planIds: readonly string[], rule: WorksheetRule): Worksheet | { refusal: Refusal } {
  const chosen = choose(facts, planIds);
  if ('refusal' in chosen) return chosen;
  const { account } = chosen;
  const lines: WorksheetLine[] = [];
  for (const plan of chosen.plans) {
    const line = lineOf(plan, facts.cards.find((card) => card.id === plan.card), quotes, rule, facts.readAt);
    if ('refusal' in line) return line;
    lines.push(line);
  }
  const total = (pick: (line: WorksheetLine) => Figure): number => sumFen(lines.map((line) => pick(line).fen));
  const savedFen = total((line) => line.saved);
  const ends = quotes.quotes.filter((quote) => planIds.includes(quote.planId)).map((quote) => quote.expiresAt).sort();
  return {
    accountId: account.id,
    lines,
    totals: {
      remainingFen: total((line) => line.remaining), feeFen: total((line) => line.fee), dueNowFen: total((line) => line.dueNow),
      savedFen, savedText: savedText(savedFen),
    },
    beside: {
      billUnpaidFen: account.billUnpaidFen, creditBalanceFen: account.creditBalanceFen, nextBillFen: account.nextBillFen,
      autoDebitLastFour: account.autoDebitLastFour, readAt: facts.readAt,
    },
    statementDate: account.statementDate, dueDate: account.dueDate, cutoffAt: account.cutoffAt,
    quoteExpiresAt: ends[0] ?? null, factsReadAt: facts.readAt, ruleVersion: rule.version,
    verdict: lines.some((line) => line.agreement === 'differs') ? 'differs' : lines.every((line) => line.agreement === 'agrees') ? 'agrees' : 'incomplete',
  };
}
