import { createHash, createPublicKey, verify } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { v7 } from 'uuid';
import { isRefused } from '#shared/case/decision.ts';
import { InnerCommand, OuterCommand, type CommandResult } from '#shared/protocol/command.ts';
import type { Envelope } from '#shared/protocol/envelope.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { asks } from '#shared/protocol/asks.ts';
import { keyIdOf, signedBytes, type Signed } from '#shared/protocol/signature.ts';
import { AskRequest, EnrolmentRequest, Hello, helloBytes, OLDEST_PROTOCOL, PullRequest, PushRequest, SignInRequest, type FeedItem, type KeptKey } from '#shared/protocol/wire.ts';
import { smallLogic, type Notes } from '../../unit/desk/small-logic.ts';

const HASH = '0'.repeat(64);
export const PERSON = { id: '01960000-0000-7000-8000-000000000001', human: '01960000-0000-7000-8000-00000000000a', account: 'lin', name: '林', no: '1001', role: 'agent', skills: [], team: 'night' } as const;

/** An Ed25519 signature checked as any other implementation would, from the 32 bytes of the key alone. */
export function isSignedBy(publicKey: string, bytes: Uint8Array, signature: string): boolean {
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(publicKey, 'base64')]);
  return verify(null, bytes, createPublicKey({ key: spki, format: 'der', type: 'spki' }), Buffer.from(signature, 'base64'));
}

