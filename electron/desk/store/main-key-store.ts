import type { KeyStoreAnswer, KeyStoreRequest } from '../../ipc/desk-options.ts';
import type { Environment } from '../environment.ts';
import type { KeyStore } from './key-store.ts';

/** A key ring may ask its person for a password first; who walks away from that question signs in without it. */
const PATIENCE_MS = 60_000;

type Ask = KeyStoreRequest extends infer R ? (R extends KeyStoreRequest ? Omit<R, 'kind' | 'n'> : never) : never;

/** The key store of the main process, asked over the channel between the two. */
export class MainKeyStore implements KeyStore {
  readonly #post: (request: KeyStoreRequest) => void;
  readonly #after: Environment['after'];
  readonly #waiting = new Map<number, (answer: KeyStoreAnswer) => void>();
  #count = 0;

  constructor(post: (request: KeyStoreRequest) => void, after: Environment['after']) {
    this.#post = post;
    this.#after = after;
  }

  /** An answer came. One that nobody waits for any more is dropped. */
  take(n: number, answer: KeyStoreAnswer): void {
    this.#waiting.get(n)?.(answer);
  }

  async seal(secret: Buffer): ReturnType<KeyStore['seal']> {
    const answer = await this.#ask({ ask: 'seal', secret: secret.toString('base64') });
    return answer.status === 'sealed' ? { store: answer.store, sealed: answer.sealed } : null;
  }

  async open(share: Parameters<KeyStore['open']>[0]): ReturnType<KeyStore['open']> {
    const answer = await this.#ask({ ask: 'open', sealed: share.sealed });
    return answer.status === 'opened' ? { secret: Buffer.from(answer.secret, 'base64'), stale: answer.stale } : null;
  }

  #ask(ask: Ask): Promise<KeyStoreAnswer> {
    const n = (this.#count += 1);
    return new Promise((resolve) => {
      const cancel = this.#after(PATIENCE_MS, () => settle({ status: 'none' }));
      const settle = (answer: KeyStoreAnswer): void => {
        cancel();
        this.#waiting.delete(n);
        resolve(answer);
      };
      this.#waiting.set(n, settle);
      this.#post({ kind: 'key-store', n, ...ask } as KeyStoreRequest);
    });
  }
}
