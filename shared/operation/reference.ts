/** A reference as it is stored and compared: full-width digits are digits, a run of spaces is one. */
export const tidyReference = (text: string): string => text.normalize('NFKC').replace(/\s+/g, ' ').trim();
