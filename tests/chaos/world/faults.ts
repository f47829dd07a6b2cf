/** What goes wrong, when and to whom: all of it from the seed. */
import { createHash } from 'node:crypto';
import { AGENT, COLLEAGUE, fixedId, LEAD, MACHINES } from './cast.ts';
import type { Chance } from './chance.ts';
import type { DesktopMachine } from './desktop-machine.ts';
import type { World } from './world.ts';

type Fault = { weight: number; strike: () => void };

/** How often something happens, by the seed's temper. */
const EVERY_MS = [8_000, 14_000, 30_000] as const;

export class Faults {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #faults: Fault[];
  count = 0;

  constructor(world: World) {
    this.#world = world;
    this.#chance = world.chance.of('faults');
    this.#faults = this.#all();
  }

  plan(fromMs: number, toMs: number): void {
    const { time, outside } = this.#world;
    const every = this.#chance.pick(EVERY_MS);
    const next = (): void => {
      const wait = this.#chance.wait(every * this.#world.tempo);
      if (time.nowMs + wait >= toMs - 5_000) return;
      time.after(wait, outside, () => {
        this.#strike();
        next();
      });
    };
    time.after(fromMs - time.nowMs, outside, next);
  }

  #strike(): void {
    // Everybody has gone home.
    if (!this.#world.desktops.some((desktop) => !desktop.gone && !desktop.resting)) return;
    const all = this.#faults.reduce((sum, { weight }) => sum + weight, 0);
    let left = this.#chance.next() * all;
    for (const fault of this.#faults) {
      left -= fault.weight;
      if (left > 0) continue;
      this.count += 1;
      return fault.strike();
    }
  }

