/** Leads the decider along a walk of the model and compares what both say after every action. */
import { confirmationItems } from '#shared/operation/confirmation.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import { bankKey } from '#shared/operation/outcome.ts';
import { digestOf } from '#shared/operation/payload.ts';
import { payloadOf } from '#shared/operation/submission.ts';
import type { CommandBody } from '#shared/case/commands.ts';
import type { CustomerFacts } from '#shared/protocol/bank.ts';
import type { BlindEntry } from '#shared/review/review-schema.ts';
import { CASE, control, id, MAKER } from '../unit/case/world.ts';
import { CALL, DeciderCase, PEOPLE } from './decider-case.ts';
import { show, type Step, type Told } from './walk.ts';

const POLICY = control.kinds['early-settlement'];
const ON_LINE_MINUTES = POLICY.validMinutesOnLine;
/** A little more than policy asks two leads to wait, and less than a payload is good for. */
const WAIT_MINUTES = control.breakGlass.afterMinutes + 1;

/** Of the walks' first operation. */
export const LINES = 2;

const MOMENT_MINUTES = 1 / 600;

type Line = NonNullable<OperationState['execution']>['lines'][number];

export class DeciderReplay {
  readonly #case: DeciderCase;
  readonly #operations: string[] = [];
  /** The plans of each operation; the model's line is the plan's place. */
  readonly #plans: string[][] = [];
  /** Facts read for a desktop's order, before the transaction (TP3). */
  readonly #readings = new Map<string, CustomerFacts>();
  /** Earlier operations as they ended: frozen (TP18). */
  readonly #frozen = new Map<string, string>();
  #can: Told['can'] = new Set();
  /** How often each was let through or refused, both as the model says. */
  readonly counted = { actions: 0, executions: 0, allowed: 0, refused: 0 };

  constructor(lines: number) {
    this.#case = new DeciderCase(lines);
    this.#begin(this.#case.planIds(), null);
  }

