/** What every store of wrapped data keys keeps, whatever stands behind it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeyStore, Slot } from '../../../server/log/sealing/key-store.ts';
import { id, T0 } from './log-fixture.ts';

export type KeyStorage = { open: () => Promise<KeyStore>; dispose: () => Promise<void> };

export function keyStoreContract(name: string, make: () => Promise<KeyStorage>): void {
  describe(`the key store on ${name}`, () => {
    let storage: KeyStorage;
    let store: KeyStore;
    beforeEach(async () => {
      storage = await make();
      store = await storage.open();
    });
    afterEach(async () => {
      store.close();
      await storage.dispose();
    });

    const wrapped = (byte: number, version = 1) => ({ version, bytes: Buffer.alloc(40, byte) });
    const key = (n: number, slot: Slot, version = 1) => ({ id: id(n), purpose: slot === 'index' ? ('index' as const) : slot.startsWith('customer:') ? ('customer' as const) : ('stream' as const), slot, wrapped: wrapped(n, version) });
    const ids = (keys: readonly { id: string }[]): string[] => keys.map((one) => one.id).toSorted();

    it('[PR7] keeps its name and its keys over a restart', async () => {
      expect(await store.isEmpty()).toBe(true);
      await store.add([key(1, 'index'), key(2, 'customer:t')], [{ tag: 't', stream: 's' }], T0);
      const { id: own } = store;
      store.close();
      store = await storage.open();
      expect(store.id).toBe(own);
      expect(await store.isEmpty()).toBe(false);
      const [found] = await store.find([id(2), id(99)]);
      expect(found).toMatchObject({ id: id(2), purpose: 'customer', slot: 'customer:t', wrapped: { version: 1 } });
      expect(Buffer.from(found!.wrapped!.bytes).equals(Buffer.alloc(40, 2))).toBe(true);
      expect(await store.streamsOf('t')).toEqual(['s']);
    });

    it('[PR7] gives a slot one key at a time: the first that was added', async () => {
      await store.add([key(1, 'stream:s')], [], T0);
      await store.add([key(2, 'stream:s'), key(3, 'stream:r')], [{ tag: 't', stream: 's' }, { tag: 't', stream: 's' }], T0);
      expect(ids(await store.active(['stream:s', 'stream:r', 'stream:q']))).toEqual([id(1), id(3)]);
      expect(await store.find([id(2)])).toEqual([]);
    });

    it('[PR7] finds every key of a customer: their own, and of the streams tied to them', async () => {
      await store.add([key(1, 'customer:t'), key(2, 'stream:s'), key(3, 'stream:other')], [{ tag: 't', stream: 's' }], T0);
      expect(await store.ofCustomer('t')).toEqual([{ id: id(1), slot: 'customer:t' }, { id: id(2), slot: 'stream:s' }]);
      await store.destroy([id(2)], T0);
      expect(ids(await store.ofCustomer('t'))).toEqual([id(1)]);
    });

    it('[PR7] retires and restores, except where the slot has another key by now', async () => {
      await store.add([key(1, 'customer:t'), key(2, 'customer:u')], [], T0);
      await store.retire([id(1), id(2)]);
      expect(await store.active(['customer:t', 'customer:u'])).toEqual([]);
      await store.add([key(3, 'customer:t')], [], T0);
      await store.restore([id(1), id(2)]);
      expect(ids(await store.active(['customer:t', 'customer:u']))).toEqual([id(2), id(3)]);
      expect(ids(await store.find([id(1)]))).toEqual([id(1)]);
    });

    it('[PR7] tells which keys were destroyed since when, whoever destroyed them', async () => {
      await store.add([key(1, 'customer:a'), key(2, 'stream:x')], [], T0);
      expect(await store.destroyedSince(T0)).toEqual([]);
      await store.destroy([id(2)], T0);
      expect(await store.destroyedSince(T0)).toEqual([{ id: id(2), slot: 'stream:x' }]);
      expect(await store.destroyedSince('2999-01-01T00:00:00.000Z')).toEqual([]);
    });

    it('[PR7] destroys for ever, passes over what it does not know, and never the index', async () => {
      await store.add([key(1, 'index'), key(2, 'customer:t')], [], T0);
      await store.destroy([id(1), id(2), id(77)], T0);
      await store.destroy([id(2)], T0);
      expect((await store.find([id(2)]))[0]?.wrapped).toBeNull();
      expect((await store.find([id(1)]))[0]?.wrapped).not.toBeNull();
      await store.restore([id(2)]);
      expect(await store.active(['customer:t'])).toEqual([]);
      await store.rewrap(id(2), 1, wrapped(9, 2));
      expect((await store.find([id(2)]))[0]?.wrapped).toBeNull();
    });

    it('[PR7] tells which keys earlier rings wrapped, and wraps anew only what is still as it was', async () => {
      await store.add([key(1, 'stream:a'), key(2, 'stream:b', 2), key(3, 'stream:c')], [], T0);
      expect(ids(await store.wrappedBefore(2, 10))).toEqual([id(1), id(3)]);
      expect(await store.wrappedBefore(2, 1)).toHaveLength(1);
      await store.rewrap(id(1), 1, wrapped(9, 2));
      await store.rewrap(id(3), 5, wrapped(9, 2));
      expect(ids(await store.wrappedBefore(2, 10))).toEqual([id(3)]);
      expect((await store.find([id(1)]))[0]?.wrapped).toMatchObject({ version: 2 });
    });

    it('[PR7] [SY9] takes in what the chain says, and forgets that it did', async () => {
      await store.add([key(1, 'customer:t'), key(2, 'customer:u')], [], T0);
      await store.destroy([id(1), id(2)], T0);
      expect(await store.unrecorded()).toEqual([id(1), id(2)]);
      expect(await store.readMark()).toBeNull();
      const mark = { epoch: id(5), position: 7, began: 2 };
      await store.takeIn({ erased: [id(1)], held: [{ tag: 't', matter: 'm', on: true }, { tag: 't', matter: 'n', on: true }, { tag: 't', matter: 'n', on: false }, { tag: 'u', matter: 'x', on: false }, { tag: 'u', matter: 'x', on: true }] }, mark);
      expect(await store.readMark()).toEqual(mark);
      expect(await store.unrecorded()).toEqual([id(2)]);
      expect(await store.holds('t')).toEqual(['m']);
      expect(await store.holds('u')).toEqual(['x']);
      await store.takeIn({ erased: [], held: [{ tag: 't', matter: 'm', on: false }] }, { ...mark, position: 9 });
      expect(await store.holds('t')).toEqual([]);
      await store.forgetChain();
      expect(await store.readMark()).toBeNull();
      expect(await store.unrecorded()).toEqual([id(1), id(2)]);
      // A hold that a restored log has lost stays.
      expect(await store.holds('u')).toEqual(['x']);
    });

    it('[PR7] counts the holds of whoever shares a case with a customer', async () => {
      await store.add([], [{ tag: 't', stream: 's' }, { tag: 'u', stream: 's' }], T0);
      await store.takeIn({ erased: [], held: [{ tag: 'u', matter: 'm', on: true }] }, { epoch: id(5), position: 1, began: null });
      expect(await store.holdsInTheWay('t')).toBe(1);
      expect(await store.holdsInTheWay('v')).toBe(0);
    });
  });
}