  #desktop(): DesktopMachine {
    return this.#chance.pick(this.#world.desktops.filter((desktop) => !desktop.gone && !desktop.resting));
  }

  #later(ms: number, run: () => void): void {
    const { time, outside } = this.#world;
    time.after(ms, outside, run);
  }

  #all(): Fault[] {
    const chance = this.#chance;
    const { server, trace, bank } = this.#world;
    const told = (who: string, what: string): void => trace.say(who, `FAULT ${what}`);
    // Seldom things are of some worlds only, so that the usual ones are looked at without them too.
    const restores = chance.often(0.25) ? 0.5 : 0;
    const clones = chance.often(0.2) ? 0.6 : 0;
    const shifts = chance.often(0.35) ? 1.5 : 0;
    const clocks = chance.often(0.4) ? 1 : 0;
    const fullDisks = chance.often(0.4) ? 1.5 : 0;
    return [
      { weight: 5, strike: () => { const one = this.#desktop(); told(one.name, 'line cut'); one.way.cut(); } },
      { weight: 3, strike: () => { const one = this.#desktop(); const [up, down] = chance.pick([[true, true], [true, false], [false, true]] as const); told(one.name, `line silent ${up ? 'up' : ''}${down ? 'down' : ''}`); one.way.fallSilent(up, down); } },
      { weight: 2, strike: () => { const one = this.#desktop(); told(one.name, 'line slow'); one.way.slowDown(chance.int(10, 80)); this.#later(chance.int(5_000, 60_000), () => one.way.slowDown(1)); } },
      { weight: 4, strike: () => this.#cutOff() },
      { weight: 4, strike: () => { const one = this.#desktop(); told(one.name, 'power will fail'); one.failAfter(chance.int(1, 12), this.#torn()); } },
      { weight: 1, strike: () => { const one = this.#desktop(); one.failNow(); } },
      { weight: 1, strike: () => { const one = this.#desktop(); told(one.name, 'signs out'); one.stop(); this.#later(chance.int(1_000, 60_000), () => one.start()); } },
      { weight: 3, strike: () => { told('server', 'power will fail'); server.failAfter(chance.int(1, 25), this.#torn()); } },
      { weight: 1, strike: () => server.failNow() },
      { weight: fullDisks, strike: () => { const one = this.#desktop(); told(one.name, 'disk full'); one.fill(true); this.#later(chance.int(5_000, 120_000), () => one.fill(false)); } },
      { weight: fullDisks / 3, strike: () => { told('server', 'disk full'); server.disk.fill(true); this.#later(chance.int(2_000, 30_000), () => server.disk.fill(false)); } },
      { weight: clocks, strike: () => { const one = this.#desktop(); one.clockMs += this.#leap(); told(one.name, `clock off by ${one.clockMs} ms`); } },
      { weight: clocks / 3, strike: () => { server.clockMs += chance.int(-60_000, 120_000); told('server', `clock off by ${server.clockMs} ms`); } },
      { weight: restores * 2, strike: () => server.backUp() },
      { weight: restores, strike: () => { if (server.restore()) { told('server', 'restored'); this.#later(chance.int(500, 30_000), () => this.#world.startServer()); } } },
      { weight: clones, strike: () => this.#clone() },
      { weight: shifts, strike: () => this.#goHome() },
      { weight: 2, strike: () => this.#poison() },
      { weight: 1.5, strike: () => this.#revoke() },
      { weight: 2, strike: () => { bank.line = chance.pick(['answer-lost', 'order-lost', 'order-late'] as const); told('bank', bank.line); } },
      { weight: 1, strike: () => { told('bank', 'what was late arrives'); bank.arrive(); } },
      { weight: 0.5, strike: () => { bank.refuseNext = true; told('bank', 'refuses the next order'); } },
      { weight: 0.5, strike: () => { told('bank', 'facts move'); bank.move(chance.pick(['c-1', 'c-2', 'c-3', 'c-4']), chance.int(0, 2)); } },
    ];
  }

  /** How much of the last commit is lost with the power. */
  #torn(): number {
    return this.#chance.often(0.5) ? 0 : 1 - this.#chance.next();
  }

  #leap(): number {
    return this.#chance.pick([-1, 1]) * this.#chance.pick([2_000, 90_000, 900_000, 7_200_000]);
  }

  #cutOff(): void {
    const one = this.#desktop();
    this.#world.trace.say(one.name, 'FAULT no way to the server');
    one.way.cutOff = true;
    if (this.#chance.often(0.5)) one.way.cut();
    else one.way.fallSilent(true, true);
    this.#later(this.#chance.pick([5_000, 40_000, 150_000, 300_000]) * this.#world.tempo, () => {
      one.way.cutOff = false;
    });
  }

  /** SY2: the same profile goes on at two machines. */
  #clone(): void {
    const world = this.#world;
    if (world.clonesOf.size > 0) return;
    const one = this.#desktop();
    const image = one.copyDisk();
    if (image === null) return;
    const name = `${one.name}-copy`;
    world.trace.say(one.name, 'FAULT profile copied to another machine');
    const copy = world.addDesktop(name, one.person, MACHINES.length - 1, one.desktop);
    copy.disk.becomes(image);
    world.clonesOf.set(name, one.name);
    copy.start();
    world.employ(copy);
  }

  /** SY10: somebody goes home with work unsent, for good; a colleague signs in at that workstation. */
  #goHome(): void {
    const world = this.#world;
    const leaver = this.#chance.pick(world.desktops.slice(0, world.desktops.length));
    const machine = MACHINES.indexOf(leaver.machine);
    const working = world.desktops.filter((desktop) => !desktop.gone && desktop.person.id === leaver.person.id);
    if (leaver.gone || leaver.session === null || leaver.store === null || world.clonesOf.has(leaver.name) || [...world.clonesOf.values()].includes(leaver.name)) return;
    if (world.desktops.some((desktop) => desktop !== leaver && desktop.machine === leaver.machine)) return;
    world.trace.say(leaver.name, `FAULT goes home with ${leaver.store.outbox.unsentCount()} unsent${working.length > 1 ? ', and has another desktop' : ''}`);
    leaver.gone = true;
    if (this.#chance.often(0.3)) leaver.failNow();
    else leaver.stop();
    const person = this.#chance.pick([AGENT, COLLEAGUE, LEAD].filter((one) => one.id !== leaver.person.id));
    this.#later(this.#chance.int(1_000, 60_000), () => {
      const next = world.addDesktop(`${leaver.name}-next`, person, machine, fixedId(700 + machine));
      next.start();
      world.employ(next);
    });
  }

  /** A command that no rule can read: the server refuses it, its number is taken, and what follows goes on (SY2). */
  #poison(): void {
    const world = this.#world;
    const one = this.#desktop();
    const { store, session } = one;
    const own = session?.book.all().find((view) => (view.state as { owner: string | null }).owner === one.person.id);
    if (store === null || session === null || own === undefined || one.isFull) return;
    const [kind, body] = this.#chance.pick([['write note', { nope: 1 }], ['dance', {}], ['open follow-up', null]] as const);
    const inner = JSON.stringify({ madeAt: new Date(one.nowMs).toISOString(), saidAt: null, dependsOn: [], notAfter: null, body });
    const row = store.outbox.append({
      id: one.newId(), stream: own.case, kind, schema: 1, class: 'local', urgent: false, hash: createHash('sha256').update(inner).digest('hex'), inner_text: inner, made_at: new Date(one.nowMs).toISOString(),
    });
    if (one.isDoomed) return;
    world.trace.say(one.name, `FAULT poison ${row.id}`);
    world.saved.push({ id: row.id, atMs: world.time.nowMs, machine: one.name, desktop: one.desktop, person: one.person.id, case: own.case, kind });
    // Neither screen nor line nor spool know of it: it is found at a start of the program.
    one.stop();
    this.#later(1_000, () => one.start());
  }

  /** SY6: somebody may no longer see a case, and perhaps later again. */
  #revoke(): void {
    const world = this.#world;
    const open = world.server.centre?.open.all() ?? [];
    if (open.length === 0) return;
    const state = this.#chance.pick(open);
    const person = this.#chance.pick([...Object.keys(state.access), ...world.desktops.map((desktop) => desktop.person.id)]);
    if (person === state.owner) return;
    const had = state.access[person] !== undefined;
    world.trace.say('server', `FAULT access to ${state.id} ${had ? 'revoked from' : 'granted to'} ${person}`);
    void world.server.record(state.id, 'server', (current) => {
      if (current === null || current.owner === person || (current.access[person] !== undefined) !== had) return [];
      return [had ? { kind: 'access revoked', body: { person } } : { kind: 'access granted', body: { person, as: 'quality' } }];
    });
  }

  /** Everything works again. */
  heal(): void {
    const { server, desktops, bank } = this.#world;
    bank.line = 'fine';
    bank.refuseNext = false;
    bank.silentReads = 0;
    server.clockMs = 0;
    server.disk.fill(false);
    this.#world.startServer();
    for (const desktop of desktops) {
      desktop.way.cutOff = false;
      desktop.clockMs = 0;
      desktop.way.slowDown(1);
      desktop.fill(false);
      desktop.start();
    }
  }
}
