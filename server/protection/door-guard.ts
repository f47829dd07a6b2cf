import type { Refusal } from '#shared/protocol/refusal.ts';
import { Counts } from './counts.ts';
import type { ConnectionBounds, DoorLimits, RateName } from './limits.ts';
import type { Counter, Rates } from './rates.ts';
import { Tally } from './tally.ts';

type Who = { person: { id: string }; workstation: string };

/** Half-open connections are found within two heartbeats. */
const STAND_AGAIN_MS = 20_000;

const tooFrequent = (retryAfterMs: number): Refusal => ({ code: 'too-frequent', detail: { retryAfterMs } });

/** How much a person, a workstation and an address may do at the desktops' door (RB1). */
export class DoorGuard {
  readonly #bounds: ConnectionBounds;
  readonly #connects: { address: Counter; person: Counter; workstation: Counter };
  readonly #messages: { person: Tally; workstation: Tally };
  readonly #desktops = { person: new Counts(), workstation: new Counts() };
  readonly #everywhere: (person: string) => number;

  /**
   * @param elapsedMs milliseconds that only grow, from any start
   * @param everywhere how many connections a person has at all nodes, as far as this one has heard
   */
  constructor(rates: Rates, limits: DoorLimits, elapsedMs: () => number, everywhere: (person: string) => number = () => 0) {
    this.#everywhere = everywhere;
    this.#bounds = limits.connections;
    const counter = (name: RateName): Counter => rates.counter(name, limits.rates[name]);
    this.#connects = { address: counter('connect address'), person: counter('connect person'), workstation: counter('connect workstation') };
    this.#messages = { person: new Tally(counter('message person'), elapsedMs), workstation: new Tally(counter('message workstation'), elapsedMs) };
  }

  /** Before anything of a hello is looked at. */
  async knock(address: string): Promise<Refusal | null> {
    const waitMs = await this.#connects.address.take(address);
    return waitMs > 0 ? tooFrequent(waitMs) : null;
  }

  /** Once it is known who it is. */
  async admit({ person, workstation }: Who): Promise<Refusal | null> {
    const waitMs = Math.max(await this.#connects.person.take(person.id), await this.#connects.workstation.take(workstation), this.#messages.person.shut(person.id), this.#messages.workstation.shut(workstation));
    if (waitMs > 0) return tooFrequent(waitMs);
    return this.full({ person, workstation });
  }

  /** Whether as many desktops of theirs are in as may be; asked again once somebody who waited at the door is let in. */
  full({ person, workstation }: Who): Refusal | null {
    if (Math.max(this.#desktops.person.of(person.id), this.#everywhere(person.id)) >= this.#bounds.person) return { code: 'too-many-desktops', detail: { most: this.#bounds.person, retryAfterMs: STAND_AGAIN_MS } };
    if (this.#desktops.workstation.of(workstation) >= this.#bounds.workstation) return { code: 'too-many-desktops', detail: { most: this.#bounds.workstation, retryAfterMs: STAND_AGAIN_MS } };
    return null;
  }

  entered({ person, workstation }: Who): void {
    this.#desktops.person.add(person.id);
    this.#desktops.workstation.add(workstation);
  }

  left({ person, workstation }: Who): void {
    this.#desktops.person.remove(person.id);
    this.#desktops.workstation.remove(workstation);
    if (this.#desktops.person.of(person.id) === 0) this.#messages.person.rest(person.id);
    if (this.#desktops.workstation.of(workstation) === 0) this.#messages.workstation.rest(workstation);
  }

  /** One message. @returns 0, or after how many milliseconds to come again */
  message({ person, workstation }: Who): number {
    return Math.max(this.#messages.person.take(person.id), this.#messages.workstation.take(workstation));
  }
}
