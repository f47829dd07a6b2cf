/**
 * What the chain says about keys: erasures, legal holds, and which key store the log is sealed by. The chain is the
 * record and the key store follows it, so that a restored copy of the keys loses an erased customer again (SY9, OP1).
 */
import { z } from 'zod';
import { LogFailure, logError } from '../log-errors.ts';
import type { AuditEntry, EventLog, StoredAudit } from '../log.ts';
import type { DataKeys } from './data-keys.ts';
import type { Hold, KeyStore, ReadMark } from './key-store.ts';

export const ERASED = 'customer erased';
export const ERASED_AGAIN = 'erased keys recorded again';
export const HOLD_SET = 'legal hold set';
export const HOLD_LIFTED = 'legal hold lifted';
export const SEALING_BEGAN = 'sealing began';

const PAGE = 1_000;
/** Ids in one audit entry: some 8 KB. */
const KEYS_PER_ENTRY = 200;

const Erased = z.looseObject({ detail: z.looseObject({ keys: z.string() }) });
const Held = z.looseObject({ about: z.string(), detail: z.looseObject({ matter: z.string() }) });
const Began = z.looseObject({ detail: z.looseObject({ keyStore: z.string() }) });

/** The ids of destroyed keys as audit details hold them: in portions, each with its own entry. */
export const keyPortions = (ids: readonly string[]): string[] =>
  Array.from({ length: Math.ceil(ids.length / KEYS_PER_ENTRY) }, (_, n) => ids.slice(n * KEYS_PER_ENTRY, (n + 1) * KEYS_PER_ENTRY).join(' '));

export class ChainRecord {
  readonly #store: KeyStore;
  readonly #keys: DataKeys;

  constructor(store: KeyStore, keys: DataKeys) {
    this.#store = store;
    this.#keys = keys;
  }

  /**
   * Takes in what the chain says beyond what was taken in before; from its beginning where the epoch is another one,
   * because a restore may have put other entries at the same positions. Holds are only ever added by that: one that
   * the restored log has lost stays.
   *
   * @returns since which position bodies are sealed, null where the chain does not say so yet
   * @throws LogFailure `keys-lost` where another key store sealed this log
   */
  async read(log: EventLog): Promise<{ began: number | null }> {
    const { epoch, position: head } = await log.head();
    let mark = await this.#store.readMark();
    if (mark === null || mark.epoch !== epoch || mark.position > head) {
      await this.#store.forgetChain();
      mark = { epoch, position: 0, began: null };
    }
    for (;;) {
      const page = await log.auditAfter(mark.position, PAGE);
      const last = page.at(-1);
      if (last === undefined) return { began: mark.began };
      mark = { epoch, position: last.position, began: mark.began ?? this.#began(page) };
      await this.#takeIn(page, mark);
    }
  }

  #began(page: readonly StoredAudit[]): number | null {
    const entry = page.find((one) => one.kind === SEALING_BEGAN);
    if (entry === undefined) return null;
    const { keyStore } = Began.parse(entry).detail;
    if (keyStore !== this.#store.id) throw new LogFailure(logError('keys-lost', '', `the log was sealed by key store ${keyStore}, this is ${this.#store.id}`));
    return entry.position;
  }

  async #takeIn(page: readonly StoredAudit[], mark: ReadMark): Promise<void> {
    const erased: string[] = [];
    const held: (Hold & { on: boolean })[] = [];
    for (const entry of page) {
      if (entry.kind === ERASED || entry.kind === ERASED_AGAIN) erased.push(...Erased.parse(entry).detail.keys.split(' ').filter((id) => id !== ''));
      else if (entry.kind === HOLD_SET || entry.kind === HOLD_LIFTED) {
        const { about, detail: { matter } } = Held.parse(entry);
        held.push({ tag: this.#keys.tagOf(about), matter, on: entry.kind === HOLD_SET });
      }
    }
    // Destroyed first: a stretch counts as taken in only when nothing of it is left to do.
    if (erased.length > 0) await this.#keys.destroy(erased);
    await this.#store.takeIn({ erased, held }, mark);
  }
}

export const serverEntry = (kind: string, detail: AuditEntry['detail']): AuditEntry => ({ kind, person: null, workstation: null, about: null, detail });
