import { isDeepStrictEqual } from 'node:util';
import type { KeptKey, SignInAnswer } from '#shared/protocol/wire.ts';
import type { KdfCost } from '#shared/protocol/wrapped-key.ts';
import type { Meta } from '../store/meta.ts';
import { makePersonKey, openPersonKey, rewrapPersonKey, SoftwareSigner } from './person-key.ts';
import type { HeadStart } from '../store/passphrase-key.ts';
import type { FirstSigner, PersonSigner } from './session-signing.ts';

export type PersonKeyParts = {
  meta: Pick<Meta, 'get' | 'set' | 'clear'>;
  person: string;
  /** As typed at the sign-in that just went through. */
  passphrase: string;
  /** Typed as well where this machine's file was still under it. */
  oldPassphrase: string | undefined;
  cost: KdfCost;
  /** Of this passphrase at what the server keeps, begun earlier. */
  ahead?: HeadStart | undefined;
};

const LOST: PersonSigner = { state: 'lost' };

/**
 * The person's key after a sign-in that the server took (TP8): the one it keeps, or where it will register a new one, that.
 * What this desk holds of the same key under the passphrase of now takes the place of an older wrapping, and goes to the
 * server with `keep key`. A key that nothing here opens is lost: everything but signing goes on.
 *
 * @returns `opening` where the file has what the server has: whatever comes of it, there is nothing to write and nothing to
 * send, so the session need not wait
 */
export async function personKeyOnline(parts: PersonKeyParts, answer: SignInAnswer['key']): Promise<FirstSigner> {
  const { meta, person } = parts;
  const held = meta.get('personKey');
  if (answer.register) {
    // Made here before, and cut off before the server had it.
    const made = held?.unsent === 'new' ? await firstToOpen(parts, [held.kept, held.next]) : null;
    if (made !== null) return keep(parts, made, 'new');
    const { kept, opened } = await makePersonKey(person, parts.passphrase, parts.cost);
    return keep(parts, { kept, signer: new SoftwareSigner(kept, person, opened) }, 'new');
  }
  const kept = answer.kept;
  if (kept === null) {
    // Registered, and the power went before it was kept: it is sent again. Otherwise the key was revoked.
    const made = held?.unsent === 'new' ? await firstToOpen(parts, [held.kept, held.next]) : null;
    if (made !== null) return keep(parts, made, 'new');
    meta.clear('personKey');
    return LOST;
  }
  const isSettled = held !== null && held.unsent === null && held.next === null && isDeepStrictEqual(held.kept, kept);
  if (isSettled && parts.oldPassphrase === undefined) return opening(parts, [kept]);
  const asKept = await firstToOpen(parts, [kept]);
  if (asKept !== null) return keep(parts, asKept, null);
  const mine = held?.kept.keyId === kept.keyId ? [held.kept, held.next] : [];
  const here = (await firstToOpen(parts, mine)) ?? (await fromOldPassphrase(parts, [kept, ...mine]));
  if (here !== null) return keep(parts, here, 'rewrapped');
  return LOST;
}

/** The person's key by this machine's own file, while the server is not there. */
export function personKeyOffline(parts: Pick<PersonKeyParts, 'meta' | 'person' | 'passphrase'>): FirstSigner {
  const held = parts.meta.get('personKey');
  return held === null ? { state: 'none' } : opening(parts, [held.kept, held.next]);
}

const opening = (parts: Opener, keys: readonly (KeptKey | null)[]): FirstSigner => ({
  state: 'opening', opened: firstToOpen(parts, keys).then((found) => (found === null ? LOST : { state: 'ready', signer: found.signer })),
});

type Opener = Pick<PersonKeyParts, 'person' | 'passphrase' | 'ahead'>;

type Found = { kept: KeptKey; signer: SoftwareSigner };

async function firstToOpen(parts: Opener, keys: readonly (KeptKey | null)[]): Promise<Found | null> {
  for (const kept of keys) {
    const opened = kept === null ? null : await openPersonKey(kept, parts.person, parts.passphrase, parts.ahead);
    if (kept !== null && opened !== null) return { kept, signer: new SoftwareSigner(kept, parts.person, opened) };
  }
  return null;
}

async function fromOldPassphrase(parts: PersonKeyParts, keys: readonly (KeptKey | null)[]): Promise<Found | null> {
  if (parts.oldPassphrase === undefined) return null;
  for (const kept of keys) {
    const rewrapped = kept === null ? null : await rewrapPersonKey(kept, parts.person, parts.oldPassphrase, parts.passphrase, parts.cost);
    if (rewrapped !== null) return firstToOpen(parts, [rewrapped]);
  }
  return null;
}

function keep({ meta }: PersonKeyParts, { kept, signer }: Found, unsent: 'new' | 'rewrapped' | null): PersonSigner {
  meta.set('personKey', { kept, unsent, next: null });
  return { state: 'ready', signer };
}
