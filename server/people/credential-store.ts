/** A passphrase's code in two halves, as long as a half of it may be told: neither is kept, both follow from `secret` and the centre's own key. */
export type StoredCode = { changeId: string; person: string; proposer: string; approver: string; secret: Uint8Array; until: string };
export type Side = 'proposer' | 'approver';
/** `untold`: the sides whose half nobody took yet. */
export type OpenCode = Pick<StoredCode, 'changeId' | 'proposer' | 'approver'> & { untold: readonly Side[] };

export type StoredCredential = {
  hash: string;
  lockedUntil: string | null;
  mustChange: boolean;
  /** When the last code of the person is over; null where there never was one. */
  codeUntil: string | null;
};

/**
 * What proves who somebody is, and what approved changes made of it: on SQLite in a file beside the log, on PostgreSQL in its
 * database, for any number of servers. Each method is one transaction; what two servers do at once counts as one after the
 * other. Nothing here is ever logged. Throws LogFailure where a database is away.
 */
export interface CredentialStore {
  find(person: string): Promise<StoredCredential | null>;
  /** Sets or replaces; failures and lock are over. */
  put(person: string, hash: string, mustChange: boolean): Promise<void>;
  /** Where the hash is still the expected one: it is the person's own from then on, and no code of theirs can be told any more. */
  replace(person: string, expected: string, hash: string): Promise<boolean>;
  /** One wrong guess more; with `most` of them the account is locked. One that is locked already is left as it is. @returns until when it is locked, or null */
  failed(person: string, guess: { now: string; most: number; until: string }): Promise<string | null>;
  /** A right guess: earlier ones are forgotten. False where the account was locked, or the hash replaced, since it was looked at. */
  succeeded(person: string, hash: string, now: string): Promise<boolean>;

  /** Once for each change: the code, the hash it makes, the end of every earlier code, and of the person's kept key. False where it was done before. */
  putByCode(code: StoredCode, hash: string, at: string): Promise<boolean>;
  /** For a change after which nobody needs a passphrase: it is carried out, and the person's own key is gone; false where it was carried out before. */
  forgetKeyBy(changeId: string, person: string, at: string): Promise<boolean>;
  /** Codes of which a half may still be told. What is over is destroyed by looking. */
  openCodes(now: string): Promise<OpenCode[]>;
  /** A half is told once, to whose it is; with the second one what it is made of goes as well. Null: told, over, or nobody's. */
  takeHalf(changeId: string, person: string, now: string): Promise<{ code: StoredCode; side: Side } | null>;

  /** Notes what became of an approved change; false where that is noted already. */
  carryOut(changeId: string, outcome: string, at: string): Promise<boolean>;
  isCarriedOut(changeId: string): Promise<boolean>;

  /** As JSON. */
  keptKey(person: string): Promise<string | null>;
  keepKey(person: string, content: string): Promise<void>;
}
