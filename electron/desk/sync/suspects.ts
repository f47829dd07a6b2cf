/**
 * Which case makes the server fail (RB1, SY3): a push that breaks says nothing of which of its commands did it. After the
 * second, the cases that were under way are sent one at a time, after all others; the one that still breaks is told apart
 * from a server in trouble by whether others get through. No clock, no store: a count.
 */

/** By the server's own word (a goodbye, an answer that is none), or in silence: lines break for many reasons. */
export type Break = 'word' | 'silence';

/** A break in silence counts so much of one by word: a bad line must not look like a bad command. */
const SILENCE = 0.125;
/** From here on those under way are looked at one at a time. */
const LOOK = 2;
/** Breaks alone, where other cases got through since the first of them … */
const ENOUGH = 2;
/** … and where nothing else did: then it may be the server. */
const ENOUGH_UNSURE = 4;

/** `head`: the command that broke it last; another one since means that it goes on, whatever was heard of it. */
type Alone = { breaks: number; othersSince: boolean; head: string | null };

export class Suspects {
  #together = 0;
  #seen = new Set<string>();
  readonly #alone = new Map<string, Alone>();

  /** Sent by itself, and last. */
  has(stream: string): boolean {
    return this.#alone.has(stream);
  }

  /** Suspects, those that broke least first. */
  list(): string[] {
    return [...this.#alone].toSorted(([, a], [, b]) => a.breaks - b.breaks).map(([stream]) => stream);
  }

  /** It broke alone before: now one command of it at a time. */
  brokeAlone(stream: string): boolean {
    return (this.#alone.get(stream)?.breaks ?? 0) > 0;
  }

  /** A push was answered: whatever was in it does no harm. */
  passed(streams: Iterable<string>): void {
    const fine = new Set(streams);
    for (const stream of fine) {
      this.#alone.delete(stream);
      this.#seen.delete(stream);
    }
    for (const alone of this.#alone.values()) alone.othersSince ||= alone.breaks > 0;
    this.#together = 0;
  }

  /**
   * A push was not answered.
   * @param streams all that were under way
   * @param head the first command that was under way
   * @returns the stream to set aside, or null
   */
  broke(streams: readonly string[], how: Break, head: string | null): string | null {
    const weight = how === 'word' ? 1 : SILENCE;
    const [only] = streams;
    const alone = streams.length === 1 && only !== undefined ? this.#alone.get(only) : undefined;
    if (alone !== undefined && only !== undefined) {
      if (alone.head !== head) [alone.breaks, alone.head, alone.othersSince] = [0, head, false];
      alone.breaks += weight;
      if (alone.breaks < (alone.othersSince ? ENOUGH : ENOUGH_UNSURE)) return null;
      this.#alone.delete(only);
      return only;
    }
    for (const stream of streams) this.#seen.add(stream);
    this.#together += weight;
    if (this.#together < LOOK) return null;
    for (const stream of this.#seen) if (!this.#alone.has(stream)) this.#alone.set(stream, { breaks: 0, othersSince: false, head: null });
    this.#seen.clear();
    this.#together = 0;
    return null;
  }
}
