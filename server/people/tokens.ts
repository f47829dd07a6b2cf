import { hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { PersonId, Uuid7 } from '#shared/protocol/ids.ts';

const SESSION_MINUTES = 15;

const SessionClaims = z.object({ sub: PersonId, desktop: Uuid7, workstation: Uuid7, exp: z.number(),
  /** The centre's version when it was given: what has ended the person's sessions since ends this one. */
  centre: z.int() });
export type SessionClaims = z.infer<typeof SessionClaims>;

/** Signs and checks short-lived session tokens. */
export class Tokens {
  readonly #key: Uint8Array;
  readonly #now: () => string;
  readonly #centreVersion: () => number;

  /** @param keyFile where the secret is kept, mode 0600, made where missing; @param now the server's clock; @param centreVersion of the centre's own stream */
  constructor(keyFile: string, now: () => string, centreVersion: () => number) {
    this.#centreVersion = centreVersion;
    if (!existsSync(keyFile)) writeFileSync(keyFile, randomBytes(32), { mode: 0o600 });
    this.#key = readFileSync(keyFile);
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

  /** Another secret of this server, which the file alone that holds the salt does not tell. */
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
