import { useKept } from '../app/kept.ts';

/**
 * Text that survives leaving the panel, the window and the machine: a draft of the case as it is typed (FL4, CT3).
 * @param field names the draft within the case; @param start shown while no draft is known
 * @returns the text, what types it, and what forgets it once it was sent
 */
export function useKeptText(caseId: string, field: string, start: string): { text: string; type: (text: string) => void; sent: () => void } {
  const [text, type, sent] = useKept(caseId, field, start);
  return { text, type, sent };
}
