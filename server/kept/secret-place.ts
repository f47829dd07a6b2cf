/** The secrets that every server of a centre has in common. */
export type SecretName = 'tokens' | 'spool' | 'audit';

/** Where one secret is kept: a file in the data folder, or a sealed row of the database. Throws LogFailure. */
export interface SecretPlace {
  /** Null: none was made yet. */
  read(): Promise<Buffer | null>;
  /**
   * Puts in its place what `next` makes of what is there, whole or not at all, and one server after another: of two that find
   * nothing, one makes the secret, and the other is given it. What is given back as it was is not written.
   *
   * @param next may be asked again where the place was away, and nothing of its answer was kept then
   * @returns what is there now
   */
  change(next: (before: Buffer | null) => Buffer | Promise<Buffer>): Promise<Buffer>;
}
