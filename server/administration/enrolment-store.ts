/** What a machine said of itself when it asked to be enrolled. `secret` seals its key on its own disk (PR9). */
export type AskedEnrolment = { keyId: string; id: string; name: string; site: string; publicKey: string; secret: string; askedAt: string };
export type FirstCode = { hash: Uint8Array; until: string; usedBy: string | null };

/** Machines that asked, and the code of the first one; whether a machine is enrolled is in the log alone. Throws LogFailure. */
export interface EnrolmentStore {
  byKey(keyId: string): Promise<AskedEnrolment | null>;
  /** The first that asked under a key keeps its id. */
  add(asked: AskedEnrolment): Promise<void>;
  /** Newest first. */
  newest(limit: number): Promise<Omit<AskedEnrolment, 'secret'>[]>;
  askedBefore(at: string): Promise<{ keyId: string; id: string }[]>;
  forget(keyIds: readonly string[]): Promise<void>;

  /** In place of whatever code there was. */
  setFirstCode(hash: Uint8Array, until: string): Promise<void>;
  firstCode(): Promise<FirstCode | null>;
  /** Of two machines that come with it at once, one has it. @returns whether this one does */
  useFirstCode(hash: Uint8Array, keyId: string): Promise<boolean>;
}
