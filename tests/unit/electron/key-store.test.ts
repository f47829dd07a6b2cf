import { describe, expect, it } from 'vitest';
import { answerKeyStore, type SafeStorage } from '../../../electron/key-store.ts';

const SECRET = Buffer.alloc(32, 7).toString('base64');
const seal = { kind: 'key-store', n: 1, ask: 'seal', secret: SECRET } as const;
const open = (sealed: string) => ({ kind: 'key-store', n: 2, ask: 'open', sealed }) as const;

/** As version 33 has it. */
const older = (backend: string, more: Partial<SafeStorage> = {}): SafeStorage => ({
  getSelectedStorageBackend: () => backend,
  isEncryptionAvailable: () => true,
  encryptString: (plain) => Buffer.from(`v11${plain}`),
  decryptString: (sealed) => sealed.toString().slice(3),
  ...more,
});
/** As version 45 has it: the old calls are not to be used. */
const newer = (stale: boolean): SafeStorage => ({
  getSelectedStorageBackend: () => 'gnome_libsecret',
  isEncryptionAvailable: () => { throw new Error('deprecated'); },
  encryptString: () => { throw new Error('deprecated'); },
  decryptString: () => { throw new Error('deprecated'); },
  isAsyncEncryptionAvailable: () => Promise.resolve(true),
  encryptStringAsync: (plain) => Promise.resolve(Buffer.from(`v12${plain}`)),
  decryptStringAsync: (sealed) => Promise.resolve({ result: sealed.toString().slice(3), shouldReEncrypt: stale }),
});

describe('[PR1] the operating system’s key store', () => {
  it.each(['basic_text', 'unknown', 'something_new'])('%s on Linux counts as none', async (backend) => {
    expect(await answerKeyStore(older(backend), seal, 'linux')).toEqual({ status: 'none' });
    expect(await answerKeyStore(older(backend), open('djEx'), 'linux')).toEqual({ status: 'none' });
  });

  it('one that is not available counts as none', async () => {
    expect(await answerKeyStore(older('gnome_libsecret', { isEncryptionAvailable: () => false }), seal, 'linux')).toEqual({ status: 'none' });
    expect(await answerKeyStore(older('', { isEncryptionAvailable: () => false }), seal, 'win32')).toEqual({ status: 'none' });
  });

  it('what Chromium sealed under the password in its own source is not taken for sealed', async () => {
    expect(await answerKeyStore(older('gnome_libsecret', { encryptString: (plain) => Buffer.from(`v10${plain}`) }), seal, 'linux')).toEqual({ status: 'none' });
  });

  it.each([['linux', 'gnome_libsecret', 'gnome_libsecret'], ['linux', 'kwallet6', 'kwallet6'], ['darwin', '', 'keychain'], ['win32', '', 'dpapi']] as const)('on %s seals and opens, by the older calls', async (platform, backend, name) => {
    const answer = await answerKeyStore(older(backend), seal, platform);
    if (answer.status !== 'sealed') throw new Error(answer.status);
    expect(answer.store).toBe(name);
    expect(await answerKeyStore(older(backend), open(answer.sealed), platform)).toEqual({ status: 'opened', secret: SECRET, stale: false });
  });

  it('by the newer calls where there are any, and says when it should be sealed anew', async () => {
    const answer = await answerKeyStore(newer(false), seal, 'linux');
    if (answer.status !== 'sealed') throw new Error(answer.status);
    expect(await answerKeyStore(newer(true), open(answer.sealed), 'linux')).toEqual({ status: 'opened', secret: SECRET, stale: true });
  });

  it('refuses what it cannot open and what is no secret of ours', async () => {
    const broken = older('gnome_libsecret', { decryptString: () => { throw new Error('ciphertext does not fit'); } });
    expect(await answerKeyStore(broken, open('djEx'), 'linux')).toEqual({ status: 'refused' });
    expect(await answerKeyStore(older('gnome_libsecret', { decryptString: () => 'hello' }), open('djEx'), 'linux')).toEqual({ status: 'refused' });
  });
});