type Machine = { id: string; publicKey: string; secret: string; status: 'enrolled' | 'waiting' | 'revoked'; name: string; site: string };

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
  /** A demonstration enrols every machine at once; others wait until `machines` says otherwise. */
  demo = true;
  /** By the id of the key. */
  readonly machines = new Map<string, Machine>();
  /** What only the founding machine was given. */
  firstCode: string | null = null;
  /** The person's key as it was last kept, and the ids of those that are registered. */
  kept: KeptKey | null = null;
  readonly registered = new Set<string>();
  mayRegister = true;
  mustChange = false;
  /** How often the passphrase was changed, and what to do in the middle of it: `'lose'` ends the connection before it was, `'lose-after'` after. */
  onPassphrase: (() => 'lose' | 'lose-after' | undefined) | null = null;
  epoch = v7();

  #items: FeedItem[] = [];
  #cases = new Map<string, { events: { envelope: Envelope; body: unknown }[]; state: unknown }>();
  #visible = new Set<string>();
  #numbers = new Map<string, number>();
  #hashAt = new Map<string, string>();
  #answers = new Map<string, Answer>();
  #pages = 200;
  readonly #http = createServer((request, response) => void this.#answer(request).then((answer) => {
    if (answer === 'cut') return void request.socket.destroy();
    response.writeHead('refusal' in answer ? 401 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  }));
  readonly #io = new Server(this.#http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });

  constructor() {
    this.#io.use((socket, next) => {
      const hello = Hello.safeParse(socket.handshake.auth);
      const refusal = this.refuseHello ?? (hello.success && hello.data.protocol >= OLDEST_PROTOCOL ? null : { code: 'protocol-too-old' });
      if (hello.success) this.hellos.push(hello.data);
      if (hello.success && !this.#proves(hello.data)) return next(Object.assign(new Error('refused'), { data: { code: 'workstation-proof' } }));
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

  async #answer(request: IncomingMessage): Promise<Record<string, unknown> | 'cut'> {
    if (request.url === '/health') return { demo: this.demo, accounts: [] };
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const body: unknown = JSON.parse(text);
    if (request.url === '/enrolment') return this.#enrol(body);
    if (request.url === '/passphrase') return this.#passphrase(body as { old: string; new: string; workstation: string });
    return this.#session(body);
  }

  #enrol(body: unknown): Record<string, unknown> {
    const request = EnrolmentRequest.parse(body);
    const keyId = keyIdOf(Buffer.from(request.publicKey, 'base64'));
    const known = this.machines.get(keyId);
    if (known === undefined && request.code !== null && request.code !== this.firstCode) return { refusal: { code: 'enrolment-code' } };
    // A key that is known keeps the secret it came with first.
    const machine = known ?? { id: v7(), publicKey: request.publicKey, secret: request.secret, status: this.demo || request.code !== null ? 'enrolled' as const : 'waiting' as const, name: request.name, site: request.site };
    this.machines.set(keyId, machine);
    return { status: machine.status, workstation: machine.id, fingerprint: keyId.slice(0, 16) };
  }

  #passphrase({ old, new: next, workstation }: { old: string; new: string; workstation: string }): Record<string, unknown> | 'cut' {
    const what = this.onPassphrase?.();
    if (what === 'lose') return 'cut';
    if (this.#machine(workstation)?.status !== 'enrolled') return { refusal: { code: 'workstation-not-enrolled' } };
    if (old !== this.password) return { refusal: { code: 'wrong-password' } };
    this.password = next;
    this.mustChange = false;
    return what === 'lose-after' ? 'cut' : { done: true };
  }

  #machine(id: string): Machine | undefined {
    return [...this.machines.values()].find((one) => one.id === id);
  }

  #proves({ workstation, token, proof }: Hello): boolean {
    const machine = this.#machine(workstation);
    return machine?.status === 'enrolled' && isSignedBy(machine.publicKey, helloBytes(token), proof);
  }

  /** Whether a command's signatures are by keys that are valid now. */
  #verify({ signed }: { signed: Signed }): string | null {
    const bytes = signedBytes(signed.purpose, signed.digest);
    const machine = this.machines.get(signed.workstationKey);
    if (machine?.status !== 'enrolled' || !isSignedBy(machine.publicKey, bytes, signed.workstationSignature)) return 'tp8-workstation';
    if (!this.registered.has(signed.personKey) || this.kept?.keyId !== signed.personKey) return 'tp8-key-unknown';
    return isSignedBy(this.kept.publicKey, bytes, signed.personSignature) ? null : 'tp8-unsigned';
  }

  #keep(body: unknown): unknown {
    const key = asks['keep key'].body.parse(body);
    if (!this.registered.has(key.keyId) && !this.mayRegister) return { ok: false, refusal: { code: 'key-registered' } };
    this.registered.add(key.keyId);
    this.mayRegister = false;
    this.kept = key;
    return { ok: true, value: { done: true } };
  }

  #session(body: unknown): Record<string, unknown> {
    const parsed = SignInRequest.safeParse(body);
    if (!parsed.success) return { refusal: { code: 'malformed' } };
    this.signIns += 1;
    if (this.refuseSignIn !== null) return { refusal: this.refuseSignIn };
    const machine = this.#machine(parsed.data.workstation);
    if (machine?.status !== 'enrolled') return { refusal: { code: machine?.status === 'revoked' ? 'workstation-revoked' : 'workstation-not-enrolled' } };
    if (parsed.data.account !== PERSON.account || parsed.data.password !== this.password) return { refusal: { code: 'wrong-password' } };
    const now = Date.now() + this.clockAheadMs;
    return {
      token: v7(), expiresAt: new Date(now + this.tokenSeconds * 1000).toISOString(), serverAt: new Date(now).toISOString(),
      epoch: this.epoch, person: PERSON, workstationSecret: machine.secret, mustChange: this.mustChange,
      key: { kept: this.mayRegister ? null : this.kept, register: this.mayRegister },
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
      if (ask.kind === 'keep key') return answer(this.#keep(ask.body));
      if (ask.kind === 'administer') return answer({ ok: true, value: { done: true, half: null } });
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
      const signed = inner.body as { signed?: Signed };
      const unsigned = signed.signed === undefined ? null : this.#verify({ signed: signed.signed });
      if (unsigned !== null) return refused({ code: unsigned });
      if (outer.kind === 'take review' || outer.kind === 'approve notes') return { id, status: 'accepted', version: 0, recordedAt };
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
