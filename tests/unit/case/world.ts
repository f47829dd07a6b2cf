import type { CommandBody, CommandKind, CommandOf } from '#shared/case/commands.ts';
import type { DecideContext, LedgerEntry } from '#shared/case/context.ts';
import type { Happened } from '#shared/case/decider.ts';
import { isRefused, type FoldedEvent } from '#shared/case/decision.ts';
import { decide } from '#shared/case/decide.ts';
import { evolve } from '#shared/case/evolve.ts';
import type { CaseState } from '#shared/case/state.ts';
import { china } from '#shared/calendar/china-2026.ts';
import { OperationKind } from '#shared/operation/payload.ts';
import { settle } from '#shared/money/instalment.ts';
import { CustomerFacts, type Plan, type Quote } from '#shared/protocol/bank.ts';
import type { ControlPolicy } from '#shared/review/policy.ts';
import type { Role } from '#shared/people/roles.ts';
import type { Signed, SignaturePurpose } from '#shared/protocol/signature.ts';
import { loadFlows } from '../../../server/flows/load-flows.ts';
import { loadControl } from '../../../server/policy/load-control.ts';

export const control: ControlPolicy = loadControl(new URL('../../../server/policy/control.yaml', import.meta.url));
const { policy: flowPolicy } = loadFlows();
if (flowPolicy === null) throw new Error('no flow policy');

/** Ids by number: nothing hangs on their randomness. */
export const id = (n: number): string => `0195${n.toString(16).padStart(4, '0')}-0000-7000-8000-000000000000`;
export const MAKER = id(1);
export const REVIEWER = id(2);
export const SECOND = id(3);
export const LEAD = id(4);
export const COLLEAGUE = id(5);
export const LEAD2 = id(6);
export const CASE = id(90);
export const OPERATION = id(91);
export const CUSTOMER = 'cust-1';
export const START = '2026-11-23T02:00:00.000Z';

type Someone = { role: Role; limit: number | null; active: boolean; related: string[]; human?: string; keys?: string[]; online?: boolean };

/** The id that stands for a person's key. */
export const keyOf = (person: string): string => person.replaceAll('-', '').padEnd(64, '0');

/** As a desk would sign: the world takes its word, signatures themselves are checked against a server. */
export const signedFor = (by: string, purpose: SignaturePurpose, digest: string): Signed => ({
  purpose, digest, personKey: keyOf(by), personSignature: `${'A'.repeat(86)}==`, workstationKey: 'f'.repeat(64), workstationSignature: `${'A'.repeat(86)}==`,
});

const plan = (planId: string, principalFen: number): Plan => ({
  id: planId, account: 'acct-1', card: 'card-1', merchant: '样例商户', signedOn: '2025-03-05', firstPostDate: '2025-04-05', principalFen, periodsTotal: 24, periodsPosted: 6, periodsLeft: 18,
  remainingFen: principalFen - 6 * Math.round(principalFen / 24), status: 'active', feeMode: 'A', feePpm: 6_000, penaltyPpm: 0, feeLabel: { zh: '利息', en: 'Interest' }, ruleConflict: false, openOperation: false,
});

/** One case, its people and a bank that answers from memory: enough to decide by, nothing that runs by itself. */
export class World {
  now = START;
  state: CaseState | null = null;
  readonly events: FoldedEvent[] = [];
  readonly ledger: LedgerEntry[] = [];
  readonly people: Record<string, Someone> = {
    [MAKER]: { role: 'agent', limit: null, active: true, related: [] },
    [REVIEWER]: { role: 'mentor', limit: 100_000_000, active: true, related: [] },
    [SECOND]: { role: 'mentor', limit: 1_000_000, active: true, related: [] },
    [LEAD]: { role: 'lead', limit: 200_000_000, active: true, related: [] },
    [COLLEAGUE]: { role: 'agent', limit: null, active: true, related: [] },
    // Without a limit of her own: entitled to nothing but one seat of two (TP11).
    [LEAD2]: { role: 'lead', limit: null, active: true, related: [] },
  };
  plans: Plan[] = [plan('plan-1', 8_000_000), plan('plan-2', 4_000_000), plan('plan-3', 2_400_000)];
  control: ControlPolicy = control;
  stoppedKinds: string[] = [];
  lastCommand = 1_000;
  /** What the next commands are called, where it matters; a hand-over at one screen is called as it says. */
  nextCommand: string | null = null;

  later(minutes: number): void {
    this.now = new Date(Date.parse(this.now) + minutes * 60_000).toISOString();
  }

