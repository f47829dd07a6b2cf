import type { Refusal } from '#shared/protocol/refusal.ts';
import type { AskAnswer } from '#shared/protocol/wire.ts';
import { keepKey } from '../signing/keep-key.ts';
import type { ProfileFolder } from '../store/profile-folder.ts';
import type { StoreOptions } from '../store/store.ts';
import { changeHere, type NewPassphrase } from './change-passphrase.ts';
import type { SignedInHere } from './sign-in.ts';

export type OwnKeyParts = {
  signedIn: Pick<SignedInHere, 'store' | 'person' | 'workstationId' | 'signing'>;
  ask(kind: string, body: unknown): Promise<AskAnswer>;
  isOver(): boolean;
  /** The server will not have this key. */
  lost(): void;
  report(error: unknown): void;
};

/** The person's key over a session: the server is to have it, wrapped as it is now, also after their passphrase was changed (TP8). */
export class OwnKey {
  readonly #parts: OwnKeyParts;

  constructor(parts: OwnKeyParts) {
    this.#parts = parts;
  }

  /** @returns null where the server has it */
  keep(): Promise<void> | null {
    const { signedIn, ask, isOver, lost } = this.#parts;
    return keepKey(signedIn.store.meta, ask, () => {
      signedIn.signing.lose();
      lost();
    }, isOver);
  }

  /** @returns null where it is done */
  async changePassphrase(change: NewPassphrase, folder: ProfileFolder, options: StoreOptions): Promise<{ refusal: Refusal } | null> {
    const { isOver } = this.#parts;
    const { store, person, workstationId, signing } = this.#parts.signedIn;
    if (workstationId === null) return { refusal: { code: 'workstation-key-lost' } };
    try {
      const failed = await changeHere(change, { folder, store, person: person.id, workstation: workstationId, options, guesses: signing.guesses });
      if (failed !== null) return failed;
    } catch (error) {
      // Signed out meanwhile, and the file closed: the next sign-in settles what was begun.
      if (isOver()) return { refusal: { code: 'signed-out' } };
      throw error;
    }
    const held = isOver() ? null : store.meta.get('personKey');
    if (held !== null) {
      signing.rewrapped(held.kept);
      void this.keep()?.catch(this.#parts.report);
    }
    return null;
  }
}
