import type { Spool } from '../spool/spool.ts';
import { lastUsedMs, profilesOf, removeProfile } from '../wipe/folders.ts';

/** Who has not signed in here for so long works elsewhere. */
export const OLD_PROFILE_MS = 30 * 86_400_000;

/**
 * Removes the files of persons who have not signed in at this machine for 30 days (PR6), those moved aside too. One whose
 * unsent work has not reached the server stays.
 *
 * @param nowMs by the server's clock: one that is set wrong must not cost anybody their file
 * @param own folder of whoever is signed in
 * @returns folders that were removed
 */
export function removeOldProfiles(root: string, server: string, spool: Spool, nowMs: number, own: string): string[] {
  const unsent = new Set(spool.everything(server).map(({ desktop }) => desktop));
  return profilesOf(root, server)
    .filter(({ folder, held }) => folder.path !== own && nowMs - lastUsedMs(folder) > OLD_PROFILE_MS && (held === 'unreadable' || !unsent.has(held.desktop)))
    .map(({ folder }) => {
      removeProfile(folder);
      return folder.path;
    });
}
