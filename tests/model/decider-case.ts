import { decide } from '#shared/case/decide.ts';
import { isRefused } from '#shared/case/decision.ts';
import { foldCase } from '#shared/case/evolve.ts';
import type { CommandBody, CommandKind, CommandOf } from '#shared/case/commands.ts';
import type { DecideContext, KnownPerson, LedgerEntry } from '#shared/case/context.ts';
import type { Happened } from '#shared/case/decider.ts';
import type { CaseState } from '#shared/case/state.ts';
import { changedFacts, rereadPinned } from '#shared/operation/pinned-facts.ts';
import { bookOrderOf, recordOutcome } from '#shared/operation/outcome.ts';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import type { BookOrder, BookOutcome, CustomerFacts, InquiryAnswer } from '#shared/protocol/bank.ts';
import type { Signed, SignaturePurpose } from '#shared/protocol/signature.ts';
import type { Role } from '#shared/people/roles.ts';
import { putThrough, readFacts, verify } from '../unit/case/path.ts';
import { CASE, id, LEAD, MAKER, REVIEWER, World } from '../unit/case/world.ts';

export const CALL = 'call-walk';
const PLANS = ['plan-1', 'plan-2', 'plan-3'];
const KIND = 'early-settlement';
const LIMIT = 200_000_000;

/** The model's people by number. The maker is a lead too: nothing but "another person" keeps them out. */
export const PEOPLE: Readonly<Record<string, string>> = { 1: MAKER, 2: REVIEWER, 3: LEAD, 4: id(6) };
const ROLES: Readonly<Record<string, Role>> = { [MAKER]: 'lead', [REVIEWER]: 'mentor', [LEAD]: 'lead', [id(6)]: 'lead' };

const keyOf = (person: string): string => person.replaceAll('-', '').padEnd(64, '0');
const signedBy = (person: string, purpose: SignaturePurpose, digest: string): Signed => ({
  purpose, digest, personKey: keyOf(person), personSignature: 'A'.repeat(86) + '==', workstationKey: 'f'.repeat(64), workstationSignature: 'A'.repeat(86) + '==',
});

/** One entry of the bank's ledger: what was said under a key, for ever. */
type Entry = { state: 'done' | 'refused' | 'closed'; answer: BookOutcome | InquiryAnswer };

/**
 * One case, its people and a bank of memory, led by hand: commands go through `decide`, answers of the bank through
 * `recordOutcome`, events through `evolve`, as in the server; nothing runs by itself.
 */
export class DeciderCase {
  readonly world = new World();
  /** What only the world outside knows. */
  readonly stopped: string[] = [];
  readonly barred = new Set<string>();
  readonly onTheWay: BookOrder[] = [];
  readonly bank = new Map<string, Entry>();
  readonly bookings = new Map<string, number>();
  readonly ledger: LedgerEntry[] = [];
  #last = 5_000;

  constructor(lines: number) {
    this.world.plans = this.world.plans.slice(0, lines);
    putThrough(this.world, CALL);
    readFacts(this.world, MAKER, 'worksheet');
    verify(this.world, CALL);
  }

  get state(): CaseState {
    return this.world.case;
  }

  newId(): string {
    return id(++this.#last);
  }

  facts(): CustomerFacts {
    return this.world.facts();
  }

  /** The bank posts a period of every plan, or takes it back: what the payload pinned no longer holds. */
  moveFacts(): void {
    this.world.plans = this.world.plans.map((plan) => {
      const periodsPosted = plan.periodsPosted === 6 ? 7 : 6;
      const remainingFen = plan.principalFen - periodsPosted * Math.round(plan.principalFen / plan.periodsTotal);
      return { ...plan, periodsPosted, periodsLeft: plan.periodsTotal - periodsPosted, remainingFen };
    });
  }

  #known(person: string): KnownPerson | 'unknown' {
    const role = ROLES[person];
    if (role === undefined) return 'unknown';
    return {
      human: person, role: this.barred.has(person) ? 'agent' : role, entitlements: { reviewLimitFen: { [KIND]: LIMIT } }, active: true, relatedCustomers: [],
      keys: [keyOf(person)], online: true,
    };
  }

