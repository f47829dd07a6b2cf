import type { DecideContext } from '#shared/case/context.ts';
import type { CaseState } from '#shared/case/state.ts';
import type { DeskReply, MethodValue } from '#shared/protocol/desk-rpc.ts';
import type { CoSignParams } from '#shared/protocol/co-sign-step.ts';
import { forReturn } from '#shared/operation/on-return-terms.ts';
import { digestOf } from '#shared/operation/payload.ts';
import { refuse, type Refusal } from '#shared/protocol/refusal.ts';
import { mayReview } from '#shared/review/review-decide.ts';
import type { BlindEntry } from '#shared/review/review-schema.ts';
import { instantOf, type Environment } from './environment.ts';
import { giveCommand, type CommandParts } from './give-command.ts';
import type { SecondPerson } from './signing/second-person.ts';
import type { OutboxRow } from './store/outbox.ts';

/** The screen is given back to the maker when the reviewer does nothing for so long. */
const OPEN_MS = 10 * 60_000;

export type CoSignHereParts = {
  environment: Environment;
  command(): CommandParts;
  openSecond(given: { account: string; passphrase: string }): Promise<SecondPerson | { refusal: Refusal }>;
  /** What this desktop decides by now; null before the first rules. */
  context(now: string): DecideContext | null;
  /** A command was stored: it is shown and sent as any other. */
  stored(row: OutboxRow): void;
  isOver(): boolean;
};

type Reviewer = SecondPerson['person'];
type Present = { caseId: string; operationId: string; coSignId: string; reviewer: Reviewer; untilMs: number };
type Answer = DeskReply<MethodValue<'coSign'>>;
type Found = { state: CaseState; operation: CaseState['operations'][string]; one: CaseState['onReturn'][string]; context: DecideContext };

const no = (refusal: Refusal): { ok: false; refusal: Refusal } => ({ ok: false, refusal });

/**
 * The second person at the maker's screen while the centre is down (OF2): they say who they are, type the key figures blind from
 * the facts that were last read, and sign what the maker submitted. Their own file is open only for as long as it takes to look
 * at the passphrase, which is typed anew for the signature (TP8). What comes of it is two local commands of the maker's case.
 */
export class CoSignHere {
  readonly #parts: CoSignHereParts;
  #present: Present | null = null;

  constructor(parts: CoSignHereParts) {
    this.#parts = parts;
  }

  /** Refusals: those of `openSecondPerson`, of a reviewer who may not, and `of2-centre-is-up`, `of2-reviewer-waits`. */
  async step(params: CoSignParams): Promise<Answer> {
    if (params.step === 'leave') {
      this.#present = null;
      return { ok: true, value: { step: 'left' } };
    }
    const found = this.#find(params.case, params.operationId);
    if ('refusal' in found) return no(found.refusal);
    if (params.step === 'begin') return this.#begin(params, found);
    const present = this.#present;
    const here = present !== null && present.caseId === params.case && present.operationId === params.operationId && present.coSignId === found.one.coSignId;
    if (!here || present.untilMs < this.#parts.environment.now()) return no({ code: 'of2-reviewer-waits' });
    return params.step === 'enter' ? this.#enter(present, found, params.entry) : this.#sign(present, params.account, params.passphrase);
  }

  #find(caseId: string, operationId: string): Found | { refusal: Refusal } {
    const { book, clock } = this.#parts.command();
    const context = this.#parts.context(clock.now());
    if (context === null) return refuse('rules-missing');
    // With the line up there is a pool of reviewers, and nobody picks theirs.
    if (context.lights === 'unknown' || context.lights.centre !== 'down') return refuse('of2-centre-is-up');
    const state = book.ground(caseId).state as CaseState | null;
    const operation = state?.operations[operationId];
    if (state === null || operation === undefined) return refuse('operation-unknown');
    const one = forReturn(state, operation);
    return one === null ? refuse('of2-not-submitted') : { state, operation, one, context };
  }

