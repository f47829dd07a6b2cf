/** One world under one seed: a centre, its desktops, the people, and everything that goes wrong; then all is healed and goes quiet. */
import { rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import type { Happened } from '#shared/case/decider.ts';
import { openCallOf } from '#shared/operation/call-of.ts';
import type { Person } from '#shared/people/person.ts';
import { MemoryBank } from '../../control/memory-bank.ts';
import { AGENT, COLLEAGUE, CUSTOMERS, fixedId, LEAD, MACHINES, MENTOR, type Machine } from './cast.ts';
import { Chance } from './chance.ts';
import { CoSignNight } from './co-sign.ts';
import { Departure } from './departure.ts';
import { DesktopMachine, type Saved } from './desktop-machine.ts';
import { worldFolder } from './disk.ts';
import { Faults } from './faults.ts';
import { idsOf } from './ids.ts';
import { scenesOf, type Scene } from './scenes.ts';
import { secondHere } from './second-here.ts';
import { CONTROL, ServerMachine } from './server-machine.ts';
import { Shift, type HandedOver } from './shift.ts';
import { SpoolHome } from './spool-home.ts';
import { Trace } from './trace.ts';
import { VirtualTime, type Process } from './virtual-time.ts';
import { takeOver, work, type Place, type Room } from './work.ts';

/** A weekday morning at the centre. */
const START_MS = Date.parse('2026-11-23T02:00:00.000Z');
/** About as much is done in each of them: in a busy quarter of an hour, or in a quiet night. */
const WORK_MINUTES = [8, 8, 8, 20, 120] as const;
const USUAL_MINUTES = 10;
/** A person signs in for the first time and is told the rules. */
const GUESTS_MS = 20_000;
const DAY_MS = 86_400_000;
const QUIET_FOR_MS = 45_000;
/** What was set aside is tried again ever more seldom: within hours. */
const QUIET_WITHIN_MS = 4 * 3_600_000;

export type Ended = {
  desktops: DesktopMachine[];
  serverFolder: string;
  saved: Saved[];
  handedOver: HandedOver[];
  bank: MemoryBank;
  restores: number;
  /** The folder of a workstation that was revoked and has heard of it. */
  wiped: string | null;
  /** Saved on a disk of which a copy went on elsewhere, so that either may speak for it. */
  clonesOf: ReadonlyMap<string, string>;
  troubles: string[];
  faults: number;
  /** Null where all went quiet; else what did not. */
  unquiet: string | null;
  hash: string;
  steps: number;
  endMs: number;
  backMs: number | null;
  virtualMs: number;
};

export class World {
  readonly time = new VirtualTime(START_MS);
  readonly chance: Chance;
  readonly trace: Trace;
  readonly folder = worldFolder();
  readonly bank: MemoryBank;
  readonly server: ServerMachine;
  readonly desktops: DesktopMachine[] = [];
  readonly room: Room = { reviews: [], handOvers: [], escalations: [] };
  readonly saved: Saved[] = [];
  readonly handedOver: HandedOver[] = [];
  readonly clonesOf = new Map<string, string>();
  /** What is no machine: people, phones, misfortune. */
  readonly outside: Process = { name: 'outside', alive: true };
  readonly newId: () => string;
  /** How much slower than usual everything is that people do and that happens to them. */
  readonly tempo: number;
  readonly #workMs: number;
  readonly scenes: ReadonlySet<Scene>;
  readonly #spools = new Map<Machine, SpoolHome>();
  readonly #shifts: Shift[] = [];
  readonly #nights: CoSignNight[] = [];
  readonly #departure: Departure | null;
  readonly #seconds: Chance;
  readonly #place: Place;
  #working = true;
  #isClosed = false;

  constructor(seed: number, told: ((line: string) => void) | null) {
    this.chance = new Chance(`chaos ${seed}`);
    this.#seconds = this.chance.of('seconds');
    this.scenes = scenesOf(this.chance.of('scenes'));
    this.#departure = this.scenes.has('departure') ? new Departure(this) : null;
    const minutes = this.chance.pick(WORK_MINUTES);
    // Before and after a weekend less is done.
    this.#workMs = minutes * 60_000 * (this.scenes.has('weekend') ? 0.5 : 1);
    this.tempo = minutes / USUAL_MINUTES;
    this.trace = new Trace(START_MS, () => this.time.nowMs, told);
    this.newId = idsOf(this.chance.of('ids'), () => this.time.nowMs);
    this.bank = new MemoryBank(() => new Date(this.time.nowMs).toISOString(), CUSTOMERS);
    this.server = new ServerMachine(this.folder, { time: this.time, chance: this.chance.of('server'), trace: this.trace, bank: this.bank });
    this.#place = {
      control: CONTROL, agents: [AGENT.id, COLLEAGUE.id], lead: LEAD.id,
      accountOf: ({ customerId }) => `${customerId}-account`, cardOf: ({ customerId }) => `${customerId}-card`, planIds: ({ customerId }) => this.bank.planIds(customerId ?? ''),
      hasFacts: (state, person) => state.facts[person] !== undefined, truth: async (caseId) => (await this.server.centre?.cases.load(caseId)) ?? null,
    };
    this.time.afterEach = () => this.#bury();
  }

  /** Who lost their power is taken away, and comes back after a while. */
  #bury(): void {
    if (this.server.bury()) this.time.after(this.chance.int(500, 25_000), this.outside, () => this.startServer());
    for (const desktop of this.desktops) if (desktop.bury()) this.time.after(this.chance.int(500, 60_000), this.outside, () => desktop.start());
  }

  startServer(): void {
    if (!this.server.isUp && !this.#isClosed) this.server.start();
  }

  spoolOf(machine: Machine): SpoolHome {
    const home = this.#spools.get(machine) ?? new SpoolHome(this.folder, machine.name);
    this.#spools.set(machine, home);
    return home;
  }

  addDesktop(name: string, person: typeof AGENT, machine: number, desktop: string = fixedId(500 + machine)): DesktopMachine {
    const added = new DesktopMachine(this.folder, name, { person, desktop, machine: MACHINES[machine]! }, {
      time: this.time, chance: this.chance.of('desks'), trace: this.trace, server: this.server, saved: (entry) => void this.saved.push(entry), spool: this.spoolOf(MACHINES[machine]!),
      ended: (here, refusal) => {
        if (refusal.code === 'workstation-revoked') this.#departure?.heard(here);
      },
      openSecond: (here, account) => secondHere({ time: this.time, chance: this.#seconds, outside: this.outside, desktops: () => this.desktops }, here, account),
    });
    added.way.usualMs = this.chance.pick([10, 30, 30, 120, 400]);
    this.desktops.push(added);
    return added;
  }

  async run(): Promise<Ended> {
    const { chance, time } = this;
    this.startServer();
    await time.runUntil(START_MS + 5_000);
    this.addDesktop('agent', AGENT, 0);
    this.addDesktop('mentor', MENTOR, 1);
    if (chance.often(0.7)) this.addDesktop('colleague', COLLEAGUE, 2);
    if (chance.often(0.4)) this.addDesktop('lead', LEAD, 3);
    if (chance.often(0.4)) this.addDesktop('agent-again', AGENT, 4);
    await this.#guestsComeFirst();
    for (const desktop of this.desktops) desktop.start();
    for (const desktop of this.desktops) if (!desktop.resting) this.employ(desktop);
    this.#ring();
    for (const shift of this.#shifts) shift.plan(chance.of(`shift of ${shift.leaver.name}`).int(20, 70) / 100 * this.#workMs);
    for (const night of this.#nights) night.plan(chance.of('nights').int(10, 40) / 100 * this.#workMs);
    this.#departure?.plan(chance.of('departure').int(15, 60) / 100 * this.#workMs);
    const faults = new Faults(this);
    faults.plan(time.nowMs + 10_000, START_MS + this.#workMs);
    await time.runUntil(START_MS + this.#workMs);
    this.#working = false;
    this.trace.say('world', 'is healed');
    for (const shift of this.#shifts) shift.end();
    this.#departure?.end();
    faults.heal();
    let unquiet = await this.#quiet();
    let backMs: number | null = null;
    if (this.scenes.has('weekend') && unquiet === null) {
      backMs = await this.#weekend(faults);
      unquiet = await this.#quiet();
    }
    this.trace.say('world', unquiet ?? 'is quiet');
    for (const desktop of this.desktops) {
      desktop.screen.check();
      desktop.stop();
    }
    const serverFolder = await this.server.end();
    return {
      desktops: this.desktops, serverFolder, saved: this.saved, handedOver: this.handedOver, bank: this.bank, restores: this.server.restores, wiped: this.#departure?.wiping?.root ?? null, clonesOf: this.clonesOf,
      troubles: [...this.server.troubles, ...this.desktops.flatMap((desktop) => desktop.troubles)],
      faults: faults.count, unquiet, hash: this.trace.digest, steps: time.steps, endMs: time.nowMs, backMs, virtualMs: time.nowMs - START_MS,
    };
  }

  /** PR6: nobody is there for days; then some old cases wake up, and things go wrong again. @returns when everybody is back */
  async #weekend(faults: Faults): Promise<number> {
    const { time } = this;
    const chance = this.chance.of('weekend');
    const there = this.desktops.filter((desktop) => !desktop.gone && !desktop.resting && desktop.endedBy === null);
    for (const desktop of there) desktop.stop();
    const days = chance.pick([1.5, 8, 8]);
    this.trace.say('world', `rests for ${days} days`);
    // What a centre does by itself all the time is looked at in busy hours; for days it would take most of a world's time.
    this.#isClosed = true;
    this.server.failNow();
    await time.runUntil(time.nowMs + days * DAY_MS);
    this.#isClosed = false;
    this.startServer();
    await time.runUntil(time.nowMs + 5_000);
    const backMs = time.nowMs;
    this.#working = true;
    for (const desktop of there) {
      desktop.start();
      this.employ(desktop);
    }
    this.#ring();
    faults.plan(backMs + 40_000, backMs + this.#workMs);
    await time.runUntil(backMs + this.#workMs);
    this.#working = false;
    this.trace.say('world', 'is healed');
    faults.heal();
    return backMs;
  }

  get isWorking(): boolean {
    return this.#working;
  }

  /** Whoever will stand beside somebody else's screen has signed in there before: only then does their file lie there. */
  async #guestsComeFirst(): Promise<void> {
    const chance = this.chance.of('guests');
    const guests: DesktopMachine[] = [];
    const add = (host: DesktopMachine, person: Person): DesktopMachine => {
      const machine = MACHINES.indexOf(host.machine);
      const guest = this.addDesktop(`${person.account}-at-${host.name}`, person, machine, fixedId(600 + 10 * machine + guests.length));
      guests.push(guest);
      return guest;
    };
    if (this.scenes.has('hand-over')) {
      for (const leaver of this.desktops.filter(({ name }) => name === 'agent' || (name === 'colleague' && chance.often(0.5)))) {
        const successor = chance.pick([AGENT, COLLEAGUE, COLLEAGUE, LEAD].filter((person) => person.id !== leaver.person.id));
        this.#shifts.push(new Shift(this, leaver, add(leaver, successor)));
      }
    }
    if (this.scenes.has('co-sign')) {
      for (const maker of this.desktops.filter(({ name }) => name === 'agent')) {
        const second = chance.pick([MENTOR, MENTOR, LEAD]);
        // One person has one file at a machine.
        const isHere = guests.some(({ person, machine }) => person.id === second.id && machine === maker.machine);
        this.#nights.push(new CoSignNight(this, maker, add(maker, isHere ? MENTOR : second)));
      }
    }
    for (const guest of guests) {
      guest.start();
      const since = this.time.nowMs;
      while ((guest.session?.told.rules ?? null) === null && this.time.nowMs - since < GUESTS_MS) await this.time.runUntil(this.time.nowMs + 500);
      guest.stop();
      guest.resting = true;
    }
  }

  /** The person at a desktop does something every now and then, for as long as there is work. */
  employ(desktop: DesktopMachine): void {
    const chance = this.chance.of(`work of ${desktop.name}`);
    const usualMs = chance.pick([8_000, 15_000, 30_000]);
    const again = (): void => void this.time.after(chance.wait(usualMs * this.tempo), this.outside, () => {
      if (!this.#working) return;
      desktop.screen.check();
      if (desktop.isBusy) return again();
      const parts = { desk: desktop.screen, chance, room: this.room, place: this.#place };
      const done = this.room.handOvers.some((one) => one.to === desktop.person.id) && chance.often(0.5) ? takeOver(parts) : work(parts);
      done.catch((error: unknown) => desktop.troubles.push(`${desktop.name}: the work threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)).finally(again);
    });
    again();
  }

  /** Customers ring: new cases come with a call, and old ones get one again. */
  #ring(): void {
    const chance = this.chance.of('phones');
    const again = (): void => void this.time.after(chance.wait(15_000 * this.tempo), this.outside, () => {
      if (!this.#working) return;
      void this.#call(chance).finally(again);
    });
    again();
  }

  async #call(chance: Chance): Promise<void> {
    const open = this.server.centre?.open.all() ?? [];
    const waiting = open.filter((state) => state.owner !== null && state.customerId !== null && Object.keys(state.calls).every((id) => openCallOf(state, id) === null));
    const talking = open.filter((state) => Object.keys(state.calls).some((id) => openCallOf(state, id) !== null));
    const callId = `call-${this.newId()}`;
    const now = new Date(this.time.nowMs).toISOString();
    const call = (event: object, id = callId): Happened => ({ kind: 'call recorded', body: { event: { callId: id, at: now, ...event } } }) as Happened;
    const through = (person: string): Happened[] => [
      call({ kind: 'queued', eventId: `${callId}-q`, queue: 'es', number: '19900000001' }),
      call({ kind: 'offered', eventId: `${callId}-o`, offerId: `${callId}-f`, personId: person, desktopId: 'd', expiresAt: new Date(this.time.nowMs + 20_000).toISOString() }),
      call({ kind: 'accepted', eventId: `${callId}-a`, offerId: `${callId}-f`, personId: person, desktopId: 'd' }),
      call({ kind: 'answered', eventId: `${callId}-t`, personId: person, recordingId: `rec-${callId}` }),
      { kind: 'verification checked', body: { callId, factor: 'servicePassword', ok: true, level: 3, failuresToday: 0 } },
    ];
    if (talking.length > 0 && chance.often(0.1)) {
      const state = chance.pick(talking);
      const ended = Object.keys(state.calls).findLast((id) => openCallOf(state, id) !== null)!;
      await this.server.record(state.id, 'phones', () => [call({ kind: 'ended', eventId: `${ended}-e`, reason: 'customer-hung-up' }, ended)]);
      return;
    }
    if (waiting.length > 0 && chance.often(0.6)) {
      const state = chance.pick(waiting);
      await this.server.record(state.id, 'phones', (current) => (current?.owner == null ? [] : through(current.owner)));
      return;
    }
    if (open.length >= 7) return;
    const person = chance.pick([AGENT, AGENT, COLLEAGUE]).id;
    await this.server.record(this.newId(), 'phones', (current) => (current !== null ? [] : [
      { kind: 'case opened', body: { reason: 'call', callId: null, fromCase: null, number: null, queue: 'es' } },
      { kind: 'access granted', body: { person, as: 'owner' } },
      { kind: 'customer identified', body: { customerId: chance.pick(CUSTOMERS), how: 'search' } },
      ...through(person),
    ]));
  }

  /** @returns null once nothing has moved for a while, or what still does */
  async #quiet(): Promise<string | null> {
    const { time } = this;
    const began = time.nowMs;
    let still = '';
    let since = time.nowMs;
    while (time.nowMs - began < QUIET_WITHIN_MS) {
      await time.runUntil(time.nowMs + 1_000);
      const restless = this.#restless();
      const held = this.#fingerprint();
      if (restless !== null || held !== still) since = time.nowMs;
      still = held;
      if (time.nowMs - since >= QUIET_FOR_MS) return null;
    }
    return this.#restless() ?? 'something moves for ever';
  }

  #restless(): string | null {
    const { server } = this;
    if (!server.isUp) return 'the server is down';
    for (const desktop of this.desktops) {
      if (desktop.endedBy !== null || desktop.gone || desktop.resting) continue;
      const view = desktop.session?.syncView();
      if (view === undefined) return `${desktop.name} is not signed in`;
      if (view.connection !== 'online' || view.unsent > 0 || view.catchingUp || view.spooled > 0) return `${desktop.name} is ${view.connection} (${view.refusal?.code ?? ''}), ${view.unsent} unsent, ${view.spooled} of others${view.catchingUp ? ', catching up' : ''}`;
    }
    const doubt = server.centre?.open.all().find((state) => Object.values(state.operations).some((operation) => operation.status === 'executing' || operation.status === 'in-doubt'));
    if (this.#departure?.wiping?.isDone === false) return 'a workstation is not wiped yet';
    const waits = server.centre?.open.all().find((state) => Object.values(state.onReturn).some(({ status }) => status === 'ordered'));
    if (waits !== undefined) return `an order of case ${waits.id} that was made offline waits`;
    return doubt === undefined ? null : `case ${doubt.id} is in doubt`;
  }

  /** Changes where anything that counts has changed. */
  #fingerprint(): string {
    const open = this.server.centre?.open.all() ?? [];
    const versions = open.map((state) => `${state.id} ${state.version}`).join();
    const cursors = this.desktops.map((desktop) => desktop.store?.meta.get('cursor') ?? '').join();
    return createHash('sha256').update(versions).update(cursors).digest('hex');
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
