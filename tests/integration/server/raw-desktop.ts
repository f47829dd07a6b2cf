import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { v7 as uuidv7 } from 'uuid';
import { evolve } from '#shared/case/evolve.ts';
import type { CommandBody, CommandKind } from '#shared/case/commands.ts';
import { CaseState } from '#shared/case/state.ts';
import { keyIdOf, signedBytes, type Signed, type SignaturePurpose } from '#shared/protocol/signature.ts';
import type { AskBody, AskKind, AskValue } from '#shared/protocol/asks.ts';
import type { CommandResult, OuterCommand } from '#shared/protocol/command.ts';
import type { LiveTopic, LiveValue } from '#shared/protocol/live.ts';
import { helloBytes, PROTOCOL_VERSION, type AskAnswer, type Feed, type LiveMessage, type PullAnswer, type PushAnswer } from '#shared/protocol/wire.ts';

/** An Ed25519 key pair as this client makes it. */
export type RawKey = { privateKey: KeyObject; publicKey: string; keyId: string };

export function makeRawKey(): RawKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  return { privateKey, publicKey: raw.toString('base64'), keyId: keyIdOf(raw) };
}

const signRaw = (key: RawKey, bytes: Uint8Array): string => sign(null, bytes, key.privateKey).toString('base64');

/** Keys that persons of one server registered, so that a second desktop of the same person signs with the same. */
const keysOfPersons = new Map<string, RawKey>();

/**
 * A client of the wire protocol that shares no code with the desk: what an attacker, or somebody writing a client in
 * another language, would have. Keeps every byte it receives.
 */
export class RawDesktop {
  /** Waited for where the centre itself was changed through this address: a test may look at any of its nodes then. */
  static changed: (url: string) => Promise<void> = async () => undefined;

  url: string;
  readonly desktop: string;
  readonly received: string[] = [];
  readonly cases = new Map<string, CaseState>();
  readonly live = new Map<string, unknown>();
  person = '';
  token = '';
  workstation = '';
  machineKey: RawKey = makeRawKey();
  personKey: RawKey = makeRawKey();
  cursor: string | null = null;
  incarnation = 1;
  #socket: Socket | null = null;
  #numbers = new Map<string, number>();
  /** The centre's clock before this machine's, as a real desk corrects its own. */
  #aheadMs = 0;
  #waiting: { holds: () => boolean; done: () => void }[] = [];

  /** What the server said before it closed the connection. */
  goodbye: string | null = null;
  #gone: Promise<void> = Promise.resolve();
  #pulls: Promise<void> = Promise.resolve();
  #pulling = 0;

  constructor(url: string, desktop = uuidv7()) {
    this.url = url;
    this.desktop = desktop;
  }

  static async signIn(url: string, account: string, password = 'aidline-demo', id = uuidv7()): Promise<RawDesktop> {
    const desktop = new RawDesktop(url, id);
    await desktop.enrol(`ws-${account}`);
    const answer = await desktop.session(account, password);
    await desktop.connect();
    if (answer.key.register) await desktop.keepKey();
    return desktop;
  }

