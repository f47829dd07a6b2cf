import type { MethodValue } from '#shared/protocol/desk-rpc.ts';
import { refuse, type Refusal } from '#shared/protocol/refusal.ts';
import { enrolledMachine, type SignedInHere, type SignInParts } from '../session/sign-in.ts';
import { BrowserSignOn } from './browser-sign-on.ts';
import { openSignedOn, passphraseOf, type DeskPassphrase, type SignedOnHere } from './open-signed-on.ts';

/** How long somebody whom the provider has named may take to type the desk passphrase. */
const PASSPHRASE_MS = 10 * 60_000;
/** Wrong desk passphrases, then the provider is asked again. */
const MAX_WRONG = 5;

export type SignOnHereParts = { signIn: SignInParts; openBrowser(url: string): Promise<boolean> };
type Opened = { signedIn: SignedInHere; server: string; account: string; comeBack: string };

/** Single sign-on at this desk: first the browser, then the desk passphrase. One at a time; the newer takes the older's place. */
export class SignOnHere {
  readonly #parts: SignOnHereParts;
  #browser: BrowserSignOn | null = null;
  #waiting: { here: SignedOnHere; wrong: number; forget: () => void } | null = null;

  constructor(parts: SignOnHereParts) {
    this.#parts = parts;
  }

  /** The person will not, or the desk ends. */
  cancel(): void {
    this.#browser?.stop('sign-on-cancelled');
    this.#browser = null;
    this.#waiting?.forget();
    this.#waiting = null;
  }

  /** The provider's word of who sits here. */
  async #inBrowser(server: string): Promise<SignedOnHere | { refusal: Refusal }> {
    this.cancel();
    const { signIn, openBrowser } = this.#parts;
    const machine = await enrolledMachine(signIn, server);
    if (machine === 'unreachable') return refuse('server-unreachable');
    if ('refusal' in machine) return machine;
    this.cancel();
    const browser = new BrowserSignOn({ server, workstation: machine.workstation, environment: signIn.environment, openBrowser });
    this.#browser = browser;
    const there = await browser.run();
    if (this.#browser === browser) this.#browser = null;
    return 'refusal' in there ? there : { server, machine, there };
  }

  async begin(server: string): Promise<MethodValue<'signOn'> | { refusal: Refusal }> {
    const here = await this.#inBrowser(server);
    if ('refusal' in here) return here;
    const forget = this.#parts.signIn.environment.after(PASSPHRASE_MS, () => (this.#waiting = null));
    this.#waiting = { here, wrong: 0, forget };
    const { name, account } = here.there.answer.person;
    return { name, account, passphrase: passphraseOf(this.#parts.signIn, here) };
  }

  /** For somebody whose session goes on at this desk without a token: what brings it back. */
  async renew(server: string, person: string): Promise<{ comeBack: string } | { refusal: Refusal }> {
    const here = await this.#inBrowser(server);
    if ('refusal' in here) return here;
    const { answer } = here.there;
    return answer.person.id === person ? { comeBack: answer.comeBack } : refuse('sign-on-other-person');
  }

  async open(given: DeskPassphrase): Promise<Opened | { refusal: Refusal }> {
    const waiting = this.#waiting;
    if (waiting === null) return refuse('sign-on-timeout');
    const signedIn = await openSignedOn(this.#parts.signIn, waiting.here, given);
    if ('refusal' in signedIn) {
      if (signedIn.refusal.code === 'desk-passphrase-wrong') waiting.wrong += 1;
      if (waiting.wrong < MAX_WRONG) return signedIn;
      this.cancel();
      return refuse('locked-out', { failures: MAX_WRONG });
    }
    this.#waiting = null;
    waiting.forget();
    const { server, there: { answer } } = waiting.here;
    return { signedIn, server, account: answer.person.account, comeBack: answer.comeBack };
  }
}