  #context(by: string, more: Partial<DecideContext>): DecideContext {
    const known = this.#known(by);
    if (known === 'unknown') throw new Error('a stranger');
    return {
      ...this.world.context(by === PEOPLE['4'] ? LEAD : by),
      by: { person: by, human: by, role: known.role, entitlements: known.entitlements, workstation: 'ws', no: '1', skills: [] },
      person: (other) => this.#known(other), ledger: { entries: this.ledger }, signature: 'unknown', stoppedKinds: this.stopped, breakGlassToday: 0, qualityStaff: [],
      reviewOffered: true, gateFacts: { facts: this.facts(), quotes: [] }, ...more,
    };
  }

  /** Whether a command would be let through; changes nothing. Null, or the refusal's code. */
  refusal<K extends CommandKind>(by: string, kind: K, body: CommandBody<K>, more: Partial<DecideContext> = {}): string | null {
    const decision = this.#decide(by, kind, body, more);
    return isRefused(decision) ? decision.refusal.code : null;
  }

  #decide<K extends CommandKind>(by: string, kind: K, body: CommandBody<K>, more: Partial<DecideContext>) {
    const signed = (body as { signed?: Signed }).signed;
    const signature: DecideContext['signature'] = signed === undefined ? 'unknown' : { ok: true, purpose: signed.purpose, digest: signed.digest };
    const command = { id: this.newId(), kind, body, madeAt: this.world.now, saidAt: null } as unknown as CommandOf<K>;
    return decide(this.world.state, command as never, this.#context(by, { signature, ...more }));
  }

  /** Decides and records; null, or the refusal's code. */
  do<K extends CommandKind>(by: string, kind: K, body: CommandBody<K>, more: Partial<DecideContext> = {}): string | null {
    const decision = this.#decide(by, kind, body, more);
    if (isRefused(decision)) return decision.refusal.code;
    for (const event of decision.events) this.#happen(event as Happened, by);
    return null;
  }

  must<K extends CommandKind>(by: string, kind: K, body: CommandBody<K>, more: Partial<DecideContext> = {}): void {
    const refused = this.do(by, kind, body, more);
    if (refused !== null) throw new Error(`${kind} was refused: ${refused}`);
  }

  /** TP13: the customer's ledger moves in the same append. */
  #happen(event: Happened, person: string | null): void {
    this.world.happen(event, person);
    if (event.kind === 'execution started') {
      const { payload, accountId } = this.operation(event.body.operationId);
      this.ledger.push({ operationId: event.body.operationId, caseId: CASE, accountId, kind: KIND, totalFen: payload!.totalDueFen, startedAt: this.world.now, open: true });
    }
    if (event.kind === 'execution finished') {
      const entry = this.ledger.find((one) => one.operationId === event.body.operationId)!;
      const { execution, payload } = this.operation(event.body.operationId);
      const booked = new Set(execution!.lines.filter((line) => line.status === 'booked').map((line) => line.lineId));
      entry.open = false;
      entry.totalFen = payload!.lines.filter((line) => booked.has(line.lineId)).reduce((sum, line) => sum + line.dueNowFen, 0);
    }
  }

  operation(operationId: string): OperationState {
    const found = this.state.operations[operationId];
    if (found === undefined) throw new Error('no such operation');
    return found;
  }

  /** A server that died goes on from its log: nothing else is left of it. */
  refold(): void {
    const again = foldCase(this.world.events);
    if (JSON.stringify(again) !== JSON.stringify(this.world.state)) throw new Error('the log folds into another case');
    this.world.state = again;
  }

  readFacts(person: string, purpose: 'worksheet' | 'review'): void {
    readFacts(this.world, person, purpose);
  }

  sign(person: string, purpose: SignaturePurpose, digest: string): Signed {
    return signedBy(person, purpose, digest);
  }

  /** The order of a started line, made from the log alone. */
  send(operationId: string, planId: string): void {
    const operation = this.operation(operationId);
    const line = operation.execution!.lines.find((one) => one.planId === planId)!;
    this.onTheWay.push(bookOrderOf(this.state, operation, line));
  }

  /** The first order of this plan whose key the bank has not heard of arrives: compared and booked in one step, under its key. */
  arrive(planId: string, refuse: boolean): 'booked' | 'line-refused' | 'facts-changed' {
    const order = this.onTheWay.find((one) => 'planId' in one.line && one.line.planId === planId && !this.bank.has(one.key));
    if (order === undefined) throw new Error(`nothing is on its way for ${planId}`);
    const changed = changedFacts(order.expected, rereadPinned(this.facts(), order.expected));
    if (changed.length > 0 || refuse) {
      const code = changed.length > 0 ? 'facts-changed' : 'line-refused';
      this.bank.set(order.key, { state: 'refused', answer: { kind: 'refused', key: order.key, code, reason: { zh: '不行', en: 'no' }, changed } });
      return code;
    }
    const answer = { kind: 'done', key: order.key, receipt: `R${this.bank.size}`, effectiveAt: this.world.now, postsOn: '2026-11-24', lapseAt: null, chargeFen: 0, newCardLastFour: null } as const;
    this.bank.set(order.key, { state: 'done', answer });
    this.bookings.set(planId, (this.bookings.get(planId) ?? 0) + 1);
    return 'booked';
  }

  /** Asked about a key: what is not known is closed in that step. */
  inquire(key: string): void {
    if (!this.bank.has(key)) this.bank.set(key, { state: 'closed', answer: { kind: 'not-found', key, closed: true, closedAt: this.world.now } });
  }

  /** What the bank said of a key is recorded; null: it said nothing. */
  record(operationId: string, lineId: string, key: string | null): void {
    const answer = key === null ? null : this.bank.get(key);
    if (answer === undefined) throw new Error('the bank has not been asked');
    for (const event of recordOutcome(this.state, operationId, lineId, answer?.answer ?? null, 'timeout', this.newId(), this.world.now)) this.#happen(event, null);
  }

  planIds(): readonly string[] {
    return PLANS.slice(0, this.world.plans.length);
  }
}

