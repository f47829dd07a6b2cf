/** Times and dates as they are shown: the centre's wall clock (no summer time), civil dates as they are. */
import type { Lang } from '#shared/flow/definition.ts';

const ZONE_MS = 8 * 3_600_000;
const local = (at: string): string => new Date(Date.parse(at) + ZONE_MS).toISOString();

/** `15:02` */
export const clockAt = (at: string): string => local(at).slice(11, 16);
/** `15:02:11`, where the second matters (when a figure was read). */
export const clockSecondAt = (at: string): string => local(at).slice(11, 19);

/** `15:02` today, `11-22 15:02` on another day. @param now ISO UTC */
export const whenAt = (at: string, now: string): string => {
  const then = local(at);
  return then.slice(0, 10) === local(now).slice(0, 10) ? then.slice(11, 16) : then.slice(5, 16).replace('T', ' ');
};

/** The civil date in the centre's zone. */
export const civilToday = (now: string): string => local(now).slice(0, 10);

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A civil date as it is read aloud: `2026年12月8日`, `8 Dec 2026`. */
export function spokenDate(date: string, lang: Lang): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return lang === 'zh' ? `${year}年${Number(month)}月${Number(day)}日` : `${Number(day)} ${months[Number(month) - 1] ?? ''} ${year}`;
}
