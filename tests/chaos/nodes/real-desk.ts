/** A workstation with the real desk on it, its line to the centre, and whoever sits there; killed and started again as often as one likes. */
import { cpSync, mkdirSync, rmSync, truncateSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { CaseState } from '#shared/case/state.ts';
import type { Person } from '#shared/people/person.ts';
import type { DeskReply, MethodParams, MethodValue } from '#shared/protocol/desk-rpc.ts';
import type { CommandParams } from '#shared/protocol/desk-command.ts';
import type { SyncView } from '#shared/protocol/sync-view.ts';
import { liveTopics, type LiveTopic, type LiveValue } from '#shared/protocol/live.ts';
import { domainLogic } from '../../../electron/desk/domain-logic.ts';
import { BARRED } from '../../../electron/desk/session/shut-out.ts';
import { readWorkstationFile } from '../../../electron/desk/signing/workstation-key.ts';
import { openFileKey } from '../../../electron/desk/store/file-key.ts';
import { profileFolder, readKeyFile } from '../../../electron/desk/store/profile-folder.ts';
import { signInOverHttp } from '../../../electron/desk/sync/http-sign-in.ts';
import { connectSocket } from '../../../electron/desk/sync/socket-link.ts';
import { DEMO_PASSWORD } from '../../../server/demo/demo-people.ts';
import type { DeskClient } from '../../../renderer/desk-client/desk-client.ts';
import { runDesk, type Running } from '../../unit/desk/test-desk.ts';
import { Proxy } from '../../proof/proxy.ts';
import type { Saved } from '../judge/judge-world.ts';
import type { OneScreen } from '../world/two-at-one-screen.ts';
import { DeskDisk, type Torn } from './desk-disk.ts';

/** A person's own file at a workstation. */
export type Profile = { name: string; person: Person; endedBy: string | null };

/** One run of the program, until it ends or is killed. */
type Life = { running: Running; alive: boolean; over: Promise<null>; end(): void };

type Parts = { saved(entry: Saved): void; trouble(what: string): void; told(what: string): void };

/** A desk waits as long as it says, but for the waits between tries: a seed has seconds where a night has hours. */
const HASTE = 8;
const LONG_MS = 60_000;
const AGAIN_MS = 150;
/** PR6: what a machine says that was revoked, until it is wiped and afterwards. */
const REVOKED: ReadonlySet<string> = new Set(['workstation-revoked', 'workstation-wiping', 'workstation-wiped']);
const UNENROLLED: ReadonlySet<string> = new Set(['workstation-not-enrolled', 'workstation-key-lost']);
const TOPICS = ['agent', 'offer', 'reviews'] as const satisfies readonly LiveTopic[];

export class RealDesk implements OneScreen {
  readonly line: Proxy;
  /** A file knows its centre by the address: whoever goes on with a copy of it goes by the line of the first. */
  readonly #isOwnLine: boolean;
  readonly profiles: Profile[] = [];
  readonly disk: DeskDisk;
  /** It was full at some time: then what is not worked on any more may leave it later. */
  wasFull = false;
  readonly #folder: string;
  readonly #parts: Parts;
  #url = '';
  #generation = 0;
  #life: Life | null = null;
  #sync: SyncView | null = null;
  #isSignedIn = false;
  #hasRules = false;
  #key: string | null = null;
  #desktop = '';
  /** It has heard that it was revoked; and it has said that it is wiped. */
  #isRevoked = false;
  #isWiped = false;
  readonly #cases = new Map<string, CaseState>();
  readonly #live = new Map<string, unknown>();
  readonly #handedOver = new Set<string>();
  /** Of this machine's clock before the others'. */
  clockMs = 0;
  /** Whoever sits here does one thing, and nothing beside it. */
  isBusy = false;

  /** @param folder of this workstation */
  constructor(folder: string, name: string, person: Person, parts: Parts, line: Proxy | null = null) {
    this.#folder = folder;
    this.disk = new DeskDisk(folder);
    this.#parts = parts;
    this.#isOwnLine = line === null;
    this.line = line ?? new Proxy();
    this.profiles.push({ name, person, endedBy: null });
  }

  /** @param port of the centre */
  async open(port: number): Promise<void> {
    mkdirSync(this.#root, { recursive: true });
    this.#url = await this.line.listen();
    this.line.upstream = port;
    this.start();
  }

  get #root(): string {
    return join(this.#folder, `disk-${this.#generation}`);
  }
  /** The id that it is enrolled under, if it is. */
  get workstationId(): string | null {
    const file = readWorkstationFile(this.#root, this.#url);
    return typeof file === 'string' ? null : file.workstation;
  }
  /** For the judge: where a machine that heard that it is revoked has left what it leaves; null of all others. */
  get revokedRoot(): string | null {
    return this.#isRevoked ? this.#root : null;
  }
  get profile(): Profile {
    return this.profiles.at(-1)!;
  }
  get name(): string {
    return this.profile.name;
  }
  get person(): Person {
    return this.profile.person;
  }
  get nowMs(): number {
    return Date.now() + this.clockMs;
  }
  newId(): string {
    return uuidv7({ msecs: this.nowMs });
  }
  get isOn(): boolean {
    return this.#life !== null;
  }
  get isAtWork(): boolean {
    return this.#life !== null && this.#isSignedIn && this.#hasRules;
  }
  get isOnline(): boolean {
    return this.#sync?.connection === 'online';
  }
  /** Whether they can sign here. */
  get hasKey(): boolean {
    return this.isAtWork && this.#key === 'ready';
  }

  // ------------------------------------------------------------ its lives

  /** The program starts, and whoever sits here signs in as soon as they can. */
  start(): void {
    const wipes = this.#isRevoked && !this.#isWiped;
    if (this.#life !== null || (this.profile.endedBy !== null && !wipes)) return;
    let end = (): void => undefined;
    const over = new Promise<null>((resolve) => {
      end = () => resolve(null);
    });
    const life: Life = {
      alive: true, over, end,
      running: runDesk({
        root: this.#root, workstation: this.name, connect: connectSocket, signInOverHttp, logic: domainLogic,
        environment: {
          now: () => this.nowMs, newId: () => this.newId(), random: () => Math.random(),
          after: (ms, run) => {
            const timer = setTimeout(run, ms <= LONG_MS ? ms / HASTE : ms);
            return () => clearTimeout(timer);
          },
        },
        report: (error) => {
          if (life.alive) this.#parts.trouble(`${this.name} reported: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        },
      }),
    };
    this.#life = life;
    this.#watch(life);
    // At a machine that wipes itself the program goes on with it alone, and nobody signs in.
    if (!wipes) void this.#signIn(life);
  }

  #watch(life: Life): void {
    const { client } = life.running;
    const own = <V>(take: (view: V) => void) => (view: V): void => {
      if (life.alive) take(view);
    };
    client.subscribe('session', {}, own((view) => {
      const was = this.#isSignedIn;
      this.#isSignedIn = view.status === 'signed-in';
      if (view.status === 'signed-in') [this.#desktop, this.#key] = [view.desktop, view.key];
      if (view.status !== 'signed-out' || view.refusal === null) return;
      if (REVOKED.has(view.refusal.code)) return this.#hasHeard(view.refusal.code);
      if (!was) return;
      if (BARRED.has(view.refusal.code)) this.#isOut(view.refusal.code);
      else void this.#signIn(life);
    }));
    client.subscribe('rules', {}, own((view) => (this.#hasRules = view !== null)));
    client.subscribe('sync', {}, own((view) => {
      const before = new Set(this.#sync?.refused.map(({ command }) => command));
      for (const { command, kind, refusal } of view.refused) if (!before.has(command)) this.#parts.told(`${this.name} was refused ${kind} ${command}: ${refusal?.code}`);
      if (this.#sync !== null && view.incarnation > this.#sync.incarnation) this.#parts.told(`${this.name} takes incarnation ${view.incarnation}`);
      this.#sync = view;
    }));
    client.subscribe('cases', {}, own(({ whole, changed, gone }) => {
      if (whole) this.#cases.clear();
      for (const id of gone) this.#cases.delete(id);
      for (const view of changed) this.#cases.set(view.case, view.state as CaseState);
    }));
    for (const topic of TOPICS) client.subscribe('live', { topic }, own((view) => this.#live.set(topic, view === null ? undefined : liveTopics[topic].parse(view.value))));
  }

  #isOut(code: string): void {
    this.profile.endedBy = code;
    this.#parts.told(`${this.name} is out: ${code}`);
  }

  #hasHeard(code: string): void {
    this.#parts.told(`${this.name}: ${code}`);
    this.#isRevoked = true;
    this.#isWiped ||= code === 'workstation-wiped';
    // Whoever has a file there comes back to it no more.
    for (const profile of this.profiles) profile.endedBy ??= 'workstation-revoked';
  }

  async #signIn(life: Life): Promise<void> {
    while (life.alive && this.profile.endedBy === null) {
      const { account } = this.person;
      const answer = await Promise.race([life.running.client.calls.signIn({ account, password: DEMO_PASSWORD, server: this.#url }), life.over]);
      if (answer === null || answer.ok || answer.refusal.code === 'already-signed-in') return;
      if (REVOKED.has(answer.refusal.code)) return this.#hasHeard(answer.refusal.code);
      if (BARRED.has(answer.refusal.code)) return this.#isOut(answer.refusal.code);
      if (!['server-unreachable', 'server-trouble', 'draining'].includes(answer.refusal.code)) this.#parts.told(`${this.name} may not sign in: ${answer.refusal.code}`);
      await wait(AGAIN_MS);
    }
  }

  /** Another person sits down here. */
  sitDown(name: string, person: Person): void {
    this.profiles.push({ name, person, endedBy: null });
    this.comeIn();
  }

  /** Whoever sits here leaves: their file stays, and the person of that profile comes, now or later. */
  async leaveTo(profile: Profile, how: 'signs out' | 'loses power'): Promise<void> {
    const life = this.#life;
    this.profiles.splice(this.profiles.indexOf(profile), 1);
    this.profiles.push(profile);
    if (how === 'loses power' || life === null) return this.kill();
    await Promise.race([life.running.client.calls.signOut({ evenUnsent: true, keepMine: true }), life.over]);
  }

  /** Whose turn it is signs in. */
  comeIn(): void {
    if (this.#life === null) this.start();
    else void this.#signIn(this.#life);
  }

  #bury(): void {
    const life = this.#life;
    if (life === null) return;
    life.alive = false;
    life.end();
    life.running.close();
    this.disk.closed();
    this.#life = null;
    this.#isSignedIn = false;
    this.#hasRules = false;
    this.#sync = null;
    this.#cases.clear();
    this.#live.clear();
  }

  /** In good order. */
  stop(): void {
    this.#bury();
  }

  /** The power fails: what lies on the disk at this moment is what there will be, and nobody is told. */
  kill(): void {
    if (this.#life?.alive !== true) return;
    this.#image(null);
    this.#becomes();
  }

  /**
   * The power fails at a commit, or within it, of whichever file here; or where there is none for a while.
   * @param torn as `DeskDisk.failAfter` has it @returns once it is dark
   */
  async killAtCommit(commits: number, torn: number, withinMs: number): Promise<void> {
    const dark = new Promise<void>((resolve) => {
      this.disk.failAfter(commits, torn, (cut) => {
        const life = this.#life;
        if (life?.alive !== true) return resolve();
        this.#image(cut);
        // What wrote this goes on for a moment, but nobody hears of it.
        life.alive = false;
        life.end();
        const good = this.line.line;
        this.line.become({ kind: 'cut' });
        setImmediate(() => {
          this.#becomes(good);
          resolve();
        });
      });
    });
    await Promise.race([dark, wait(withinMs)]);
    this.kill();
  }

  /** What is left of the disk without power, beside it. */
  #image(torn: Torn | null): void {
    const next = join(this.#folder, `disk-${this.#generation + 1}`);
    // Of SQLite's shared memory nothing survives.
    cpSync(this.#root, next, { recursive: true, filter: (path) => !path.endsWith('-shm') });
    if (torn !== null) truncateSync(join(next, relative(this.#root, torn.wal)), torn.bytes);
  }

  /** What is left is what there is. */
  #becomes(good = this.line.line): void {
    const before = this.#root;
    this.line.become({ kind: 'cut' });
    this.#bury();
    this.#generation += 1;
    this.line.become(good);
    rmSync(before, { recursive: true, force: true });
  }

  /** No room on the disk any more, or all that one wants. */
  fill(isFull: boolean): void {
    this.wasFull ||= isFull;
    this.disk.fill(isFull);
  }

  /**
   * SY2: what lies on the disk here goes on at another machine too.
   * @param what the person's file alone, at a machine that is enrolled anew; or all that the machine has, its own key and its spool
   * @returns null while nobody is at work here
   */
  copyTo(folder: string, name: string, what: 'profile' | 'machine'): RealDesk | null {
    if (!this.isAtWork) return null;
    const copy = new RealDesk(folder, name, this.person, this.#parts, this.line);
    copy.#url = this.#url;
    const own = (root: string): string => (what === 'machine' ? root : profileFolder(root, this.#url, this.person.account).path);
    cpSync(own(this.#root), own(copy.#root), { recursive: true, filter: (path) => !path.endsWith('-shm') });
    copy.start();
    return copy;
  }

  async dispose(): Promise<void> {
    this.#bury();
    this.disk.dispose();
    if (this.#isOwnLine) await this.line.close();
  }

  // ------------------------------------------------------------ what the person does

  cases(): CaseState[] | null {
    return this.isAtWork ? [...this.#cases.values()] : null;
  }
  case(id: string): CaseState | undefined {
    return this.#cases.get(id);
  }
  live<T extends (typeof TOPICS)[number]>(topic: T): LiveValue<T> | undefined {
    return this.#live.get(topic) as LiveValue<T> | undefined;
  }

  async command(params: CommandParams): Promise<{ ok: boolean }> {
    const saved = this.#saves(params);
    const answer = await this.atScreen(params.kind, (calls) => calls.command({ passphrase: DEMO_PASSWORD, ...params }));
    if (answer.ok) saved(answer.value.commandId);
    return { ok: answer.ok };
  }

  /** One case, which the successor whose file is open here signs too (OF1). */
  async handOverHere(params: MethodParams<'handOverHere'>): Promise<{ ok: true; value: MethodValue<'handOverHere'> } | { ok: false; code: string }> {
    const saved = this.#saves({ kind: 'hand over here', case: params.case });
    const answer = await this.atScreen('hand over here', (calls) => calls.handOverHere(params));
    // Pressed again it is the same.
    if (answer.ok && !this.#handedOver.has(answer.value.commandId)) saved(answer.value.commandId);
    if (answer.ok) this.#handedOver.add(answer.value.commandId);
    return answer;
  }

  coSign(params: MethodParams<'coSign'>): ReturnType<OneScreen['coSign']> {
    return this.atScreen(`co-sign: ${params.step}`, (calls) => calls.coSign(params));
  }
  /** Of what a step of the second person's saves, the screen tells no id. */
  coSigned(caseId: string, kind: string): void {
    this.#parts.told(`${this.name} saved ${kind} of ${caseId}`);
  }

  /** Whoever sits here now will have been told that it is saved. */
  #saves({ kind, case: of }: Pick<CommandParams, 'kind' | 'case'>): (id: string) => void {
    const [{ name, person }, desktop] = [this.profile, this.#desktop];
    return (id) => {
      this.#parts.told(`${name} saved ${kind} ${id} of ${of}`);
      this.#parts.saved({ id, atMs: Date.now(), machine: name, desktop, person: person.id, case: of, kind });
    };
  }

  /** Whatever people do at this screen, and what it answers them. */
  async atScreen<V>(what: string, does: (calls: DeskClient['calls']) => Promise<DeskReply<V>>): Promise<{ ok: true; value: V } | { ok: false; code: string }> {
    const life = this.#life;
    if (life === null || !this.isAtWork) return { ok: false, code: 'not-signed-in' };
    const { name } = this;
    const answer = await Promise.race([does(life.running.client.calls), life.over]);
    // A machine without power shows nothing any more.
    if (answer === null || !life.alive) return { ok: false, code: 'no-power' };
    if (answer.ok) return answer;
    this.#parts.told(`${name} may not ${what}: ${answer.refusal.code}`);
    return { ok: false, code: answer.refusal.code };
  }

  async ask(kind: string, body: unknown): Promise<boolean> {
    return (await this.answer(kind, body))?.ok === true;
  }

  /** @returns null where the desk ended meanwhile */
  async answer(kind: string, body: unknown): Promise<DeskReply<unknown> | null> {
    const life = this.#life;
    if (life === null || !this.isAtWork) return null;
    return Promise.race([life.running.client.calls.ask({ kind, body }), life.over]);
  }

  // ------------------------------------------------------------ how it stands

  /** Null once all is said and heard; tries again at once what waits for its time. */
  async restless(): Promise<string | null> {
    if (this.#isRevoked) return this.#isWiped ? null : `${this.name} is revoked and not wiped`;
    if (this.profile.endedBy !== null) return null;
    const life = this.#life;
    const sync = this.#sync;
    if (life === null || !this.isAtWork || sync === null) return `${this.name} is not signed in`;
    for (const { stream } of sync.setAside) await Promise.race([life.running.client.calls.tryAgain({ stream }), life.over]);
    const { connection, unsent, catchingUp, spooled, setAside, refusal } = sync;
    // A restore has lost this machine's enrolment (SY9), or a copied file was opened without the line where nobody was before: whoever reads that signs in anew, and a demonstration enrols the machine.
    if (connection === 'refused' && UNENROLLED.has(refusal?.code ?? '')) {
      this.stop();
      this.start();
    }
    if (connection === 'offline') await Promise.race([life.running.client.calls.connectNow({}), life.over]);
    if (connection === 'online' && unsent === 0 && !catchingUp && spooled === 0 && setAside.length === 0) return null;
    return `${this.name} is ${connection} (${refusal?.code ?? ''}), ${unsent} unsent, ${spooled} of others, ${setAside.length} set aside${catchingUp ? ', catching up' : ''}`;
  }

  /** For the judge, once it is closed: where a profile lies, and its key. */
  async fileOf({ person }: Profile): Promise<{ file: string; key: Buffer; desktop: string }> {
    const folder = profileFolder(this.#root, this.#url, person.account);
    // Of a machine that wiped itself nothing is left to open.
    if (this.#isWiped) return { file: folder.database, key: Buffer.alloc(0), desktop: '' };
    const held = readKeyFile(folder);
    const opened = held === null ? null : await openFileKey(held, DEMO_PASSWORD, { nativeBinding: null });
    if (held === null || opened === null) throw new Error(`the file of ${person.account} does not open`);
    return { file: folder.database, key: opened.key, desktop: held.desktop };
  }
}
