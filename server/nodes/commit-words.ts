import type { CarriedCommit, CommitLine } from '../log/postgres/carried-commit.ts';
import type { Bus } from './bus.ts';

/** The nodes' talk as what carries commits. The log is opened before there is any: until then nothing is told. */
export class CommitWords implements CommitLine {
  #bus: Bus | null = null;
  #isHeard: () => boolean = () => false;
  readonly #listeners = new Set<(commit: CarriedCommit) => void>();

  /** @param isHeard whether what is told now has a chance to arrive anywhere */
  carryBy(bus: Bus, isHeard: () => boolean): void {
    this.#bus = bus;
    this.#isHeard = isHeard;
    bus.onMessage((_from, message) => {
      if (message.kind === 'commit') for (const listener of this.#listeners) listener(message.commit);
    });
  }

  get up(): boolean {
    return this.#isHeard();
  }

  tell(commit: CarriedCommit): void {
    this.#bus?.tell({ kind: 'commit', commit });
  }

  onHeard(listener: (commit: CarriedCommit) => void): void {
    this.#listeners.add(listener);
  }
}
