import { CaseId } from '#shared/protocol/ids.ts';
import type { Environment } from '../environment.ts';

/** One turn of folding takes no longer: a person who types waits behind it. */
const TURN_MS = 12;
/** After a turn, as many times as long for everything else. */
const REST = 3;

/**
 * Cases that changed and are to be folded anew: at once where that is quick, otherwise in turns, so that eight hours of
 * returning work leave most of the time to the person at the screen (OF5). The file itself is never behind.
 */
export class StaleCases {
  readonly #environment: Pick<Environment, 'now' | 'after'>;
  readonly #fold: (caseId: string) => void;
  readonly #stale = new Set<string>();
  #planned = false;
  #cancel: () => void = () => {};

  constructor(environment: Pick<Environment, 'now' | 'after'>, fold: (caseId: string) => void) {
    this.#environment = environment;
    this.#fold = fold;
  }

  changed(streams: Iterable<string>): void {
    for (const stream of streams) if (CaseId.safeParse(stream).success) this.#stale.add(stream);
    if (!this.#planned) this.#turn();
  }

  stop(): void {
    this.#cancel();
    this.#stale.clear();
  }

  #turn(): void {
    this.#planned = false;
    const began = this.#environment.now();
    let took = 0;
    for (const stream of this.#stale) {
      this.#stale.delete(stream);
      this.#fold(stream);
      took = this.#environment.now() - began;
      if (took >= TURN_MS) break;
    }
    if (this.#stale.size === 0 && took < TURN_MS) return;
    this.#planned = true;
    this.#cancel = this.#environment.after(took * REST, () => this.#turn());
  }
}
