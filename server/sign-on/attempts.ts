import { createHash, timingSafeEqual } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import { z } from 'zod';
import { Uuid7 } from '#shared/protocol/ids.ts';
import type { SessionEnds } from '../people/session-ends.ts';
import type { Expected } from './provider.ts';

/** How long somebody may take to sign in at the provider. */
const MINUTES = 10;
const Attempt = z.object({ id: Uuid7, workstation: Uuid7, challenge: z.string(), state: z.string(), nonce: z.string(), verifier: z.string(), redirectUri: z.string() });
export type Attempt = z.infer<typeof Attempt>;

/**
 * Sign-ins under way. Each is sealed and held by the desktop that began it, so that whoever knocks cannot fill this server's memory
 * (RB1) and any server with the same key can finish it; used at most once, at whichever server, and its code at most once at the provider.
 */
export class Attempts {
  readonly #key: Uint8Array;
  readonly #nowMs: () => number;
  readonly #ends: Pick<SessionEnds, 'use'>;

  constructor(key: Uint8Array, ends: Pick<SessionEnds, 'use'>, nowMs: () => number) {
    this.#ends = ends;
    this.#key = key;
    this.#nowMs = nowMs;
  }

  seal(by: Pick<Attempt, 'id' | 'workstation' | 'challenge'>, expected: Expected): Promise<string> {
    return new EncryptJWT({ ...by, ...expected }).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).setAudience('sign-on').setExpirationTime(Math.floor(this.#nowMs() / 1000) + MINUTES * 60).encrypt(this.#key);
  }

  /** @param secret of the desktop that began it; @returns null where it is forged, over, somebody else's, or was used */
  async take(sealed: string, secret: string): Promise<Attempt | null> {
    let attempt: Attempt;
    try {
      const { payload } = await jwtDecrypt(sealed, this.#key, { audience: 'sign-on', keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'], currentDate: new Date(this.#nowMs()) });
      attempt = Attempt.parse(payload);
    } catch {
      return null;
    }
    const [told, meant] = [createHash('sha256').update(secret).digest(), Buffer.from(attempt.challenge, 'base64url')];
    if (told.length !== meant.length || !timingSafeEqual(told, meant)) return null;
    const now = this.#nowMs();
    const isFirst = await this.#ends.use({ name: `attempt ${attempt.id}`, until: new Date(now + MINUTES * 60_000).toISOString(), now: new Date(now).toISOString() });
    return isFirst ? attempt : null;
  }
}
