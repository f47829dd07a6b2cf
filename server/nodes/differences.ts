import type { Logger } from 'pino';
import { SESSION_HOURS } from '../people/session-ends.ts';

/** Beyond it sessions and promises end visibly earlier at one node than at another. */
const MOST_MS = 2_000;
/** Rules that were published a moment ago reach one node after the other. */
const TIMES = 3;

/**
 * What a node tells others of the rules that it goes by.
 *
 * @param version of the flows and the policy that it decides by
 * @param sessionHours how long a typed passphrase lasts at this node; null for as long as one likes
 */
export const rulesTold = (version: string, sessionHours: number | null): string => (sessionHours === SESSION_HOURS ? version : `${version}, sessions of ${sessionHours ?? 'any number of'} hours`);

/** Notices nodes that are not alike: whose clocks differ, or that were started with other flows. What is told is told once, until it is over. */
export class Differences {
  readonly #logger: Pick<Logger, 'error' | 'info'>;
  readonly #now: () => string;
  readonly #rules: () => string;
  readonly #found = new Map<string, { clock: number; rules: number }>();

  constructor(logger: Pick<Logger, 'error' | 'info'>, now: () => string, rules: () => string) {
    this.#logger = logger;
    this.#now = now;
    this.#rules = rules;
  }

  /** @param told the clock of another node, as of a moment ago, and the rules that it decides by */
  note(node: string, told: { at: string; rules: string }): void {
    const was = this.#found.get(node) ?? { clock: 0, rules: 0 };
    const offMs = Date.parse(told.at) - Date.parse(this.#now());
    const now = { clock: Math.abs(offMs) > MOST_MS ? was.clock + 1 : 0, rules: told.rules === this.#rules() ? 0 : was.rules + 1 };
    this.#found.set(node, now);
    if (now.clock === TIMES) this.#logger.error({ node, offMs }, 'the clock of another node differs from this one: set both by NTP');
    if (now.clock === 0 && was.clock >= TIMES) this.#logger.info({ node }, 'the clocks of the nodes agree again');
    if (now.rules === TIMES) this.#logger.error({ node, rules: told.rules, own: this.#rules() }, 'another node goes by other flows, policy or session hours: start both with the same --flows, --control and --session-hours');
    if (now.rules === 0 && was.rules >= TIMES) this.#logger.info({ node }, 'the nodes decide by the same rules again');
  }
}
