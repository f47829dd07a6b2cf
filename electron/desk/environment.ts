/** What the desk needs of the world and tests replace: time, ids, chance, waiting. */
export type Environment = {
  /** This machine's clock, milliseconds since 1970. */
  now(): number;
  /** A new UUIDv7. */
  newId(): string;
  /** In [0, 1). */
  random(): number;
  /** Runs once after `ms`; returns what cancels it. */
  after(ms: number, run: () => void): () => void;
};

/** An instant in the project's one form. */
export const instantOf = (ms: number): string => new Date(ms).toISOString();
