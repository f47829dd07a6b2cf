/** OF2: what two people at the maker's screen do while the line is down, step by step; at a simulated machine or at a real desk. */
import type { CaseState } from '#shared/case/state.ts';
import { ownCallOf } from '#shared/operation/call-of.ts';
import { confirmationItems } from '#shared/operation/confirmation.ts';
import { forReturn } from '#shared/operation/on-return-terms.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import type { CoSignParams } from '#shared/protocol/co-sign-step.ts';
import type { MethodValue } from '#shared/protocol/desk-rpc.ts';
import type { Chance } from './chance.ts';
import { entryFor, type Place, type Worker } from './work.ts';

export type Matter = { caseId: string; operationId: string; /** However often it is pressed. */ orderId: string };

/** The maker's screen, at which somebody else may say who they are. */
export type OneScreen = Worker & {
  coSign(params: CoSignParams): Promise<{ ok: true; value: MethodValue<'coSign'> } | { ok: false; code: string }>;
  /** A step of the second person's was saved there as a command of that kind. */
  coSigned(caseId: string, kind: string): void;
};

type Parts = {
  screen: OneScreen; chance: Chance; place: Pick<Place, 'control' | 'planIds' | 'accountOf'>;
  /** Whether the customer on the line has said who they are; without it, always. */
  isVerified?(state: CaseState): boolean;
  /** Who comes to the screen, and what they type. */
  second: { account: string; passphrase: string };
  /** A person takes about so long. */
  pause(usualMs: number): Promise<void>;
};

const OPEN = new Set(['draft', 'returned', 'void']);
const OVER = new Set(['done', 'partial', 'refused', 'withdrawn']);
/** What no other try would change. */
const FINAL = new Set(['tp6-has-seen', 'tp5-not-entitled', 'of2-centre-is-up']);

