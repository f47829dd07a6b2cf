import type { Lang } from '#shared/flow/definition.ts';

/** Punctuation between texts put together on the screen: full-width in Chinese, never so in English. */
export const colon = (lang: Lang): string => (lang === 'zh' ? '：' : ': ');
/** `（3）` or ` (3)`: with the space that English wants before it. */
export const bracketed = (lang: Lang, text: string | number): string => (lang === 'zh' ? `（${text}）` : ` (${text})`);
/** Somebody's words. Straight in English: our font draws the curly marks as wide as a Chinese character. */
export const quoted = (lang: Lang, text: string): string => (lang === 'zh' ? `“${text}”` : `"${text}"`);
