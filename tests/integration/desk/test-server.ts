import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { v7 } from 'uuid';
import { isRefused } from '#shared/case/decision.ts';
import { InnerCommand, OuterCommand, type CommandResult } from '#shared/protocol/command.ts';
import type { Envelope } from '#shared/protocol/envelope.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { AskRequest, Hello, OLDEST_PROTOCOL, PullRequest, PushRequest, SignInRequest, type FeedItem } from '#shared/protocol/wire.ts';
import { smallLogic, type Notes } from '../../unit/desk/small-logic.ts';

const HASH = '0'.repeat(64);
export const PERSON = { id: '01960000-0000-7000-8000-000000000001', account: 'lin', name: '林', no: '1001', role: 'agent', skills: [], team: 'night' } as const;

type Answer = { hash: string; result: CommandResult };

/**
 * A server of one person that speaks `wire.ts` over real sockets, small enough to see through. Its log, its numbers and
 * its answers are what a desktop must agree with.
 */
export class TestServer {
  password = 'correct horse';
  /** Texts that the server refuses and the desktop does not know of. */
  readonly refusing = new Set<string>();
  readonly received: OuterCommand[] = [];
  readonly hellos: Hello[] = [];
  readonly asked: AskRequest[] = [];
  /** Runs before a push is looked at; `'cut'` ends the connection instead, `'cut-after'` after it was applied. */
  onPush: ((commands: OuterCommand[]) => 'cut' | 'cut-after' | undefined) | null = null;
  /** Live messages of the feed that are lost on the way. */
  loseFeed = 0;
  /** Everyone is told this at the handshake. */
  refuseHello: Refusal | null = null;
  /** Tokens that the server knows no more. */
  readonly forgotten = new Set<string>();
  refuseSignIn: Refusal | null = null;
  clockAheadMs = 0;
  tokenSeconds = 900;
  /** How often somebody tried to sign in. */
  signIns = 0;
  onAsk: ((kind: string) => void) | null = null;
  epoch = v7();