export class TwoAtOneScreen {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  #state(caseId: string): CaseState | null {
    return this.#parts.screen.cases()?.find(({ id }) => id === caseId) ?? null;
  }

  /** A case of the maker's with a customer on the line. */
  #atHand(): CaseState | undefined {
    const { screen, isVerified = () => true } = this.#parts;
    const me = screen.person.id;
    return (screen.cases() ?? []).find((state) => state.owner === me && state.closed === null && state.customerId !== null && Object.keys(state.calls).some((id) => ownCallOf(state, id, me) !== null) && isVerified(state));
  }

  /** Whether there is one with which they could begin, as soon as what is missing is there. */
  get isNear(): boolean {
    const state = this.#atHand();
    const current = state?.currentOperation == null ? undefined : state.operations[state.currentOperation];
    return state !== undefined && (current === undefined || OPEN.has(current.status) || OVER.has(current.status));
  }

  /** Such a case with facts and figures; with the line, what is missing is fetched. */
  async prepare(): Promise<Matter | null> {
    const { screen, chance, place } = this.#parts;
    const me = screen.person.id;
    const ready = this.#atHand();
    if (ready === undefined) return null;
    const quotes = (ready.facts[me]?.quotes ?? []).filter((quote) => quote.expiresAt > new Date(screen.nowMs).toISOString());
    if (quotes.length === 0) {
      await screen.ask('read facts', { case: ready.id, purpose: 'worksheet', planIds: place.planIds(ready) });
      return null;
    }
    const current = ready.currentOperation === null ? undefined : ready.operations[ready.currentOperation];
    const status = current === undefined ? null : (forReturn(ready, current)?.status ?? null);
    if (current !== undefined && (status === 'submitted' || status === 'co-signed' || (status !== 'ordered' && OPEN.has(current.status)))) return { caseId: ready.id, operationId: current.id, orderId: screen.newId() };
    if (current !== undefined && !OVER.has(current.status)) return null;
    const operationId = screen.newId();
    await screen.command({
      kind: 'draft worksheet', case: ready.id,
      body: { operationId, kind: 'early-settlement', accountId: place.accountOf(ready), continues: null, lines: [{ planId: chance.pick(quotes).planId, lineId: screen.newId() }] },
    });
    return null;
  }

  /** The next step of either. @returns whether there is nothing more to do */
  async next(matter: Matter): Promise<boolean> {
    const { screen, chance, place } = this.#parts;
    const { caseId, operationId } = matter;
    if (screen.cases() === null) return false;
    const state = this.#state(caseId);
    const operation = state?.operations[operationId];
    if (state === null || operation === undefined || state.owner !== screen.person.id) return true;
    const give = (kind: string, body: unknown, id?: string) => screen.command({ kind, case: caseId, body, ...(id === undefined ? {} : { id }) });
    const one = forReturn(state, operation);
    if (one === null) {
      if (!OPEN.has(operation.status)) return true;
      for (const { id } of place.control.kinds[operation.kind].selfCheck) if (operation.selfCheck[id] === undefined) await give('tick self-check', { operationId, item: id, on: true });
      await give('submit for return', { operationId, coSignId: screen.newId(), nonce: screen.newId() });
      return false;
    }
    if (one.status === 'submitted') return this.#second(matter, operation);
    if (one.status !== 'co-signed') return true;
    const callId = await this.#call(state);
    if (callId === null) return true;
    if (operation.confirmation?.proofAt == null || operation.confirmation.callId !== callId) {
      for (const key of confirmationItems(operation, place.control.kinds[operation.kind])) {
        const [part, ...item] = key.split(':');
        await give('confirm item', { operationId, part, item: item.join(':'), agrees: true, callId, customerWords: '是的', recordingOffset: 10 });
      }
      const { payload } = operation;
      await give('type in proof', { operationId, callId, typedFen: payload?.totalDueFen ?? 0, typedLines: payload?.lines.length ?? 0, typedLastFour: payload?.cardLastFour ?? '0000' });
      return false;
    }
    const order = { operationId, coSignId: one.coSignId, executionId: screen.newId(), digest: one.digest, callId, keys: (operation.payload?.lines ?? []).map(({ lineId }) => ({ lineId, key: screen.newId() })) };
    for (let press = chance.often(0.2) ? 2 : 1; press > 0; press -= 1) await give('order on return', order, matter.orderId);
    return false;
  }

  /** The second person says who they are, types the figures and signs. @returns whether it is of no use to go on */
  async #second({ caseId, operationId }: Matter, operation: OperationState): Promise<boolean> {
    const { screen, chance, second, pause } = this.#parts;
    const of = { case: caseId, operationId };
    const begun = await screen.coSign({ step: 'begin', ...of, ...second });
    if (!begun.ok) return FINAL.has(begun.code);
    if (begun.value.step !== 'begun') return true;
    await pause(5_000);
    if (!begun.value.matched) {
      const entered = await screen.coSign({ step: 'enter', ...of, entry: entryFor(operation, chance.often(0.12)) });
      if (entered.ok) screen.coSigned(caseId, 'enter blind here');
      if (!entered.ok || entered.value.step !== 'entered' || !entered.value.matches) return false;
      await pause(3_000);
    }
    const signed = await screen.coSign({ step: 'sign', ...of, ...second });
    if (signed.ok) screen.coSigned(caseId, 'co-sign here');
    return false;
  }

  /** The call that goes on; now and then the line lost it, and it is logged by hand. */
  async #call(state: CaseState): Promise<string | null> {
    const { screen, chance } = this.#parts;
    const mine = (id: string): boolean => ownCallOf(state, id, screen.person.id) !== null;
    const byHand = Object.keys(state.handCalls).find(mine);
    if (byHand !== undefined) return byHand;
    const callId = Object.keys(state.calls).findLast(mine) ?? null;
    if (callId === null || !chance.often(0.15)) return callId;
    const hand = `hand-${screen.newId()}`;
    const given = await screen.command({ kind: 'log call', case: state.id, body: { callId: hand, direction: 'in', number: null, startedAt: new Date(screen.nowMs - 1_000).toISOString(), endedAt: null } });
    return given.ok ? hand : callId;
  }
}
