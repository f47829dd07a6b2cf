import type { Role } from '#shared/people/roles.ts';
import type { Entitlements } from '#shared/review/policy.ts';
import { refuse, type Refusal } from '#shared/protocol/refusal.ts';
import { Rules } from '#shared/protocol/rules.ts';
import type { Signed, SignaturePurpose } from '#shared/protocol/signature.ts';
import { withoutServer, type SignInParts } from '../session/sign-in.ts';
import { profileFolder, readKeyFile } from '../store/profile-folder.ts';
import type { Store } from '../store/store.ts';
import { storeTroubleOf } from '../store/store-refusal.ts';

export type SecondPersonParts = {
  /** As for signing in: the same root, machine key and store. */
  signIn: SignInParts;
  server: string;
  /** Who is signed in at this screen. */
  present: { account: string; person: string; human: string };
};

export type SecondPerson = {
  person: { id: string; human: string; account: string; name: string; no: string; role: Role; entitlements?: Entitlements };
  /** By this person's key and this workstation's. `signed-out` once it was closed. */
  sign(purpose: SignaturePurpose, digest: string): Promise<{ signed: Signed } | { refusal: Refusal }>;
  /** This person's own file, until it is closed. */
  store: Store;
  /** Lets go of the file and of both keys. What was put into the file is on disk already. */
  close(): void;
};

/** Files that are open here, or being opened: guesses are made one after the other, and nobody is twice at one screen. */
const underWay = new Set<string>();

/**
 * Opens the file of another person at this screen, by the account and the passphrase that they type themselves: for what
 * two people sign at one place without the line (OF1, OF2). It is a sign-in without the server in everything (OF3): the same
 * guesses and the same lock, counted before they are checked, the same grace, and only where they have signed in before.
 *
 * What is known of them (their role, what they may approve) is what the server last told their own file; the server decides
 * in the end, by keys and roles as they are when it receives the signature.
 *
 * @returns `second-person-same` for whoever is signed in, under whatever account; `second-person-not-here` where they never
 * signed in on this machine; `store-in-use` where their own desktop is open; otherwise what signing in offline is refused with
 */
export async function openSecondPerson(parts: SecondPersonParts, given: { account: string; passphrase: string }): Promise<SecondPerson | { refusal: Refusal }> {
  const { root } = parts.signIn;
  const folder = profileFolder(root, parts.server, given.account);
  if (folder.path === profileFolder(root, parts.server, parts.present.account).path) return refuse('second-person-same');
  if (underWay.has(folder.path)) return refuse('store-in-use');
  underWay.add(folder.path);
  let opened: SecondPerson | null = null;
  try {
    const held = readKeyFile(folder);
    if (held === null) return refuse('second-person-not-here');
    const signedIn = await withoutServer(parts.signIn, { account: given.account, password: given.passphrase, server: parts.server }, { folder, held });
    if ('refusal' in signedIn) return signedIn;
    const { store, signing, person } = signedIn;
    // TP5: two accounts of one human are one person, and nobody is their own second.
    if (person.id === parts.present.person || person.human === parts.present.human) {
      signing.close();
      store.close();
      return refuse('second-person-same');
    }
    const rules = Rules.safeParse(store.library.get('rules'));
    let over = false;
    opened = {
      person: {
        id: person.id, human: person.human, account: person.account, name: person.name, no: person.no, role: person.role,
        ...(rules.success ? { entitlements: rules.data.entitlements } : {}),
      },
      sign: async (purpose, digest) => {
        if (over) return refuse('signed-out');
        const made = await signing.sign(purpose, digest, 'session', undefined);
        return over ? refuse('signed-out') : made;
      },
      store,
      close: () => {
        if (over) return;
        over = true;
        underWay.delete(folder.path);
        signing.close();
        signing.lose();
        store.close();
      },
    };
    return opened;
  } catch (error) {
    const trouble = storeTroubleOf(error);
    if (trouble === null) throw error;
    return { refusal: trouble.refusal };
  } finally {
    if (opened === null) underWay.delete(folder.path);
  }
}
