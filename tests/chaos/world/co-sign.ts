/** OF2: while the line is down two people stand at the maker's screen and order what is executed on return. */
import type { CaseState } from '#shared/case/state.ts';
import { ownCallOf } from '#shared/operation/call-of.ts';
import { confirmationItems } from '#shared/operation/confirmation.ts';
import { forReturn } from '#shared/operation/on-return-terms.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import type { Chance } from './chance.ts';
import type { DesktopMachine } from './desktop-machine.ts';
import { CONTROL } from './server-machine.ts';
import { entryFor } from './work.ts';
import type { World } from './world.ts';

type Matter = { caseId: string; operationId: string; /** However often it is pressed. */ orderId: string };

const TRIES = 4;
/** Steps of two people, some of them twice. */
const STEPS = 24;
const OPEN = new Set(['draft', 'returned', 'void']);

export class CoSignNight {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #maker: DesktopMachine;
  readonly #reviewer: DesktopMachine;

  constructor(world: World, maker: DesktopMachine, reviewer: DesktopMachine) {
    this.#world = world;
    this.#chance = world.chance.of(`co-sign of ${maker.name}`);
    this.#maker = maker;
    this.#reviewer = reviewer;
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
      const matter = await this.#prepare();
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

  #state(caseId: string): CaseState | null {
    return (this.#maker.session?.book.view(caseId)?.state ?? null) as CaseState | null;
  }

  /** A case of the maker's with a customer on the line, facts and figures; with the line, what is missing is fetched. */
  async #prepare(): Promise<Matter | null> {
    const desk = this.#maker;
    const { bank } = this.#world;
    const me = desk.person.id;
    const states = (desk.session?.book.all() ?? []).map((view) => view.state as CaseState);
    const ready = states.find((state) => state.owner === me && state.closed === null && state.customerId !== null && Object.keys(state.calls).some((id) => ownCallOf(state, id, me) !== null));
    if (ready?.customerId == null) return null;
    const quotes = (ready.facts[me]?.quotes ?? []).filter((quote) => quote.expiresAt > new Date(desk.nowMs).toISOString());
    if (quotes.length === 0) {
      await desk.screen.ask('read facts', { case: ready.id, purpose: 'worksheet', planIds: bank.planIds(ready.customerId) });
      return null;
    }
    const current = ready.currentOperation === null ? undefined : ready.operations[ready.currentOperation];
    const status = current === undefined ? null : (forReturn(ready, current)?.status ?? null);
    if (current !== undefined && (status === 'submitted' || status === 'co-signed' || (status !== 'ordered' && OPEN.has(current.status)))) return { caseId: ready.id, operationId: current.id, orderId: desk.newId() };
    if (current !== undefined && !['done', 'partial', 'refused', 'withdrawn'].includes(current.status)) return null;
    const operationId = desk.newId();
    await desk.screen.command({
      kind: 'draft worksheet', case: ready.id,
      body: { operationId, kind: 'early-settlement', accountId: `${ready.customerId}-account`, continues: null, lines: [{ planId: this.#chance.pick(quotes).planId, lineId: desk.newId() }] },
    });
    return null;
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
      if (await this.#next(matter)) break;
    }
    this.#meanwhile(matter);
    time.after(this.#chance.pick([1_000, 20_000, 60_000]) * tempo, outside, () => {
      desk.way.cutOff = false;
    });
  }

  /** What the two at the screen cannot know: the facts moved, or the bank is silent when the line is back. */
  #meanwhile({ caseId }: Matter): void {
    const { bank, trace } = this.#world;
    const customer = this.#state(caseId)?.customerId ?? '';
    if (this.#chance.often(0.25)) {
      trace.say('bank', `facts of ${customer} move`);
      for (const plan of [0, 1, 2]) bank.move(customer, plan);
    }
    if (this.#chance.often(0.25)) bank.silentReads = this.#chance.int(1, 5);
  }

  /** @returns whether there is nothing more to do */
  async #next(matter: Matter): Promise<boolean> {
    const desk = this.#maker;
    const { caseId, operationId } = matter;
    const state = this.#state(caseId);
    const operation = state?.operations[operationId];
    if (desk.session === null) return false;
    if (state === null || operation === undefined || state.owner !== desk.person.id) return true;
    const give = (kind: string, body: unknown, id?: string) => desk.screen.command({ kind, case: caseId, body, ...(id === undefined ? {} : { id }) });
    const one = forReturn(state, operation);
    if (one === null) {
      if (!OPEN.has(operation.status)) return true;
      for (const { id } of CONTROL.kinds[operation.kind].selfCheck) if (operation.selfCheck[id] === undefined) await give('tick self-check', { operationId, item: id, on: true });
      await give('submit for return', { operationId, coSignId: desk.newId(), nonce: desk.newId() });
      return false;
    }
    if (one.status === 'submitted') return this.#second(matter, operation);
    if (one.status !== 'co-signed') return true;
    const callId = await this.#call(state);
    if (callId === null) return true;
    if (operation.confirmation?.proofAt == null || operation.confirmation.callId !== callId) {
      for (const key of confirmationItems(operation, CONTROL.kinds[operation.kind])) {
        const [part, ...item] = key.split(':');
        await give('confirm item', { operationId, part, item: item.join(':'), agrees: true, callId, customerWords: '是的', recordingOffset: 10 });
      }
      const { payload } = operation;
      await give('type in proof', { operationId, callId, typedFen: payload?.totalDueFen ?? 0, typedLines: payload?.lines.length ?? 0, typedLastFour: payload?.cardLastFour ?? '0000' });
      return false;
    }
    const order = { operationId, coSignId: one.coSignId, executionId: desk.newId(), digest: one.digest, callId, keys: (operation.payload?.lines ?? []).map(({ lineId }) => ({ lineId, key: desk.newId() })) };
    for (let press = this.#chance.often(0.2) ? 2 : 1; press > 0; press -= 1) await give('order on return', order, matter.orderId);
    return false;
  }

  /** The second person says who they are, types the figures and signs. @returns whether it is of no use to go on */
  async #second({ caseId, operationId }: Matter, operation: OperationState): Promise<boolean> {
    const desk = this.#maker;
    const of = { case: caseId, operationId };
    const signsIn = { account: this.#reviewer.person.account, passphrase: 'typed' };
    const step = (params: Parameters<NonNullable<typeof desk.session>['coSign']['step']>[0]) => desk.screen.does(`co-sign: ${params.step}`, (session) => session.coSign.step(params));
    const begun = await step({ step: 'begin', ...of, ...signsIn });
    if (!begun.ok) return ['tp6-has-seen', 'tp5-not-entitled', 'of2-centre-is-up'].includes(begun.code);
    if (begun.value.step !== 'begun') return true;
    await this.#wait(5_000);
    if (!begun.value.matched) {
      const entered = await step({ step: 'enter', ...of, entry: entryFor(operation, this.#chance.often(0.12)) });
      if (entered.ok) this.#lastSaved(caseId, 'enter blind here');
      if (!entered.ok || entered.value.step !== 'entered' || !entered.value.matches) return false;
      await this.#wait(3_000);
    }
    const signed = await step({ step: 'sign', ...of, ...signsIn });
    if (signed.ok) this.#lastSaved(caseId, 'co-sign here');
    return false;
  }

  #lastSaved(caseId: string, kind: string): void {
    const row = this.#maker.store?.outbox.ofStream(caseId).findLast((one) => one.kind === kind);
    if (row !== undefined) this.#maker.screen.saidSaved(row.id, caseId, kind);
  }

  /** The call that goes on; now and then the line lost it, and it is logged by hand. */
  async #call(state: CaseState): Promise<string | null> {
    const desk = this.#maker;
    const mine = (id: string): boolean => ownCallOf(state, id, desk.person.id) !== null;
    const byHand = Object.keys(state.handCalls).find(mine);
    if (byHand !== undefined) return byHand;
    const callId = Object.keys(state.calls).findLast(mine) ?? null;
    if (callId === null || !this.#chance.often(0.15)) return callId;
    const hand = `hand-${desk.newId()}`;
    const given = await desk.screen.command({ kind: 'log call', case: state.id, body: { callId: hand, direction: 'in', number: null, startedAt: new Date(desk.nowMs - 1_000).toISOString(), endedAt: null } });
    return given.ok ? hand : callId;
  }
}
