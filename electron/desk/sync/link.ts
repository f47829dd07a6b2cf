import type { Refusal } from '#shared/protocol/refusal.ts';
import type { Hello } from '#shared/protocol/wire.ts';

/** What a connection tells. All values are as they came: whoever takes them parses them. */
export type LinkHandlers = {
  up(): void;
  /** The connection ended, or never came about; once per link. `refusal`: the server said why. */
  down(refusal: Refusal | null): void;
  feed(message: unknown): void;
  live(message: unknown): void;
};

/** One connection to the server, used once: a new one is made for every attempt. */
export type Link = {
  /** @throws LinkLost where the answer does not come */
  request(kind: 'push' | 'pull' | 'ask', body: unknown): Promise<unknown>;
  close(): void;
};

export type Connect = (server: string, hello: Hello, handlers: LinkHandlers) => Link;

/** No answer: the connection ended or the server was silent for too long. Nothing is known of the request. */
export class LinkLost extends Error {
  constructor(cause?: unknown) {
    super('link lost', { cause });
    this.name = 'LinkLost';
  }
}
