import type { CommandBody, CommandKind } from '#shared/case/commands.ts';
import { upcastCaseState } from '#shared/case/case-upcast.ts';
import type { CaseState } from '#shared/case/state.ts';
import type { AskBody, AskKind, AskValue } from '#shared/protocol/asks.ts';
import type { CaseView } from '#shared/protocol/case-view.ts';
import type { LiveTopic, LiveValue } from '#shared/protocol/live.ts';
import { DEMO_PASSWORD } from '../../../server/demo/demo-people.ts';
import type { Connect } from '../../../electron/desk/sync/link.ts';
import type { Running } from '../../unit/desk/test-desk.ts';
import * as v1 from '../../samples/v1/desk.mjs';

/** Everything that the server told a desktop of version 1, held against that version's own strict schemas. */
export class Strict {
  readonly faults: string[] = [];
  readonly seen = new Map<string, number>();

  check(what: string, schema: { safeParse(value: unknown): { success: boolean; error?: unknown } } | undefined, value: unknown): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
    const parsed = schema?.safeParse(value);
    if (parsed?.success !== true) this.faults.push(`${what}: ${parsed === undefined ? 'unknown to version 1' : String(parsed.error).slice(0, 600)}`);
  }

  #items(feed: unknown): void {
    for (const item of (feed as { items: { type: string; state?: unknown; envelope?: { kind: string }; body?: unknown }[] }).items) {
      if (item.type === 'snapshot') this.check('CaseState', v1.CaseState, item.state);
      const kind = item.envelope?.kind ?? '';
      // A kind that came later keeps its place and changes nothing: that is version 1's own rule.
      if (item.type === 'event' && item.body !== null && v1.eventSchemas[kind] !== undefined) this.check(`event ${kind}`, v1.eventSchemas[kind], item.body);
    }
  }

  live(message: unknown): void {
    this.check('LiveMessage', v1.wire.LiveMessage, message);
    const { topic, value } = message as { topic: string; value: unknown };
    this.check(`live ${topic}`, v1.liveTopics[topic], value);
  }

  feed(message: unknown): void {
    this.check('Feed', v1.wire.Feed, message);
    this.#items(message);
  }

  answer(kind: 'push' | 'pull' | 'ask', request: unknown, answer: unknown): void {
    if (kind === 'push') return this.check('PushAnswer', v1.wire.PushAnswer, answer);
    if (kind === 'pull') {
      this.check('PullAnswer', v1.wire.PullAnswer, answer);
      const { status, feed } = answer as { status: string; feed?: unknown };
      if (status === 'ok') this.#items(feed);
      return;
    }
    this.check('AskAnswer', v1.wire.AskAnswer, answer);
    const { ok, value } = answer as { ok: boolean; value?: unknown };
    const asked = (request as { kind: string }).kind;
    if (!ok) return;
    this.check(`answer ${asked}`, v1.asks[asked]?.value, value);
    const rules = asked === 'rules' ? (value as { rules: unknown }).rules : null;
    if (rules !== null) this.check('Rules', v1.Rules, rules);
  }

  /** Version 1's own line, listened in on. */
  connect: Connect = (server, hello, handlers) => {
    const link = v1.connectSocket(server, hello, {
      ...handlers,
      feed: (message) => {
        this.feed(message);
        handlers.feed(message);
      },
      live: (message) => {
        this.live(message);
        handlers.live(message);
      },
    });
    return {
      close: () => link.close(),
      request: async (kind, body) => {
        const answer = await link.request(kind, body);
        this.answer(kind, body, answer);
        return answer;
      },
    };
  };
}

const SIGNED: ReadonlySet<string> = new Set(['submit for review', 'sign self-check', 'order execution', 'approve review', 'sign break-glass']);
/** … with the passphrase typed for it. */
const TYPED: ReadonlySet<string> = new Set(['approve review', 'sign break-glass']);

/**
 * The desk of version 1 as it was released, driven as its screens would: what a desktop does that has not been updated. It
 * answers to the names by which `story.ts` leads a raw desktop.
 */
export class DeskOfOne {
  readonly strict = new Strict();
  readonly running: Running;
  readonly #server: string;
  person = '';
  readonly #views = new Map<string, CaseView>();
  readonly #live = new Map<string, unknown>();
  #waiting: { holds: () => boolean; done: () => void }[] = [];

