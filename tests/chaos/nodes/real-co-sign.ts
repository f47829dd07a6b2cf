/** OF2: while the line of the maker's workstation is down, somebody who has signed in there before co-signs what is executed on return. */
import { setTimeout as wait } from 'node:timers/promises';
import type { CaseState } from '#shared/case/state.ts';
import { ownCallOf } from '#shared/operation/call-of.ts';
import { DEMO_PASSWORD } from '../../../server/demo/demo-people.ts';
import type { Chance } from '../world/chance.ts';
import { TwoAtOneScreen, type Matter } from '../world/two-at-one-screen.ts';
import type { Place } from '../world/work.ts';
import type { RealDesk } from './real-desk.ts';
import type { RealWorld } from './real-world.ts';

const TRIES = 3;
/** Steps of two people, some of them twice. */
const STEPS = 24;
const STEP_MS = 60;
/** People take a hundredth of what they take in a simulated night. */
const HASTE = 100;
const LOOK_MS = 20;
/** So long it may take until a desk says that its line is down. */
const NOTICES_MS = 3_000;

const VERIFIED = 3;
const verified = (state: CaseState, person: string): boolean =>
  Object.keys(state.calls).some((id) => ownCallOf(state, id, person) !== null && (state.verification[id]?.level ?? 0) >= VERIFIED);

export class RealCoSign {
  readonly #world: RealWorld;
  readonly #chance: Chance;
  readonly #maker: RealDesk;
  readonly #two: TwoAtOneScreen;

  constructor(world: RealWorld, maker: RealDesk, second: string, place: Place) {
    this.#world = world;
    this.#chance = world.chance.of('co-sign');
    this.#maker = maker;
    this.#two = new TwoAtOneScreen({
      screen: maker, chance: this.#chance, place, second: { account: second, passphrase: DEMO_PASSWORD }, pause: (usualMs) => wait(this.#chance.wait(usualMs / HASTE)),
      isVerified: (state) => verified(state, maker.person.id),
    });
  }

  /** @param afterMs from now; it may end with the day */
  async go(afterMs: number): Promise<void> {
    await wait(afterMs);
    for (let tried = 0; tried < TRIES && this.#world.isWorking;) {
      // Nothing of it is begun in the usual way meanwhile.
      this.#maker.isBusy = this.#two.isNear;
      const matter = await this.#two.prepare();
      if (matter === null) {
        await wait(STEP_MS);
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
      await wait(this.#chance.int(100, 1_000));
    }
    this.#maker.isBusy = false;
  }

  async #offline(matter: Matter): Promise<void> {
    const { line, name } = this.#maker;
    this.#world.tell(`FAULT the line of ${name} is cut; two people over ${matter.operationId}`);
    line.become({ kind: 'cut' });
    const began = performance.now();
    while (this.#maker.isOnline && performance.now() - began < NOTICES_MS) await wait(LOOK_MS);
    for (let step = 0; step < STEPS; step += 1) {
      await wait(this.#chance.wait(STEP_MS));
      if (await this.#two.next(matter)) break;
    }
    await this.#meanwhile(matter);
    await wait(this.#chance.pick([10, 300, 1_500]));
    line.become({ kind: 'good' });
  }

  /** What the two at the screen cannot know: the facts moved. */
  async #meanwhile({ caseId }: Matter): Promise<void> {
    const facts = Object.values(this.#maker.case(caseId)?.facts ?? {}).flatMap((own) => own.facts.plans);
    const plan = facts.find(({ status, periodsLeft }) => status === 'active' && periodsLeft > 2);
    if (plan === undefined || !this.#chance.often(0.25)) return;
    this.#world.tell('facts move');
    await this.#world.centre.bank.touch({ what: 'post-period', planId: plan.id });
  }
}
