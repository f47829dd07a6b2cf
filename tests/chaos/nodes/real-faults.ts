/** What goes wrong, when and to whom: chosen by the seed; what comes of it is not, since time is real. */
import { setTimeout as wait } from 'node:timers/promises';
import type { NodeProcess } from '../../nodes/node-process.ts';
import type { Line } from '../../proof/proxy.ts';
import type { Chance } from '../world/chance.ts';
import type { RealDesk } from './real-desk.ts';
import type { RealWorld } from './real-world.ts';

type Fault = { weight: number; strike: () => void };

/** How often something happens, by the seed's temper. */
const EVERY_MS = [500, 900, 1_600] as const;
/** Something is under way before anything goes wrong. */
const BEGUN_MS = 2_500;
const LOOK_MS = 20;
/** A desk that writes nothing for so long loses its power all the same. */
const FUSE_MS = 2_000;

export class RealFaults {
  readonly #world: RealWorld;
  readonly #chance: Chance;
  readonly #faults: readonly Fault[];
  /** One thing at a time goes wrong with each. */
  readonly #ill = new Set<unknown>();
  readonly #healing = new Set<Promise<void>>();
  count = 0;

  constructor(world: RealWorld) {
    this.#world = world;
    this.#chance = world.chance.of('faults');
    this.#faults = this.#all();
  }

