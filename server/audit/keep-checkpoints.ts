/**
 * The running server's side of checkpoints (PR5): one a minute, one at the start and one at the stop, none where nothing
 * was appended since the last. A folder that cannot be written stops nobody's work: it is told, and tried again.
 */
import type { Logger } from 'pino';
import type { AuditEntry, EventLog } from '../log/log.ts';
import type { Scheduler } from '../telephony/scheduler.ts';
import type { SecretPlace } from '../kept/secret-place.ts';
import { auditKeyText, makeAuditKey, parseAuditKey, rawPublicKey, type AuditKey } from './audit-key.ts';
import { sealCheckpoint, checkpointHash } from './checkpoint.ts';
import { keepCheckpoint, lastKept, publishKey } from './checkpoint-folder.ts';

/** The first entry that names a key; the key of every later start is that one, or was made anew. */
export const KEY_MADE = 'checkpoint key made';
/** At every start, and after so many checkpoints: which was the last one, so that the newest cannot vanish for long. */
export const CHECKPOINT_KEPT = 'checkpoint kept';
const NAMED_EVERY = 60;
const EVERY_MS = 60_000;

export type CheckpointParts = {
  log: Pick<EventLog, 'head' | 'append'>;
  /** Where the key lies that signs. */
  key: SecretPlace;
  /** Outside the database, best on another disk. */
  folder: string;
  now: () => string;
  scheduler: Pick<Scheduler, 'after'>;
  logger: Pick<Logger, 'warn' | 'info'>;
};

export type Checkpoints = {
  /** Why the last attempt failed; null while they are kept. */
  trouble: () => string | null;
  /** Writes one now, where something was appended. */
  keep: () => Promise<void>;
  stop: () => Promise<void>;
};

/** Begins to keep checkpoints. Never throws: what is wrong is told by `trouble` and in the server's log. */
export async function startCheckpoints(parts: CheckpointParts): Promise<Checkpoints> {
  const keeper = new Keeper(parts);
  await keeper.keep();
  keeper.schedule();
  return keeper;
}

class Keeper implements Checkpoints {
  readonly #parts: CheckpointParts;
  #key: AuditKey | null = null;
  #last: { sequence: number; hash: string } | null = null;
  /** Position of the head in the last checkpoint. */
  #kept = -1;
  /** Number of the checkpoint that the log last heard of from this run. */
  #named: number | null = null;
  #trouble: string | null = null;
  #under: Promise<void> = Promise.resolve();
  #cancel: () => void = () => undefined;
  #stopped = false;

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
  }

  trouble(): string | null {
    return this.#trouble;
  }

  keep(): Promise<void> {
    this.#under = this.#under.then(() => this.#try());
    return this.#under;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    // What was handed in before is in the log when this answers: the last checkpoint covers it.
    await this.#parts.log.append([]);
    await this.keep();
  }

  schedule(): void {
    if (this.#stopped) return;
    this.#cancel = this.#parts.scheduler.after(EVERY_MS, () => void this.keep().then(() => this.schedule()));
  }

  async #try(): Promise<void> {
    const { folder, logger } = this.#parts;
    try {
      await this.#one();
      if (this.#trouble !== null) logger.info({ folder }, 'checkpoints are kept again');
      this.#trouble = null;
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
      // The folder is read anew at the next attempt: what is there then is what counts.
      this.#last = null;
      logger.warn({ folder, error: this.#trouble }, 'no checkpoint was kept; the audit log goes on without one');
    }
  }

  async #one(): Promise<void> {
    const { log, folder, now } = this.#parts;
    const key = this.#key ?? (await this.#open());
    this.#key = key;
    await publishKey(folder, key.publicKey);
    const before = this.#last ?? lastKept(folder);
    this.#last = before;
    // Also where the folder now holds fewer than the log was told of: the log says so from here on.
    if (this.#named === null || before.sequence < this.#named || before.sequence >= this.#named + NAMED_EVERY) await this.#name(CHECKPOINT_KEPT, key, before);
    const { batch, position, link, epoch } = await log.head();
    if (position === this.#kept) return;
    const checkpoint = { sequence: before.sequence + 1, at: now(), heads: [{ partition: 0, batch, position, link, epoch }], before: before.hash, key: key.id };
    const text = sealCheckpoint(checkpoint, key.privateKey);
    await keepCheckpoint(folder, checkpoint, text);
    this.#last = { sequence: checkpoint.sequence, hash: checkpointHash(text) };
    this.#kept = position;
  }

  /** The log hears of a key before it is kept: a crash in between leaves a key that signed nothing. */
  async #open(): Promise<AuditKey> {
    return parseAuditKey(await this.#parts.key.change(async (before) => {
      if (before !== null) return before;
      const key = makeAuditKey();
      await this.#name(KEY_MADE, key, lastKept(this.#parts.folder));
      return auditKeyText(key);
    }));
  }

  async #name(kind: string, key: AuditKey, { sequence, hash }: { sequence: number; hash: string }): Promise<void> {
    const detail: AuditEntry['detail'] = { keyId: key.id, publicKey: rawPublicKey(key.publicKey).toString('base64'), sequence, hash };
    const [result] = await this.#parts.log.append([{ writes: [], command: null, audit: [{ kind, person: null, workstation: null, about: null, detail }] }]);
    if (result?.status !== 'appended') throw new Error(`the log did not take the name of a checkpoint: ${result?.status ?? 'nothing'}`);
    this.#named = sequence;
  }
}
