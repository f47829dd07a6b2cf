import type { DeskReply } from '#shared/protocol/desk-rpc.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { SessionView } from '#shared/protocol/session-view.ts';
import { profileFolder } from '../store/profile-folder.ts';
import type { Workstation } from '../workstation.ts';
import { changeHere, tellServer, weakness, type NewPassphrase } from './change-passphrase.ts';
import type { Seat } from './seat.ts';
import { signIn } from './sign-in.ts';
import { typedAgain } from './type-again.ts';

const DONE = { ok: true, value: { done: true } } as const;
const SIGNED_OUT = { ok: false, refusal: { code: 'signed-out' } } as const;

/** The passphrase of whoever sits here, or comes to: changed, typed once more, and typed to unlock. */
export class PassphraseHere {
  readonly #workstation: Workstation;
  readonly #seat: Seat;

  constructor(workstation: Workstation, seat: Seat) {
    this.#workstation = workstation;
    this.#seat = seat;
  }

  async change(change: NewPassphrase): Promise<DeskReply<{ done: true }>> {
    const weak = weakness(change);
    if (weak !== null) return { ok: false, refusal: weak.refusal };
    return this.#seat.inTurn(async () => {
      const failed = this.#seat.session === null ? await this.#changeSignedOut(change) : await this.#changeSignedIn(change);
      return failed === null ? DONE : { ok: false, refusal: failed.refusal };
    });
  }

  async #changeSignedIn(change: NewPassphrase): Promise<{ refusal: Refusal } | null> {
    const { root, store } = this.#workstation;
    const folder = profileFolder(root, change.server, change.account);
    const { session: going, present: own } = this.#seat;
    if (going === null || own === null || folder.path !== profileFolder(root, own.server, own.account).path) return { refusal: { code: 'already-signed-in' } };
    const failed = await going.changePassphrase(change, folder, store);
    if (failed === null) Object.assign(own, { password: change.new, typedAt: going.now });
    return failed;
  }

  /** Of nobody's session: signs in with the old one, as anybody does, so that the person's file and key change with it. */
  async #changeSignedOut(change: NewPassphrase): Promise<{ refusal: Refusal } | null> {
    const { root, enrolment, store: options } = this.#workstation;
    const signedIn = await signIn(this.#workstation, { account: change.account, server: change.server, password: change.old });
    if ('refusal' in signedIn) {
      if (signedIn.refusal.code !== 'passphrase-must-change') return signedIn;
      // Set by others: the key of before is void, and whatever file there is belongs to the passphrase of before.
      const known = enrolment.known(change.server);
      if (typeof known === 'string') return { refusal: { code: 'workstation-key-lost' } };
      const told = await tellServer(change, known.workstation);
      return told === 'taken' ? null : told === 'not known' ? { refusal: { code: 'server-unreachable' } } : told;
    }
    const { store, person, workstationId, checkedBy, signing } = signedIn;
    try {
      if (checkedBy !== 'server' || workstationId === null) return { refusal: { code: 'server-unreachable' } };
      const folder = profileFolder(root, change.server, change.account);
      return await changeHere(change, { folder, store, person: person.id, workstation: workstationId, options, guesses: signing.guesses });
    } finally {
      store.close();
    }
  }

  /** The passphrase's time is over at the centre, and the person is still here: it counts anew from now. */
  async typeAgain({ passphrase }: { passphrase: string }): Promise<DeskReply<{ done: true }>> {
    const { session: going, present: own } = this.#seat;
    if (going === null || own === null) return SIGNED_OUT;
    const failed = await typedAgain(profileFolder(this.#workstation.root, own.server, own.account), passphrase, this.#workstation.store);
    if (failed !== null) return { ok: false, refusal: failed.refusal };
    if (this.#seat.session !== going) return SIGNED_OUT;
    Object.assign(own, { password: passphrase, typedAt: going.now });
    going.connectNow();
    return DONE;
  }

  /** By whoever locked it alone: another signs this one out first. */
  async unlock(given: { passphrase: string }): Promise<DeskReply<SessionView>> {
    if (this.#seat.session === null) return SIGNED_OUT;
    const typed = await this.typeAgain(given);
    if (!typed.ok) return typed;
    this.#seat.lock.unlock();
    return { ok: true, value: this.#seat.view() };
  }
}
