import type { DecideContext } from '../case/context.ts';
import { refuse, type Refusal } from '../protocol/refusal.ts';
import type { SignaturePurpose } from '../protocol/signature.ts';

/**
 * TP8: the command carries the person's and the workstation's signature for this purpose over this digest, by keys that
 * are valid now. A desktop cannot judge that: there the command is sent.
 */
export function signatureFault(context: DecideContext, purpose: SignaturePurpose, digest: string): { refusal: Refusal } | null {
  const { signature } = context;
  if (signature === 'unknown') return null;
  if (!signature.ok) return refuse(signature.code);
  return signature.purpose === purpose && signature.digest === digest ? null : refuse('tp8-other-digest');
}
