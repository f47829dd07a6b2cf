import { liveTopics, type LiveTopic, type LiveValue } from '#shared/protocol/live.ts';
import type { LiveMessage } from '#shared/protocol/wire.ts';

type Held = { version: number; text: string; value: unknown };

/**
 * The newest value of each live topic for each person. A desktop gets everything on connecting and each change after;
 * the version only grows, so a message that comes late never undoes a newer one (CT4).
 */
export class LiveHub {
  readonly #held = new Map<string, Map<LiveTopic, Held>>();
  readonly #send: (person: string, message: LiveMessage) => void;
  /** Starts from the clock, so that versions grow across restarts of the server too. */
  #version: number;

  /** @param send delivers to every desktop of a person; @param startMs epoch milliseconds at start */
  constructor(send: (person: string, message: LiveMessage) => void, startMs: number) {
    this.#send = send;
    this.#version = startMs;
  }

  /** Sets a topic for one person; sends it only where it changed. */
  set<T extends LiveTopic>(person: string, topic: T, value: LiveValue<T>): void {
    const text = JSON.stringify(value);
    const topics = this.#held.get(person) ?? new Map<LiveTopic, Held>();
    this.#held.set(person, topics);
    if (topics.get(topic)?.text === text) return;
    this.#put(person, topics, topic, { version: 0, text, value: liveTopics[topic].parse(value) });
  }

  /** Sets a topic that is the same for everybody: looked at and parsed once, however many there are. */
  setForAll<T extends LiveTopic>(topic: T, value: LiveValue<T>): void {
    const held: Held = { version: 0, text: JSON.stringify(value), value: liveTopics[topic].parse(value) };
    for (const [person, topics] of this.#held) if (topics.get(topic)?.text !== held.text) this.#put(person, topics, topic, held);
  }

  #put(person: string, topics: Map<LiveTopic, Held>, topic: LiveTopic, held: Held): void {
    this.#version += 1;
    topics.set(topic, { ...held, version: this.#version });
    this.#send(person, { topic, version: this.#version, value: held.value });
  }

  /** Everything a person's desktop should hold. */
  all(person: string): LiveMessage[] {
    return [...(this.#held.get(person) ?? [])].map(([topic, held]) => ({ topic, version: held.version, value: held.value }));
  }

  people(): string[] {
    return [...this.#held.keys()];
  }
}
