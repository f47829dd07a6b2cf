import type { Once, SessionEndStore } from './session-end-store.ts';
import { sessionUntil, type SessionOf } from './tokens.ts';

/** How long a typed passphrase lasts where nothing else was said (ASVS 7.3.2). */
export const SESSION_HOURS = 12;

/** No session is brought back after this long: what ended one need not be remembered longer. */
const REMEMBERED_HOURS = 24;

/**
 * Which sessions an end is of: one of ours that its desktop ended; one that its person ended from another (`closed`), and with it whatever was typed at that
 * workstation before; one session at the provider, all of somebody who came from there, or those of theirs that name no session there.
 */
export type Ended = { session: string } | { closed: string } | { person: string; workstation: string } | { issuer: string; sid: string } | { issuer: string; subject: string } | { issuer: string; unnamed: string };

function keyOf(ended: Ended): string {
  if ('session' in ended) return `session ${ended.session}`;
  if ('closed' in ended) return `closed ${ended.closed}`;
  if ('workstation' in ended) return `at ${ended.workstation} ${ended.person}`;
  const [kind, of] = 'sid' in ended ? ['sid', ended.sid] : 'subject' in ended ? ['subject', ended.subject] : ['unnamed', ended.unnamed];
  return `${kind} ${ended.issuer} ${of}`;
}

/**
 * Sessions that ended before their tokens are over: by signing out, or by the identity provider. Written down before anybody
 * is told, so that a server that comes back knows them too, and other servers of the centre hear of them. What ends all sessions
 * of a person (disabled, reset) is in the log.
 */
export class SessionEnds {
  readonly #store: SessionEndStore;
  readonly #now: () => string;
  readonly #hours: number | null;
  readonly #ends = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  readonly #writtenListeners = new Set<() => void>();
  #mark: string | null = null;

  private constructor(store: SessionEndStore, now: () => string, hours: number | null) {
    this.#store = store;
    this.#now = now;
    this.#hours = hours;
  }

  /** With all ends that are kept. @param now the server's clock; @param hours as `sessionUntil` has them */
  static async open(store: SessionEndStore, now: () => string, hours: number | null): Promise<SessionEnds> {
    const ends = new SessionEnds(store, now, hours);
    await ends.look();
    return ends;
  }

  /** Called after each end, of this server or another: whoever is connected is looked at. */
  onEnded(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Called when this server has written an end, for the others. */
  onWritten(listener: () => void): void {
    this.#writtenListeners.add(listener);
  }

  /** Ends what was begun until now; who is connected stays until `tell`. */
  async note(...ended: Ended[]): Promise<void> {
    await this.#write(ended);
  }

  /** Looks at whoever is connected. */
  tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Ends what was begun until now, at once; @returns false where this word of it was taken before, at whichever server */
  async endOnce(ended: readonly Ended[], once: Once): Promise<boolean> {
    const isFirst = await this.#write(ended, once);
    if (isFirst) this.tell();
    return isFirst;
  }

  /** @returns whether nobody has used it yet, at whichever server */
  use(once: Once): Promise<boolean> {
    return this.#store.use(once);
  }

  /** Takes over what other servers have noted. */
  async look(): Promise<void> {
    const { ends, mark } = await this.#store.notedSince(this.#mark);
    this.#mark = mark;
    let isNew = false;
    for (const { key, at } of ends) isNew = this.#know(key, at) || isNew;
    if (isNew) this.tell();
  }

  async #write(ended: readonly Ended[], once?: Once): Promise<boolean> {
    const at = this.#now();
    const forget = new Date(Date.parse(at) - REMEMBERED_HOURS * 3_600_000).toISOString();
    const keys = ended.map(keyOf);
    if (!(await this.#store.end(keys, { at, forget }, once))) return false;
    for (const [known, since] of this.#ends) if (since < forget) this.#ends.delete(known);
    for (const key of keys) this.#know(key, at);
    for (const listener of this.#writtenListeners) listener();
    return true;
  }

  #know(key: string, at: string): boolean {
    const known = this.#ends.get(key);
    if (known !== undefined && known >= at) return false;
    this.#ends.set(key, at);
    return true;
  }

  /** When it is over for good, or null where it has no such end. */
  until(session: SessionOf): string | null {
    return sessionUntil(session, this.#hours);
  }

  /**
   * @param at whose it is, and where
   * @returns why the session is over, or null; one without a session of its own is ended by what is in the log alone
   */
  whyOver(session: SessionOf | undefined, at: { person: string; workstation: string }): 'session-ended' | 'session-over' | 'sign-in-over' | 'sign-on-ended' | 'sign-on-over' | null {
    if (session === undefined) return null;
    // Whatever the clocks of two servers say: this very session ends once.
    if (this.#ends.has(keyOf({ session: session.id }))) return 'session-over';
    if (this.#ends.has(keyOf({ closed: session.id })) || this.#has(at, session.since)) return 'session-ended';
    const { signOn } = session;
    const until = this.until(session);
    const isOver = until !== null && until <= this.#now();
    if (signOn === null) return isOver ? 'sign-in-over' : null;
    const { issuer, subject, sid } = signOn;
    if (this.#has({ issuer, subject }, session.since) || this.#has(sid === null ? { issuer, unnamed: subject } : { issuer, sid }, session.since)) return 'sign-on-ended';
    return isOver ? 'sign-on-over' : null;
  }

  #has(ended: Ended, since: string): boolean {
    const at = this.#ends.get(keyOf(ended));
    return at !== undefined && at >= since;
  }
}
