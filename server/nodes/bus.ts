import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Told, type NodeMessage } from './node-message.ts';

/** What carries sealed bytes between the nodes of one centre: to all of them, as fast as it can, and sometimes not at all. */
export type Carrier = {
  /** Whether what is told now has a chance to arrive. */
  readonly up: boolean;
  tell(sealed: Uint8Array): void;
  stop(): Promise<void>;
};

/** Starts a carrier that hands over what comes. */
export type StartCarrier = (heard: (sealed: Uint8Array) => void) => Carrier;

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * The nodes' talk. Every message is sealed under a key of the centre, so that a carrier that others can read or write to tells
 * them nothing and takes nothing from them: what does not open is nobody's word.
 */
export class Bus {
  readonly node: string;
  readonly #key: Uint8Array;
  readonly #carriers: readonly Carrier[];
  readonly #listeners = new Set<(from: string, message: NodeMessage) => void>();
  readonly #onError: (error: unknown) => void;

  /** @param key 32 bytes that every node of the centre has @param carriers the fastest first; the first that is up is used */
  constructor(node: string, key: Uint8Array, carriers: readonly StartCarrier[], onError: (error: unknown) => void) {
    this.node = node;
    this.#key = key;
    this.#onError = onError;
    this.#carriers = carriers.map((start) => start((sealed) => this.#heard(sealed)));
  }

  /** Whether the fastest carrier works. */
  get hurried(): boolean {
    return this.#carriers[0]?.up ?? true;
  }

  onMessage(listener: (from: string, message: NodeMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** To every other node; lost where no carrier is up. */
  tell(message: NodeMessage): void {
    const carrier = this.#carriers.find(({ up }) => up);
    if (carrier === undefined) return;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv);
    const text = JSON.stringify({ from: this.node, message } satisfies Told);
    carrier.tell(Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]));
  }

  #heard(sealed: Uint8Array): void {
    const told = this.#opened(sealed);
    if (told === null || told.from === this.node) return;
    for (const listener of this.#listeners) {
      try {
        listener(told.from, told.message);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  #opened(sealed: Uint8Array): Told | null {
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      const text = Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
      const told = Told.safeParse(JSON.parse(text));
      // A node of the next version may say what this one does not know.
      return told.success ? told.data : null;
    } catch {
      return null;
    }
  }

  async stop(): Promise<void> {
    this.tell({ kind: 'leaving' });
    await Promise.all(this.#carriers.map((carrier) => carrier.stop()));
  }
}

/** A centre of one server: nobody to talk to. */
export const aloneBus = (node: string): Bus => new Bus(node, new Uint8Array(32), [], () => undefined);
