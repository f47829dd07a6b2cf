import { hash, hkdfSync, randomBytes } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { SecretPlace } from '../kept/secret-place.ts';
import { Instant, PersonId, Uuid7 } from '#shared/protocol/ids.ts';

const SESSION_MINUTES = 15;
const HOUR_MS = 3_600_000;
const KEY_BYTES = 32;
/** Tokens whose signature this server knows: some megabytes. */
const REMEMBERED = 20_000;

/** A session that began at an identity provider: whose there, under which of its sessions, and when it is over for good. */
const SignOnClaims = z.strictObject({ issuer: z.string(), subject: z.string(), sid: z.string().nullable(), until: Instant });
/** The session behind a token, which renewing carries on. */
export const SessionOf = z.strictObject({ id: Uuid7, since: Instant, signOn: SignOnClaims.nullable() });
export type SessionOf = z.infer<typeof SessionOf>;

/**
 * When a session is over for good, however often it is renewed (ASVS 7.3.2).
 *
 * @param hours of those by passphrase, from when it was typed; null: no end (a demonstration, whose clock is moved)
 */
export const sessionUntil = ({ since, signOn }: SessionOf, hours: number | null): string | null =>
  signOn?.until ?? (hours === null ? null : new Date(Date.parse(since) + hours * HOUR_MS).toISOString());

const SessionClaims = z.object({ sub: PersonId, desktop: Uuid7, workstation: Uuid7, exp: z.number(),
  /** The centre's version when it was given: what has ended the person's sessions since ends this one. */
  centre: z.int(),
  /** Absent from those that were given before sessions could be ended one by one; the next renewal gives them one. */
  session: SessionOf.optional() });
export type SessionClaims = z.infer<typeof SessionClaims>;

/** Of whichever desktop of theirs at that machine. */
const ComeBackClaims = SessionClaims.omit({ desktop: true }).required({ session: true });
export type ComeBackClaims = z.infer<typeof ComeBackClaims>;

export type GivenToken = { token: string; expiresAt: string };

const secondsOf = (at: string | null | undefined): number | undefined => (at == null ? undefined : Math.floor(Date.parse(at) / 1000));

/** The key of all servers of a centre: what one signs, each reads. Made by the first that comes. */
export const tokenKey = (place: SecretPlace): Promise<Uint8Array> => place.change((before) => before ?? randomBytes(KEY_BYTES));

/** Signs and checks short-lived session tokens. */
export class Tokens {
  readonly #key: Uint8Array;
  readonly #now: () => string;
  readonly #centreVersion: () => number;
  readonly #hours: number | null;
  readonly #known = new Map<string, SessionClaims>();

  /** @param key see `tokenKey`; @param now the server's clock; @param centreVersion of the centre's own stream; @param hours as `sessionUntil` has them */
  constructor(key: Uint8Array, now: () => string, centreVersion: () => number, hours: number | null) {
    this.#centreVersion = centreVersion;
    this.#hours = hours;
    this.#key = key;
    this.#now = now;
  }

  #seconds(): number {
    return Math.floor(Date.parse(this.#now()) / 1000);
  }

  /** A session token of one person at one desktop, good for a quarter of an hour, and no longer than its session. */
  async session(person: string, desktop: string, workstation: string, session?: SessionOf): Promise<GivenToken> {
    const quarter = this.#seconds() + SESSION_MINUTES * 60;
    return this.#give('session', person, { desktop, workstation, session }, Math.min(quarter, (session === undefined ? undefined : secondsOf(sessionUntil(session, this.#hours))) ?? quarter));
  }

  /** What brings a session of single sign-on back after the line was down, where a passphrase would bring back another's. */
  async comeBack(person: string, workstation: string, session: SessionOf & { signOn: z.infer<typeof SignOnClaims> }): Promise<string> {
    return (await this.#give('come-back', person, { workstation, session }, secondsOf(session.signOn.until) ?? 0)).token;
  }

  async #give(audience: 'session' | 'come-back', person: string, { session, ...claims }: { desktop?: string; workstation: string; session: SessionOf | undefined }, expires: number): Promise<GivenToken> {
    const token = await new SignJWT({ ...claims, ...(session === undefined ? {} : { session }), centre: this.#centreVersion() })
      .setProtectedHeader({ alg: 'HS256' }).setSubject(person).setAudience(audience).setExpirationTime(expires).sign(this.#key);
    return { token, expiresAt: new Date(expires * 1000).toISOString() };
  }

  /** Another secret of the centre, which whoever holds the salt alone is not told. */
  derived(label: string, salt: Uint8Array): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.#key, salt, `aidline/1/${label}`, 32));
  }

  /** @returns the claims, or null where the token is forged, malformed or over */
  async readSession(token: string): Promise<SessionClaims | null> {
    // A desktop comes several times with the same one. Not by the token itself: how long a look-up takes must tell nothing of it.
    const name = hash('sha256', token, 'base64');
    const known = this.#known.get(name);
    if (known !== undefined) {
      // What was signed stays so; that it is still good does not. As jose counts: over from that second on.
      if (known.exp > this.#seconds()) return known;
      this.#known.delete(name);
      return null;
    }
    const claims = await this.#read(token, 'session', SessionClaims);
    if (claims === null) return null;
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(name, claims);
    return claims;
  }

  /** @returns the claims of a `comeBack`, or null where it is forged, malformed or over */
  async readComeBack(token: string): Promise<ComeBackClaims | null> {
    return this.#read(token, 'come-back', ComeBackClaims);
  }

  async #read<T>(token: string, audience: string, schema: z.ZodType<T>): Promise<T | null> {
    try {
      const { payload } = await jwtVerify(token, this.#key, { audience, algorithms: ['HS256'], currentDate: new Date(this.#now()) });
      return schema.parse(payload);
    } catch {
      return null;
    }
  }
}
