import type { Enrolment } from '../signing/enrolment.ts';
import type { Signer } from '../signing/signer.ts';

/** The machine's key by the secret that this person's file remembers; a key that is gone costs signing and the line, no more. */
export function machineOffline(parts: { enrolment: Pick<Enrolment, 'known' | 'open'> }, server: string, secret: string | null): { workstationId: string | null; workstation: Signer | null } {
  const known = parts.enrolment.known(server);
  if (typeof known === 'string') return { workstationId: null, workstation: null };
  return { workstationId: known.workstation, workstation: secret === null ? null : parts.enrolment.open(server, known.file, secret) };
}
