import { instantOf, type Environment } from '../environment.ts';

/** More than this and the person is told that the machine's clock is off. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** This machine's clock, corrected by its last known offset from the server's: a claim, never proof. */
export class CorrectedClock {
  readonly #environment: Pick<Environment, 'now'>;
  #offsetMs: number;

  constructor(environment: Pick<Environment, 'now'>, offsetMs: number) {
    this.#environment = environment;
    this.#offsetMs = offsetMs;
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  get isOff(): boolean {
    return Math.abs(this.#offsetMs) > CLOCK_TOLERANCE_MS;
  }

  nowMs(): number {
    return this.#environment.now() + this.#offsetMs;
  }

  now(): string {
    return instantOf(this.nowMs());
  }

  /** @param serverAt what the server's clock said when this machine's said `machineMs` */
  learn(serverAt: string, machineMs: number): void {
    this.#offsetMs = Math.round(Date.parse(serverAt) - machineMs);
  }
}
