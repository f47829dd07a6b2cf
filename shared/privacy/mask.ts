/** A run of twelve or more digits, spaces and dashes between them allowed, full-width digits included. */
const longNumber = /[0-9０-９](?:[ \-－]?[0-9０-９]){11,}/g;

/**
 * Masks what may be a card or identity number in free text: all but the last four digits (PR2).
 *
 * @param text what a person typed
 */
export function maskNumbers(text: string): string {
  return text.replace(longNumber, (run) => {
    const digits = run.normalize('NFKC').replace(/\D/g, '');
    return `****${digits.slice(-4)}`;
  });
}
