import { useEffect, useRef, useState } from 'react';
import { desk } from '../app/desk.ts';

const PAUSE_MS = 400;

/**
 * Text that survives leaving the panel, the window and the machine: kept as a draft of the case at every pause (FL4).
 * @param field names the draft within the case; @param start shown while no draft is known
 * @returns the text, what types it, and what forgets it once it was sent
 */
export function useKeptText(caseId: string, field: string, start: string): { text: string; type: (text: string) => void; sent: () => void } {
  const [text, setText] = useState(start);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const typed = useRef(false);
  useEffect(() => {
    let here = true;
    void desk.calls.drafts({ case: caseId }).then((reply) => {
      const kept = reply.ok ? reply.value.find((one) => one.field === field) : undefined;
      if (here && kept !== undefined && !typed.current) setText(kept.text);
    });
    return () => {
      here = false;
    };
  }, [caseId, field]);
  return {
    text,
    type: (next) => {
      typed.current = true;
      setText(next);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void desk.calls.saveDraft({ case: caseId, field, text: next, kind: 'text' }), PAUSE_MS);
    },
    sent: () => {
      clearTimeout(timer.current);
      void desk.calls.saveDraft({ case: caseId, field, text: '', kind: 'text', ended: true });
    },
  };
}
