import type { Decision, FoldedEvent } from '#shared/case/decision.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { SignaturePurpose } from '#shared/protocol/signature.ts';
import type { UnlockBy } from './signing/session-signing.ts';

/** A case folded: opaque to the desk, whose work is to keep it, carry it and show it. */
export type Folded = unknown;

export type DeskCommand = { id: string; kind: string; body: unknown; madeAt: string; saidAt: string | null };

/** What a command of a signed kind is to carry: its body but for `signed`, and what is signed, worked out on this desk (TP8). */
export type ToSign = { body: Readonly<Record<string, unknown>>; purpose: SignaturePurpose; digest: string; by: UnlockBy; /** In place of what the desk would find that it builds on. */ dependsOn?: string[] };

/** The domain as the desk uses it. The one in use is bound in `domain-logic.ts`; tests bring a small one. */
export type CaseLogic = {
  /** The version that the command kinds of this program have (SY7). */
  readonly commandSchema: number;
  /** `schema`: the version that the command was made by (SY7); the present one where absent. */
  parseCommand(kind: string, parts: { id: string; body: unknown; madeAt: string; saidAt: string | null; schema?: number }):
    { ok: true; command: DeskCommand } | { ok: false; refusal: Refusal };
  /** Only of kinds that `parseCommand` let pass. */
  classOf(kind: string): 'local' | 'central';
  isUrgent(kind: string): boolean;
  /** With what this desktop knows; what it cannot know lets the command pass. */
  decide(state: Folded | null, command: DeskCommand): Decision;
  /** Total: unknown kinds and withheld bodies keep their place. */
  evolve(state: Folded | null, event: FoldedEvent): Folded;
  /** Kinds whose commands carry signatures: the screen gives the body without, and `toSign` completes it. */
  isSigned(kind: string): boolean;
  /**
   * Of a signed kind, on the case as it is shown: what this desk signs, from its own fold, whatever digest the body names.
   * Refused where a body brings `signed` itself (`command-malformed`) or names another digest (`tp2-digest`).
   */
  toSign(state: Folded | null, given: { kind: string; body: unknown; madeAt: string }): ToSign | { refusal: Refusal };
  /** The command that records that this case was looked at (PR8); null while it shows no customer. */
  viewOf(state: Folded, viewId: string): { kind: string; body: unknown } | null;
  /** Changes nothing of its case: no other command builds on it (SY3). */
  isView(kind: string): boolean;
  /** Whether a command of a kind may build on an earlier one of the other (SY3): what is done to an operation stands without the steps of a flow. */
  mayBuildOn?(kind: string, earlier: string): boolean;
  /** How many things of a case are left for somebody to see to (OF1). */
  itemsLeft(state: Folded): number;
  /** Who has the case; null where nobody has. */
  ownerOf(state: Folded): string | null;
  /** When a case may leave this person's desktop (PR6), null while it stays; logic without it keeps every case. */
  /** When a call of this person that was logged by hand and has not ended began, the last one; null without one. */
  handCallSince?(state: Folded, person: string): string | null;
  leavesAt?(state: Folded, person: string, keepDays: number, typedAt: string | null): string | null;
  /** @throws where it is no folded case */
  parseSnapshot(state: unknown): Folded;
};
