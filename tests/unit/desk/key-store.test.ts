import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import type { KeyStoreAnswer, KeyStoreRequest } from '../../../electron/ipc/desk-options.ts';
import { prepareWrap, rewrap, settleWrap } from '../../../electron/desk/store/file-key.ts';
import type { KeyStore } from '../../../electron/desk/store/key-store.ts';
import { MainKeyStore } from '../../../electron/desk/store/main-key-store.ts';
import { unwrapKey } from '../../../electron/desk/store/passphrase-key.ts';
import { countFailures, moveFolderAside, profileFolder, readKeyFile, type KeyFile, type ProfileFolder } from '../../../electron/desk/store/profile-folder.ts';
import { createStore, openStore, type Store, type StoreOptions } from '../../../electron/desk/store/store.ts';
import { StoreError } from '../../../electron/desk/store/store-refusal.ts';
import { CHEAP, handClock, tempFolder } from './test-desk.ts';

/** A key ring: what it seals, only it opens. */
class Ring implements KeyStore {
  stale = false;
  readonly #held = new Map<string, Buffer>();
  seal(secret: Buffer): ReturnType<KeyStore['seal']> {
    const sealed = randomBytes(24).toString('base64');
    this.#held.set(sealed, Buffer.from(secret));
    return Promise.resolve({ store: 'gnome_libsecret', sealed });
  }
  open({ sealed }: { sealed: string }): ReturnType<KeyStore['open']> {
    const secret = this.#held.get(sealed);
    return Promise.resolve(secret === undefined ? null : { secret: Buffer.from(secret), stale: this.stale });
  }
}

let place: ReturnType<typeof tempFolder>;
let folder: ProfileFolder;
beforeEach(() => {
  place = tempFolder();
  folder = profileFolder(place.path, 'http://127.0.0.1:1', 'lin');
});
afterEach(() => place.remove());

const who = { account: 'lin', server: 'http://127.0.0.1:1', desktop: v7() };
const options = (keyStore?: KeyStore): StoreOptions => ({ nativeBinding: null, cost: CHEAP, ...(keyStore === undefined ? {} : { keyStore }) });
const keyFile = (): KeyFile => {
  const held = readKeyFile(folder);
  if (held === null) throw new Error('no key file');
  return held;
};
const made = async (keyStore?: KeyStore): Promise<void> => {
  const store = await createStore(folder, who, 'correct horse', options(keyStore));
  store.meta.set('incarnation', 7);
  store.close();
};
/** Closed again at once; the incarnation tells that it is the same file. */
const opened = async (passphrase: string, keyStore?: KeyStore): Promise<number | 'wrong' | string> => {
  let store: Store | null;
  try {
    store = await openStore(folder, keyFile(), passphrase, options(keyStore));
  } catch (error) {
    if (error instanceof StoreError) return error.refusal.code;
    throw error;
  }
  const incarnation = store === null ? 'wrong' : (store.meta.get('incarnation') ?? 0);
  store?.close();
  return incarnation;
};

describe('[PR1] the file’s key where there is a real key store', () => {
  it('opens by passphrase and key store together; neither alone opens it', async () => {
    const ring = new Ring();
    await made(ring);
    const held = keyFile();
    expect(held).toMatchObject({ format: 2, machine: { store: 'gnome_libsecret' } });
    expect(await opened('correct horse', ring)).toBe(7);
    expect(await opened('wrong', ring)).toBe('wrong');
    // The right passphrase with no key store, or another one.
    expect(await opened('correct horse')).toBe('key-store-lost');
    expect(await opened('correct horse', new Ring())).toBe('key-store-lost');
    // Nor by leaving the store's half out of the key file, under either name.
    for (const bound of [1, 2]) expect(await unwrapKey(held.key, 'correct horse', `aidline/desk-key/${bound}/${who.desktop}`)).toBeNull();
    // Nor by the store's half alone.
    const share = held.machine === null ? null : await ring.open(held.machine);
    expect(await unwrapKey(held.key, '', `aidline/desk-key/2/${who.desktop}`, share?.secret ?? null)).toBeNull();
    expect(readFileSync(folder.keyFile, 'utf8')).not.toContain(share?.secret.toString('base64'));
  });

  it('follows a change of passphrase through its steps', async () => {
    const ring = new Ring();
    await made(ring);
    expect(await prepareWrap(folder, 'correct horse', 'battery staple', options(ring))).toBe(true);
    expect([await opened('correct horse', ring), await opened('battery staple', ring)]).toEqual([7, 7]);
    await settleWrap(folder, 'battery staple', options(ring));
    expect([await opened('correct horse', ring), await opened('battery staple', ring)]).toEqual(['wrong', 7]);
    expect(await rewrap(folder, keyFile(), 'battery staple', 'third one', options(ring))).toBe(true);
    expect([await opened('third one', ring), keyFile().machine?.store]).toEqual([7, 'gnome_libsecret']);
  });

  it('is sealed anew where the store asks for it', async () => {
    const ring = new Ring();
    await made(ring);
    const before = keyFile().machine?.sealed;
    ring.stale = true;
    expect(await opened('correct horse', ring)).toBe(7);
    expect(keyFile().machine?.sealed).not.toBe(before);
    expect(await opened('correct horse', ring)).toBe(7);
  });

  it('a store that does not give back what it was given is not relied on', async () => {
    const forgetful: KeyStore = { seal: () => Promise.resolve({ store: 'kwallet', sealed: 'AAAA' }), open: () => Promise.resolve(null) };
    await made(forgetful);
    expect(keyFile().machine).toBeNull();
    expect(await opened('correct horse', forgetful)).toBe(7);
  });
});

