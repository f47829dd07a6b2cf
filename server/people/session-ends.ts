import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { SessionOf } from './tokens.ts';

/** No session is brought back after this long: what ended one need not be remembered longer. */
const REMEMBERED_HOURS = 24;
const Row = z.object({ key: z.string(), at: z.string() });

/** Which sessions an end is of: one of ours, one session at the provider, all of somebody who came from there, or those of theirs that name no session there. */
export type Ended = { session: string } | { issuer: string; sid: string } | { issuer: string; subject: string } | { issuer: string; unnamed: string };

function keyOf(ended: Ended): string {
  if ('session' in ended) return `session ${ended.session}`;
  const [kind, of] = 'sid' in ended ? ['sid', ended.sid] : 'subject' in ended ? ['subject', ended.subject] : ['unnamed', ended.unnamed];
  return `${kind} ${ended.issuer} ${of}`;
}

/**
 * Sessions that ended before their tokens are over: by signing out, or by the identity provider. Written down before anybody
 * is told, so that a server that comes back knows them too. What ends all sessions of a person (disabled, reset) is in the log.
 */
export class SessionEnds {
  readonly #db: Database.Database;
  readonly #now: () => string;
  readonly #ends = new Map<string, string>();
  readonly #listeners = new Set<() => void>();

  /** @param db of the people's file; @param now the server's clock */
  constructor(db: Database.Database, now: () => string) {
    this.#db = db;
    this.#now = now;
    db.exec('create table if not exists session_ends (key text primary key, at text not null) strict');
    for (const row of db.prepare('select key, at from session_ends').all()) {
      const { key, at } = Row.parse(row);
      this.#ends.set(key, at);
    }
  }

  /** Called after each end: whoever is connected is looked at. */
  onEnded(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Ends what was begun until now. */
  end(ended: Ended): void {
    const [key, at] = [keyOf(ended), this.#now()];
    const before = new Date(Date.parse(at) - REMEMBERED_HOURS * 3_600_000).toISOString();
    this.#db.transaction(() => {
      this.#db.prepare('delete from session_ends where at < ?').run(before);
      this.#db.prepare('insert into session_ends (key, at) values (?, ?) on conflict (key) do update set at = excluded.at').run(key, at);
    })();
    for (const [known, since] of this.#ends) if (since < before) this.#ends.delete(known);
    this.#ends.set(key, at);
    for (const listener of this.#listeners) listener();
  }

  /** @returns why the session is over, or null; one without a session of its own is ended by what is in the log alone */
  whyOver(session: SessionOf | undefined): 'session-over' | 'sign-on-ended' | 'sign-on-over' | null {
    if (session === undefined) return null;
    if (this.#has({ session: session.id }, session.since)) return 'session-over';
    const { signOn } = session;
    if (signOn === null) return null;
    const { issuer, subject, sid } = signOn;
    if (this.#has({ issuer, subject }, session.since) || this.#has(sid === null ? { issuer, unnamed: subject } : { issuer, sid }, session.since)) return 'sign-on-ended';
    return signOn.until <= this.#now() ? 'sign-on-over' : null;
  }

  #has(ended: Ended, since: string): boolean {
    const at = this.#ends.get(keyOf(ended));
    return at !== undefined && at >= since;
  }
}
