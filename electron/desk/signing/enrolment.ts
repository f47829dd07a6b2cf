import { randomBytes } from 'node:crypto';
import { refuse, type Refusal } from '#shared/protocol/refusal.ts';
import { EnrolmentAnswer, PROTOCOL_VERSION, type EnrolmentRequest } from '#shared/protocol/wire.ts';
import { httpPost } from '../sync/http-post.ts';
import type { Signer } from './signer.ts';
import { makeWorkstationKey, moveWorkstationFileAside, openWorkstationKey, readWorkstationFile, writeWorkstationFile, type WorkstationFile } from './workstation-key.ts';

export type Label = { name: string; site: string; code: string | null };

type Outcome<T> = T | { refusal: Refusal };

/**
 * This machine's enrolment at each server (PR9). A new key's secret stays in memory until the server has it; from then on
 * only the server tells it.
 */
export class Enrolment {
  readonly #root: string;
  /** Keys whose secret the server may not have yet, by server. */
  readonly #fresh = new Map<string, { file: WorkstationFile; secret: string }>();
  /** Servers at which the key on disk is of no more use: it does not open, or was revoked. */
  readonly #useless = new Set<string>();

  /** @param root folder of all profiles */
  constructor(root: string) {
    this.#root = root;
  }

  /** The id that the server gave this machine: `none` before it was ever asked, `unreadable` where its key is gone. */
  known(server: string): { workstation: string; file: WorkstationFile } | 'none' | 'unreadable' {
    if (this.#useless.has(server)) return 'unreadable';
    const file = readWorkstationFile(this.#root, server);
    if (typeof file === 'string') return file;
    return file.workstation === null ? 'none' : { workstation: file.workstation, file };
  }

  /** @param secret as the server told it @returns null where the key does not open: it needs to be enrolled anew */
  open(server: string, file: WorkstationFile, secret: string): Signer | null {
    const signer = openWorkstationKey(file, secret);
    if (signer === null) this.#useless.add(server);
    return signer;
  }

  /** The server does not know this machine (any more): the next `ask` is with a new key. */
  forget(server: string): void {
    this.#useless.add(server);
  }

  /**
   * Asks to be enrolled, or how the request stands. A key that is of no use any more is moved aside, never deleted, and a
   * new one takes its place: the way out of `workstation-key-lost`. Profiles and outboxes are not touched.
   */
  async ask(server: string, label: Label): Promise<Outcome<EnrolmentAnswer>> {
    const { file, secret } = this.#key(server);
    const request: EnrolmentRequest = { protocol: PROTOCOL_VERSION, publicKey: file.publicKey, secret, ...label };
    const outcome = await httpPost(server, '/enrolment', request, EnrolmentAnswer);
    if (outcome.status === 'unreachable') return refuse('server-unreachable');
    if (outcome.status === 'refused') return { refusal: outcome.refusal };
    const { answer } = outcome;
    if (answer.status === 'revoked') this.#useless.add(server);
    if (file.workstation !== answer.workstation) writeWorkstationFile(this.#root, { ...file, workstation: answer.workstation });
    this.#fresh.delete(server);
    return answer;
  }

  #key(server: string): { file: WorkstationFile; secret: string } {
    const fresh = this.#fresh.get(server);
    if (fresh !== undefined) return fresh;
    const known = this.known(server);
    // The server has this key's secret and keeps to it; what stands in its place here is not looked at.
    if (typeof known !== 'string') return { file: known.file, secret: randomBytes(32).toString('base64') };
    moveWorkstationFileAside(this.#root, server);
    this.#useless.delete(server);
    const made = makeWorkstationKey(server);
    this.#fresh.set(server, made);
    // Before the server is asked: a disk that cannot be written must not use up a code.
    writeWorkstationFile(this.#root, made.file);
    return made;
  }
}
