/** SY10, PR6: a person is disabled while their work is unsent, or a workstation revoked; a colleague signs in where they sat. */
import { join } from 'node:path';
import { AGENT, CAST, COLLEAGUE, fixedId, LEAD, MACHINES, MENTOR, type Machine } from './cast.ts';
import type { Chance } from './chance.ts';
import type { DesktopMachine } from './desktop-machine.ts';
import { SERVER } from './cast.ts';
import { Wiping } from './wiping.ts';
import type { World } from './world.ts';

const ADMIN = CAST.find(({ role }) => role === 'admin')!.id;

export class Departure {
  readonly #world: World;
  readonly #chance: Chance;
  /** Of persons; the machine instead, where it is that which goes. */
  readonly #person: typeof AGENT | null;
  readonly #machine: Machine | null;
  #isRecorded = false;
  wiping: Wiping | null = null;
  #followers = 0;

  constructor(world: World) {
    this.#world = world;
    this.#chance = world.chance.of('departure');
    const isPerson = this.#chance.often(0.6);
    this.#person = isPerson ? this.#chance.pick([AGENT, AGENT, COLLEAGUE, MENTOR]) : null;
    this.#machine = isPerson ? null : this.#chance.pick([MACHINES[0]!, MACHINES[2]!]);
  }

  plan(afterMs: number): void {
    const { time, outside } = this.#world;
    time.after(afterMs, outside, () => void this.#depart());
  }

  #isConcerned(desktop: DesktopMachine): boolean {
    return this.#machine === null ? desktop.person.id === this.#person?.id : desktop.machine === this.#machine;
  }

  get #concerned(): DesktopMachine[] {
    return this.#world.desktops.filter((desktop) => this.#isConcerned(desktop));
  }

  /** They work on without the line, while the centre decides otherwise. */
  async #depart(): Promise<void> {
    const { time, outside, tempo, trace } = this.#world;
    const cut = this.#concerned.filter(() => this.#chance.often(0.75));
    for (const desktop of cut) {
      trace.say(desktop.name, 'FAULT no way to the server');
      desktop.way.cutOff = true;
      desktop.way.cut();
    }
    await time.sleep(this.#chance.int(5_000, 60_000) * tempo, outside);
    await this.#record();
    await time.sleep(this.#chance.int(5_000, 60_000) * tempo, outside);
    for (const desktop of cut) desktop.way.cutOff = false;
    await time.sleep(this.#chance.int(5_000, 60_000) * tempo, outside);
    if (this.#world.isWorking) this.#follow();
  }

  async #record(): Promise<void> {
    const { time, outside, server, trace } = this.#world;
    const by = ADMIN;
    while (!this.#isRecorded) {
      this.#isRecorded = await server.administer((state) => {
        if (this.#person !== null) return state.people[this.#person.id]?.person.active === true ? [{ kind: 'person disabled', body: { personId: this.#person.id, by, reason: 'left' } }] : [];
        const id = this.#machine?.id ?? '';
        return state.workstations[id]?.revokedAt === null ? [{ kind: 'workstation revoked', body: { workstationId: id, by, reason: 'stolen' } }] : [];
      });
      if (!this.#isRecorded) await time.sleep(2_000, outside);
    }
    trace.say('server', `FAULT ${this.#person?.account ?? this.#machine?.name ?? ''} is out`);
  }

  /** A workstation hears that it is revoked. */
  heard(desktop: DesktopMachine): void {
    if (this.#machine === null || desktop.machine !== this.#machine || this.wiping !== null) return;
    const { folder, time, outside, trace, server } = this.#world;
    trace.say(desktop.name, 'the workstation wipes itself');
    // Whoever has a file there comes back to it no more.
    for (const one of this.#concerned) one.endedBy ??= 'workstation-revoked';
    this.wiping = new Wiping({
      root: join(folder, `root of ${this.#machine.name}`), server: SERVER, time, home: this.#world.spoolOf(desktop.machine), desktops: this.#concerned,
      post: async (_server, request) => {
        await time.sleep(this.#chance.wait(50), outside);
        return desktop.way.cutOff ? null : server.takeSpool(request);
      },
      trouble: (what) => void desktop.troubles.push(what),
    });
    this.wiping.begin();
    if (this.#chance.often(0.5)) time.after(this.#chance.int(1, 200), outside, () => this.wiping?.again());
  }

  /** A colleague signs in at every workstation that nobody sits at any more. */
  #follow(): void {
    const { desktops } = this.#world;
    if (this.#person === null) return;
    for (const left of this.#concerned) {
      if (left.gone || left.resting || left.isDoomed || left.endedBy === null) continue;
      if (desktops.some((one) => one !== left && one.machine === left.machine && !one.resting && !one.gone && one.endedBy === null)) continue;
      this.#sitDown(left.machine, left.name);
    }
  }

  #sitDown(machine: Machine, name: string): void {
    const person = this.#chance.pick([COLLEAGUE, AGENT, LEAD].filter((one) => one.id !== this.#person?.id));
    this.#followers += 1;
    const next = this.#world.addDesktop(`${name}-after`, person, MACHINES.indexOf(machine), fixedId(800 + this.#followers));
    next.start();
    this.#world.employ(next);
  }

  /** The day is over: whoever is out has left, and somebody sits at each workstation where work may lie. */
  end(): void {
    const { desktops } = this.#world;
    if (!this.#isRecorded) return;
    if (this.#machine !== null) {
      const left = this.#concerned;
      const here = left.find((one) => !one.gone && !one.resting) ?? left[0];
      if (here !== undefined && left.every((one) => one.gone || one.resting)) this.heard(here);
      return;
    }
    for (const left of this.#concerned) {
      if (left.gone || left.resting || left.endedBy !== null) continue;
      left.gone = true;
      left.stop();
    }
    for (const machine of MACHINES) {
      const there = desktops.filter((one) => one.machine === machine && !one.resting);
      if (there.length > 0 && there.every((one) => one.gone || one.endedBy !== null)) this.#sitDown(machine, there[0]!.name);
    }
  }
}