  #items: FeedItem[] = [];
  #cases = new Map<string, { events: { envelope: Envelope; body: unknown }[]; state: unknown }>();
  #visible = new Set<string>();
  #numbers = new Map<string, number>();
  #hashAt = new Map<string, string>();
  #answers = new Map<string, Answer>();
  #pages = 200;
  readonly #http = createServer((request, response) => void this.#session(request).then((answer) => {
    response.writeHead('refusal' in answer ? 401 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  }));
  readonly #io = new Server(this.#http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });

  constructor() {
    this.#io.use((socket, next) => {
      const hello = Hello.safeParse(socket.handshake.auth);
      const refusal = this.refuseHello ?? (hello.success && hello.data.protocol >= OLDEST_PROTOCOL ? null : { code: 'protocol-too-old' });
      if (hello.success) this.hellos.push(hello.data);
      if (hello.success && this.forgotten.has(hello.data.token)) return next(Object.assign(new Error('refused'), { data: { code: 'session-over' } }));
      next(refusal === null ? undefined : Object.assign(new Error('refused'), { data: { refusal } }));
    });
    this.#io.on('connection', (socket) => this.#serve(socket));
  }

  /** Listens; after `stop`, again where it was told. */
  async start(port = 0): Promise<string> {
    await new Promise<void>((done) => this.#http.listen(port, '127.0.0.1', done));
    return this.url;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#io.disconnectSockets(true);
    await this.#io.close();
  }

  /** Ends every connection; desktops come back by themselves. */
  cut(): void {
    this.#io.disconnectSockets(true);
  }

  /** Its memory of the numbers is gone; its answers are not. */
  forgetNumbers(): void {
    this.#numbers.clear();
    this.#hashAt.clear();
  }

  pageSize(items: number): void {
    this.#pages = items;
  }

  // ------------------------------------------------------------ the log

  notes(caseId: string): string[] {
    return (this.#cases.get(caseId)?.state as Notes | undefined)?.notes ?? [];
  }

  state(caseId: string): unknown {
    return this.#cases.get(caseId)?.state ?? null;
  }

  events(caseId: string): { envelope: Envelope; body: unknown }[] {
    return this.#cases.get(caseId)?.events ?? [];
  }

  /** Somebody else writes into a case; `withheld`: this person does not get the body. */
  write(caseId: string, kind: string, body: unknown, withheld = false): void {
    this.#append(caseId, v7(), kind, body, null, withheld);
  }

  grant(caseId: string): void {
    const held = this.#cases.get(caseId);
    if (held === undefined) throw new Error('no such case');
    this.#visible.add(caseId);
    this.#feed({ type: 'snapshot', case: caseId, version: held.events.length, state: held.state });
  }

  revoke(caseId: string): void {
    this.#visible.delete(caseId);
    this.#feed({ type: 'revoked', case: caseId });
  }

  live(topic: string, version: number, value: unknown): void {
    this.#io.emit('live', { topic, version, value });
  }

  goodbye(refusal: Refusal): void {
    this.#io.emit('goodbye', { refusal });
  }

  /** The log is restored from a copy that ends after `keep` events of each case, and forgets the numbers since. */
  restore(keep: number): void {
    this.epoch = v7();
    for (const [id, held] of this.#cases) {
      const kept = held.events.slice(0, keep);
      const lost = held.events.slice(keep);
      for (const { envelope } of lost) if (envelope.command !== null) this.#answers.delete(envelope.command);
      let state: unknown = null;
      for (const { envelope, body } of kept) state = smallLogic().evolve(state, { ...envelope, body });
      this.#cases.set(id, { events: kept, state });
      if (kept.length === 0) this.#cases.delete(id);
    }
    this.#items = [];
    this.#numbers.clear();
    this.#hashAt.clear();
    this.cut();
  }

  // ------------------------------------------------------------ wire

  async #session(request: IncomingMessage): Promise<Record<string, unknown>> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const parsed = SignInRequest.safeParse(JSON.parse(text));
    if (!parsed.success) return { refusal: { code: 'malformed' } };
    this.signIns += 1;
    if (this.refuseSignIn !== null) return { refusal: this.refuseSignIn };
    if (parsed.data.account !== PERSON.account || parsed.data.password !== this.password) return { refusal: { code: 'wrong-password' } };
    const now = Date.now() + this.clockAheadMs;
    return {
      token: v7(), expiresAt: new Date(now + this.tokenSeconds * 1000).toISOString(), serverAt: new Date(now).toISOString(),
      epoch: this.epoch, person: PERSON,
    };
  }

  #cursor(position: number): string {
    return `${this.epoch}.${position}`;
  }

  #serve(socket: Socket): void {
    socket.on('push', (message: unknown, answer: (value: unknown) => void) => {
      const { commands } = PushRequest.parse(message);
      const what = this.onPush?.(commands);
      if (what === 'cut') return void socket.disconnect(true);
      const results = commands.map((outer) => this.#apply(OuterCommand.parse(outer)));
      if (what === 'cut-after') return void socket.disconnect(true);
      answer({ results });
    });
    socket.on('pull', (message: unknown, answer: (value: unknown) => void) => answer(this.#pull(PullRequest.parse(message))));
    socket.on('ask', (message: unknown, answer: (value: unknown) => void) => {
      const ask = AskRequest.parse(message);
      this.asked.push(ask);
      this.onAsk?.(ask.kind);
      if (ask.kind === 'renew') return answer({ ok: true, value: { token: v7(), expiresAt: new Date(Date.now() + 900_000).toISOString() } });
      if (ask.kind === 'echo') return answer({ ok: true, value: ask.body });
      answer({ ok: false, refusal: { code: 'ask-unknown' } });
    });
  }

  #pull({ cursor, limit }: { cursor: string | null; limit: number }): unknown {
    const head = this.#items.length;
    if (cursor === null) {
      const items: FeedItem[] = [...this.#visible].flatMap((id) => {
        const held = this.#cases.get(id);
        return held === undefined ? [] : [{ type: 'snapshot', case: id, version: held.events.length, state: held.state } satisfies FeedItem];
      });
      return { status: 'ok', feed: { from: null, to: this.#cursor(head), items }, more: false };
    }
    const [epoch, at] = cursor.split('.');
    if (epoch !== this.epoch) return { status: 'new-epoch' };
    const from = Number(at);
    const to = Math.min(head, from + Math.min(limit, this.#pages));
    return { status: 'ok', feed: { from: cursor, to: this.#cursor(to), items: this.#items.slice(from, to) }, more: to < head };
  }

  #feed(item: FeedItem): void {
    this.#items.push(item);
    if (this.loseFeed > 0) {
      this.loseFeed -= 1;
      return;
    }
    this.#io.emit('feed', { from: this.#cursor(this.#items.length - 1), to: this.#cursor(this.#items.length), items: [item] });
  }

  #apply(outer: OuterCommand): CommandResult {
    this.received.push(outer);
    const { id, hash } = outer;
    if (createHash('sha256').update(outer.inner, 'utf8').digest('hex') !== hash) throw new Error('hash of other bytes');
    const known = this.#answers.get(id);
    const key = `${outer.desktop}/${outer.incarnation}/${outer.case}`;
    const expected = this.#numbers.get(key) ?? 1;
    // An answer given again takes no number.
    if (known !== undefined && known.hash === hash) return known.result;
    if (outer.number < expected) return this.#hashAt.get(`${key}/${outer.number}`) === hash ? { id, status: 'gap', expected } : { id, status: 'forked' };
    if (outer.number > expected) return { id, status: 'gap', expected };
    this.#number(key, outer);
    const recordedAt = new Date(Date.now() + this.clockAheadMs).toISOString();
    const refused = (refusal: Refusal): CommandResult => ({ id, status: 'refused', refusal, recordedAt });
    const result = ((): CommandResult => {
      const inner = InnerCommand.parse(JSON.parse(outer.inner));
      if (inner.dependsOn.some((needed) => this.#answers.get(needed)?.result.status === 'refused')) return refused({ code: 'depends-on' });
      if (inner.notAfter !== null && inner.notAfter < recordedAt) return refused({ code: 'too-late' });
      const logic = smallLogic(this.refusing);
      if (outer.kind === 'take review') return { id, status: 'accepted', version: 0, recordedAt };
      const parsed = logic.parseCommand(outer.kind, { id, body: inner.body, madeAt: inner.madeAt, saidAt: inner.saidAt });
      if (!parsed.ok) return refused(parsed.refusal);
      const decision = logic.decide(this.#cases.get(outer.case)?.state ?? null, parsed.command);
      if (isRefused(decision)) return refused(decision.refusal);
      for (const draft of decision.events) this.#append(outer.case, draft.id, draft.kind, draft.body, id, false);
      return { id, status: 'accepted', version: this.events(outer.case).length, recordedAt };
    })();
    this.#answers.set(id, { hash, result });
    return result;
  }

  #number(key: string, outer: OuterCommand): void {
    this.#numbers.set(key, outer.number + 1);
    this.#hashAt.set(`${key}/${outer.number}`, outer.hash);
  }

  #append(caseId: string, id: string, kind: string, body: unknown, command: string | null, withheld: boolean): void {
    const held = this.#cases.get(caseId) ?? { events: [], state: null };
    const at = new Date(Date.now() + this.clockAheadMs).toISOString();
    const envelope: Envelope = {
      id, case: caseId, version: held.events.length + 1, kind, schema: 1, actor: { kind: 'person', person: PERSON.id, workstation: 'ws-1' },
      times: { said: null, made: at, recorded: at }, command, bodyHash: HASH, link: HASH,
    };
    const sent = withheld ? null : body;
    const state = smallLogic().evolve(held.state, { ...envelope, body: sent });
    this.#cases.set(caseId, { events: [...held.events, { envelope, body: sent }], state });
    // Whoever opens a case sees it.
    if (kind === 'case opened' && command !== null) this.#visible.add(caseId);
    if (this.#visible.has(caseId)) this.#feed({ type: 'event', envelope, body: sent });
  }
}