describe('[PR1] [RB3] a key file of before', () => {
  /** As the first release wrote it, without a key store. */
  const asFormat1 = (): void => {
    const { machine: _machine, ...held } = keyFile();
    writeFileSync(folder.keyFile, JSON.stringify({ ...held, format: 1 }));
  };

  it('of format 1 is read as it was, and stays without a key store where there is none', async () => {
    await made();
    asFormat1();
    expect(await opened('wrong')).toBe('wrong');
    expect(readFileSync(folder.keyFile, 'utf8')).toContain('"format":1');
    expect(await opened('correct horse')).toBe(7);
    expect(JSON.parse(readFileSync(folder.keyFile, 'utf8'))).toMatchObject({ format: 2, machine: null });
  });

  it('is put under the key store with the next right passphrase, and not by a wrong one', async () => {
    await made();
    asFormat1();
    countFailures(folder, 2);
    const ring = new Ring();
    expect(await opened('wrong', ring)).toBe('wrong');
    expect(keyFile().machine).toBeNull();
    expect(await opened('correct horse', ring)).toBe(7);
    expect(keyFile()).toMatchObject({ format: 2, machine: { store: 'gnome_libsecret' }, failures: 2 });
    expect(await opened('correct horse')).toBe('key-store-lost');
    expect(await opened('correct horse', ring)).toBe(7);
  });

  it('in the middle of a change of passphrase waits until that is settled', async () => {
    await made();
    const ring = new Ring();
    await prepareWrap(folder, 'correct horse', 'battery staple', options());
    expect(await opened('battery staple', ring)).toBe(7);
    expect(keyFile().machine).toBeNull();
    await settleWrap(folder, 'battery staple', options(ring));
    expect(await opened('battery staple', ring)).toBe(7);
    expect(keyFile().machine).not.toBeNull();
  });

  it('of a later format is told as newer, not as lost', async () => {
    await made();
    writeFileSync(folder.keyFile, JSON.stringify({ format: 3, whatever: true }));
    expect(() => readKeyFile(folder)).toThrow(expect.objectContaining({ refusal: { code: 'store-newer', detail: { held: 3, known: 2 } } }) as Error);
  });
});

describe('[RB2] a machine whose key store went away', () => {
  it('starts anew with the file moved aside, and takes what was unsent over once the store is back', async () => {
    const ring = new Ring();
    await made(ring);
    const unsent = async (keyStore: KeyStore | undefined, work: (store: Store) => void): Promise<void> => {
      const store = await openStore(folder, keyFile(), 'correct horse', options(keyStore));
      if (store === null) throw new Error('does not open');
      work(store);
      store.close();
    };
    const inner = JSON.stringify({ madeAt: '2026-03-02T01:00:00.000Z', saidAt: null, dependsOn: [], notAfter: null, body: {} });
    await unsent(ring, (store) => store.outbox.append({
      id: v7(), stream: v7(), kind: 'write note', schema: 1, class: 'local', urgent: false, hash: 'a'.repeat(64), inner_text: inner, made_at: '2026-03-02T01:00:00.000Z',
    }));
    expect(await opened('correct horse')).toBe('key-store-lost');
    moveFolderAside(folder);
    await made();
    await unsent(undefined, (store) => expect(store.outbox.unsentCount()).toBe(0));
    // The ring is back: the next new file finds what lies aside.
    moveFolderAside(folder);
    await made(ring);
    await unsent(ring, (store) => expect(store.outbox.unsentCount()).toBe(1));
  });
});

describe('[PR1] the way to the main process', () => {
  it('asks for one secret at a time, takes each answer once, and does not wait for ever', async () => {
    const asked: KeyStoreRequest[] = [];
    const { environment, advance } = handClock(0);
    const store = new MainKeyStore((request) => asked.push(request), environment.after);
    const answer = (n: number, value: KeyStoreAnswer): void => store.take(n, value);
    const secret = randomBytes(32);
    const sealing = store.seal(secret);
    const opening = store.open({ store: 'keychain', sealed: 'c2VhbGVk' });
    expect(asked).toEqual([{ kind: 'key-store', n: 1, ask: 'seal', secret: secret.toString('base64') }, { kind: 'key-store', n: 2, ask: 'open', sealed: 'c2VhbGVk' }]);
    answer(2, { status: 'opened', secret: secret.toString('base64'), stale: false });
    answer(1, { status: 'sealed', store: 'keychain', sealed: 'c2VhbGVk' });
    answer(1, { status: 'none' });
    answer(99, { status: 'none' });
    expect(await sealing).toEqual({ store: 'keychain', sealed: 'c2VhbGVk' });
    expect(await opening).toEqual({ secret, stale: false });
    const forgotten = store.open({ store: 'keychain', sealed: 'c2VhbGVk' });
    advance(60_000);
    expect(await forgotten).toBeNull();
  });
});
