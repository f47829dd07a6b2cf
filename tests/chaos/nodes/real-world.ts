/**
 * One world under one seed, in real time: two node processes with PostgreSQL and Redis, real desks on real sockets, the people, and
 * everything that goes wrong; then all is healed and goes quiet. The seed chooses what people do and what fails; which of it meets
 * which is the machine's, so that a seed is not replayed exactly.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { CaseState } from '#shared/case/state.ts';
import type { Person } from '#shared/people/person.ts';
import { STORIES } from '../../../server/bank/demo/stories.ts';
import { loadControl } from '../../../server/policy/load-control.ts';
import { MORNING } from '../../integration/server/story.ts';
import { PersistentDesktop } from '../../nodes/persistent.ts';
import type { HandedOver } from '../judge/hand-over.ts';
import type { Saved } from '../judge/judge-world.ts';
import { Chance } from '../world/chance.ts';
import { takeOver, work, type Place, type Room } from '../world/work.ts';
import { Leaving } from './leaving.ts';
import { takeCalls } from './phones.ts';
import { quiet } from './quiet.ts';
import { AGENT, COLLEAGUE, LEAD, MENTOR } from './real-cast.ts';
import { RealCentre, type Engines } from './real-centre.ts';
import { RealCoSign } from './real-co-sign.ts';
import { RealDesk, type Profile } from './real-desk.ts';
import { RealFaults } from './real-faults.ts';
import { RealShift } from './real-shift.ts';

const CONTROL = loadControl(new URL('../../../server/policy/control.yaml', import.meta.url));
/** So long, and until so much was done, but no longer than that. */
const WORK_MS = 10_000;
const ENOUGH = 250;
const LONGEST_MS = 14_000;
const SIGNED_IN_MS = 15_000;
const ENDS_MS = 45_000;
/** How long one thinks between two things that one does. */
const THINKS_MS = [40, 80, 150] as const;

export class RealWorld {
  readonly chance: Chance;
  readonly folder: string;
  readonly centre: RealCentre;
  readonly desks: RealDesk[] = [];
  readonly saved: Saved[] = [];
  readonly handedOver: HandedOver[] = [];
  readonly troubles: string[] = [];
  readonly faults: RealFaults;
  /** Of the centre's clock before the machine's: it begins on the morning of the stories. */
  readonly #aheadMs: number;
  readonly #room: Room = { reviews: [], handOvers: [], escalations: [] };
  readonly #place: Place;
  readonly #told: ((line: string) => void) | null;
  readonly #leaving: Leaving | null;
  /** Whether the shift changes at the agent's desk, or somebody co-signs there (OF2). */
  readonly #isShift: boolean;
  readonly #isCoSign: boolean;
  /** By name: the desk whose disk it goes on with. */
  readonly clonesOf = new Map<string, string>();
  /** What people do, by what it is called. */
  readonly #going = new Map<Promise<void>, string>();
  #isWorking = true;

