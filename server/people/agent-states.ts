import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { agentStateSchema, firstAgentState, nextAgentState, type AgentState, type AgentStateRequest } from '#shared/telephony/agent-state.ts';
import { personStream } from '#shared/protocol/ids.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { EventLog } from '../log/log.ts';

const Body = z.strictObject({ state: agentStateSchema });
export const AGENT_STATE_CHANGED = 'agent state changed';

/**
 * Agent states as the server orders them (CT4), kept in each person's own stream of the log, so that a server that comes
 * back knows who was on a call.
 */
export class AgentStates {
  readonly #log: EventLog;
  readonly #now: () => string;
  readonly #newId: () => string;
  readonly #states = new Map<string, { state: AgentState; version: number }>();
  readonly #listeners = new Set<(state: AgentState) => void>();
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(log: EventLog, now: () => string, newId: () => string = () => uuidv7()) {
    this.#newId = newId;
    this.#log = log;
    this.#now = now;
  }

  async start(): Promise<void> {
    for (const { stream, version } of await this.#log.streams('person:')) {
      const events = await this.#log.readStream(stream, 1);
      const last = events.findLast((event) => event.envelope.kind === AGENT_STATE_CHANGED && event.body !== null);
      const person = stream.slice('person:'.length);
      this.#states.set(person, { state: last ? Body.parse(last.body).state : firstAgentState(person, this.#now()), version });
    }
  }

  get(person: string): AgentState {
    return this.#states.get(person)?.state ?? firstAgentState(person, this.#now());
  }

  onChanged(listener: (state: AgentState) => void): void {
    this.#listeners.add(listener);
  }

  /** Applies a request in the order it came, durably before anybody is told. */
  request(person: string, request: AgentStateRequest): Promise<{ ok: true; state: AgentState } | { ok: false; refusal: Refusal }> {
    const turn = (this.#queues.get(person) ?? Promise.resolve()).then(() => this.#apply(person, request));
    this.#queues.set(person, turn.catch(() => undefined));
    return turn;
  }

  async #apply(person: string, request: AgentStateRequest): Promise<{ ok: true; state: AgentState } | { ok: false; refusal: Refusal }> {
    const held = this.#states.get(person) ?? { state: firstAgentState(person, this.#now()), version: 0 };
    const at = this.#now();
    const result = nextAgentState(held.state, request, at);
    if (!result.ok) return { ok: false, refusal: { code: result.refusal.code } };
    if (!result.changed) return { ok: true, state: held.state };
    const [appended] = await this.#log.append([
      {
        writes: [{
          stream: personStream(person), expectedVersion: held.version, madeAt: at, actor: { kind: 'server', person, workstation: null },
          events: [{ id: this.#newId(), kind: AGENT_STATE_CHANGED, body: { state: result.state } }],
        }],
        command: null,
        audit: [],
      },
    ]);
    if (appended?.status !== 'appended') throw new Error(`agent state was not stored: ${JSON.stringify(appended)}`);
    this.#states.set(person, { state: result.state, version: held.version + 1 });
    for (const listener of this.#listeners) listener(result.state);
    return { ok: true, state: result.state };
  }
}
