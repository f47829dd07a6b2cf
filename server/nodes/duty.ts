import { z } from 'zod';
import { DUTY, Uuid7 } from '#shared/protocol/ids.ts';
import type { EventLog, StreamWrite } from '../log/log.ts';
import { wait } from '../log/postgres/timers.ts';
import type { DutyLock, StartDutyLock } from './duty-lock.ts';

const TAKEN = 'duty taken';
const Body = z.strictObject({ node: Uuid7 });
const TRIES = 20;
const AGAIN_MS = 500;

/** A node did what only the node on duty may do, and was not (any more): nothing of it was stored. */
export class OffDuty extends Error {
  constructor() {
    super('another node is on duty');
  }
}

export type DutyParts = {
  node: string;
  log: EventLog;
  now: () => string;
  newId: () => string;
  lock: StartDutyLock;
  /** This node is on duty from here on; awaited before it is told that it is not. */
  taken: () => Promise<void>;
  /** This node is not on duty any more. */
  lost: () => Promise<void>;
  onError: (error: unknown) => void;
};

/**
 * Which node carries the calls, and the orders to the bank: one at a time. The log says who (`centre:duty`), and whatever the
 * duty appends demands that the log still says so: a node that was cut off and does not know it yet stores nothing (CT2, TP4).
 * The database's lock only tells when somebody else has to take over: a node whose connection broke keeps its duty until
 * another takes it.
 */
export class Duty {
  readonly #parts: DutyParts;
  readonly #listeners = new Set<(holder: string | null) => void>();
  readonly #waiting = new Set<() => void>();
  #holder: { node: string | null; version: number } = { node: null, version: 0 };
  #working = false;
  #lock: DutyLock | null = null;
  #last: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: DutyParts) {
    this.#parts = parts;
  }

  /** The node on duty, as the log has it; null before the first. */
  get holder(): string | null {
    return this.#holder.node;
  }

  /** Whether this node does the work now: over at the moment at which it hears of another. */
  get holds(): boolean {
    return this.#working && this.#holder.node === this.#parts.node;
  }

  onChanged(listener: (holder: string | null) => void): void {
    this.#listeners.add(listener);
  }

  /** Called once this node does the work. */
  onWork(working: () => void): void {
    this.#waiting.add(working);
  }

  /** Resolves once the log has been read; duty comes when the lock does. */
  async start(): Promise<void> {
    const { log, onError } = this.#parts;
    for (const { envelope, body } of await log.readStream(DUTY, 1)) this.#learn(envelope.version, body);
    log.onAppended(({ events }) => {
      for (const { envelope, body } of events) if (envelope.case === DUTY) this.#learn(envelope.version, body);
    });
    this.#lock = this.#parts.lock(() => void this.#inTurn(() => this.#take()).catch(onError));
  }

  /** What every append of the duty demands: that nobody else has taken it. @throws OffDuty */
  async guard(): Promise<StreamWrite[]> {
    const { log, now, node } = this.#parts;
    const { version } = this.#holder;
    if (this.#holder.node !== node || (await log.lastVersion(DUTY)) !== version) throw new OffDuty();
    return [{ stream: DUTY, expectedVersion: version, events: [], actor: { kind: 'server', person: null, workstation: null }, madeAt: now() }];
  }

  /** Gives duty up, after its work has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#inTurn(() => this.#rest());
    await this.#lock?.stop();
  }

  #learn(version: number, body: unknown): void {
    if (version <= this.#holder.version) return;
    const { node } = Body.parse(body);
    this.#holder = { node, version };
    if (node !== this.#parts.node) void this.#inTurn(() => this.#rest()).catch(this.#parts.onError);
    for (const listener of this.#listeners) listener(node);
  }

  /** The lock is ours: nobody who lives is on duty, or it was we. */
  async #take(): Promise<void> {
    const { log, node, now, newId, taken } = this.#parts;
    if (this.#stopped) return;
    for (let attempt = 0; this.#holder.node !== node || !this.#working; attempt += 1) {
      if (attempt === TRIES) throw new Error(`duty met ${TRIES} conflicts`);
      for (const { envelope, body } of await log.readStream(DUTY, this.#holder.version + 1)) this.#learn(envelope.version, body);
      const [result] = await log.append([{
        writes: [{ stream: DUTY, expectedVersion: this.#holder.version, actor: { kind: 'server', person: null, workstation: null }, madeAt: now(), events: [{ id: newId(), kind: TAKEN, body: { node } satisfies z.infer<typeof Body> }] }],
        command: null, audit: [],
      }]);
      if (result?.status === 'conflict') continue;
      if (result?.status !== 'appended') throw new Error(`the log did not take who is on duty: ${result?.status === 'failed' ? result.error.code : (result?.status ?? 'nothing')}`);
      this.#learn(result.versions[DUTY] ?? 0, { node });
      this.#working = true;
      await this.#work(taken);
      return;
    }
  }

  /** Until it is taken up, or is somebody else's: a node that has duty and does nothing of it would be the end of all calls. */
  async #work(taken: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await taken();
        for (const working of this.#waiting) working();
        for (const listener of this.#listeners) listener(this.#parts.node);
        return;
      } catch (error) {
        this.#parts.onError(error);
        if (this.#stopped || this.#holder.node !== this.#parts.node) return;
        await wait(AGAIN_MS);
      }
    }
  }

  async #rest(): Promise<void> {
    if (!this.#working) return;
    this.#working = false;
    await this.#parts.lost();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
