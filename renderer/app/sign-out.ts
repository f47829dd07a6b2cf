import { useState } from 'react';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { desk } from './desk.ts';

/**
 * Signs out. Asked once with what nobody accepted (OF1), once with what is unsent; the next press leaves: it stays theirs, and in their
 * own file.
 */
export function useSignOut(refused: (refusal: Refusal) => void): () => Promise<void> {
  const [insist, setInsist] = useState<{ evenUnsent?: true; keepMine?: true }>({});
  return async () => {
    const reply = await desk.calls.signOut(insist);
    if (reply.ok) return;
    refused(reply.refusal);
    const { code } = reply.refusal;
    setInsist((was) => (code === 'hand-over-open' ? { ...was, keepMine: true } : code === 'unsent-work' ? { ...was, evenUnsent: true } : {}));
  };
}