  /** Until there is no more work. */
  async go(): Promise<void> {
    const every = this.#chance.pick(EVERY_MS);
    await wait(BEGUN_MS);
    const restored = this.#restore();
    while (this.#world.isWorking) {
      await wait(this.#chance.wait(every));
      if (!this.#world.isWorking) break;
      let left = this.#chance.next() * this.#faults.reduce((sum, { weight }) => sum + weight, 0);
      const fault = this.#faults.find(({ weight }) => (left -= weight) <= 0);
      fault?.strike();
    }
    await restored;
  }

  /** Everything works again. */
  async heal(): Promise<void> {
    while (this.#healing.size > 0) await Promise.all(this.#healing);
    await this.#world.centre.bank.clearFaults();
    for (const desk of this.#world.desks) {
      desk.line.become({ kind: 'good' });
      desk.clockMs = 0;
      desk.start();
    }
  }

  #leap(): number {
    return this.#chance.pick([-1, 1]) * this.#chance.pick([2_000, 90_000, 900_000, 7_200_000]);
  }

  #happens(who: unknown, what: string, does: () => Promise<void>): void {
    this.#happensTo([who], what, does);
  }

  #happensTo(all: readonly unknown[], what: string, does: () => Promise<void>): void {
    if (all.some((who) => this.#ill.has(who))) return;
    for (const who of all) this.#ill.add(who);
    this.count += 1;
    this.#world.tell(`FAULT ${what}`);
    const healed = does()
      .catch((error: unknown) => void this.#world.troubles.push(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`))
      .finally(() => {
        for (const who of all) this.#ill.delete(who);
        this.#healing.delete(healed);
      });
    this.#healing.add(healed);
  }

  #all(): Fault[] {
    const chance = this.#chance;
    const { centre } = this.#world;
    const { bank } = centre;
    // Seldom things are of some worlds only, so that the usual ones are looked at without them too.
    const clones = chance.often(0.3) ? 3 : 0;
    const clocks = chance.often(0.4) ? 2 : 0;
    const fullDisks = chance.often(0.4) ? 2 : 0;
    const at = (does: (desk: RealDesk) => void) => (): void => does(chance.pick(this.#world.desks));
    return [
      { weight: 2, strike: () => this.#crash(centre.onDuty ?? centre.nodes[0]!, 'the node on duty') },
      { weight: 2, strike: () => this.#crash(centre.nodes.find(({ onDuty }) => !onDuty) ?? centre.nodes[1]!, 'a node') },
      { weight: 1.5, strike: () => this.#happens('redis', 'Redis is away', () => centre.redisAway(chance.int(300, 3_000))) },
      { weight: centre.isSmallDisk ? 0 : 1.5, strike: () => this.#happens('database', 'PostgreSQL loses its power', () => centre.databaseCrash()) },
      { weight: centre.isSmallDisk ? 4 : 0, strike: () => this.#happens('database', 'the disk of PostgreSQL is full', () => centre.diskFull(chance.int(500, 4_000))) },
      { weight: 1.5, strike: () => this.#happens('front', 'the proxy is away', () => centre.frontAway(chance.int(100, 1_500))) },
      { weight: 4, strike: at((desk) => this.#line(desk, { kind: 'cut' }, chance.pick([50, 500, 3_000]))) },
      { weight: 2, strike: at((desk) => this.#line(desk, { kind: 'half-open' }, chance.int(300, 3_000))) },
      { weight: 1.5, strike: at((desk) => this.#line(desk, { kind: 'late', ms: chance.int(20, 300) }, chance.int(500, 3_000))) },
      { weight: 1, strike: at((desk) => this.#line(desk, { kind: 'slow', bytes: chance.int(300, 3_000), everyMs: 5 }, chance.int(500, 3_000))) },
      { weight: 3, strike: at((desk) => this.#goes(desk, 'loses its power', () => desk.kill())) },
      { weight: 3, strike: at((desk) => this.#atCommit(desk)) },
      { weight: fullDisks, strike: at((desk) => this.#happens(desk.disk, `the disk of ${desk.name} is full`, () => this.#full(desk))) },
      { weight: 1, strike: at((desk) => this.#goes(desk, 'is closed', () => desk.stop())) },
      { weight: 2, strike: () => this.#revoke() },
      { weight: 1.5, strike: () => this.#happens('bank', 'the bank\'s next answer is lost', () => bank.fault({ kind: 'answered-but-lost', call: 'book' })) },
      { weight: 1, strike: () => this.#happens('bank', 'the bank is slow', () => bank.fault({ kind: 'slow', call: 'book', ms: chance.int(300, 3_000) })) },
      { weight: clocks, strike: at((desk) => this.#happens(`clock of ${desk.name}`, `the clock of ${desk.name} is off by ${(desk.clockMs += this.#leap())} ms`, () => Promise.resolve())) },
      { weight: clones, strike: at((desk) => this.#copy(desk)) },
      { weight: 0.5, strike: () => this.#happens('bank', 'the bank refuses the next order', () => bank.fault({ kind: 'line-refused' })) },
      { weight: 0.5, strike: () => this.#happens('bank', 'facts move', () => this.#move()) },
    ];
  }

  #crash(node: NodeProcess, what: string): void {
    if (node.url === null) return;
    this.#happens(node, `${what} loses its power`, () => this.#world.centre.crash(node, this.#chance.int(100, 2_000), (line) => this.#world.tell(line)));
  }

  /** Bytes that were swallowed are never followed by others on the same connection. */
  #line(desk: RealDesk, line: Line, forMs: number): void {
    this.#happens(desk.line, `the line of ${desk.name} is ${line.kind} for ${forMs} ms`, async () => {
      desk.line.become(line);
      await wait(forMs);
      if (line.kind === 'half-open') desk.line.become({ kind: 'cut' });
      desk.line.become({ kind: 'good' });
    });
  }

  #goes(desk: RealDesk, what: string, does: () => void): void {
    if (!desk.isAtWork) return;
    this.#happens(desk, `${desk.name} ${what}`, async () => {
      does();
      await wait(this.#chance.int(50, 2_000));
      desk.start();
    });
  }

  /** The last commit is on the disk whole, in part or not at all; nobody has been told that it is. */
  #atCommit(desk: RealDesk): void {
    if (!desk.isAtWork) return;
    const chance = this.#chance;
    const torn = chance.often(0.6) ? chance.next() : 0;
    this.#happens(desk, `${desk.name} loses its power at a commit${torn > 0 ? ', within it' : ''}`, async () => {
      await desk.killAtCommit(chance.int(1, 12), torn, FUSE_MS);
      await wait(chance.int(50, 2_000));
      desk.start();
    });
  }

  async #full(desk: RealDesk): Promise<void> {
    desk.fill(true);
    await wait(this.#chance.int(300, 3_000));
    desk.fill(false);
  }

  /** SY9: a back-up is made, and later it is put in the place of all that came after it; in some worlds, once. */
  async #restore(): Promise<void> {
    const { centre, mayRestore } = this.#world;
    const chance = this.#world.chance.of('restores');
    if (!mayRestore || !chance.often(0.4)) return;
    await wait(chance.int(500, 4_000));
    await this.#onceWell('a back-up is made', async () => centre.backUp());
    await wait(chance.int(1_000, 5_000));
    await this.#onceWell('the back-up is restored', () => centre.restore((line) => this.#world.tell(line)));
  }

  /** What takes the whole centre waits until nothing else of it is ill. */
  async #onceWell(what: string, does: () => Promise<void>): Promise<void> {
    const all = [...this.#world.centre.nodes, 'database'];
    while (all.some((who) => this.#ill.has(who))) await wait(LOOK_MS);
    this.#happensTo(all, what, does);
  }

  /** SY2: one file, or a whole machine, is at work twice. */
  #copy(desk: RealDesk): void {
    const what = this.#chance.pick(['profile', 'machine'] as const);
    const of = desk.name;
    if (this.#world.copyOf(desk, what)) this.#happens('copies', `the ${what} of ${of} goes on at another machine too`, () => Promise.resolve());
  }

  /** SY6: somebody may no longer see a case, or may from now on. */
  #revoke(): void {
    const { centre, desks } = this.#world;
    const states = desks.flatMap((desk) => desk.cases() ?? []);
    const node = centre.nodes.find(({ url }) => url !== null);
    if (states.length === 0 || node === undefined) return;
    const state = this.#chance.pick(states);
    const person = this.#chance.pick([...Object.keys(state.access), ...desks.map((desk) => desk.person.id)]);
    if (person === state.owner) return;
    const may = state.access[person] === undefined;
    this.#happens(`access to ${state.id}`, `access to ${state.id} is ${may ? 'granted to' : 'revoked from'} ${person}`, async () => node.tell({ caseId: state.id, person, may }));
  }

  async #move(): Promise<void> {
    const plans = this.#world.desks.flatMap((desk) => desk.cases() ?? []).flatMap((state) => Object.values(state.facts).flatMap(({ facts }) => facts.plans));
    const plan = plans.find(({ status, periodsLeft }) => status === 'active' && periodsLeft > 2);
    if (plan !== undefined) await this.#world.centre.bank.touch({ what: 'post-period', planId: plan.id });
  }
}