  private constructor(parts: { chance: Chance; folder: string; centre: RealCentre; aheadMs: number; told: ((line: string) => void) | null }) {
    ({ chance: this.chance, folder: this.folder, centre: this.centre } = parts);
    this.#aheadMs = parts.aheadMs;
    this.#told = parts.told;
    this.#leaving = this.chance.of('scenes').often(0.45) ? new Leaving(this) : null;
    this.#isShift = this.#leaving === null && this.chance.of('shifts').often(0.5);
    this.#isCoSign = !this.#isShift && this.chance.of('co-signs').often(0.5);
    this.faults = new RealFaults(this);
    this.#place = {
      control: CONTROL, agents: [AGENT.id, COLLEAGUE.id], lead: LEAD.id, accountOf, planIds,
      cardOf: (state) => factsOf(state)?.cards.find(({ kind }) => kind === 'credit')?.id ?? 'none',
      hasFacts: (state, person) => {
        const own = state.facts[person];
        return own !== undefined && (planIds(state).length === 0 || own.quotes.length > 0);
      },
      truth: async (caseId) => this.desks.find((desk) => desk.case(caseId)?.owner === desk.person.id)?.case(caseId) ?? null,
    };
  }

  /** @param told gets every line of what happens */
  static async start(seed: number, engines: Engines, told: ((line: string) => void) | null): Promise<RealWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'aidline-chaos-nodes-'));
    try {
      const chance = new Chance(`chaos with nodes ${seed}`);
      const aheadMs = Date.parse(MORNING) - Date.now();
      const centre = await RealCentre.start(folder, engines, { seed, aheadMs, together: chance.of('start').often(0.3), isSmallDisk: chance.of('disk').often(0.2) });
      told?.(`${new Date(Date.now() + aheadMs).toISOString().slice(14, 23)} the centre is up`);
      return new RealWorld({ chance, folder, centre, aheadMs, told });
    } catch (error) {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      throw error;
    }
  }

  nowMs(): number {
    return Date.now() + this.#aheadMs;
  }

  /** A restore would bring back who was put out, and puts the database where a disk is never full. */
  get mayRestore(): boolean {
    return this.#leaving === null && !this.centre.isSmallDisk;
  }

  get isWorking(): boolean {
    return this.#isWorking;
  }

  tell(line: string): void {
    this.#told?.(`${new Date(this.nowMs()).toISOString().slice(14, 23)} ${line}`);
  }

  /** A day's work with all that befalls it. @returns null once all is quiet, or what still is not */
  async live(): Promise<string | null> {
    const { chance } = this;
    const shift = this.#isShift ? await this.#shift() : null;
    const coSign = this.#isCoSign ? await this.#coSign() : null;
    if (shift === null && coSign === null) await this.#add('agent', AGENT);
    await this.#add('mentor', MENTOR);
    await this.#add('colleague', COLLEAGUE);
    if (chance.often(0.5)) await this.#add('lead', LEAD);
    await this.#everybodyIsIn();
    // Where the key of a person was made, they can be at another desk too.
    if (chance.often(0.4)) await this.#add('agent-again', AGENT);
    await this.#everybodyIsIn();
    const admin = this.#leaving === null ? null : await PersistentDesktop.signIn(this.centre.front.url, 'admin');
    this.tell('everybody is at work');
    const going = Object.entries({
      phones: this.#ring(), faults: this.faults.go(), leaving: admin === null ? null : this.#leaving?.go(chance.of('leaving').int(1_000, 5_000), admin),
      shift: shift?.change(chance.of('shifts').int(2_500, 6_000)), 'co-sign': coSign?.go(chance.of('co-signs').int(0, 2_000)),
    });
    for (const desk of this.desks) this.#employ(desk);
    const at = performance.now();
    while (performance.now() - at < (this.saved.length < ENOUGH ? LONGEST_MS : WORK_MS)) await wait(100);
    this.#isWorking = false;
    this.tell('the world is healed');
    await Promise.all(going.map(([what, does]) => this.#toItsEnd(what, does)));
    await Promise.all([...this.#going].map(([does, what]) => this.#toItsEnd(what, does)));
    await shift?.end();
    await this.#toItsEnd('the healing', this.faults.heal());
    this.tell('nothing is broken any more');
    const before = await quiet(this);
    this.tell('the world is quiet');
    if (this.#leaving === null) return before;
    // Work that was left unsent is delivered by whoever sits there (SY10).
    this.#leaving.follow();
    return (await quiet(this)) ?? this.#leaving.unheard();
  }

  /** What is begun ends: a world that waited for ever would tell nobody why. */
  async #toItsEnd(what: string, does: Promise<unknown> | null | undefined): Promise<void> {
    const late = new AbortController();
    const isLate = wait(ENDS_MS, true, { signal: late.signal }).catch(() => false);
    if (await Promise.race([Promise.resolve(does).then(() => false), isLate])) this.troubles.push(`${what} did not come to its end`);
    late.abort();
  }

  /** OF1: whoever will take over at that screen has signed in there before. */
  async #shift(): Promise<RealShift> {
    const guest = await this.#afterGuest(this.chance.of('shifts').pick([COLLEAGUE, COLLEAGUE, LEAD]));
    return new RealShift(this, this.desks[0]!, guest);
  }

  /** OF2: and so has whoever will co-sign at it. */
  async #coSign(): Promise<RealCoSign> {
    const second = this.chance.of('co-signs').pick([MENTOR, MENTOR, LEAD]);
    await this.#afterGuest(second);
    return new RealCoSign(this, this.desks[0]!, second.account, this.#place);
  }

  /** The agent's desk, where somebody else was before: only then does their file lie there. */
  async #afterGuest(person: Person): Promise<Profile> {
    await this.#add(`${person.account}-at-agent`, person);
    await this.#everybodyIsIn();
    const desk = this.desks[0]!;
    const guest = desk.profile;
    const agent = { name: 'agent', person: AGENT, endedBy: null };
    desk.profiles.unshift(agent);
    await desk.leaveTo(agent, 'signs out');
    desk.comeIn();
    return guest;
  }

  async #everybodyIsIn(): Promise<void> {
    const began = performance.now();
    while (!this.desks.every(({ hasKey }) => hasKey)) {
      if (performance.now() - began > SIGNED_IN_MS) throw new Error('not everybody could sign in');
      await wait(50);
    }
  }

  async #add(name: string, person: Person): Promise<void> {
    const desk = new RealDesk(join(this.folder, name), name, person, {
      saved: (entry) => void this.saved.push(entry), trouble: (what) => void this.troubles.push(what), told: (what) => this.tell(what),
    });
    this.desks.push(desk);
    await desk.open(this.centre.front.port);
  }

  /** SY2: somebody goes on at two machines with one file; in a world once. */
  copyOf(desk: RealDesk, what: 'profile' | 'machine'): boolean {
    if (this.clonesOf.size > 0) return false;
    const name = `${desk.name}-copy`;
    const copy = desk.copyTo(join(this.folder, name), name, what);
    if (copy === null) return false;
    this.clonesOf.set(name, desk.name);
    this.desks.push(copy);
    this.#employ(copy);
    return true;
  }

  /** Whoever sits there works, for as long as there is work. */
  #employ(desk: RealDesk): void {
    const chance = this.chance.of(`work of ${desk.name}`);
    const thinks = chance.pick(THINKS_MS);
    const acts = async (): Promise<void> => {
      while (this.#isWorking) {
        await wait(chance.wait(thinks));
        if (desk.isBusy) continue;
        // Whom the pool offers a review is for the centre to say.
        this.#room.reviews = (desk.live('reviews') ?? []).map(({ caseId, reviewId }) => ({ caseId, reviewId }));
        const parts = { desk, chance, room: this.#room, place: this.#place };
        await (this.#room.handOvers.some(({ to }) => to === desk.person.id) && chance.often(0.5) ? takeOver(parts) : work(parts));
      }
    };
    this.#going.set(acts(), `the work of ${desk.name}`);
    if (desk.person.role !== 'agent') return;
    const calls = takeCalls({ desk, chance: this.chance.of(`calls of ${desk.name}`), room: this.#room, place: this.#place, bank: this.centre.bank, goesOn: () => this.#isWorking });
    this.#going.set(calls, `the calls of ${desk.name}`);
  }

  /** Customers ring, those of the stories more often. */
  async #ring(): Promise<void> {
    const chance = this.chance.of('phones');
    const { callers } = await this.centre.bank.callers(500, 0);
    const known = callers.filter(({ customerId, plans }) => plans > 0 && !customerId.startsWith('cust-p')).map(({ customerId }) => customerId);
    for (let calls = 0; this.#isWorking; calls += 1) {
      await this.centre.ring(chance.often(0.4) ? chance.pick([STORIES.settle.customerId, STORIES.small.customerId, STORIES.cancel.customerId]) : chance.pick(known));
      // There is somebody for each agent at once.
      if (calls > 1) await wait(chance.wait(900));
    }
  }

  async end(): Promise<void> {
    for (const desk of this.desks) await desk.dispose();
    await this.centre.end();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const factsOf = (state: CaseState) => (state.owner === null ? undefined : state.facts[state.owner]?.facts);
const accountOf = (state: CaseState): string => {
  const facts = factsOf(state);
  return facts?.plans.find(({ status }) => status === 'active')?.account ?? facts?.accounts.find(({ kind }) => kind === 'credit')?.id ?? 'none';
};
const planIds = (state: CaseState): string[] => (factsOf(state)?.plans ?? []).filter(({ status, account, ruleConflict }) => status === 'active' && !ruleConflict && account === accountOf(state)).map(({ id }) => id).slice(0, 3);
