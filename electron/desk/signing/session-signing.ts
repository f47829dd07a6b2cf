import { refuse, type Refusal } from '#shared/protocol/refusal.ts';
import { keyIdOf, signedBytes, type Signed, type SignaturePurpose } from '#shared/protocol/signature.ts';
import type { SpoolSession } from '#shared/protocol/spool.ts';
import { helloBytes } from '#shared/protocol/wire.ts';
import type { Guesses } from './guesses.ts';
import type { KeptKey } from '#shared/protocol/wire.ts';
import { SoftwareSigner } from './person-key.ts';
import type { Signer } from './signer.ts';

/** The person's part: the key as the session opened it, one that does not open (`lost`), or none yet. */
export type PersonSigner = { state: 'ready'; signer: Signer } | { state: 'lost' } | { state: 'none' };

/** As a session begins with it: being opened still, where nothing but signing has to wait for it (CT3). */
export type FirstSigner = PersonSigner | { state: 'opening'; opened: Promise<PersonSigner> };

/** `session`: ticks and orders, by the key that the sign-in opened. `typed`: approvals, by the passphrase typed for each. */
export type UnlockBy = 'session' | 'typed';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** The two keys that sign at this desk, and the rules of when they do (TP8). */
export class SessionSigning {
  readonly #workstation: Signer | null;
  readonly guesses: Guesses;
  /** When the key is open, or known to be lost. Fails where it could not even be tried; it is lost then. */
  readonly opened: Promise<void>;
  #person: FirstSigner;

  /** @param workstation null where its key cannot be read (`workstation-key-lost`) */
  constructor(person: FirstSigner, workstation: Signer | null, guesses: Guesses) {
    this.#person = person;
    this.#workstation = workstation;
    this.guesses = guesses;
    this.opened = person.state === 'opening' ? this.#open(person.opened) : Promise.resolve();
    // Whoever signs sees it as lost; who wants the cause asks for it.
    this.opened.catch(() => {});
  }

  async #open(opening: Promise<PersonSigner>): Promise<void> {
    let found: PersonSigner = { state: 'lost' };
    try {
      found = await opening;
    } finally {
      // The session may be over meanwhile, or the server may have said that it will not have the key.
      if (this.#person.state === 'opening') this.#person = found;
    }
  }

  async #opened(): Promise<PersonSigner> {
    await this.opened.catch(() => {});
    return this.#person.state === 'opening' ? { state: 'lost' } : this.#person;
  }

  get state(): FirstSigner['state'] {
    return this.#person.state;
  }

  close(): void {
    this.guesses.close();
  }

  /** The server will not have this key. */
  lose(): void {
    this.#person = { state: 'lost' };
  }

  /** The same key, under the passphrase that opens it from now on. */
  rewrapped(kept: KeptKey): void {
    void this.#opened().then((person) => {
      if (person.state === 'ready' && person.signer instanceof SoftwareSigner) person.signer.rewrapped(kept);
    });
  }

  /**
   * @param digest SHA-256, recomputed on this desk from what is signed; never one that came from a screen
   * @param by `typed` with no passphrase at all is no guess, and is refused as a wrong one
   * @returns both signatures, or `key-lost`, `key-missing`, `workstation-key-lost`, `wrong-passphrase`, `locked-out`
   */
  async sign(purpose: SignaturePurpose, digest: string, by: UnlockBy, passphrase: string | undefined): Promise<{ signed: Signed } | { refusal: Refusal }> {
    const person = await this.#opened();
    if (person.state !== 'ready') return refuse(person.state === 'lost' ? 'key-lost' : 'key-missing');
    const workstation = this.#workstation;
    if (workstation === null) return refuse('workstation-key-lost');
    const locked = this.guesses.lock();
    if (locked !== null) return locked;
    const bytes = signedBytes(purpose, digest);
    const mine = by === 'session' ? await ofSession(person.signer, bytes) : await this.#typed(person.signer, bytes, passphrase);
    if ('refusal' in mine) return mine;
    const its = await workstation.sign(bytes);
    if (!its.ok) return { refusal: its.refusal };
    return {
      signed: {
        purpose, digest,
        personKey: keyIdOf(await person.signer.publicKey()), personSignature: base64(mine.signature),
        workstationKey: keyIdOf(await workstation.publicKey()), workstationSignature: base64(its.signature),
      },
    };
  }

  async #typed(signer: Signer, bytes: Uint8Array, passphrase: string | undefined): Promise<{ signature: Uint8Array } | { refusal: Refusal }> {
    if (passphrase === undefined) return refuse('wrong-passphrase');
    const tried = await this.guesses.guess(async () => {
      const made = await signer.sign(bytes, { passphrase });
      return made.ok || made.refusal.code !== 'wrong-passphrase' ? made : null;
    });
    if ('refusal' in tried) return tried;
    return tried.value.ok ? { signature: tried.value.signature } : { refusal: tried.value.refusal };
  }

  /**
   * Vouches for what this session seals (SY10), by the key that the sign-in opened and the workstation's; null for one that is
   * not there. No ticks, approvals or orders are made so: the bytes begin otherwise.
   */
  async certify(bytes: Uint8Array): Promise<Pick<SpoolSession, 'person' | 'workstation'>> {
    const by = async (signer: Signer | null): Promise<SpoolSession['person']> => {
      const made = signer === null ? null : await signer.sign(bytes);
      return signer === null || made === null || !made.ok ? null : { key: keyIdOf(await signer.publicKey()), signature: base64(made.signature) };
    };
    const person = await this.#opened();
    return { person: await by(person.state === 'ready' ? person.signer : null), workstation: await by(this.#workstation) };
  }

  /** What lets this machine in with the token: a token copied elsewhere does not (PR9). */
  async prove(token: string): Promise<{ proof: string } | { refusal: Refusal }> {
    const made = await this.#workstation?.sign(helloBytes(token));
    if (made === undefined) return refuse('workstation-key-lost');
    return made.ok ? { proof: base64(made.signature) } : { refusal: made.refusal };
  }
}

async function ofSession(signer: Signer, bytes: Uint8Array): Promise<{ signature: Uint8Array } | { refusal: Refusal }> {
  const made = await signer.sign(bytes);
  return made.ok ? { signature: made.signature } : { refusal: made.refusal };
}