  /** @throws where the program and the model part, with the walk so far */
  run(walk: readonly Step[]): void {
    for (const [index, step] of walk.entries()) {
      try {
        // Nothing happens in the same instant: rules ask what came before what.
        this.#case.world.later(MOMENT_MINUTES);
        this.#act(step);
        this.#compare(step.told);
      } catch (error) {
        throw new Error(`${walk.slice(0, index + 1).map(show).join('; ')}\n${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
      this.#can = step.told.can;
      this.counted.actions += 1;
    }
  }

  get #operationId(): string {
    return this.#operations.at(-1)!;
  }

  get #operation(): OperationState {
    return this.#case.operation(this.#operationId);
  }

  get #reviewId(): string {
    const { reviewId } = this.#operation;
    if (reviewId === null) throw new Error('nothing is in review');
    return reviewId;
  }

  #line(place: string): Line {
    const line = this.#operation.execution?.lines.find((one) => one.planId === this.#case.planIds()[Number(place)]);
    if (line === undefined) throw new Error(`line ${place} is not under way`);
    return line;
  }

  #begin(plans: readonly string[], continues: string | null): void {
    this.#operations.push(this.#case.newId());
    this.#plans.push([...plans]);
    this.#draft(continues);
  }

  #worksheet(operationId: string, plans: readonly string[], continues: string | null): CommandBody<'draft worksheet'> {
    return { operationId, kind: 'early-settlement', accountId: 'acct-1', continues, lines: plans.map((planId) => ({ planId, lineId: this.#case.newId() })) };
  }

  #draft(continues: string | null): void {
    this.#case.readFacts(MAKER, 'worksheet');
    this.#case.must(MAKER, 'draft worksheet', this.#worksheet(this.#operationId, this.#plans.at(-1)!, continues));
    for (const item of POLICY.selfCheck) this.#case.must(MAKER, 'tick self-check', { operationId: this.#operationId, item: item.id, on: true });
  }

  #submission(): CommandBody<'submit for review'> {
    const { world, state } = this.#case;
    const validUntil = new Date(Date.parse(world.now) + ON_LINE_MINUTES * 60_000).toISOString();
    const nonce = this.#case.newId();
    const by = { person: MAKER, human: MAKER, role: 'agent' as const, entitlements: 'unknown' as const, workstation: null, no: '', skills: [] };
    const digest = digestOf(payloadOf(state, this.#operation, { validUntil, nonce }, { now: world.now, by, control }));
    return {
      operationId: this.#operationId, reviewId: this.#case.newId(), nonce, noteToReviewer: '', customerWaits: 'on-line', validUntil, signed: this.#case.sign(MAKER, 'tick', digest),
    };
  }

  #entry(right: boolean): BlindEntry {
    const payload = this.#operation.payload!;
    const principals = payload.lines.flatMap((line) => (line.type === 'settlement' ? [[line.planId, line.remainingFen] as const] : []));
    return { totalDueFen: payload.totalDueFen + (right ? 0 : 1), lines: payload.lines.length, dueDate: payload.dueDate, principals: Object.fromEntries(principals) };
  }

  #approval(person: string): CommandBody<'approve review'> {
    const digest = this.#operation.digest!;
    return { reviewId: this.#reviewId, digest, signed: this.#case.sign(person, 'approval', digest) };
  }

  #seatSignature(person: string): CommandBody<'sign break-glass'> {
    return { ...this.#approval(person), qualityCaseId: this.#case.newId() as CommandBody<'sign break-glass'>['qualityCaseId'] };
  }

  #confirmations(): CommandBody<'confirm item'>[] {
    const said = { agrees: true, callId: CALL, customerWords: '是的', recordingOffset: 10 };
    return confirmationItems(this.#operation, POLICY).map((key) => {
      const [part, ...item] = key.split(':');
      return { operationId: this.#operationId, part: part as 'eye', item: item.join(':'), ...said };
    });
  }

  #order(): CommandBody<'order execution'> {
    const { payload, digest } = this.#operation;
    const keys = payload!.lines.map((line) => ({ lineId: line.lineId, key: this.#case.newId() }));
    return { operationId: this.#operationId, executionId: this.#case.newId(), digest: digest!, callId: CALL, keys, signed: this.#case.sign(MAKER, 'order', digest!) };
  }

  #act({ act, args }: Step): void {
    const here = this.#case;
    const [first = '', second = ''] = args;
    const person = PEOPLE[first] ?? '';
    const operationId = this.#operationId;
    switch (act) {
      case 'draft': return this.#draft(this.#operations.at(-2) ?? null);
      case 'submit': return here.must(MAKER, 'submit for review', this.#submission());
      case 'withdraw': return here.must(MAKER, 'withdraw operation', { operationId, reason: '' });
      case 'withdraw-review': return here.must(MAKER, 'withdraw review', { reviewId: this.#reviewId });
      case 'confirm': return this.#confirm();
      case 'continue': return this.#begin(this.#plans.at(-1)!.filter((planId) => ['refused', 'free'].includes(this.#operation.execution!.lines.find((line) => line.planId === planId)!.status)), operationId);
      case 'take': here.must(person, 'take review', { reviewId: this.#reviewId }); return here.readFacts(person, 'review');
      case 'release': return here.must(person, 'release review', { reviewId: this.#reviewId });
      case 'enter': return here.must(person, 'store blind entry', { reviewId: this.#reviewId, entry: this.#entry(true) });
      case 'miss': return here.must(person, 'store blind entry', { reviewId: this.#reviewId, entry: this.#entry(false) });
      case 'approve': return here.must(person, 'approve review', this.#approval(person));
      case 'return': return here.must(person, 'return review', { reviewId: this.#reviewId, reason: 'amount', whatToDo: '重算' });
      case 'wait': return here.world.later(WAIT_MINUTES);
      case 'join': here.must(person, 'join break-glass', { reviewId: this.#reviewId, reason: '没有复核人' }); return here.readFacts(person, 'review');
      case 'sign': return here.must(person, 'sign break-glass', this.#seatSignature(person));
      case 'read': return void this.#readings.set(first, here.facts());
      case 'order': return this.#orderFrom(first);
      case 'send': return here.send(operationId, here.planIds()[Number(first)]!);
      case 'arrive': return this.#same(second, here.arrive(here.planIds()[Number(first)]!, second === 'line-refused'), `what becomes of line ${first} at the bank`);
      case 'silence': return here.record(operationId, this.#line(first).lineId, null);
      case 'inquire': return here.inquire(bankKey(CASE, this.#line(first).key));
      case 'hear': return here.record(operationId, this.#line(first).lineId, bankKey(CASE, this.#line(first).key));
      case 'fact-move': return here.moveFacts();
      case 'expire': return here.world.later(ON_LINE_MINUTES + 1);
      case 'stop': return void here.stopped.push('early-settlement');
      case 'let-go': return void here.stopped.splice(0);
      case 'bar': return void here.barred.add(person);
      case 'crash': return this.#readings.clear();
      case 'restart': return here.refold();
      default: throw new Error(`an action that nobody knows: ${act}`);
    }
  }

  #confirm(): void {
    const { payload } = this.#operation;
    for (const item of this.#confirmations()) this.#case.must(MAKER, 'confirm item', item);
    const typed = { typedFen: payload!.totalDueFen, typedLines: payload!.lines.length, typedLastFour: payload!.cardLastFour };
    this.#case.must(MAKER, 'type in proof', { operationId: this.#operationId, callId: CALL, ...typed });
  }

  /** The gate: given the facts that were read before, whatever has moved since. */
  #orderFrom(desktop: string): void {
    const facts = this.#readings.get(desktop);
    if (facts === undefined) throw new Error('no facts were read for this order');
    this.#readings.delete(desktop);
    if (this.#operation.payload === null) return this.#same(this.#can.has('order'), false, 'an order of nothing');
    const refused = this.#case.do(MAKER, 'order execution', this.#order(), { gateFacts: { facts, quotes: [] } });
    this.#same(refused === null, this.#can.has('order'), `the order (${refused ?? 'let through'})`);
    if (this.#operation.execution !== null && refused === null) this.counted.executions += 1;
  }

  #same(code: unknown, model: unknown, what: string): void {
    if (JSON.stringify(code) !== JSON.stringify(model)) throw new Error(`${what}: the program ${JSON.stringify(code)}, the model ${JSON.stringify(model)}`);
  }

  #compare(told: Told): void {
    const here = this.#case;
    this.#same(this.#operations.length, told.operation, 'the operation');
    this.#same(this.#operation.status, told.status, 'the status');
    const planIds = here.planIds();
    this.#same(planIds.map((planId) => this.#operation.execution?.lines.find((line) => line.planId === planId)?.status ?? 'none'), told.lines, 'the lines');
    this.#same(planIds.map((planId) => here.bookings.get(planId) ?? 0), told.bookings, 'the bank\'s ledger');
    for (const earlier of this.#operations.slice(0, -1)) {
      const now = JSON.stringify(here.operation(earlier));
      this.#same(now === (this.#frozen.get(earlier) ?? now), true, 'an operation that ended is frozen');
      this.#frozen.set(earlier, now);
    }
    if (told.alive) this.#compareMay(told.can);
  }

  /** What the model allows the program lets through, and what it forbids is refused: asked of the pure function, so nothing changes. */
  #compareMay(can: Told['can']): void {
    const here = this.#case;
    const operationId = this.#operationId;
    const ask = (what: string, refusal: string | null): void => {
      const may = can.has(what);
      this.#same(refusal === null, may, `${what} (${refusal ?? 'let through'})`);
      this.counted[may ? 'allowed' : 'refused'] += 1;
    };
    ask('draft', here.refusal(MAKER, 'draft worksheet', this.#worksheet(operationId, this.#plans.at(-1)!, null)));
    ask('submit', here.refusal(MAKER, 'submit for review', this.#submission()));
    ask('withdraw', here.refusal(MAKER, 'withdraw operation', { operationId, reason: '' }));
    const { payload, reviewId, execution } = this.#operation;
    if (payload !== null) {
      ask('confirm', here.refusal(MAKER, 'confirm item', this.#confirmations()[0]!));
      ask('order', here.refusal(MAKER, 'order execution', this.#order()));
    }
    if (reviewId !== null) {
      ask('withdrawReview', here.refusal(MAKER, 'withdraw review', { reviewId }));
      for (const [number, person] of Object.entries(PEOPLE)) {
        if (number !== '4') ask(`take${number}`, here.refusal(person, 'take review', { reviewId }));
        ask(`enter${number}`, here.refusal(person, 'store blind entry', { reviewId, entry: this.#entry(true) }));
        ask(`approve${number}`, here.refusal(person, 'approve review', this.#approval(person)));
        ask(`return${number}`, here.refusal(person, 'return review', { reviewId, reason: 'amount', whatToDo: '重算' }));
        ask(`join${number}`, here.refusal(person, 'join break-glass', { reviewId, reason: '没有复核人' }));
        ask(`sign${number}`, here.refusal(person, 'sign break-glass', this.#seatSignature(person)));
      }
    }
    for (const [place, planId] of here.planIds().entries()) {
      const line = execution?.lines.find((one) => one.planId === planId);
      if (line === undefined) continue;
      ask(`inquire${place}`, here.refusal(MAKER, 'order inquiry', { operationId, lineId: line.lineId }));
      // While other lines are open the program lets the rest be drafted already; ordered it cannot be (TP13).
      if (can.has(`continue${place}`) || !['refused', 'free'].includes(line.status)) ask(`continue${place}`, here.refusal(MAKER, 'draft worksheet', this.#worksheet(id(9_000), [planId], operationId)));
    }
  }
}
