import { createHash, randomBytes } from 'node:crypto';
import { refuse, type Refusal } from '#shared/protocol/refusal.ts';
import { PROTOCOL_VERSION, SignOnAnswer, SignOnBegun } from '#shared/protocol/wire.ts';
import { instantOf, type Environment } from '../environment.ts';
import { httpPost } from '../sync/http-post.ts';
import { listenOnLoopback } from './loopback.ts';

/** How long a person may take at the provider before the desk stops listening. */
export const BROWSER_MS = 5 * 60_000;

export type BrowserSignOnParts = { server: string; workstation: string; environment: Pick<Environment, 'now' | 'after'>; openBrowser(url: string): Promise<boolean> };
export type SignedOnThere = { answer: SignOnAnswer; sentAt: number; heardAt: number };

/**
 * One sign-in in the system's browser. The desk opens it, listens for the way back, and carries what came to the centre's server, which
 * alone knows what can be done with it: no token of the provider comes to this machine.
 */
export class BrowserSignOn {
  readonly #parts: BrowserSignOnParts;
  #stop: (why: Refusal) => void = () => {};
  #stopped: Refusal | null = null;

  constructor(parts: BrowserSignOnParts) {
    this.#parts = parts;
  }

  /** The person will not, or begins anew: `run` is refused with it, and nothing is listened for any more. */
  stop(code: 'sign-on-cancelled' | 'sign-on-timeout'): void {
    this.#stopped ??= { code };
    this.#stop(this.#stopped);
  }

  async run(): Promise<SignedOnThere | { refusal: Refusal }> {
    const { server, workstation, environment, openBrowser } = this.#parts;
    const loopback = await listenOnLoopback();
    const cancel = environment.after(BROWSER_MS, () => this.stop('sign-on-timeout'));
    try {
      const secret = randomBytes(32).toString('base64url');
      const challenge = createHash('sha256').update(secret).digest('base64url');
      const begun = await httpPost(server, '/sign-on', { protocol: PROTOCOL_VERSION, workstation, redirectUri: loopback.redirectUri, challenge }, SignOnBegun);
      if (begun.status === 'refused') return { refusal: begun.refusal };
      if (begun.status === 'unreachable') return refuse('server-unreachable');
      if (this.#stopped !== null) return { refusal: this.#stopped };
      const { attempt, url, state } = begun.answer;
      const stopped = new Promise<Refusal>((resolve) => (this.#stop = resolve));
      // Listened for before the browser is there: it may be quick.
      const answered = loopback.expect(state);
      if (!(await openBrowser(url))) return refuse('sign-on-browser');
      const came = await Promise.race([answered, stopped]);
      if (!('state' in came)) return { refusal: came };
      const sentAt = environment.now();
      const told = await httpPost(server, '/sign-on/answer', { protocol: PROTOCOL_VERSION, attempt, secret, response: came, clockAt: instantOf(sentAt) }, SignOnAnswer);
      if (this.#stopped !== null) return { refusal: this.#stopped };
      if (told.status === 'refused') return { refusal: told.refusal };
      return told.status === 'unreachable' ? refuse('server-unreachable') : { answer: told.answer, sentAt, heardAt: environment.now() };
    } finally {
      cancel();
      loopback.close();
    }
  }
}