  facts(): CustomerFacts {
    return CustomerFacts.parse({
      customer: { id: CUSTOMER, maskedName: '王**', surname: '王', title: { zh: '女士', en: 'Ms' }, reservedPhoneMasked: '199****0001', numberMatchesReserved: true, tier: 'gold', flags: [] },
      accounts: [{
        id: 'acct-1', kind: 'credit', pastDueDays: 0, isStatementDay: false, statementDate: '2026-12-03', cutoffAt: '2026-11-23T14:30:00.000Z', dueDate: '2026-12-23', hold: 'none', pendingRefundFen: 0,
        pendingReversals: 0, hardshipAgreement: false, billUnpaidFen: 12_345, billDueDate: '2026-11-27', creditBalanceFen: 100, nextBillFen: 99_900, autoDebitLastFour: '4321',
      }],
      cards: [{ id: 'card-1', account: 'acct-1', kind: 'credit', holder: 'primary', first6: '400000', lastFour: '0005', product: { zh: '样卡', en: 'Sample' }, status: 'normal', effectiveAt: null, lapseAt: null }],
      plans: this.plans, recentTransactions: [], readAt: this.now, asOf: this.now,
    });
  }

  quotes(): Quote[] {
    return this.plans.flatMap((one) => {
      const figures = settle(one);
      if ('refusal' in figures) return [];
      return [{
        planId: one.id, dueNowFen: figures.dueNowFen, remainingFen: figures.remainingFen, feeFen: figures.extraFen, savedFen: figures.savedFen, periodsPosted: one.periodsPosted,
        statementDate: '2026-12-03', dueDate: '2026-12-23', quotedAt: this.now, expiresAt: '2026-12-02T16:00:00.000Z',
      }];
    });
  }

  context(by: string, more: Partial<DecideContext> = {}): DecideContext {
    const who = this.people[by]!;
    const entitlements = (one: Someone) => ({ reviewLimitFen: one.limit === null ? {} : Object.fromEntries(OperationKind.options.map((kind) => [kind, one.limit!])) });
    return {
      at: 'server', now: this.now, calendar: china, control: this.control, flowPolicy: flowPolicy!, flow: () => null,
      site: { bank: { zh: '示例', en: 'Sample' }, officialNumber: '400', ivrKey: '1', dutyPhone: '021' },
      by: { person: by, human: who.human ?? by, role: who.role, entitlements: entitlements(who), workstation: 'ws', no: '1', skills: [] },
      lights: { core: 'up', centre: 'up', phone: 'up' },
      gateFacts: { facts: this.facts(), quotes: [] },
      person: (other) => {
        const found = this.people[other];
        if (found === undefined) return 'unknown';
        return {
          human: found.human ?? other, role: found.role, entitlements: entitlements(found), active: found.active, relatedCustomers: found.related, keys: found.keys ?? [keyOf(other)], online: found.online ?? true,
        };
      },
      ledger: { entries: this.ledger }, signature: 'unknown', stoppedKinds: this.stoppedKinds, breakGlassToday: 0, qualityStaff: [], reviewOffered: 'unknown', ...more,
    };
  }

  /** What the server itself records. */
  happen(happened: Happened, person: string | null = null): void {
    this.#fold({ ...happened, id: id(++this.lastCommand) }, person);
  }

  /** A person's command, decided as the server does; gives the refusal's code, or null where it was accepted. */
  do<K extends CommandKind>(by: string, kind: K, body: CommandBody<K>, more: Partial<DecideContext> = {}): string | null {
    const command = { id: this.nextCommand ?? ('handOverId' in body && kind === 'hand over here' ? body.handOverId : id(++this.lastCommand)), kind, body, madeAt: this.now, saidAt: null } as unknown as CommandOf<K>;
    const signed = 'signed' in body ? (body.signed as Signed) : null;
    const signature = signed === null ? ('unknown' as const) : { ok: true as const, purpose: signed.purpose, digest: signed.digest };
    const decision = decide(this.state, command as never, this.context(by, { signature, ...more }));
    if (isRefused(decision)) return decision.refusal.code;
    for (const event of decision.events) {
      this.#fold(event, by);
      if (event.kind === 'execution started') {
        const { payload, accountId } = this.operation();
        this.ledger.push({ operationId: event.body.operationId, caseId: CASE, accountId, kind: payload!.kind, totalFen: payload!.totalDueFen, startedAt: this.now, open: true });
      }
    }
    return null;
  }

  must<K extends CommandKind>(by: string, kind: K, body: CommandBody<K>, more: Partial<DecideContext> = {}): void {
    const refused = this.do(by, kind, body, more);
    if (refused !== null) throw new Error(`${kind} was refused: ${refused}`);
  }

  get case(): CaseState {
    if (this.state === null) throw new Error('no case yet');
    return this.state;
  }

  operation(operationId = OPERATION): CaseState['operations'][string] {
    const operation = this.case.operations[operationId];
    if (operation === undefined) throw new Error('no such operation');
    return operation;
  }

  #fold(event: { id: string; kind: string; body: unknown }, person: string | null): void {
    const folded: FoldedEvent = {
      id: event.id, case: CASE, version: (this.state?.version ?? 0) + 1, kind: event.kind, schema: 1, actor: { kind: person === null ? 'server' : 'person', person, workstation: null },
      times: { said: null, made: this.now, recorded: this.now }, body: event.body,
    };
    this.events.push(folded);
    this.state = evolve(this.state, folded);
  }
}
