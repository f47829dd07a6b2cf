import type { DeskReply, MethodParams, MethodValue } from '#shared/protocol/desk-rpc.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { SessionView } from '#shared/protocol/session-view.ts';
import type { CaseLogic } from '../case-logic.ts';
import type { Here } from '../decide-here.ts';
import { removeOldProfiles } from '../keep/old-profiles.ts';
import { SignOnHere } from '../sign-on/sign-on-here.ts';
import { openSecondPerson } from '../signing/second-person.ts';
import { profileFolder } from '../store/profile-folder.ts';
import type { Connect } from '../sync/link.ts';
import type { Workstation } from '../workstation.ts';
import { weakness } from './change-passphrase.ts';
import { OpenSession } from './open-session.ts';
import { signInAgain, type Present } from './present.ts';
import type { Seat } from './seat.ts';
import { signIn, type Credentials, type SignedInHere } from './sign-in.ts';

export type ArrivalsParts = {
  workstation: Workstation;
  seat: Seat;
  logic(here: Here): CaseLogic;
  connect: Connect;
  openBrowser(url: string): Promise<boolean>;
};

/** How somebody comes to sit here: by their passphrase, or by single sign-on. */
export class Arrivals {
  readonly #parts: ArrivalsParts;
  readonly #signOnHere: SignOnHere;

  constructor(parts: ArrivalsParts) {
    this.#parts = parts;
    this.#signOnHere = new SignOnHere({ signIn: parts.workstation, openBrowser: parts.openBrowser });
  }

  signIn(given: Credentials): Promise<DeskReply<SessionView>> {
    const { seat, workstation } = this.#parts;
    return this.#asFirst(async () => {
      const barred = await seat.wiper.gate(given.server);
      if (barred !== null) return { ok: false, refusal: barred.refusal };
      const signedIn = await signIn(workstation, given);
      if ('refusal' in signedIn) return { ok: false, refusal: await this.#heard(given.server, signedIn.refusal) };
      return this.#begin({ ...given, comeBack: null, typedAt: signedIn.clock.now() }, signedIn);
    });
  }

  /** Not as the first alone: a browser may never come back, and the passphrase has to work meanwhile. */
  async signOn({ server }: { server: string }): Promise<DeskReply<MethodValue<'signOn'>>> {
    const { seat } = this.#parts;
    const [going, own] = [seat.session, seat.present];
    if (going !== null && own !== null) {
      const renewed = await this.#signOnHere.renew(own.server, going.person);
      if ('refusal' in renewed) return { ok: false, refusal: renewed.refusal };
      if (seat.session === going) {
        own.comeBack = renewed.comeBack;
        going.connectNow();
      }
      return { ok: true, value: { name: '', account: own.account, passphrase: 'known' } };
    }
    const barred = await seat.wiper.gate(server);
    if (barred !== null) return { ok: false, refusal: barred.refusal };
    const begun = await this.#signOnHere.begin(server);
    return 'refusal' in begun ? { ok: false, refusal: await this.#heard(server, begun.refusal) } : { ok: true, value: begun };
  }

  openSignedOn(given: MethodParams<'openSignedOn'>): Promise<DeskReply<SessionView>> {
    const { seat, workstation } = this.#parts;
    return this.#asFirst(async () => {
      const { passphrase, newPassphrase = null } = given;
      const weak = newPassphrase === null ? null : weakness({ old: passphrase, new: newPassphrase });
      if (weak !== null) return { ok: false, refusal: weak.refusal };
      const opened = await this.#signOnHere.open(given);
      if ('refusal' in opened) return { ok: false, refusal: opened.refusal };
      const { signedIn, server, account, comeBack: back } = opened;
      const own: Present = { account, password: passphrase, server, comeBack: back, typedAt: signedIn.clock.now() };
      const begun = this.#begin(own, signedIn);
      if (newPassphrase === null || seat.session === null) return begun;
      const failed = await seat.session.changePassphrase({ account, server, old: passphrase, new: newPassphrase }, profileFolder(workstation.root, server, account), workstation.store);
      if (failed !== null) return { ok: false, refusal: failed.refusal };
      own.password = newPassphrase;
      return begun;
    });
  }

  cancelSignOn(): void {
    this.#signOnHere.cancel();
  }

  /** Whoever comes first: one sign-in at a time. */
  async #asFirst<V>(work: () => Promise<DeskReply<V>>): Promise<DeskReply<V>> {
    return this.#parts.seat.session === null ? this.#parts.seat.inTurn(work) : { ok: false, refusal: { code: 'already-signed-in' } };
  }

  /** PR6: what the server says of this machine is acted upon before anybody is told. */
  async #heard(server: string, refusal: Refusal): Promise<Refusal> {
    const { wiper } = this.#parts.seat;
    if (refusal.code === 'workstation-revoked') return (await wiper.begin(server)).refusal;
    return refusal.code === 'workstation-not-enrolled' ? (wiper.instead(server)?.refusal ?? refusal) : refusal;
  }

  #begin(present: Present, signedIn: SignedInHere): DeskReply<SessionView> {
    const { workstation, seat, logic, connect } = this.#parts;
    const { environment, spool, postSpool, report } = workstation;
    const { publisher, wiper } = seat;
    wiper.over(present.server);
    if (signedIn.checkedBy === 'server') this.#forgetAbsent(present, signedIn);
    const opened = new OpenSession({
      signedIn, server: present.server, workstation: workstation.workstation, environment, logic, connect, publisher, spool, postSpool, report,
      signInAgain: () => signInAgain(workstation, present, signedIn),
      openSecond: (given) => openSecondPerson({
        signIn: workstation, server: present.server, present: { account: present.account, person: signedIn.person.id, human: signedIn.person.human },
      }, given),
      ended: (refusal) => seat.end(refusal),
    });
    // A browser that is still open for somebody else has nobody to come back to.
    this.#signOnHere.cancel();
    seat.take(opened, present);
    if (signedIn.signing.state === 'opening') void signedIn.signing.opened.catch(report).then(() => publisher.changed('session'));
    return { ok: true, value: opened.view() };
  }

  /** Files of people who work elsewhere now. A disk that cannot be written keeps nobody from work. */
  #forgetAbsent({ server, account }: Credentials, { clock }: SignedInHere): void {
    const { root, spool, report } = this.#parts.workstation;
    try {
      removeOldProfiles(root, server, spool, clock.nowMs(), profileFolder(root, server, account).path);
    } catch (error) {
      report(error);
    }
  }
}
