/**
 * How event bodies become the bytes that are stored and hashed (PR7). The envelope carries the hash of the *stored*
 * bytes: destroying a key later makes a body unreadable, and envelopes and chain still verify.
 */
import type { StreamId } from '#shared/protocol/ids.ts';

export type SealRequest = { stream: StreamId; eventId: string; customer: string | null; /** RFC 8785 JSON, UTF-8. */ plain: Uint8Array };
export type SealedBody = { bytes: Uint8Array; keyId: string };

/** Asynchronous and in lots, because the keys may be wrapped by something across a network; never called inside a transaction. */
export interface BodySealer {
  /** One answer per request, in order. */
  seal(requests: SealRequest[]): Promise<SealedBody[]>;
  /** One answer per body, in order; null where the key was destroyed. A wrong or missing key that was not destroyed throws. */
  open(bodies: SealedBody[]): Promise<(Uint8Array | null)[]>;
  /**
   * How many retirements of keys, by whichever server, are known here: what is sealed after this was read is sealed under no key that
   * one of them retired. Absent where no other server retires any.
   */
  readonly retirements?: number;
  /** Learns of those that others made since. */
  catchUp?(): Promise<void>;
}

export const UNSEALED_KEY = 'unsealed';

/** Keeps bodies as they are: no protection at rest and no erasure. For development, until keys per customer exist. */
export const unsealed: BodySealer = {
  seal: async (requests) => requests.map((request) => ({ bytes: request.plain, keyId: UNSEALED_KEY })),
  open: async (bodies) =>
    bodies.map((body) => {
      if (body.keyId !== UNSEALED_KEY) throw new Error(`a body sealed under ${body.keyId} was met by a server that has no keys`);
      return body.bytes;
    }),
};
