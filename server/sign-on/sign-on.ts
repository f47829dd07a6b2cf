import type { Refusal } from '#shared/protocol/refusal.ts';
import type { Person } from '#shared/people/person.ts';
import type { Ended, SessionEnds } from '../people/session-ends.ts';
import { Attempts, type Attempt } from './attempts.ts';
import { Provider, type Response } from './provider.ts';
import type { SignOnSettings } from './settings.ts';
import { whoIsIt } from './who-is-it.ts';

/** Who came in, and what their session has to remember of the provider. */
export type SignedOn = { person: Person; attempt: Attempt; provider: { issuer: string; subject: string; sid: string | null } };

export type SignOnParts = {
  settings: SignOnSettings;
  /** Of the centre's own key, for what desktops hold sealed. */
  key: Uint8Array;
  people: () => readonly Person[];
  ends: SessionEnds;
  newId: () => string;
  nowMs: () => number;
};

/** Single sign-on: the provider proves who somebody is, the centre's own books say whom that means. */
export class SignOn {
  readonly #parts: SignOnParts;
  readonly #provider: Provider;
  readonly #attempts: Attempts;

  constructor(parts: SignOnParts) {
    this.#parts = parts;
    this.#provider = new Provider(parts.settings, parts.nowMs);
    this.#attempts = new Attempts(parts.key, parts.ends, parts.nowMs);
  }

  get issuer(): string {
    return this.#parts.settings.issuer;
  }

  get sessionHours(): number {
    return this.#parts.settings.sessionHours;
  }

  /** For the sign-in screen. */
  get standing(): { provider: string; reachable: boolean } {
    return { provider: new URL(this.#parts.settings.issuer).host, reachable: this.#provider.reachable };
  }

  /** Asks the provider for what it says of itself, so that the first who signs in does not wait; a server without it serves all the same. */
  async warmUp(): Promise<Refusal | null> {
    const known = await this.#provider.known();
    return 'refusal' in known ? known.refusal : null;
  }

  async begin(by: Pick<Attempt, 'workstation' | 'challenge' | 'redirectUri'>): Promise<{ attempt: string; url: string; state: string } | { refusal: Refusal }> {
    const begun = await this.#provider.begin(by.redirectUri);
    if ('refusal' in begun) return begun;
    const attempt = await this.#attempts.seal({ id: this.#parts.newId(), workstation: by.workstation, challenge: by.challenge }, begun.expected);
    return { attempt, url: begun.url, state: begun.expected.state };
  }

  /** @param secret of the desktop that began it */
  async finish(sealed: string, secret: string, response: Response): Promise<SignedOn | { refusal: Refusal; workstation: string | null; person: string | null }> {
    const attempt = await this.#attempts.take(sealed, secret);
    if (attempt === null) return { refusal: { code: 'sign-on-code-over' }, workstation: null, person: null };
    const { workstation } = attempt;
    const proved = await this.#provider.finish(response, attempt);
    if ('refusal' in proved) return { refusal: proved.refusal, workstation, person: null };
    const { issuer, claims } = proved;
    const meant = whoIsIt(this.#parts.people(), issuer, claims, this.#parts.settings);
    if ('refusal' in meant) return { refusal: meant.refusal, workstation, person: null };
    const sid = claims['sid'];
    return { person: meant.person, attempt, provider: { issuer, subject: claims.sub, sid: typeof sid === 'string' ? sid : null } };
  }

  logoutUrl(): string | null {
    return this.#provider.logoutUrl();
  }

  /** The provider ends somebody's sessions. @returns null where it was done, or why it was not believed */
  async endedThere(logoutToken: string): Promise<string | null> {
    const read = await this.#provider.readLogoutToken(logoutToken);
    if ('why' in read) return read.why;
    const { issuer, subject, sid, jti, until } = read;
    // With a session named it is that one, and those of which the provider never told one; otherwise all of the person's.
    const ended: Ended[] = [
      ...(sid === null ? [] : [{ issuer, sid }]),
      ...(subject === null ? [] : [sid === null ? { issuer, subject } : { issuer, unnamed: subject }]),
    ];
    // Each token counts once, until it is too old to be taken.
    const isFirst = await this.#parts.ends.endOnce(ended, { name: `jti ${issuer} ${jti}`, until: new Date(until).toISOString(), now: new Date(this.#parts.nowMs()).toISOString() });
    return isFirst ? null : 'jti';
  }
}
