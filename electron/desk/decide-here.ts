import type { Command } from '#shared/case/commands.ts';
import { UNKNOWN, type DecideContext } from '#shared/case/context.ts';
import { decide } from '#shared/case/decide.ts';
import type { Decision } from '#shared/case/decision.ts';
import type { CaseState } from '#shared/case/state.ts';
import type { Role } from '#shared/people/roles.ts';
import { refuse } from '#shared/protocol/refusal.ts';
import type { Rules } from '#shared/protocol/rules.ts';

/** What this desktop knows beside its cases. */
export type Here = {
  person: { id: string; human: string; no: string; role: Role; skills: string[] };
  /** The id that the server enrolled this machine under. */
  workstation: string;
  /** As the server last published them; null before the first. */
  rules(): Rules | null;
  lights(): DecideContext['lights'];
  /** TP15, as the server last said. */
  stoppedKinds(): DecideContext['stoppedKinds'];
};

/** @param now of the command, not of deciding again: the same command on the same ground is decided the same for ever */
export function contextHere(here: Here, rules: Rules, now: string): DecideContext {
  return {
    at: 'desktop',
    now,
    by: {
      person: here.person.id, human: here.person.human, no: here.person.no, role: here.person.role, skills: here.person.skills,
      entitlements: rules.entitlements, workstation: here.workstation,
    },
    calendar: rules.calendar,
    control: rules.control,
    flowPolicy: rules.flowPolicy,
    site: rules.site,
    flow: (id, version) => rules.flows.find((flow) => flow.definition.id === id && flow.definition.version === version) ?? null,
    lights: here.lights(),
    stoppedKinds: here.stoppedKinds(),
    gateFacts: UNKNOWN,
    person: () => UNKNOWN,
    ledger: UNKNOWN,
    signature: UNKNOWN,
    breakGlassToday: UNKNOWN,
    qualityStaff: UNKNOWN,
    reviewOffered: UNKNOWN,
  };
}

/**
 * The one place where a desktop calls `decide`. What only the server can know (the bank, other people, the customer's
 * other operations, whether keys are valid) is `unknown`: the command is sent, not refused.
 */
export function decideHere(here: Here, state: CaseState | null, command: Command): Decision {
  const rules = here.rules();
  return rules === null ? refuse('rules-missing') : decide(state, command, contextHere(here, rules, command.madeAt));
}
