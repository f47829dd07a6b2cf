import { z } from 'zod';
import { Instant } from '#shared/protocol/ids.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { AskAnswer } from '#shared/protocol/wire.ts';
import type { Environment } from '../environment.ts';
import type { CorrectedClock } from './corrected-clock.ts';

/** Proves the session to the server for a short while. Never stored. */
export const SessionToken = z.object({ token: z.string().min(1), expiresAt: Instant });
export type SessionToken = z.infer<typeof SessionToken>;

/** A new token by the person's passphrase; `null`: the server cannot be reached. */
export type SignInAgain = () => Promise<{ token: SessionToken } | { refusal: Refusal } | null>;

/** Part of a token's life after which it is renewed. */
const RENEW_AFTER = 0.7;
const RENEW_AGAIN_MS = 15_000;

/** Holds the session's token, renews it while the line stands, and fetches a new one where it ran out. */
export class TokenKeeper {
  readonly #environment: Pick<Environment, 'after'>;
  readonly #clock: CorrectedClock;
  readonly #signInAgain: SignInAgain;
  readonly #ask: (kind: string, body: unknown) => Promise<AskAnswer>;
  #token: SessionToken | null;
  #cancel: () => void = () => {};

  constructor(parts: {
    environment: Pick<Environment, 'after'>; clock: CorrectedClock; token: SessionToken | null; signInAgain: SignInAgain;
    ask(kind: string, body: unknown): Promise<AskAnswer>;
  }) {
    this.#environment = parts.environment;
    this.#clock = parts.clock;
    this.#token = parts.token;
    this.#signInAgain = parts.signInAgain;
    this.#ask = parts.ask;
  }

  /** One that has not run out, by signing in again where need be. */
  async fresh(): ReturnType<SignInAgain> {
    if (this.#token !== null && this.#clock.now() < this.#token.expiresAt) return { token: this.#token };
    const outcome = await this.#signInAgain();
    if (outcome !== null && 'token' in outcome) this.#token = outcome.token;
    return outcome;
  }

  /** The server knows it no more. */
  forget(): void {
    this.#token = null;
  }

  /** The line stands: the token is renewed in good time until `rest`. */
  watch(): void {
    this.#cancel();
    if (this.#token === null) return;
    const left = Date.parse(this.#token.expiresAt) - this.#clock.nowMs();
    // A clock that jumped ahead makes every token look over: that is no reason to ask each second.
    this.#cancel = this.#environment.after(left <= 0 ? RENEW_AGAIN_MS : Math.max(1000, left * RENEW_AFTER), () => void this.#renew());
  }

  rest(): void {
    this.#cancel();
    this.#cancel = () => {};
  }

  async #renew(): Promise<void> {
    // `rest` or a newer `watch` while the answer is on its way replaces this.
    const mine = this.#cancel;
    const answer = await this.#ask('renew', {});
    if (this.#cancel !== mine) return;
    const token = answer.ok ? SessionToken.safeParse(answer.value) : null;
    if (token?.success !== true) {
      this.#cancel = this.#environment.after(RENEW_AGAIN_MS, () => void this.#renew());
      return;
    }
    this.#token = token.data;
    this.watch();
  }
}
