/** SY10, OF3: a person is disabled while their line is down and their work unsent; a colleague signs in where they sat. */
import { setTimeout as wait } from 'node:timers/promises';
import type { PersistentDesktop } from '../../nodes/persistent.ts';
import type { Chance } from '../world/chance.ts';
import type { RealWorld } from './real-world.ts';
import { AGENT, COLLEAGUE, LEAD, MENTOR } from './real-cast.ts';

const TRIES = 100;
const AGAIN_MS = 200;

export class Leaving {
  readonly #world: RealWorld;
  readonly #chance: Chance;
  readonly person: typeof AGENT;
  #isRecorded = false;
  #followers = 0;

  constructor(world: RealWorld) {
    this.#world = world;
    this.#chance = world.chance.of('leaving');
    this.person = this.#chance.pick([AGENT, AGENT, COLLEAGUE, MENTOR]);
  }

  /** @param afterMs from now @param admin who does it */
  async go(afterMs: number, admin: PersistentDesktop): Promise<void> {
    await wait(afterMs);
    const theirs = this.#world.desks.filter((desk) => desk.person.id === this.person.id);
    const cut = theirs.filter(() => this.#chance.often(0.75));
    for (const desk of cut) desk.line.become({ kind: 'cut' });
    await wait(this.#chance.int(300, 1_500));
    await this.#disable(admin);
    admin.close();
    await wait(this.#chance.int(100, 1_500));
    for (const desk of cut) desk.line.become({ kind: 'good' });
    await wait(this.#chance.int(300, 1_500));
    this.follow();
  }

  /** Said again until it is answered: twice is once. */
  async #disable(admin: PersistentDesktop): Promise<void> {
    for (let tries = 0; tries < TRIES && !this.#isRecorded; tries += 1) {
      try {
        await admin.raw.ask('administer', { kind: 'disable person', body: { personId: this.person.id, reason: 'left' } });
        this.#isRecorded = true;
      } catch {
        await wait(AGAIN_MS);
        await admin.back();
      }
    }
    if (!this.#isRecorded) this.#world.troubles.push('nobody could be disabled');
    this.#world.tell(`FAULT ${this.person.account} is out`);
  }

  /** At every workstation that their person was shut out of. */
  follow(): void {
    for (const desk of this.#world.desks) {
      if (desk.profile.endedBy === null) continue;
      const next = this.#chance.pick([COLLEAGUE, AGENT, LEAD].filter(({ id }) => id !== this.person.id));
      this.#followers += 1;
      desk.sitDown(`${next.account}-after-${this.#followers}`, next);
    }
  }
}
