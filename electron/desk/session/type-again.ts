import { refuse, type Refusal } from '#shared/protocol/refusal.ts';
import { openFileKey } from '../store/file-key.ts';
import { countFailures, readKeyFile, type ProfileFolder } from '../store/profile-folder.ts';
import type { StoreOptions } from '../store/store.ts';
import { storeTroubleOf } from '../store/store-refusal.ts';
import { MAX_FAILURES } from './sign-in.ts';

/**
 * Whether the person of a session that goes on is there: the passphrase is tried at their own file, as at a sign-in without the
 * centre, and counted with those (OF3).
 *
 * @returns null where it opens the file
 */
export async function typedAgain(folder: ProfileFolder, passphrase: string, options: StoreOptions): Promise<{ refusal: Refusal } | null> {
  try {
    const held = readKeyFile(folder);
    if (held === null) return refuse('store-key-lost');
    if (held.failures >= MAX_FAILURES) return refuse('locked-out', { failures: held.failures });
    // Counted before it is checked: ending the program does not save a guess, nor does asking many times at once.
    const failures = held.failures + 1;
    countFailures(folder, failures);
    const found = await openFileKey(held, passphrase, options);
    if (found === null) return failures >= MAX_FAILURES ? refuse('locked-out', { failures }) : refuse('wrong-passphrase', { left: MAX_FAILURES - failures });
    found.key.fill(0);
    countFailures(folder, 0);
    return null;
  } catch (error) {
    const trouble = storeTroubleOf(error);
    if (trouble === null) throw error;
    return { refusal: trouble.refusal };
  }
}
