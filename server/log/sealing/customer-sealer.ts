/**
 * The sealer of a real server (PR7): AES-256-GCM under a data key per customer.
 *
 * - A customer's ledger and every case write that names the customer: the customer's key.
 * - A case before its customer is known: a key of the case, tied to the customer by the first write that names one.
 * - Every other stream (a person's, the centre's): a key of that stream, which no customer's erasure touches.
 *
 * Stored: one byte of format ‖ nonce (12) ‖ ciphertext ‖ tag (16); the id of the key is authenticated with it.
 */
import { UNSEALED_KEY, type BodySealer, type SealedBody, type SealRequest } from '../body-sealer.ts';
import { decrypt, encrypt } from './aes-gcm.ts';
import type { DataKey, DataKeys } from './data-keys.ts';
import type { Slot, Tie } from './key-store.ts';

const FORMAT = 1;
const bound = (keyId: string): string => `aidline body\0${FORMAT}\0${keyId}`;
const CUSTOMER = 'customer:';

/** @returns how the server seals; old bodies that were never sealed still open */
export function customerSealer(keys: DataKeys): BodySealer {
  const place = ({ stream, customer }: SealRequest): { slot: Slot; tie: Tie | null } => {
    if (stream.startsWith(CUSTOMER)) return { slot: `customer:${keys.tagOf(stream.slice(CUSTOMER.length))}`, tie: null };
    // Only cases have a bare id: `person:`, `centre:` and whatever comes are nobody's.
    if (customer === null || stream.includes(':')) return { slot: `stream:${stream}`, tie: null };
    const tag = keys.tagOf(customer);
    return { slot: `customer:${tag}`, tie: { tag, stream } };
  };

  return {
    get retirements() {
      return keys.retirements;
    },
    catchUp: () => keys.catchUp(),

    async seal(requests: SealRequest[]): Promise<SealedBody[]> {
      const places = requests.map(place);
      const ties = places.flatMap(({ tie }) => (tie === null ? [] : [tie]));
      const found = await keys.sealing(new Set(places.map(({ slot }) => slot)), ties);
      return requests.map(({ plain }, index) => {
        const key = found.get(places[index]!.slot)!;
        return { keyId: key.id, bytes: Buffer.concat([Buffer.of(FORMAT), encrypt(key.secret, plain, bound(key.id))]) };
      });
    },

    async open(bodies: SealedBody[]): Promise<(Uint8Array | null)[]> {
      const ids = new Set(bodies.map(({ keyId }) => keyId));
      ids.delete(UNSEALED_KEY);
      const found = await keys.opening(ids);
      return bodies.map((body) => (body.keyId === UNSEALED_KEY ? body.bytes : openBody(body, found.get(body.keyId) ?? null)));
    },
  };
}

function openBody({ keyId, bytes }: SealedBody, key: DataKey | null): Uint8Array | null {
  if (key === null) return null;
  if (bytes[0] !== FORMAT) throw new Error(`a body under key ${keyId} is of format ${bytes[0]}, which this server does not know`);
  const plain = decrypt(key.secret, bytes.subarray(1), bound(keyId));
  if (plain === null) throw new Error(`a body under key ${keyId} does not open: it is not the one that was stored`);
  return plain;
}