  /** Has this machine enrolled (at once in the demo). */
  async enrol(name: string, code: string | null = null): Promise<{ status: string; fingerprint: string }> {
    const response = await fetch(`${this.url}/enrolment`, {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ protocol: PROTOCOL_VERSION, name, site: '测试', publicKey: this.machineKey.publicKey, secret: randomBytes(32).toString('base64'), code }),
    });
    const answer = (await response.json()) as { workstation: string; status: string; fingerprint: string };
    if (!response.ok) throw new Error(JSON.stringify(answer));
    this.workstation = answer.workstation;
    return answer;
  }

  async session(account: string, password: string): Promise<{ key: { register: boolean } }> {
    const response = await fetch(`${this.url}/session`, {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ protocol: PROTOCOL_VERSION, account, password, workstation: this.workstation, desktop: this.desktop, clockAt: new Date().toISOString() }),
    });
    const answer = (await response.json()) as { token: string; serverAt: string; person: { id: string }; key: { register: boolean; kept: { keyId: string } | null } };
    if (!response.ok) throw new Error(JSON.stringify(answer));
    this.token = answer.token;
    this.#aheadMs = Date.parse(answer.serverAt) - Date.now();
    this.person = answer.person.id;
    const known = answer.key.kept === null ? undefined : keysOfPersons.get(answer.key.kept.keyId);
    if (known !== undefined) this.personKey = known;
    return answer;
  }

  /** Registers this desktop's person key; what is kept of it is no real wrapping, since nobody opens it here. */
  async keepKey(key = this.personKey): Promise<void> {
    const filler = randomBytes(16).toString('base64');
    await this.ask('keep key', { publicKey: key.publicKey, keyId: key.keyId, wrapped: { kdf: 'argon2id', cost: { memoryKib: 8, passes: 1, lanes: 1 }, salt: filler, iv: filler, sealed: filler, tag: filler } });
    keysOfPersons.set(key.keyId, key);
    this.personKey = key;
  }

  /** Both signatures over a digest, by whatever keys one says. */
  signed(purpose: SignaturePurpose, digest: string, by: { person?: RawKey; machine?: RawKey } = {}): Signed {
    const { person = this.personKey, machine = this.machineKey } = by;
    const bytes = signedBytes(purpose, digest);
    return { purpose, digest, personKey: person.keyId, personSignature: signRaw(person, bytes), workstationKey: machine.keyId, workstationSignature: signRaw(machine, bytes) };
  }

  #hello(claims: Record<string, unknown>): Record<string, unknown> {
    return {
      protocol: PROTOCOL_VERSION, token: this.token, workstation: this.workstation, desktop: this.desktop, incarnation: this.incarnation,
      proof: signRaw(this.machineKey, helloBytes(this.token)), ...claims,
    };
  }

  /** @param hello what to claim instead of the truth */
  async connect(hello: Record<string, unknown> = {}): Promise<void> {
    const socket = io(this.url, {
      transports: ['websocket'], reconnection: false, forceNew: true,
      auth: this.#hello(hello),
    });
    this.#socket = socket;
    this.goodbye = null;
    this.#gone = new Promise((resolve) => socket.once('disconnect', () => resolve()));
    socket.on('goodbye', (message: { refusal: { code: string } }) => {
      this.goodbye = message.refusal.code;
    });
    socket.onAny((name: string, value: unknown) => this.received.push(JSON.stringify([name, value])));
    socket.on('live', (message: LiveMessage) => {
      this.live.set(message.topic, message.value);
      this.#changed();
    });
    socket.on('feed', (feed: Feed) => {
      // Of a line that was left there is nothing to hear any more.
      if (this.#socket === socket) this.#take(feed).catch((error: unknown) => this.#failed(error));
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
      // Whoever was there died before it had said either.
      socket.once('disconnect', (why) => reject(new Error(why)));
    });
    await this.pull();
  }

  /** Knocks once more with this desktop's token; rejects with what the server said. */
  async connectAnother(hello: Record<string, unknown>, headers: Record<string, string> = {}): Promise<'connected'> {
    const socket = io(this.url, {
      transports: ['websocket'], reconnection: false, forceNew: true, extraHeaders: headers,
      auth: this.#hello(hello),
    });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('connect_error', reject);
      });
      return 'connected';
    } finally {
      socket.disconnect();
    }
  }

  get socket(): Socket {
    if (this.#socket === null) throw new Error('not connected');
    return this.#socket;
  }

  close(): void {
    this.#socket?.disconnect();
  }

  /** Waits until the server has closed this connection, and gives the reason it told. */
  async dismissed(): Promise<string | null> {
    await Promise.race([this.#gone, new Promise((_resolve, reject) => setTimeout(() => reject(new Error('the server did not close the connection')), 10_000).unref())]);
    return this.goodbye;
  }

  /** One after another: two at once would bring the same events twice. */
  pull(): Promise<void> {
    this.#pulling += 1;
    const turn = this.#pulls.then(() => this.#pull()).finally(() => (this.#pulling -= 1));
    this.#pulls = turn.catch(() => undefined);
    return turn;
  }

  async #pull(): Promise<void> {
    for (;;) {
      const answer = (await this.socket.emitWithAck('pull', { cursor: this.cursor, limit: 200 })) as PullAnswer;
      this.received.push(JSON.stringify(answer));
      if (answer.status !== 'ok') throw new Error(answer.status);
      this.#apply(answer.feed);
      if (!answer.more) return;
    }
  }

  /** Sends one command and waits for its answer. */
  async command<K extends CommandKind>(kind: K, caseId: string, body: CommandBody<K>, outer: Partial<OuterCommand> = {}): Promise<CommandResult> {
    const made = this.make(kind, caseId, body, outer);
    return this.send(made);
  }

  make<K extends CommandKind>(kind: K, caseId: string, body: CommandBody<K>, outer: Partial<OuterCommand> = {}): OuterCommand {
    const number = (this.#numbers.get(caseId) ?? 0) + 1;
    this.#numbers.set(caseId, number);
    const inner = JSON.stringify({ madeAt: new Date(Date.now() + this.#aheadMs).toISOString(), saidAt: null, dependsOn: [], notAfter: null, body });
    return {
      id: uuidv7(), desktop: this.desktop, incarnation: this.incarnation, case: caseId as OuterCommand['case'], number, kind, schema: 1, urgent: false, inner,
      hash: createHash('sha256').update(inner).digest('hex'), ...outer,
    };
  }

  async send(command: OuterCommand): Promise<CommandResult> {
    const answer = (await this.socket.timeout(10_000).emitWithAck('push', { commands: [command] })) as PushAnswer;
    this.received.push(JSON.stringify(answer));
    const result = answer.results[0];
    if (result === undefined) throw new Error('no result');
    await this.#shows(command.case, result);
    return result;
  }

  /** As a desk shows what it did: the answer and the feed come by ways of their own, and either may be first. */
  async #shows(caseId: string, result: CommandResult): Promise<void> {
    if (result.status !== 'accepted' || !this.cases.has(caseId)) return;
    await this.until(() => (this.cases.get(caseId)?.version ?? result.version) >= result.version || this.#socket?.connected !== true, `what was accepted in ${caseId}`);
  }

  /** As `command`, and throws where it is refused. */
  async must<K extends CommandKind>(kind: K, caseId: string, body: CommandBody<K>): Promise<void> {
    const result = await this.command(kind, caseId, body);
    if (result.status !== 'accepted') throw new Error(`${kind}: ${JSON.stringify(result)}`);
  }

  /** As `command`, for what must be refused; gives the code, and throws where it was not refused. */
  async refusal<K extends CommandKind>(kind: K, caseId: string, body: CommandBody<K>): Promise<string> {
    const result = await this.command(kind, caseId, body);
    if (result.status !== 'refused') throw new Error(`${kind} was not refused: ${JSON.stringify(result)}`);
    return result.refusal.code;
  }

  /** The code of an ask that must be refused. */
  async askRefusal<K extends AskKind>(kind: K, body: AskBody<K>): Promise<string> {
    const answer = await this.tryAsk(kind, body);
    if (answer.ok) throw new Error(`${kind} was not refused`);
    return answer.refusal.code;
  }

  async tryAsk<K extends AskKind>(kind: K, body: AskBody<K>): Promise<AskAnswer> {
    const answer = (await this.socket.timeout(10_000).emitWithAck('ask', { id: uuidv7(), kind, body })) as AskAnswer;
    this.received.push(JSON.stringify(answer));
    if (kind === 'administer' || kind === 'keep key') await RawDesktop.changed(this.url);
    return answer;
  }

  async ask<K extends AskKind>(kind: K, body: AskBody<K>): Promise<AskValue<K>> {
    const answer = await this.tryAsk(kind, body);
    if (!answer.ok) throw new Error(`${kind}: ${JSON.stringify(answer.refusal)}`);
    return answer.value as AskValue<K>;
  }

  liveValue<T extends LiveTopic>(topic: T): LiveValue<T> | undefined {
    return this.live.get(topic) as LiveValue<T> | undefined;
  }

  state(caseId: string): CaseState {
    const state = this.cases.get(caseId);
    if (state === undefined) throw new Error(`this desktop does not hold case ${caseId}`);
    return state;
  }

  /** A barrier: resolves when the condition holds, looked at after every message. */
  async until(holds: () => boolean, what: string): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`waited in vain: ${what}`)), 20_000);
      this.#waiting.push({ holds, done: () => { clearTimeout(timer); resolve(); } });
    });
  }

  async #take(feed: Feed): Promise<void> {
    // What an answer that is on its way brings as well must not be applied twice.
    if (feed.from !== this.cursor || this.#pulling > 0) await this.pull();
    else this.#apply(feed);
  }

  /** A pull that the end of its line cut short is made anew by whoever connects again; anything else is a fault of the server. */
  #failed(error: unknown): void {
    if (this.#socket?.connected === true) throw error;
  }

  #apply(feed: Feed): void {
    this.cursor = feed.to;
    for (const item of feed.items) {
      if (item.type === 'revoked') this.cases.delete(item.case);
      if (item.type === 'snapshot') this.cases.set(item.case, CaseState.parse(item.state));
      if (item.type === 'event') {
        const held = this.cases.get(item.envelope.case) ?? null;
        if (held !== null && item.envelope.version !== held.version + 1) throw new Error(`gap in ${item.envelope.case}: ${held.version} then ${item.envelope.version}`);
        this.cases.set(item.envelope.case, evolve(held, { ...item.envelope, body: item.body }));
      }
    }
    this.#changed();
  }

  #changed(): void {
    this.#waiting = this.#waiting.filter((one) => {
      if (!one.holds()) return true;
      one.done();
      return false;
    });
  }
}
