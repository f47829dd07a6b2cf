import type { Lang } from '#shared/flow/definition.ts';
import { formatFen } from '#shared/money/fen.ts';
import { localClock, localDate } from '../app/local-time.ts';
import { colon } from '../ui/punctuation.ts';

const names: Record<string, { zh: string; en: string }> = {
  status: { zh: '状态', en: 'status' }, pastDueDays: { zh: '逾期天数', en: 'days past due' }, periodsPosted: { zh: '已入账期数', en: 'periods posted' }, periodsLeft: { zh: '剩余期数', en: 'periods left' }, firstPostDate: { zh: '首期入账日', en: 'first posting' },
  isStatementDay: { zh: '账单日', en: 'statement day' }, cutoffAt: { zh: '今日截止', en: 'cut-off' }, pendingRefundFen: { zh: '在途退款', en: 'pending refund' }, pendingReversals: { zh: '在途冲正', en: 'pending reversals' }, hold: { zh: '业务限制', en: 'restriction' },
  hardshipAgreement: { zh: '个性化分期协议', en: 'hardship agreement' }, feeMode: { zh: '收费模式', en: 'charging mode' }, ruleConflict: { zh: '规则冲突', en: 'rule conflict' }, expiresAt: { zh: '试算有效至', en: 'quote valid until' },
};
const values: Record<string, { zh: string; en: string }> = {
  normal: { zh: '正常', en: 'normal' }, locked: { zh: '锁定', en: 'locked' }, lost: { zh: '挂失', en: 'lost' }, frozen: { zh: '冻结', en: 'frozen' }, cancelled: { zh: '已销', en: 'cancelled' }, writtenOff: { zh: '核销', en: 'written off' }, none: { zh: '无', en: 'none' },
  // Whatever the restriction is, its reason stays off the screen: it must not be told.
  judicial: { zh: '有', en: 'yes' }, risk: { zh: '有', en: 'yes' }, dispute: { zh: '有', en: 'yes' },
};

function plain(name: string, value: unknown, lang: Lang): string {
  if (value === null || value === undefined) return lang === 'zh' ? '未知' : 'unknown';
  if (typeof value === 'boolean') return lang === 'zh' ? (value ? '是' : '否') : value ? 'yes' : 'no';
  if (typeof value === 'number') return name.endsWith('Fen') ? `¥${formatFen(value)}` : String(value);
  if (typeof value === 'string') return /^\d{4}-\d{2}-\d{2}T/.test(value) ? `${localDate(value).slice(5)} ${localClock(value)}` : (values[value]?.[lang] ?? value);
  return '…';
}

/** A fact as it is shown: its name in words and its value by its kind; a list shows one value an item. */
export function shownFact(path: string, value: unknown, lang: Lang): string {
  const name = path.split('.').at(-1) ?? path;
  const words = Array.isArray(value) ? value.map((one) => plain(name, one, lang)).join(' / ') : plain(name, value, lang);
  return `${names[name]?.[lang] ?? name}${colon(lang)}${words}`;
}
