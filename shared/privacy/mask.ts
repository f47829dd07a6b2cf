/** A digit as people write one: ASCII, full width, and Chinese where a number is read out digit by digit. */
const DIGIT = '[0-9０-９〇零一二三四五六七八九幺]';
/** What stands between digits of one number: blanks of any width, dashes of any kind, a middle dot, a line's end. At most two. */
const GAP = '[\\s\\u200b-\\u200d\\u2060\\ufeff\\-\\u2010-\\u2015\\u2212－﹣_·•]{0,2}';
/** Between groups of four also a full stop, a comma or a stroke: anywhere else they belong to amounts and dates. */
const MARK = '[.,/、，．。／・|]\\s?';

/** A run of twelve or more digits. */
const longNumber = new RegExp(`${DIGIT}(?:${GAP}${DIGIT}){11,}`, 'gu');
const inFours = new RegExp(`(?<!${DIGIT})${DIGIT}{4}(?:${MARK}${DIGIT}{4}){2,}(?:${MARK}${DIGIT}{1,3})?(?!${DIGIT})`, 'gu');

/** Digits, and what may stand between digits of a number that is still being typed. */
export const NUMBER_CHARACTERS = '0-9０-９〇零一二三四五六七八九幺\\s\\u200b-\\u200d\\u2060\\ufeff\\-\\u2010-\\u2015\\u2212－﹣_·•.,/、，．。／・|';
export const DIGIT_CHARACTERS = DIGIT;

const CHINESE = '〇一二三四五六七八九';
const digitOf = (character: string): string => {
  if (character === '零') return '0';
  if (character === '幺') return '1';
  const chinese = CHINESE.indexOf(character);
  return chinese >= 0 ? String(chinese) : character.normalize('NFKC').replace(/\D/g, '');
};
/** Nothing but days, and perhaps the hour that follows the last. */
const DAYS = /^(?:(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[\s\u2010-\u2015-]*)+\d{0,2}$/u;
const lastFour = (run: string): string => (DAYS.test(run) ? run : `****${[...run].map(digitOf).join('').slice(-4)}`);

/**
 * Masks what may be a card or identity number in free text: all but the last four digits (PR2).
 *
 * @param text what a person typed
 */
export function maskNumbers(text: string): string {
  return text.replace(inFours, lastFour).replace(longNumber, lastFour);
}