  /** @param root the folder of its persons' files */
  constructor(server: string, root: string) {
    this.#server = server;
    this.running = v1.runDesk({
      root, connect: this.strict.connect, logic: v1.domainLogic,
      signInOverHttp: async (to, request) => {
        const outcome = await v1.signInOverHttp(to, request);
        if (outcome.status === 'signed-in') this.strict.check('SignInAnswer', v1.wire.SignInAnswer, outcome.answer);
        return outcome;
      },
    });
    const { client } = this.running;
    client.subscribe('cases', {}, (change) => {
      if (change.whole) this.#views.clear();
      for (const view of change.changed) this.#views.set(view.case, view);
      for (const id of change.gone) this.#views.delete(id);
      this.#changed();
    });
    for (const topic of Object.keys(v1.liveTopics)) {
      client.subscribe('live', { topic }, (view) => {
        if (view !== null) this.#live.set(topic, view.value);
        this.#changed();
      });
    }
  }

  async signIn(account: string): Promise<void> {
    const { client } = this.running;
    const enrolled = await client.calls.enrol({ server: this.#server, name: `v1-${account}`, site: '测试', code: null });
    if (!enrolled.ok) throw new Error(enrolled.refusal.code);
    const answer = await client.calls.signIn({ account, password: DEMO_PASSWORD, server: this.#server });
    if (!answer.ok || answer.value.status !== 'signed-in') throw new Error(`not signed in: ${JSON.stringify(answer)}`);
    this.person = answer.value.person.id;
    await this.inStep();
  }

  inStep(): Promise<unknown> {
    return v1.untilView(this.running.client, 'sync', {}, (view) => view.connection === 'online' && view.unsent === 0 && !view.catchingUp, 20_000);
  }

  /** What version 1 holds and its screens could show; completed, because the story is led by rules of today. */
  get cases(): Map<string, CaseState> {
    return new Map([...this.#views].map(([id, view]) => [id, upcastCaseState(view.state) as CaseState]));
  }

  state(caseId: string): CaseState {
    const view = this.#views.get(caseId);
    if (view === undefined) throw new Error(`this desk does not hold case ${caseId}`);
    return upcastCaseState(view.state) as CaseState;
  }

  liveValue<T extends LiveTopic>(topic: T): LiveValue<T> | undefined {
    return this.#live.get(topic) as LiveValue<T> | undefined;
  }

  /** A signature is the desk's to make: what a raw desktop would have signed is left out of the body. */
  signed(): null {
    return null;
  }

  async command<K extends CommandKind>(kind: K, caseId: string, body: CommandBody<K>): Promise<{ status: 'accepted' } | { status: 'refused'; refusal: { code: string } }> {
    const { signed: _signed, validUntil: _validUntil, ...unsigned } = body as Record<string, unknown>;
    const given = SIGNED.has(kind) ? { body: unsigned, ...(TYPED.has(kind) ? { passphrase: DEMO_PASSWORD } : {}) } : { body };
    const answer = await this.running.client.calls.command({ kind, case: caseId, ...given });
    if (!answer.ok) return { status: 'refused', refusal: answer.refusal };
    const { commandId } = answer.value;
    const mark = () => this.#views.get(caseId)?.marks.find((one) => one.command === commandId);
    await this.until(() => mark()?.look === 'confirmed' || mark()?.look === 'refused', `${kind} answered`);
    const { refusal = null } = mark() ?? {};
    return refusal === null ? { status: 'accepted' } : { status: 'refused', refusal };
  }

  async must<K extends CommandKind>(kind: K, caseId: string, body: CommandBody<K>): Promise<void> {
    const result = await this.command(kind, caseId, body);
    if (result.status !== 'accepted') throw new Error(`${kind}: ${JSON.stringify(result)}`);
  }

  async ask<K extends AskKind>(kind: K, body: AskBody<K>): Promise<AskValue<K>> {
    const answer = await this.running.client.calls.ask({ kind, body });
    if (!answer.ok) throw new Error(`${kind}: ${JSON.stringify(answer.refusal)}`);
    return answer.value as AskValue<K>;
  }

  async until(holds: () => boolean, what: string): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`waited in vain: ${what}; faults: ${this.strict.faults.join('; ')}`)), 20_000);
      this.#waiting.push({ holds, done: () => { clearTimeout(timer); resolve(); } });
    });
  }

  #changed(): void {
    this.#waiting = this.#waiting.filter((one) => {
      if (!one.holds()) return true;
      one.done();
      return false;
    });
  }

  close(): void {
    this.running.close();
  }
}
