import { z } from 'zod';
import { refuse, type Refusal } from '#shared/protocol/refusal.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/wire.ts';
import type { KdfCost } from '#shared/protocol/wrapped-key.ts';
import type { Guesses } from '../signing/guesses.ts';
import { rewrapPersonKey } from '../signing/person-key.ts';
import type { ProfileFolder } from '../store/profile-folder.ts';
import { prepareWrap, settleWrap } from '../store/file-key.ts';
import type { Store, StoreOptions } from '../store/store.ts';
import { USUAL_COST } from '../store/passphrase-key.ts';
import { httpPost } from '../sync/http-post.ts';

/** Also the server's: a passphrase guards the person's key and a night's file. */
const LEAST = 12;
const Done = z.object({ done: z.literal(true) });

export type NewPassphrase = { account: string; server: string; old: string; new: string };

/** Before anything is asked. */
export const weakness = ({ old, new: next }: Pick<NewPassphrase, 'old' | 'new'>): { refusal: Refusal } | null =>
  [...next].length < LEAST || next === old ? refuse('passphrase-weak', { least: LEAST }) : null;

/** Tells the server. */
export async function tellServer(change: NewPassphrase, workstation: string): Promise<'taken' | 'not known' | { refusal: Refusal }> {
  const outcome = await httpPost(change.server, '/passphrase', { protocol: PROTOCOL_VERSION, account: change.account, old: change.old, new: change.new, workstation }, Done);
  if (outcome.status === 'refused') return { refusal: outcome.refusal };
  return outcome.status === 'answered' ? 'taken' : 'not known';
}

/**
 * Changes the passphrase of somebody whose file and key are here, so that the power may go at any moment:
 *
 * 1. the file's key is wrapped under the new one beside the old, and so is the person's own key: from here both open both;
 * 2. the server is told, and its answer decides;
 * 3. what the passphrase that is not in force opens is dropped, and the server is sent the key anew (`keep key`).
 *
 * Cut off after 1 the next sign-in that the server takes says which is in force, and does step 3.
 *
 * @param here `guesses`: a wrong old one counts with those at the key
 * @returns null where it is done; `server-unreachable` where nobody knows, and both still open
 */
export async function changeHere(
  change: NewPassphrase, here: { folder: ProfileFolder; store: Store; person: string; workstation: string; options: StoreOptions; guesses: Guesses },
): Promise<{ refusal: Refusal } | null> {
  const { folder, store, options } = here;
  const prepared = await here.guesses.guess(async () => ((await prepareWrap(folder, change.old, change.new, options)) ? true : null));
  if ('refusal' in prepared) return prepared.refusal.code === 'wrong-passphrase' ? refuse('wrong-password', prepared.refusal.detail) : prepared;
  await prepareKey(store, here.person, change, options.cost ?? USUAL_COST);
  // The server knows no passphrase of somebody who comes by single sign-on: this desk alone decides, and the wrapped key tells the others.
  const told = store.meta.get('comesBySignOn') === null ? await tellServer(change, here.workstation) : 'taken';
  if (told === 'not known') return refuse('server-unreachable');
  if (told !== 'taken') {
    await settleWrap(folder, change.old, options);
    settleKey(store, 'old');
    return told;
  }
  await settleWrap(folder, change.new, options);
  settleKey(store, 'new');
  return null;
}

async function prepareKey({ meta }: Store, person: string, change: NewPassphrase, cost: KdfCost): Promise<void> {
  const held = meta.get('personKey');
  if (held === null) return;
  for (const kept of [held.kept, held.next]) {
    const next = kept === null ? null : await rewrapPersonKey(kept, person, change.old, change.new, cost);
    // What the old one opens is what is in force: an earlier change that was never settled is over.
    if (kept !== null && next !== null) return meta.set('personKey', { kept, next, unsent: kept === held.kept ? held.unsent : (held.unsent ?? 'rewrapped') });
  }
  // A key that the old one does not open is lost already, and stays so.
}

function settleKey({ meta }: Store, inForce: 'old' | 'new'): void {
  const held = meta.get('personKey');
  if (held === null || held.next === null) return;
  meta.set('personKey', inForce === 'old' ? { ...held, next: null } : { kept: held.next, unsent: held.unsent ?? 'rewrapped', next: null });
}
