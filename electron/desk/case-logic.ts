import type { Decision, FoldedEvent } from '#shared/case/decision.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';

/** A case folded: opaque to the desk, whose work is to keep it, carry it and show it. */
export type Folded = unknown;

export type DeskCommand = { id: string; kind: string; body: unknown; madeAt: string; saidAt: string | null };

/** The domain as the desk uses it. The one in use is bound in `domain-logic.ts`; tests bring a small one. */
export type CaseLogic = {
  /** The version that the command kinds of this program have (SY7). */
  readonly commandSchema: number;
  parseCommand(kind: string, parts: { id: string; body: unknown; madeAt: string; saidAt: string | null }):
    { ok: true; command: DeskCommand } | { ok: false; refusal: Refusal };
  /** Only of kinds that `parseCommand` let pass. */
  classOf(kind: string): 'local' | 'central';
  isUrgent(kind: string): boolean;
  /** With what this desktop knows; what it cannot know lets the command pass. */
  decide(state: Folded | null, command: DeskCommand): Decision;
  /** Total: unknown kinds and withheld bodies keep their place. */
  evolve(state: Folded | null, event: FoldedEvent): Folded;
  /** @throws where it is no folded case */
  parseSnapshot(state: unknown): Folded;
};
