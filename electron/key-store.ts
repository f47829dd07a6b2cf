/**
 * The operating system's key store as the main process reaches it (PR1): Keychain, DPAPI, libsecret or KWallet. On Linux
 * `basic_text` is a password that is written in Chromium's source, and counts as none.
 */
import { keyStoreAnswerSchema } from './ipc/desk-options.ts';
import type { KeyStoreAnswer, KeyStoreRequest } from './ipc/desk-options.ts';

/** The part of Electron's `safeStorage` that is used. The asynchronous calls came after version 33. */
export type SafeStorage = {
  getSelectedStorageBackend?(): string;
  isEncryptionAvailable(): boolean;
  encryptString(plain: string): Buffer;
  decryptString(sealed: Buffer): string;
  isAsyncEncryptionAvailable?(): Promise<boolean>;
  encryptStringAsync?(plain: string): Promise<Buffer>;
  decryptStringAsync?(sealed: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }>;
};

const REAL_ON_LINUX: ReadonlySet<string> = new Set(['gnome_libsecret', 'kwallet', 'kwallet5', 'kwallet6']);
/** What Chromium writes before a text that it sealed under the password in its own source. */
const UNDER_NO_KEY = 'v10';

/** @returns what the system calls its store, or null where there is no real one */
async function realStore(storage: SafeStorage, platform: NodeJS.Platform): Promise<string | null> {
  const name = platform === 'darwin' ? 'keychain' : platform === 'win32' ? 'dpapi' : (storage.getSelectedStorageBackend?.() ?? 'unknown');
  if (platform !== 'darwin' && platform !== 'win32' && !REAL_ON_LINUX.has(name)) return null;
  const available = storage.isAsyncEncryptionAvailable === undefined ? storage.isEncryptionAvailable() : await storage.isAsyncEncryptionAvailable();
  return available ? name : null;
}

/**
 * Answers one request of the desk process. Never throws for what a key store can do.
 * @param storage Electron's `safeStorage`, after the program is ready
 */
export async function answerKeyStore(storage: SafeStorage, request: KeyStoreRequest, platform: NodeJS.Platform = process.platform): Promise<KeyStoreAnswer> {
  const answer = await answerUnchecked(storage, request, platform).catch((): KeyStoreAnswer => ({ status: 'refused' }));
  // What another program put into the store is no answer of ours.
  return keyStoreAnswerSchema.safeParse(answer).data ?? { status: 'refused' };
}

async function answerUnchecked(storage: SafeStorage, request: KeyStoreRequest, platform: NodeJS.Platform): Promise<KeyStoreAnswer> {
  const store = await realStore(storage, platform);
  if (store === null) return { status: 'none' };
  if (request.ask === 'seal') {
    const sealed = storage.encryptStringAsync === undefined ? storage.encryptString(request.secret) : await storage.encryptStringAsync(request.secret);
    if (platform === 'linux' && sealed.subarray(0, UNDER_NO_KEY.length).toString('latin1') === UNDER_NO_KEY) return { status: 'none' };
    return { status: 'sealed', store, sealed: sealed.toString('base64') };
  }
  const bytes = Buffer.from(request.sealed, 'base64');
  if (storage.decryptStringAsync === undefined) return { status: 'opened', secret: storage.decryptString(bytes), stale: false };
  const { result, shouldReEncrypt } = await storage.decryptStringAsync(bytes);
  return { status: 'opened', secret: result, stale: shouldReEncrypt };
}