  /** TP5, TP6, TP14 as far as this machine knows of them; the centre judges on return. */
  #barred({ state, operation, context }: Found, person: Reviewer): { refusal: Refusal } | null {
    const totalFen = operation.worksheet.totals.dueNowFen;
    const entitlements = person.entitlements ?? { reviewLimitFen: { [operation.kind]: totalFen } };
    return mayReview(state, operation, totalFen, { ...context, by: { person: person.id, human: person.human, role: person.role, entitlements, workstation: context.by.workstation, no: person.no, skills: [] } });
  }

  async #identify(account: string, passphrase: string): Promise<SecondPerson | { refusal: Refusal }> {
    const second = await this.#parts.openSecond({ account, passphrase });
    if ('refusal' in second || !this.#parts.isOver()) return second;
    second.close();
    return refuse('signed-out');
  }

  async #begin({ case: caseId, operationId, account, passphrase }: Extract<CoSignParams, { step: 'begin' }>, found: Found): Promise<Answer> {
    if (found.one.status !== 'submitted') return no({ code: 'of2-not-submitted' });
    const second = await this.#identify(account, passphrase);
    if ('refusal' in second) return no(second.refusal);
    const { person } = second;
    second.close();
    const barred = this.#barred(found, person);
    if (barred !== null) return no(barred.refusal);
    const untilMs = this.#parts.environment.now() + OPEN_MS;
    this.#present = { caseId, operationId, coSignId: found.one.coSignId, reviewer: person, untilMs };
    const entered = found.one.entries.at(-1);
    return {
      ok: true,
      value: {
        step: 'begun', reviewer: { id: person.id, name: person.name, no: person.no, role: person.role }, openUntil: instantOf(this.#parts.command().clock.nowMs() + OPEN_MS),
        entriesLeft: found.context.control.maxBlindEntries - found.one.entries.length, matched: entered?.matches === true && entered.by === person.id,
      },
    };
  }

  async #enter(present: Present, found: Found, entry: BlindEntry): Promise<Answer> {
    const { operationId, coSignId, reviewer, caseId } = present;
    const refusal = await this.#give('enter blind here', caseId, { operationId, coSignId, reviewer: reviewer.id, entry });
    if (refusal !== null) return no(refusal);
    const after = this.#find(caseId, operationId);
    if ('refusal' in after) return no(after.refusal);
    const { one } = after;
    const matches = one.entries.at(-1)?.matches === true;
    // TP6: who missed twice has seen nothing, and the figures are made anew.
    if (one.status === 'closed') this.#present = null;
    return { ok: true, value: { step: 'entered', matches, entriesLeft: one.status === 'closed' ? 0 : found.context.control.maxBlindEntries - one.entries.length } };
  }

  async #sign(present: Present, account: string, passphrase: string): Promise<Answer> {
    const { operationId, coSignId, reviewer, caseId } = present;
    const second = await this.#identify(account, passphrase);
    if ('refusal' in second) return no(second.refusal);
    try {
      if (second.person.id !== reviewer.id) return no({ code: 'of2-reviewer-waits' });
      // Opening a key takes its time: what is signed is what the case holds now, by this desk's own fold.
      const found = this.#find(caseId, operationId);
      if ('refusal' in found) return no(found.refusal);
      const { payload, digest } = found.operation;
      const entered = found.one.entries.at(-1);
      if (entered?.matches !== true || entered.by !== reviewer.id) return no({ code: 'tp6-no-entry' });
      if (payload === null || digestOf(payload) !== digest || digest !== found.one.digest) return no({ code: 'tp2-digest' });
      const made = await second.sign('approval', digest);
      if ('refusal' in made) return no(made.refusal);
      const refusal = await this.#give('co-sign here', caseId, { operationId, coSignId, reviewer: reviewer.id, digest, approval: made.signed });
      if (refusal !== null) return no(refusal);
      this.#present = null;
      return { ok: true, value: { step: 'signed' } };
    } finally {
      second.close();
    }
  }

  /** @returns why it was not taken, or null once it is on disk */
  async #give(kind: string, caseId: string, body: unknown): Promise<Refusal | null> {
    if (this.#parts.isOver()) return { code: 'signed-out' };
    const answer = giveCommand(this.#parts.command(), { kind, case: caseId, body });
    if (!answer.ok) return answer.refusal;
    if (answer.row !== undefined) this.#parts.stored(answer.row);
    await answer.spooled;
    return null;
  }
}
