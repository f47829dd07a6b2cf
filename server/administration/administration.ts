import { v7 as uuidv7 } from 'uuid';
import type { AdministrationCommand, AdministrationEvent, AdministrationState } from '#shared/administration/administration-schema.ts';
import { decideAdministration, type AdministrationContext } from '#shared/administration/administration-decide.ts';
import { evolveAdministration, noCentre } from '#shared/administration/administration-evolve.ts';
import type { Actor } from '#shared/protocol/envelope.ts';
import { ADMINISTRATION } from '#shared/protocol/ids.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { AuditEntry, EventLog } from '../log/log.ts';

const TRIES = 20;

export type Taken = { ok: true; events: readonly AdministrationEvent[] } | { ok: false; refusal: Refusal };
export type Doer = { person: string; workstation: string };
/** What a decision may look at, from the centre as it is at that moment; or why it is not even decided. */
export type Gather = (state: AdministrationState) => AdministrationContext | { refusal: Refusal } | Promise<AdministrationContext | { refusal: Refusal }>;

/**
 * The centre itself (TP12): people, keys, workstations, policies, stops, and the changes that wait for the second person,
 * folded from the stream `centre:administration`. Nothing else says who may do what.
 */
export class Administration {
  readonly #log: EventLog;
  readonly #now: () => string;
  readonly #newId: () => string;
  #state: AdministrationState = noCentre;
  #turn: Promise<unknown> = Promise.resolve();
  /** There is news that could not be read. */
  #isBehind = false;
  readonly #listeners = new Set<(events: readonly AdministrationEvent[], state: AdministrationState) => void>();

  constructor(log: EventLog, now: () => string, newId: () => string = () => uuidv7()) {
    this.#newId = newId;
    this.#log = log;
    this.#now = now;
  }

  /** Reads what there is, then follows what other servers of the centre append. */
  async start(): Promise<void> {
    this.#state = noCentre;
    await this.#catchUp([]);
    this.#log.onAppended(({ events }) => {
      const isNews = ({ envelope }: (typeof events)[number]): boolean => envelope.case === ADMINISTRATION && envelope.version > this.#state.version;
      if (events.some(isNews) || this.#isBehind) void this.#follow();
    });
  }

  /** What could not be read while the database was away is read with whatever is appended next: nobody stays in for want of news. */
  async #follow(): Promise<void> {
    try {
      await this.fresh();
      this.#isBehind = false;
    } catch {
      this.#isBehind = true;
    }
  }

  /** As the log has it at the time of asking, whoever appended: after a conflict nobody decides on less. */
  fresh(): Promise<void> {
    return this.#inTurn(() => this.#freshen());
  }

  async #freshen(): Promise<void> {
    if ((await this.#log.lastVersion(ADMINISTRATION)) > this.#state.version) await this.#catchUp([]);
  }

  /** As the log has it; its version is what a decision on it must expect. */
  get state(): AdministrationState {
    return this.#state;
  }

  /** Called with each change, in order, before anybody else can see the new state: what is derived from it is never behind it. */
  onChanged(listener: (events: readonly AdministrationEvent[], state: AdministrationState) => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Takes what a person does to the centre; what is refused is in the audit log (TP7). Who they are and whether their keys
   * are valid is looked up when it is their turn: a revocation that was ahead of them counts (TP8).
   */
  take(command: AdministrationCommand, gather: Gather, by: Doer): Promise<Taken> {
    return this.#inTurn(async () => {
      await this.#freshen();
      for (let attempt = 0; attempt < TRIES; attempt += 1) {
        const state = this.#state;
        const context = await gather(state);
        const ruling = 'refusal' in context ? context : decideAdministration(state, command, context);
        if ('refusal' in ruling) {
          const entry: AuditEntry = { kind: 'administration refused', person: by.person, workstation: by.workstation, about: null, detail: { command: command.kind, code: ruling.refusal.code } };
          await this.#log.append([{ writes: [], command: null, audit: [entry] }]);
          return { ok: false, refusal: ruling.refusal };
        }
        if (ruling.events.length === 0 || (await this.#append(ruling.events, { kind: 'person', person: by.person, workstation: by.workstation }, state.version))) return { ok: true, events: ruling.events };
      }
      throw new Error(`${command.kind} met ${TRIES} conflicts`);
    });
  }

  /** What the server itself records: the founding, a machine enrolled by the code of the founding or in the demo. */
  record(rule: (state: AdministrationState) => AdministrationEvent[]): Promise<void> {
    return this.#inTurn(async () => {
      for (let attempt = 0; attempt < TRIES; attempt += 1) {
        const state = this.#state;
        const events = rule(state);
        if (events.length === 0 || (await this.#append(events, { kind: 'server', person: null, workstation: null }, state.version))) return;
      }
      throw new Error('the centre was not recorded');
    });
  }

  async #append(events: readonly AdministrationEvent[], actor: Actor, expectedVersion: number): Promise<boolean> {
    const [result] = await this.#log.append([{
      writes: [{ stream: ADMINISTRATION, expectedVersion, events: events.map((event) => ({ id: this.#newId(), ...event })), actor, madeAt: this.#now() }],
      command: null, audit: [],
    }]);
    if (result?.status === 'conflict') {
      await this.#catchUp([]);
      return false;
    }
    if (result?.status !== 'appended') throw new Error(`the log did not take a change of the centre: ${JSON.stringify(result)}`);
    await this.#catchUp(events);
    return true;
  }

  async #catchUp(events: readonly AdministrationEvent[]): Promise<void> {
    const news = await this.#log.readStream(ADMINISTRATION, this.#state.version + 1);
    this.#state = news.reduce((state, { envelope, body }) => evolveAdministration(state, { kind: envelope.kind, version: envelope.version, body, at: envelope.times.recorded }), this.#state);
    if (news.length > 0) for (const listener of this.#listeners) listener(events, this.#state);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
