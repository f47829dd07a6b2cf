import { z } from 'zod';

/** A secret of this machine's user, as the operating system's key store sealed it. */
export const MachineShare = z.strictObject({ store: z.string().max(40), sealed: z.base64().min(1).max(4000) });
export type MachineShare = z.infer<typeof MachineShare>;

/** The operating system's key store, as far as the desk uses it (PR1). */
export type KeyStore = {
  /** @returns null where this machine has no real key store */
  seal(secret: Buffer): Promise<MachineShare | null>;
  /** @returns null where it does not open: another user of the system, another backend, or it is gone */
  open(share: MachineShare): Promise<{ secret: Buffer; stale: boolean } | null>;
};

/** A machine without one: the passphrase alone guards the file. */
export const NO_KEY_STORE: KeyStore = { seal: () => Promise.resolve(null), open: () => Promise.resolve(null) };
