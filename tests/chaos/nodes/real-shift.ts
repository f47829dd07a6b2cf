/** OF1: the shift is handed over at one screen, case by case, with or without the line; then the successor goes on at that workstation. */
import { setTimeout as wait } from 'node:timers/promises';
import { DEMO_PASSWORD } from '../../../server/demo/demo-people.ts';
import type { Chance } from '../world/chance.ts';
import type { Profile, RealDesk } from './real-desk.ts';
import type { RealWorld } from './real-world.ts';

const ROUNDS = 20;
const AGAIN_MS = 300;
/** Nothing was decided: it is pressed again. */
const UNDECIDED: ReadonlySet<string> = new Set(['no-power', 'not-signed-in', 'signed-out', 'hand-over-not-open']);

export class RealShift {
  readonly #world: RealWorld;
  readonly #chance: Chance;
  readonly #desk: RealDesk;
  readonly #leaver: Profile;
  readonly #successor: Profile;
  /** A case is handed over under one id, however often it is pressed. */
  readonly #ids = new Map<string, string>();
  #hasGiven = false;

  constructor(world: RealWorld, desk: RealDesk, successor: Profile) {
    this.#world = world;
    this.#chance = world.chance.of('shift');
    this.#desk = desk;
    this.#leaver = desk.profile;
    this.#successor = successor;
  }

  get #isOver(): boolean {
    return this.#desk.profile === this.#successor;
  }

  /** @param afterMs from now; it takes its time, and may end with the day */
  async change(afterMs: number): Promise<void> {
    await wait(afterMs);
    const chance = this.#chance;
    const isCut = chance.often(0.7);
    this.#world.tell(`FAULT ${this.#successor.name} takes over${isCut ? ', with the line cut' : ''}`);
    if (isCut) this.#desk.line.become({ kind: 'cut' });
    const mended = isCut ? wait(chance.pick([1_000, 2_500, 5_000])).then(() => this.#desk.line.become({ kind: 'good' })) : null;
    for (let round = 0; round < ROUNDS && this.#world.isWorking; round += 1) {
      if (await this.#giveAll()) break;
      await wait(AGAIN_MS);
    }
    if (this.#world.isWorking) await this.#leave();
    await mended;
  }

  /** @returns whether all that they meant to hand over is handed over */
  async #giveAll(): Promise<boolean> {
    const { account } = this.#successor.person;
    const opened = await this.#desk.atScreen('open the hand-over', (calls) => calls.openHandOver({ account, passphrase: DEMO_PASSWORD }));
    if (!opened.ok) return false;
    const mine = (this.#desk.cases() ?? []).filter((state) => state.owner === this.#leaver.person.id && state.closed === null);
    let all = true;
    for (const { id } of mine) {
      if (!this.#ids.has(id) && this.#chance.often(0.15)) continue;
      await wait(this.#chance.wait(60));
      const handOverId = this.#ids.get(id) ?? this.#desk.newId();
      this.#ids.set(id, handOverId);
      for (let press = this.#chance.often(0.15) ? 2 : 1; press > 0; press -= 1) all = (await this.#give(id, handOverId)) && all;
      if (!this.#world.isWorking) break;
    }
    await this.#desk.atScreen('close the hand-over', (calls) => calls.closeHandOver({}));
    return all;
  }

  async #give(caseId: string, handOverId: string): Promise<boolean> {
    const { handedOver } = this.#world;
    const given = await this.#desk.handOverHere({ case: caseId, handOverId, note: '交接' });
    // What the rules refuse is not pressed again.
    if (!given.ok) return !UNDECIDED.has(given.code);
    this.#hasGiven = true;
    const { commandId, copied } = given.value;
    const known = handedOver.find((one) => one.command === commandId);
    if (known !== undefined) known.copied ||= copied;
    else handedOver.push({ command: commandId, case: caseId, leaver: this.#leaver.name, successor: this.#successor.name, copied });
    return true;
  }

  async #leave(): Promise<void> {
    const how = this.#chance.often(0.25) ? 'loses power' : 'signs out';
    this.#world.tell(`${this.#leaver.name} goes home: the desk ${how}`);
    await this.#desk.leaveTo(this.#successor, how);
    await wait(this.#chance.int(50, 1_500));
    this.#desk.comeIn();
  }

  /** The day is over: whoever was handed anything sits down at that workstation. */
  async end(): Promise<void> {
    if (!this.#isOver && this.#hasGiven) await this.#desk.leaveTo(this.#successor, 'signs out');
    if (this.#isOver) this.#desk.comeIn();
  }
}
