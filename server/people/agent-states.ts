import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { agentStateSchema, firstAgentState, nextAgentState, type AgentState, type AgentStateRequest } from '#shared/telephony/agent-state.ts';
import { personStream } from '#shared/protocol/ids.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { EventLog, StoredEvent, StreamWrite } from '../log/log.ts';

const Body = z.strictObject({ state: agentStateSchema });
export const AGENT_STATE_CHANGED = 'agent state changed';
const OF_PERSON = 'person:';
const TRIES = 20;

/**
 * Agent states as the server orders them (CT4), kept in each person's own stream of the log, so that a server that comes
 * back knows who was on a call. Of several nodes the one on duty orders them, and the others follow.
 */
export class AgentStates {
  readonly #log: EventLog;
  readonly #now: () => string;
  readonly #newId: () => string;
  readonly #guard: () => Promise<StreamWrite[]>;
  readonly #states = new Map<string, { state: AgentState; version: number }>();
  readonly #listeners = new Set<(state: AgentState) => void>();
  readonly #queues = new Map<string, Promise<unknown>>();
  /** Streams that this node is writing to: told in the order of the requests, once they are stored. */
  readonly #ordering = new Set<string>();

  /** @param guard what every change demands beside the person's own version: that this node is on duty */
  constructor(log: EventLog, now: () => string, newId: () => string = () => uuidv7(), guard: () => Promise<StreamWrite[]> = async () => []) {
    this.#newId = newId;
    this.#guard = guard;
    this.#log = log;
    this.#now = now;
  }

  async start(): Promise<void> {
    for (const { stream, version } of await this.#log.streams(OF_PERSON)) {
      const events = await this.#log.readStream(stream, 1);
      const last = events.findLast((event) => event.envelope.kind === AGENT_STATE_CHANGED && event.body !== null);
      const person = stream.slice(OF_PERSON.length);
      this.#states.set(person, { state: last ? Body.parse(last.body).state : firstAgentState(person, this.#now()), version });
    }
    this.#log.onAppended(({ events }) => events.forEach((event) => this.#follow(event)));
  }

  /** What another node has ordered. One's own changes are told where they were made. */
  #follow({ envelope, body }: StoredEvent): void {
    if (!envelope.case.startsWith(OF_PERSON) || envelope.kind !== AGENT_STATE_CHANGED || body === null || this.#ordering.has(envelope.case)) return;
    const person = envelope.case.slice(OF_PERSON.length);
    if (envelope.version > (this.#states.get(person)?.version ?? 0)) this.#set(person, Body.parse(body).state, envelope.version);
  }

  #set(person: string, state: AgentState, version: number): void {
    this.#states.set(person, { state, version });
    for (const listener of this.#listeners) listener(state);
  }

  get(person: string): AgentState {
    return this.#states.get(person)?.state ?? firstAgentState(person, this.#now());
  }

  /** @returns the way to stop it */
  onChanged(listener: (state: AgentState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Applies a request in the order it came, durably before anybody is told. */
  request(person: string, request: AgentStateRequest): Promise<{ ok: true; state: AgentState } | { ok: false; refusal: Refusal }> {
    const turn = (this.#queues.get(person) ?? Promise.resolve()).then(() => this.#apply(person, request));
    this.#queues.set(person, turn.catch(() => undefined));
    return turn;
  }

  async #apply(person: string, request: AgentStateRequest): Promise<{ ok: true; state: AgentState } | { ok: false; refusal: Refusal }> {
    const stream = personStream(person);
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const held = this.#states.get(person) ?? { state: firstAgentState(person, this.#now()), version: 0 };
      const at = this.#now();
      const result = nextAgentState(held.state, request, at);
      if (!result.ok) return { ok: false, refusal: { code: result.refusal.code } };
      if (!result.changed) return { ok: true, state: held.state };
      const guard = await this.#guard();
      this.#ordering.add(stream);
      const [appended] = await this.#log.append([
        {
          writes: [{
            stream, expectedVersion: held.version, madeAt: at, actor: { kind: 'server', person, workstation: null },
            events: [{ id: this.#newId(), kind: AGENT_STATE_CHANGED, body: { state: result.state } }],
          }, ...guard],
          command: null,
          audit: [],
        },
      ]).finally(() => this.#ordering.delete(stream));
      if (appended?.status === 'appended') {
        this.#set(person, result.state, held.version + 1);
        return { ok: true, state: result.state };
      }
      // The node that was on duty before wrote the last of it, and it is read here only now.
      if (appended?.status !== 'conflict') throw new Error(`agent state was not stored: ${JSON.stringify(appended)}`);
      for (const event of await this.#log.readStream(stream, held.version + 1)) this.#follow(event);
    }
    throw new Error(`the agent state of ${person} met ${TRIES} conflicts`);
  }
}
