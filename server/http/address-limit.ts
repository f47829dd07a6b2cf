type Bucket = { left: number; at: number };

/** Addresses remembered; who has waited long enough has a full bucket and need not be. */
const MOST = 10_000;

/**
 * A bucket of requests for each address, refilled with time: who has no session yet can knock, but not all day long (RB1).
 * The address is the peer's; behind a proxy all share one, so bursts are as large as a shift that signs in.
 */
export class AddressLimit {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #nowMs: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param burst requests at once; @param perSecond refill; @param nowMs a clock that only goes forward, milliseconds */
  constructor(burst: number, perSecond: number, nowMs: () => number = () => performance.now()) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#nowMs = nowMs;
  }

  /** @returns 0 where the request may be served, otherwise after how many seconds to come again */
  wait(address: string): number {
    const at = this.#nowMs();
    const held = this.#buckets.get(address) ?? { left: this.#burst, at };
    const left = Math.min(this.#burst, held.left + ((at - held.at) / 1000) * this.#perSecond);
    const allowed = left >= 1;
    this.#buckets.delete(address);
    this.#buckets.set(address, { left: allowed ? left - 1 : left, at });
    if (this.#buckets.size > MOST) this.#buckets.delete(this.#buckets.keys().next().value!);
    return allowed ? 0 : Math.max(1, Math.ceil((1 - left) / this.#perSecond));
  }
}
