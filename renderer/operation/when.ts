import type { Lang } from '#shared/flow/definition.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A civil date as it is read aloud: `2026年12月8日`, `8 Dec 2026`. */
export function spokenDate(date: string, lang: Lang): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return lang === 'zh' ? `${year}年${Number(month)}月${Number(day)}日` : `${Number(day)} ${months[Number(month) - 1] ?? ''} ${year}`;
}
