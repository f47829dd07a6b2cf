/** What is known at this moment, for this person, of the case in the middle: conditions, speech and lights rest on it. */
import { useMemo } from 'react';
import { UNKNOWN, type DecideContext } from '#shared/case/context.ts';
import { factsOf } from '#shared/case/facts-of.ts';
import { branchFacts } from '#shared/knowledge/branch.ts';
import { demoBranches } from '#shared/knowledge/branches.ts';
import type { FactTree } from '#shared/flow/facts.ts';
import type { Rules } from '#shared/protocol/rules.ts';
import type { SignedIn } from '#shared/protocol/session-view.ts';
import { useLights, type LightState } from '../app/lights.tsx';
import type { TypedCase } from '../app/stores/cases.ts';
import { useNow } from '../app/stores/clock.ts';

const up = (light: LightState): 'up' | 'down' => (light === 'down' ? 'down' : 'up');
/** Conditions on time need no more than this; the whole tree is not built anew every second. */
const granularityMs = 10_000;

/** @param rules null while this desktop has none: nothing is known then but what the case says */
export function useFactTree(view: TypedCase, me: SignedIn['person'], rules: Rules): FactTree {
  const lights = useLights();
  const tick = Math.floor(useNow() / granularityMs) * granularityMs;
  return useMemo(() => {
    const known = lights.core !== 'unknown' && lights.phones !== 'unknown';
    const context: Pick<DecideContext, 'now' | 'by' | 'calendar' | 'control' | 'flowPolicy' | 'lights' | 'site'> = {
      now: new Date(tick).toISOString(),
      by: { person: me.id, human: me.human, role: me.role, entitlements: rules.entitlements, workstation: null, no: me.no, skills: me.skills },
      calendar: rules.calendar, control: rules.control, flowPolicy: rules.flowPolicy, site: rules.site,
      lights: lights.centre === 'down' ? { core: 'down', centre: 'down', phone: 'up' } : known ? { core: up(lights.core), centre: 'up', phone: up(lights.phones) } : UNKNOWN,
    };
    const facts = factsOf(view.state, context);
    const run = view.state.currentRun === null ? undefined : view.state.runs[view.state.currentRun];
    const branch = demoBranches.find((one) => one.id === run?.values['branchId']);
    return facts.branch || !branch ? facts : { ...facts, branch: branchFacts(branch, rules.calendar, context.now) };
  }, [view, me, rules, lights.centre, lights.core, lights.phones, tick]);
}
