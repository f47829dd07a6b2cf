/** OF2: while the line is down two people stand at the maker's screen and order what is executed on return. */
import type { Chance } from './chance.ts';
import type { DesktopMachine } from './desktop-machine.ts';
import { CONTROL } from './server-machine.ts';
import { TwoAtOneScreen, type Matter } from './two-at-one-screen.ts';
import type { World } from './world.ts';

const TRIES = 4;
/** Steps of two people, some of them twice. */
const STEPS = 24;

export class CoSignNight {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #maker: DesktopMachine;
  readonly #two: TwoAtOneScreen;

  constructor(world: World, maker: DesktopMachine, reviewer: DesktopMachine) {
    this.#world = world;
    this.#chance = world.chance.of(`co-sign of ${maker.name}`);
    this.#maker = maker;
    this.#two = new TwoAtOneScreen({
      screen: maker.screen, chance: this.#chance, second: { account: reviewer.person.account, passphrase: 'typed' }, pause: (usualMs) => this.#wait(usualMs),
      place: { control: CONTROL, planIds: (state) => world.bank.planIds(state.customerId ?? ''), accountOf: (state) => `${state.customerId ?? ''}-account` },
    });
  }

  plan(afterMs: number): void {
    const { time, outside } = this.#world;
    time.after(afterMs, outside, () => void this.#all().catch((error: unknown) => this.#maker.troubles.push(`the co-sign threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)));
  }

  #wait(usualMs: number): Promise<void> {
    return this.#world.time.sleep(this.#chance.wait(usualMs * this.#world.tempo), this.#world.outside);
  }

  get #goesOn(): boolean {
    return this.#world.isWorking && !this.#maker.gone && this.#maker.endedBy === null;
  }

  async #all(): Promise<void> {
    for (let tried = 0; tried < TRIES && this.#goesOn;) {
      const matter = await this.#two.prepare();
      if (matter === null) {
        await this.#wait(8_000);
        continue;
      }
      tried += 1;
      // Mostly a person does one thing at a time.
      this.#maker.isBusy = this.#chance.often(0.85);
      try {
        await this.#offline(matter);
      } finally {
        this.#maker.isBusy = false;
      }
      await this.#wait(20_000);
    }
  }

  async #offline(matter: Matter): Promise<void> {
    const desk = this.#maker;
    const { trace, time, outside, tempo } = this.#world;
    trace.say(desk.name, `FAULT no way to the server; two people over ${matter.operationId}`);
    desk.way.cutOff = true;
    if (this.#chance.often(0.7)) desk.way.cut();
    else desk.way.fallSilent(true, true);
    for (let step = 0; step < STEPS && this.#goesOn; step += 1) {
      await this.#wait(4_000);
      if (await this.#two.next(matter)) break;
    }
    this.#meanwhile(matter);
    time.after(this.#chance.pick([1_000, 20_000, 60_000]) * tempo, outside, () => {
      desk.way.cutOff = false;
    });
  }

  /** What the two at the screen cannot know: the facts moved, or the bank is silent when the line is back. */
  #meanwhile({ caseId }: Matter): void {
    const { bank, trace } = this.#world;
    const customer = this.#maker.screen.cases()?.find(({ id }) => id === caseId)?.customerId ?? '';
    if (this.#chance.often(0.25)) {
      trace.say('bank', `facts of ${customer} move`);
      for (const plan of [0, 1, 2]) bank.move(customer, plan);
    }
    if (this.#chance.often(0.25)) bank.silentReads = this.#chance.int(1, 5);
  }
}
