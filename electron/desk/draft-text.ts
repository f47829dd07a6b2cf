import { maskNumbers } from '#shared/privacy/mask.ts';

/** A run of digits as people type card numbers: with blanks or dashes between; full-width digits count. */
const RUN = '[0-9０-９](?:[ \\-－]?[0-9０-９])*[ \\-－]?';
/** An unfinished token at the very end: a word of Latin letters, or a run of digits that may still grow. */
const UNFINISHED = new RegExp(`(?:${RUN}|[A-Za-zＡ-Ｚａ-ｚ0-9０-９@_-]+)$`);

/**
 * What of a text being typed may be stored (PR2): up to the last finished token, long runs of digits masked. A run
 * that is still growing is not stored at all, because its first eleven digits would be.
 * @param ended the field was left: everything in it is finished
 */
export function storableText(text: string, ended: boolean): string {
  return maskNumbers(ended ? text : text.replace(UNFINISHED, ''));
}
