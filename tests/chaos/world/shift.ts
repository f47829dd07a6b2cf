/** OF1: the shift is handed over at one screen, case by case, with or without the line; then the successor goes on at that workstation. */
import type { CaseState } from '#shared/case/state.ts';
import type { Chance } from './chance.ts';
import type { DesktopMachine } from './desktop-machine.ts';
import type { World } from './world.ts';

/** What both were told at the screen: it is signed and saved, and `copied`: it lies in the successor's file. */
export type HandedOver = { command: string; case: string; leaver: string; successor: string; copied: boolean };

const ROUNDS = 10;

export class Shift {
  readonly #world: World;
  readonly #chance: Chance;
  readonly leaver: DesktopMachine;
  readonly successor: DesktopMachine;
  /** A case is handed over under one id, however often it is pressed. */
  readonly #ids = new Map<string, string>();
  #given = false;
  #isOver = false;

  constructor(world: World, leaver: DesktopMachine, successor: DesktopMachine) {
    this.#world = world;
    this.#chance = world.chance.of(`shift of ${leaver.name}`);
    this.leaver = leaver;
    this.successor = successor;
  }

  /** @param afterMs from now; it takes its time, and may end with the day */
  plan(afterMs: number): void {
    const { time, outside } = this.#world;
    time.after(afterMs, outside, () => void this.#change().catch((error: unknown) => this.leaver.troubles.push(`the shift threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)));
  }

  async #change(): Promise<void> {
    const { time, outside, tempo, trace } = this.#world;
    const chance = this.#chance;
    const wait = (usualMs: number): Promise<void> => time.sleep(chance.wait(usualMs * tempo), outside);
    trace.say(this.leaver.name, `the shift ends; ${this.successor.person.account} takes over here`);
    if (chance.often(0.7)) this.#cutOff(chance.pick([60_000, 120_000, 240_000]) * tempo);
    for (let round = 0; round < ROUNDS && this.#goesOn; round += 1) {
      if (await this.#giveAll(wait)) break;
      await wait(6_000);
    }
    if (!this.#goesOn) return;
    // Some stay a little.
    if (chance.often(0.3)) await wait(40_000);
    if (this.#goesOn) this.#leave();
  }

  get #goesOn(): boolean {
    return this.#world.isWorking && !this.#isOver && !this.leaver.gone && this.leaver.endedBy === null;
  }

  /** No way to the server from this workstation, whoever sits there. */
  #cutOff(forMs: number): void {
    const { time, outside, trace } = this.#world;
    trace.say(this.leaver.name, 'FAULT no way to the server from this workstation');
    const both = [this.leaver, this.successor];
    for (const one of both) {
      one.way.cutOff = true;
      one.way.cut();
    }
    time.after(forMs, outside, () => {
      for (const one of both) one.way.cutOff = false;
    });
  }

  /** @returns whether all that they meant to hand over is handed over */
  async #giveAll(wait: (usualMs: number) => Promise<void>): Promise<boolean> {
    const { leaver, successor } = this;
    const opened = await leaver.screen.does('open the hand-over', (session) => session.handOver.open({ account: successor.person.account, passphrase: 'typed' }));
    if (!opened.ok) return false;
    const mine = (leaver.session?.book.all() ?? []).map((view) => view.state as CaseState).filter((state) => state.owner === leaver.person.id && state.closed === null);
    let all = true;
    for (const { id } of mine) {
      if (!this.#ids.has(id) && this.#chance.often(0.15)) continue;
      await wait(3_000);
      const handOverId = this.#ids.get(id) ?? leaver.newId();
      this.#ids.set(id, handOverId);
      for (let press = this.#chance.often(0.15) ? 2 : 1; press > 0; press -= 1) all = (await this.#give(id, handOverId)) && all;
      if (!this.#goesOn) break;
    }
    await leaver.screen.does('close the hand-over', (session) => {
      session.handOver.close();
      return { ok: true, value: null };
    });
    return all;
  }

  async #give(caseId: string, handOverId: string): Promise<boolean> {
    const { leaver, successor } = this;
    const { handedOver } = this.#world;
    const given = await leaver.screen.does('hand over here', (session) => session.handOver.give({ case: caseId, handOverId, note: '交接' }));
    // What the rules refuse is not pressed again.
    if (!given.ok) return !['no-power', 'not-signed-in', 'hand-over-not-open', 'disk-full', 'threw'].includes(given.code);
    this.#given = true;
    const { commandId, copied } = given.value;
    const known = handedOver.find((one) => one.command === commandId);
    if (known !== undefined) known.copied ||= copied;
    else {
      leaver.screen.saidSaved(commandId, caseId, 'hand over here');
      handedOver.push({ command: commandId, case: caseId, leaver: leaver.name, successor: successor.name, copied });
    }
    return true;
  }

  #leave(): void {
    const { time, outside, trace } = this.#world;
    this.#isOver = true;
    trace.say(this.leaver.name, `goes home with ${this.leaver.store?.outbox.unsentCount() ?? 0} unsent`);
    this.leaver.gone = true;
    if (this.#chance.often(0.25)) this.leaver.failNow();
    else this.leaver.stop();
    time.after(this.#chance.int(1_000, 40_000), outside, () => {
      this.#sitDown();
      this.#world.employ(this.successor);
    });
  }

  #sitDown(): void {
    this.successor.resting = false;
    this.successor.start();
  }

  /** The day is over: whoever was handed anything sits down at that workstation. */
  end(): void {
    if (!this.#isOver && this.#given && this.leaver.endedBy === null) {
      this.#isOver = true;
      this.leaver.gone = true;
      this.leaver.stop();
    }
    if (this.#isOver) this.#sitDown();
  }
}
