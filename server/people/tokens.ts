import { hkdfSync, randomBytes } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { SecretPlace } from '../kept/secret-place.ts';
import { PersonId, Uuid7 } from '#shared/protocol/ids.ts';

const SESSION_MINUTES = 15;
const KEY_BYTES = 32;

const SessionClaims = z.object({ sub: PersonId, desktop: Uuid7, workstation: Uuid7, exp: z.number(),
  /** The centre's version when it was given: what has ended the person's sessions since ends this one. */
  centre: z.int() });
export type SessionClaims = z.infer<typeof SessionClaims>;

/** The key of all servers of a centre: what one signs, each reads. Made by the first that comes. */
export const tokenKey = (place: SecretPlace): Promise<Uint8Array> => place.change((before) => before ?? randomBytes(KEY_BYTES));

/** Signs and checks short-lived session tokens. */
export class Tokens {
  readonly #key: Uint8Array;
  readonly #now: () => string;
  readonly #centreVersion: () => number;

  /** @param key see `tokenKey`; @param now the server's clock; @param centreVersion of the centre's own stream */
  constructor(key: Uint8Array, now: () => string, centreVersion: () => number) {
    this.#centreVersion = centreVersion;
    this.#key = key;
    this.#now = now;
  }

  #seconds(): number {
    return Math.floor(Date.parse(this.#now()) / 1000);
  }

  /** A session token of one person at one desktop, good for a quarter of an hour. */
  async session(person: string, desktop: string, workstation: string): Promise<{ token: string; expiresAt: string }> {
    const expires = this.#seconds() + SESSION_MINUTES * 60;
    const token = await new SignJWT({ desktop, workstation, centre: this.#centreVersion() }).setProtectedHeader({ alg: 'HS256' }).setSubject(person).setAudience('session').setExpirationTime(expires).sign(this.#key);
    return { token, expiresAt: new Date(expires * 1000).toISOString() };
  }

  /** Another secret of the centre, which whoever holds the salt alone is not told. */
  derived(label: string, salt: Uint8Array): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.#key, salt, `aidline/1/${label}`, 32));
  }

  /** @returns the claims, or null where the token is forged, malformed or over */
  async readSession(token: string): Promise<SessionClaims | null> {
    return this.#read(token, 'session', SessionClaims);
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
