/** The centre's server as a machine of the world: its disk, and on it one process after another, as the power lets it. */
import { RESEND_MS } from '../../../electron/desk/sync/new-epoch.ts';
import { join } from 'node:path';
import type { AdministrationEvent, AdministrationState } from '#shared/administration/administration-schema.ts';
import { china } from '#shared/calendar/china-2026.ts';
import type { Happened } from '#shared/case/decider.ts';
import type { CaseState } from '#shared/case/state.ts';
import type { Person } from '#shared/people/person.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { SpoolKey } from '#shared/protocol/spool.ts';
import { Administration } from '../../../server/administration/administration.ts';
import { publishCentre } from '../../../server/administration/publish-centre.ts';
import { Workstations } from '../../../server/administration/workstations.ts';
import { CallKeeper } from '../../../server/calls/call-keeper.ts';
import { appendToCase } from '../../../server/cases/append-case.ts';
import { caseFeed } from '../../../server/cases/case-feed.ts';
import { CaseStore } from '../../../server/cases/case-store.ts';
import { OpenCases } from '../../../server/cases/open-cases.ts';
import type { Centre, PublishedRules } from '../../../server/centre.ts';
import { loadFlows } from '../../../server/flows/load-flows.ts';
import { makeAskers, type CallDesk } from '../../../server/gateway/asks.ts';
import type { FromDesktop } from '../../../server/gateway/desk-connection.ts';
import { DeskDoor } from '../../../server/gateway/desk-door.ts';
import { LiveHub } from '../../../server/gateway/live-hub.ts';
import type { EventLog } from '../../../server/log/log.ts';
import { markAsCopy, openDatabase } from '../../../server/log/sqlite/open-database.ts';
import { startSqliteLog } from '../../../server/log/sqlite/open-sqlite-log.ts';
import { aloneOnDuty } from '../../../server/nodes/on-duty.ts';
import { inquireOpenLines } from '../../../server/operations/book-lines.ts';
import { AgentStates } from '../../../server/people/agent-states.ts';
import { Credentials } from '../../../server/people/credentials.ts';
import { People } from '../../../server/people/people.ts';
import { loadControl } from '../../../server/policy/load-control.ts';
import { react } from '../../../server/reactions.ts';
import { prepareRecovery } from '../../../server/recovery/recovery.ts';
import { Offers } from '../../../server/reviews/offers.ts';
import { publishReviews } from '../../../server/reviews/review-lists.ts';
import { FileSecret } from '../../../server/kept/file-secret.ts';
import { openPeopleFile } from '../../../server/kept/open-kept.ts';
import { SpoolKeys } from '../../../server/spool/spool-keys.ts';
import { SpoolTaker } from '../../../server/spool/take-spool.ts';
import { LateWorkTray } from '../../../server/spool/tray.ts';
import type { MemoryBank } from '../../control/memory-bank.ts';
import { CAST, keyOf, MACHINES } from './cast.ts';
import type { Chance } from './chance.ts';
import { Disk, type Image } from './disk.ts';
import { idsOf } from './ids.ts';
import type { Line } from './line.ts';
import { bankSeenBy } from './slow-bank.ts';
import type { Trace } from './trace.ts';
import type { Process, VirtualTime } from './virtual-time.ts';

export const CONTROL = loadControl(new URL('../../../server/policy/control.yaml', import.meta.url));
const { policy } = loadFlows();
if (policy === null) throw new Error('no flow policy');
const RULES: PublishedRules = {
  version: '1', flows: [], flowPolicy: policy, control: CONTROL, calendar: china,
  site: { bank: { zh: '示例', en: 'Sample' }, officialNumber: '400', ivrKey: '1', dutyPhone: '021' },
};
const SESSION_MS = 15 * 60_000;
const SPOOL_ANSWER_MS = 20_000;
const OUTSIDE: Process = { name: 'outside', alive: true };

type Running = { process: Process; log: EventLog; centre: Centre; door: DeskDoor; taker: SpoolTaker };
type Claims = { sub: string; desktop: string; workstation: string; exp: number; centre: number };

/** Tokens without a thread: jose asks one. Whether one is good is judged as there. */
const tokensOf = (nowMs: () => number, version: () => number) => ({
  session: async (sub: string, desktop: string, workstation: string) => {
    const exp = nowMs() + SESSION_MS;
    return { token: JSON.stringify({ sub, desktop, workstation, exp, centre: version() } satisfies Claims), expiresAt: new Date(exp).toISOString() };
  },
  readSession: async (token: string): Promise<Claims | null> => {
    const claims = JSON.parse(token) as Claims;
    return claims.exp > nowMs() ? claims : null;
  },
});

