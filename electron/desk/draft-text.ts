import { DIGIT_CHARACTERS, maskNumbers, NUMBER_CHARACTERS } from '#shared/privacy/mask.ts';

/** An unfinished token at the very end: a word of Latin letters, or a run of digits that may still grow. */
const UNFINISHED = new RegExp(`(?:${DIGIT_CHARACTERS}[${NUMBER_CHARACTERS}]*|[A-Za-zＡ-Ｚａ-ｚ0-9０-９@_-]+)$`, 'u');
/** A number in the middle of a text with what may lead to its next group, and how many digits may stand there while somebody may still be typing it. */
const RUN = new RegExp(`${DIGIT_CHARACTERS}[${NUMBER_CHARACTERS}]*`, 'gu');
const SHORT = 4;

const digitsIn = (run: string): number => run.match(new RegExp(DIGIT_CHARACTERS, 'gu'))?.length ?? 0;
const longRunsIn = (text: string): string[] => (text.match(RUN) ?? []).filter((run) => digitsIn(run) > SHORT);

/** Numbers that were not in the text before are being typed, wherever the cursor is: they are left out. */
function withoutGrowing(text: string, before: string): string {
  const finished = longRunsIn(before);
  return text.replace(RUN, (run) => {
    if (digitsIn(run) <= SHORT) return run;
    const at = finished.indexOf(run);
    if (at < 0) return '';
    finished.splice(at, 1);
    return run;
  });
}

/**
 * What of a text being typed may be stored (PR2): up to the last finished token, long runs of digits masked. A run
 * that is still growing is not stored at all, because its first eleven digits would be; in the middle of a text it has
 * stopped growing once something else has changed.
 * @param ended the field was left: everything in it is finished
 * @param before what was in the field before this change, or null where that is not known: kept in memory only
 */
export function storableText(text: string, ended: boolean, before: string | null = null): string {
  if (ended) return maskNumbers(text);
  const finished = text.replace(UNFINISHED, '');
  return maskNumbers(before === null ? finished : withoutGrowing(finished, before));
}
