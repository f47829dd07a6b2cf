import type { Refusal } from '#shared/protocol/refusal.ts';

/** RB2: each trouble of the person's file has its own code, and none of them costs the outbox. */
export type StoreTrouble =
  | 'store-corrupt'
  | 'store-newer'
  | 'store-unwritable'
  | 'store-full'
  | 'store-key-lost'
  | 'key-store-lost'
  | 'store-in-use';

/** Thrown inside the store and turned into a refusal at its edge. */
export class StoreError extends Error {
  readonly refusal: Refusal;
  constructor(code: StoreTrouble, detail?: Refusal['detail'], cause?: unknown) {
    super(code, { cause });
    this.name = 'StoreError';
    this.refusal = detail === undefined ? { code } : { code, detail };
  }
}

const byCode: [RegExp, StoreTrouble][] = [
  [/^SQLITE_(NOTADB|CORRUPT)/, 'store-corrupt'],
  [/^SQLITE_FULL|^ENOSPC|^EDQUOT/, 'store-full'],
  [/^SQLITE_(BUSY|LOCKED)/, 'store-in-use'],
  [/^SQLITE_(READONLY|CANTOPEN|PERM|IOERR)|^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST)/, 'store-unwritable'],
];

/**
 * What a failed file or database call means to the person, or null for what only a bug can cause.
 * @param error whatever was thrown
 */
export function storeTroubleOf(error: unknown): StoreError | null {
  if (error instanceof StoreError) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const found = byCode.find(([pattern]) => pattern.test(code));
  return found === undefined ? null : new StoreError(found[1], { cause: code }, error);
}

/** Runs `work` and turns what a disk can do to us into a StoreError; a bug stays a bug. */
export function onDisk<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storeTroubleOf(error) ?? error;
  }
}
