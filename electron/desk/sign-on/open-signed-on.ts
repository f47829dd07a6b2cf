import { refuse, type Refusal } from '#shared/protocol/refusal.ts';
import { admitted, type Machine, type SignedInHere, type SignInParts } from '../session/sign-in.ts';
import { openPersonKey } from '../signing/person-key.ts';
import { HeadStart } from '../store/passphrase-key.ts';
import { profileFolder, readKeyFile } from '../store/profile-folder.ts';
import type { Store } from '../store/store.ts';
import { storeTroubleOf } from '../store/store-refusal.ts';
import type { SignedOnThere } from './browser-sign-on.ts';
import { comeBack } from './come-back.ts';

/** As of a passphrase that is the server's as well: it guards the person's key and a night's file. */
const LEAST = 12;

export type DeskPassphrase = { passphrase: string; oldPassphrase?: string | undefined };
export type SignedOnHere = { server: string; machine: Machine; there: SignedOnThere };

/** Whether this machine or the centre holds something of this person's under a desk passphrase, or one has to be chosen. */
export function passphraseOf({ root }: Pick<SignInParts, 'root'>, { server, there: { answer } }: SignedOnHere): 'known' | 'new' {
  return answer.key.kept !== null || readKeyFile(profileFolder(root, server, answer.person.account)) !== null ? 'known' : 'new';
}

/**
 * Opens the file and the key of somebody whom the identity provider has named. The server knows no passphrase of theirs, so what it
 * keeps of their key says which one is in force: one that was changed elsewhere opens nothing here.
 */
export async function openSignedOn(parts: SignInParts, here: SignedOnHere, { passphrase, oldPassphrase }: DeskPassphrase): Promise<SignedInHere | { refusal: Refusal }> {
  const { server, machine, there: { answer, sentAt, heardAt } } = here;
  const { person, key } = answer;
  let ahead: HeadStart | undefined;
  try {
    const folder = profileFolder(parts.root, server, person.account);
    const held = readKeyFile(folder);
    // CT3: while the person's key is tried.
    ahead = held === null ? undefined : new HeadStart(held.key, passphrase);
    const opensKey = key.kept === null ? null : (await openPersonKey(key.kept, person.id, passphrase)) !== null;
    // Chosen now: on a machine and at a centre that hold nothing, or after two people have reset the one of before.
    if (opensKey === null && (held === null || oldPassphrase !== undefined) && [...passphrase].length < LEAST) return refuse('desk-passphrase-weak', { least: LEAST });
    if (opensKey === false && held === null) return refuse('desk-passphrase-wrong');
    const inForce = ({ meta }: Store): boolean => opensKey !== false || (meta.get('personKey')?.unsent ?? null) !== null;
    const desktop = held?.desktop ?? parts.environment.newId();
    const credentials = { account: person.account, password: passphrase, server, oldPassword: oldPassphrase };
    const signedIn = await admitted(parts, credentials, { file: { folder, held, ahead }, desktop, machine }, answer, { sentAt, heardAt, inForce });
    if ('refusal' in signedIn) return opensKey === false && signedIn.refusal.code === 'passphrase-differs' ? refuse('desk-passphrase-wrong') : signedIn;
    const { store, signing } = signedIn;
    store.meta.set('comesBySignOn', true);
    const back = await comeBack(answer.comeBack, { server, workstation: machine.workstation, desktop: store.desktop, signing });
    if (back !== null && 'refusal' in back) {
      signing.close();
      store.close();
      return back;
    }
    // Cut off just now: the session begins without the line, and comes back by itself.
    return { ...signedIn, token: back?.token ?? null };
  } catch (error) {
    const trouble = storeTroubleOf(error);
    if (trouble === null) throw error;
    return { refusal: trouble.refusal };
  } finally {
    ahead?.drop();
  }
}
