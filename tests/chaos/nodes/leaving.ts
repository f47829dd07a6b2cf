/**
 * SY10, OF3, PR6: a person is disabled, or a workstation revoked, while the line there is down and work unsent. Where a person sat a
 * colleague signs in; a machine hands in what lies there and wipes itself.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { PersistentDesktop } from '../../nodes/persistent.ts';
import type { Chance } from '../world/chance.ts';
import type { RealDesk } from './real-desk.ts';
import type { RealWorld } from './real-world.ts';
import { AGENT, COLLEAGUE, LEAD, MENTOR } from './real-cast.ts';

const TRIES = 100;
const AGAIN_MS = 200;
/** So long it may take until a machine with a line has heard. */
const HEARS_MS = 3_000;
const LOOK_MS = 2;

export class Leaving {
  readonly #world: RealWorld;
  readonly #chance: Chance;
  readonly #person: typeof AGENT;
  /** That person's machine goes, and not they. */
  readonly #isMachine: boolean;
  #machine: RealDesk | null = null;
  #isRecorded = false;
  #followers = 0;

  constructor(world: RealWorld) {
    this.#world = world;
    this.#chance = world.chance.of('leaving');
    this.#isMachine = this.#chance.often(0.5);
    this.#person = this.#chance.pick([AGENT, AGENT, COLLEAGUE, MENTOR]);
  }

  /** @param afterMs from now @param admin who does it */
  async go(afterMs: number, admin: PersistentDesktop): Promise<void> {
    await wait(afterMs);
    const theirs = this.#world.desks.filter((desk) => desk.person.id === this.#person.id);
    if (this.#isMachine) this.#machine = this.#chance.pick(theirs);
    const concerned = this.#machine === null ? theirs : [this.#machine];
    const cut = concerned.filter(() => this.#chance.often(0.75));
    for (const desk of cut) desk.line.become({ kind: 'cut' });
    await wait(this.#chance.int(300, 1_500));
    await this.#record(admin);
    admin.close();
    await wait(this.#chance.int(100, 1_500));
    for (const desk of cut) desk.line.become({ kind: 'good' });
    if (this.#machine !== null) return this.#disturb(this.#machine);
    await wait(this.#chance.int(300, 1_500));
    this.follow();
  }

  /** Said again until it is answered: twice is once. */
  async #record(admin: PersistentDesktop): Promise<void> {
    const { account, id } = this.#person;
    const order = this.#machine === null
      ? { kind: 'disable person', body: { personId: id, reason: 'left' } }
      : { kind: 'revoke workstation', body: { workstationId: this.#machine.workstationId, reason: 'stolen' } };
    for (let tries = 0; tries < TRIES && !this.#isRecorded; tries += 1) {
      try {
        await admin.raw.ask('administer', order);
        this.#isRecorded = true;
      } catch {
        await wait(AGAIN_MS);
        await admin.back();
      }
    }
    const who = this.#machine === null ? account : `the machine of ${this.#machine.name}`;
    if (!this.#isRecorded) this.#world.troubles.push(`${who} could not be put out`);
    this.#world.tell(`FAULT ${who} is out`);
  }

  /** Somewhere between hearing and being wiped the line goes, or the power. */
  async #disturb(machine: RealDesk): Promise<void> {
    const began = performance.now();
    while (machine.revokedRoot === null && performance.now() - began < HEARS_MS) await wait(LOOK_MS);
    if (machine.revokedRoot === null || this.#chance.often(0.3)) return;
    const hasLine = this.#chance.often(0.5);
    this.#world.tell(`FAULT ${machine.name}, which wipes itself, loses its ${hasLine ? 'power' : 'line and its power'}`);
    if (!hasLine) machine.line.become({ kind: 'cut' });
    await wait(this.#chance.int(0, 20));
    machine.kill();
    await wait(this.#chance.int(50, 500));
    machine.start();
    await wait(this.#chance.int(50, 1_000));
    machine.line.become({ kind: 'good' });
  }

  /** At every workstation that their person was shut out of. */
  follow(): void {
    if (this.#isMachine) return;
    for (const desk of this.#world.desks) {
      if (desk.profile.endedBy === null) continue;
      const next = this.#chance.pick([COLLEAGUE, AGENT, LEAD].filter(({ id }) => id !== this.#person.id));
      this.#followers += 1;
      desk.sitDown(`${next.account}-after-${this.#followers}`, next);
    }
  }

  /** @returns null unless somebody who is out, with a line, was not told */
  unheard(): string | null {
    const machine = this.#machine;
    return machine === null || !this.#isRecorded || machine.revokedRoot !== null ? null : `${machine.name} has not heard that its machine is revoked`;
  }
}