export class ServerMachine {
  readonly disk: Disk;
  readonly #time: VirtualTime;
  readonly #chance: Chance;
  readonly #trace: Trace;
  readonly #bank: MemoryBank;
  readonly #kept = openPeopleFile(':memory:');
  readonly #credentials = new Credentials(this.#kept.credentials);
  readonly #newId: () => string;
  readonly #lines = new Set<Line>();
  readonly #spoolFile: FileSecret;
  #spoolKeys: SpoolKeys | null = null;
  #running: Running | null = null;
  #doomed: Image | null = null;
  #copy: Image | null = null;
  #copiedMs = 0;
  #starts = 0;
  /** Added to the world's clock. */
  clockMs = 0;
  restores = 0;
  troubles: string[] = [];

  constructor(root: string, parts: { time: VirtualTime; chance: Chance; trace: Trace; bank: MemoryBank }) {
    this.disk = new Disk(join(root, 'server'), 'log.db');
    ({ time: this.#time, trace: this.#trace, bank: this.#bank, chance: this.#chance } = parts);
    this.#spoolFile = new FileSecret(join(root, 'spool.keys'));
    this.#newId = idsOf(this.#chance.of('ids'), () => this.nowMs);
  }

  get nowMs(): number {
    return this.#time.nowMs + this.clockMs;
  }
  get isUp(): boolean {
    return this.#running !== null;
  }
  get isDoomed(): boolean {
    return this.#doomed !== null;
  }
  get centre(): Centre | null {
    return this.#running?.centre ?? null;
  }

  /** Starts a process; it is up once it has read its log. */
  start(): void {
    if (this.#opening !== null) return;
    const process: Process = { name: `server ${++this.#starts}`, alive: true };
    this.#trace.say(process.name, 'starts');
    this.#boot(process).catch((error: unknown) => {
      if (process.alive) this.#trouble(`the server did not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    });
  }

  #trouble(what: string): void {
    this.#trace.say('server', `TROUBLE ${what}`);
    this.troubles.push(what);
  }

  async #boot(process: Process): Promise<void> {
    const time = this.#time;
    const now = (): string => new Date(this.nowMs).toISOString();
    const opened = openDatabase(this.disk.folder);
    if (!opened.ok) throw new Error(opened.error.code);
    this.disk.follow(opened.value.db);
    const chance = this.#chance.of(process.name);
    const soon = (run: () => void): void => void time.after(chance.int(0, 3), process, run);
    const started = startSqliteLog(opened.value, { now, newId: this.#newId, soon, onListenerError: (error) => this.#trouble(`a listener threw: ${String(error)}`) });
    if (!started.ok) throw new Error(started.error.code);
    const { log } = started;
    // Known from here on: the power may fail while it reads.
    const mine: { log: EventLog } = { log };
    this.#opening = { process, close: opened.value.close };
    const spoolKeys = (this.#spoolKeys ??= await SpoolKeys.open(this.#spoolFile, now));
    const administration = new Administration(log, now, this.#newId);
    await administration.start();
    await this.#found(administration);
    const cases = new CaseStore(log);
    const errors = { error: (detail: object, what: string) => this.#said(process, what, detail), warn: () => undefined, info: () => undefined };
    const open = new OpenCases(cases, (error) => this.#said(process, 'a change of a case was not followed up', { error: String(error) }));
    const agents = new AgentStates(log, now, this.#newId);
    const running: Partial<Running> = { process, log: mine.log };
    const scheduler = { now, after: (ms: number, run: () => void) => time.after(ms, process, run) };
    const centre = {
      clock: { now, onMoved: () => () => undefined }, newId: this.#newId, log, cases, open, credentials: this.#credentials, desktops: this.#kept.desktops, administration, agents,
      bank: bankSeenBy(process, this.#bank, time, chance.of('bank')), people: new People(administration, this.#credentials),
      workstations: new Workstations(this.#kept.enrolments, administration, now, false), online: (person: string) => running.door?.online(person) ?? false,
      tokens: tokensOf(() => this.nowMs, () => administration.state.version) as unknown, rules: RULES, lights: { core: 'ok', phones: 'ok' }, logger: errors,
      live: new LiveHub((person, message) => running.door?.sendLive(person, message), this.nowMs),
      duty: aloneOnDuty((caseId, lineId) => void inquireOpenLines(centre, caseId, lineId).catch(() => undefined)), spoolKeys, sealing: {} as unknown,
    } as unknown as Centre;
    centre.offers = new Offers(() => centre);
    centre.lateWork = new LateWorkTray(() => centre);
    running.taker = new SpoolTaker({ centre, keys: spoolKeys, tray: centre.lateWork, owners: this.#kept.desktops });
    running.centre = centre;
    await agents.start();
    await centre.lateWork.start();
    const keeper = new CallKeeper(centre);
    await open.start(log, keeper.since(), (state) => keeper.note(state));
    // SY9: as `start-centre.ts` does, before a door is open.
    centre.recoveryBook = this.#kept.recoveries;
    const recovery = await prepareRecovery(centre, centre.recoveryBook, scheduler);
    centre.recovering = recovery.running;
    publishCentre(centre, RULES);
    const switchboard = {} as unknown as CallDesk;
    const reactions = react(centre, keeper, () => ({ promisesChanged: async () => undefined }), scheduler);
    const feed = caseFeed(log, open);
    running.door = new DeskDoor({ centre, feed, events: { arrived: (seat) => this.#arrived(centre, seat.person), left: () => publishReviews(centre) }, elapsedMs: () => time.nowMs, after: (ms, run) => void time.after(ms, process, run) });
    const { door } = running;
    administration.onChanged(() => door.dismissTheGone());
    door.answerWith(makeAskers(centre, async () => switchboard, { online: (person) => door.online(person) }));
    if (!process.alive) return;
    this.#running = running as Running;
    this.#trace.say(process.name, `is up at ${(await log.head()).position}`);
    await reactions.start();
    await reactions.takeOver();
    recovery.start();
  }

  #opening: { process: Process; close: () => void } | null = null;

  #said(process: Process, what: string, detail: object): void {
    if (process.alive) this.#trace.say(process.name, `${what} ${JSON.stringify(detail)}`);
  }

  #arrived(centre: Centre, person: Person): void {
    centre.live.set(person.id, 'lights', { ...centre.lights });
    centre.live.set(person.id, 'clock', { serverAt: centre.clock.now(), controllable: false });
    publishReviews(centre);
  }

  async #found(administration: Administration): Promise<void> {
    for (const { id, name, key } of MACHINES) await this.#kept.enrolments.add({ id, name, site: 's', keyId: key.keyId, publicKey: key.publicKey, secret: 'secret', askedAt: '2026-01-01T00:00:00.000Z' });
    await administration.record((state) => (state.founded !== null ? [] : [
      { kind: 'centre founded', body: { how: 'demo', people: [...CAST], policy: CONTROL } },
      ...MACHINES.map(({ id, name, key }): AdministrationEvent => ({ kind: 'workstation enrolled', body: { workstation: { id, name, site: 's', keyId: key.keyId, publicKey: key.publicKey }, how: 'demo' } })),
      ...CAST.map((person): AdministrationEvent => ({ kind: 'key registered', body: { personId: person.id, keyId: keyOf(person.id).keyId, publicKey: keyOf(person.id).publicKey } })),
    ]));
  }

  // ------------------------------------------------------------ what desktops and phones reach

  async signIn(person: string, desktop: string, workstation: string): Promise<{ token: string; expiresAt: string; epoch: string; serverAt: string; spoolKey: SpoolKey } | { refusal: Refusal } | null> {
    const running = this.#running;
    if (running === null) return null;
    const { centre, process, log } = running;
    const machine = centre.workstations.admit(workstation);
    if (!machine.ok) return { refusal: { code: machine.code } };
    if (centre.people.byId(person)?.active !== true) return { refusal: { code: 'person-disabled' } };
    const token = await centre.tokens.session(person, desktop, workstation);
    const { epoch } = await log.head();
    return process.alive ? { ...token, epoch, serverAt: centre.clock.now(), spoolKey: centre.spoolKeys.current } : null;
  }

  async greet(hello: unknown, line: Line): Promise<{ said(name: FromDesktop, body: unknown, acknowledge: (answer: unknown) => void): Promise<void>; left(): void } | { refusal: Refusal } | null> {
    const running = this.#running;
    if (running === null) return null;
    const { door, process } = running;
    const admitted = await door.admit(hello);
    if (!process.alive || this.isDoomed) return null;
    if ('refusal' in admitted) return admitted;
    this.#lines.add(line);
    const connection = door.enter(admitted.seat, {
      send: (name, message) => {
        if (!this.isDoomed) line.tell(name, message);
      },
      connected: () => line.connected,
      close: () => line.hangUp(),
    });
    return {
      said: (name, body, acknowledge) => connection.said(name, body, (answer) => {
        // What is said after the power failed is not heard; what was said before it stands.
        if (process.alive && !this.isDoomed) acknowledge(answer);
      }),
      left: () => {
        this.#lines.delete(line);
        if (process.alive) door.left(connection);
      },
    };
  }

  /** What workstations kept of unsent work (SY10). */
  async takeSpool(request: Parameters<SpoolTaker['take']>[0]): Promise<Awaited<ReturnType<SpoolTaker['take']>> | null> {
    const running = this.#running;
    if (running === null) return null;
    try {
      // Of a server that dies over it nothing more is heard: whoever asks gives up, as over HTTP.
      const answer = await Promise.race([running.taker.take(JSON.parse(JSON.stringify(request)) as typeof request), this.#time.sleep(SPOOL_ANSWER_MS, OUTSIDE).then(() => null)]);
      return running.process.alive && !this.isDoomed ? answer : null;
    } catch (error) {
      this.#said(running.process, `the spool was not taken: ${String(error)}`, {});
      return null;
    }
  }

  /** What the phone system, the bank or the centre itself records. */
  async record(caseId: string, actor: 'phones' | 'server', rule: (state: CaseState | null) => readonly Happened[]): Promise<boolean> {
    const running = this.#running;
    if (running === null) return false;
    const { centre, process } = running;
    try {
      const done = await appendToCase({ ...centre, now: () => centre.clock.now() }, caseId, actor, (state) => ({ events: rule(state) }));
      return done && process.alive && !this.isDoomed;
    } catch (error) {
      this.#said(process, `not recorded: ${String(error)}`, {});
      return false;
    }
  }

  /** What is done to the centre itself. @returns whether it is known to be recorded */
  async administer(rule: (state: AdministrationState) => AdministrationEvent[]): Promise<boolean> {
    const running = this.#running;
    if (running === null) return false;
    try {
      await running.centre.administration.record(rule);
      return running.process.alive && !this.isDoomed;
    } catch (error) {
      this.#said(running.process, `not recorded: ${String(error)}`, {});
      return false;
    }
  }

  // ------------------------------------------------------------ what may happen to it

  /** The power fails after so many commits from here, or now. */
  failAfter(commits: number, torn: number): void {
    if (this.#running === null) return;
    this.disk.failAfter(commits, torn, (image) => {
      this.#trace.say('server', `power fails at a commit${torn > 0 ? ', within it' : ''}`);
      this.#doomed = image;
    });
  }

  failNow(): void {
    if (this.#running === null || this.isDoomed) return;
    this.#trace.say('server', 'power fails');
    this.#doomed = this.disk.image();
  }

  /** @returns whether it died; then its disk is what is left */
  bury(): boolean {
    if (this.#doomed === null) return false;
    const image = this.#doomed;
    this.#doomed = null;
    this.#stop(false);
    this.disk.becomes(image);
    return true;
  }

  #stop(told: boolean): void {
    const opening = this.#opening;
    if (this.#running !== null) this.#running.process.alive = false;
    if (opening !== null) {
      opening.process.alive = false;
      opening.close();
    }
    this.#opening = null;
    this.#running = null;
    for (const line of this.#lines) line.serverDied(told || this.#chance.often(0.7));
    this.#lines.clear();
  }

  backUp(): void {
    if (this.#running === null || this.isDoomed) return;
    this.#copy = this.disk.image();
    this.#copiedMs = this.nowMs;
    this.#trace.say('server', 'a copy is made');
  }

  /** SY9: the disk is lost, and the centre goes on from the last copy. @returns false where there is none */
  restore(): boolean {
    // An older one is beyond what desktops and workstations keep (SY9).
    if (this.#copy === null || this.isDoomed || this.nowMs - this.#copiedMs > RESEND_MS / 2) return false;
    this.#trace.say('server', 'is restored from the copy');
    this.#stop(false);
    this.disk.becomes(this.#copy);
    markAsCopy(this.disk.file);
    this.restores += 1;
    return true;
  }

  /** For the judge: everything is written and the file is let go. */
  async end(): Promise<string> {
    const running = this.#running;
    const folder = this.disk.folder;
    if (running !== null) running.process.alive = false;
    this.#opening?.close();
    this.disk.closed();
    this.#kept.db.close();
    return folder;
  }
}
