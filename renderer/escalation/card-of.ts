import { demoBranches } from '#shared/knowledge/branches.ts';
import type { FlowDefinition, Lang } from '#shared/flow/definition.ts';
import type { RunState } from '#shared/flow/run.ts';
import type { CommandBody } from '#shared/case/commands.ts';
import type { TypedCase } from '../app/stores/cases.ts';

export type EscalationDraft = Omit<CommandBody<'escalate to lead'>, 'escalationId'>;

const textOf = (run: RunState | undefined, id: string): string => {
  const value = run?.values[id];
  return typeof value === 'string' ? value : '';
};

/** What the run already knows, in the words of the lead's card; the agent corrects, nothing is typed twice. */
export function cardOf(view: TypedCase, run: RunState | undefined, definition: FlowDefinition | undefined, lang: Lang): EscalationDraft {
  const labelOf = (fieldId: string, value: string): string =>
    definition?.steps.flatMap((step) => step.fields).find((field) => field.id === fieldId)?.options?.find((option) => option.id === value)?.label[lang] ?? value;
  const ticks = Object.values(run?.steps ?? {}).flatMap((step) => step.ticks);
  const rungs = run?.values['rungs'];
  const branch = demoBranches.find((one) => one.id === textOf(run, 'branchId'));
  const kind = textOf(run, 'kind');
  return {
    kind: `${definition?.title[lang] ?? ''}${kind ? ` · ${labelOf('kind', kind)}` : ''}`.slice(0, 60),
    goal: textOf(run, 'goal').slice(0, 300), deadline: textOf(run, 'deadline').slice(0, 100),
    ruleToldAt: ticks.find((tick) => tick.tickId === 'ruleTold')?.recordingOffset ?? null,
    rungsUsed: Array.isArray(rungs) ? rungs.map((one) => labelOf('rungs', one).slice(0, 40)).slice(0, 6) : [],
    branch: branch ? `${branch.name[lang]} ${branch.address[lang]}`.slice(0, 200) : '',
    mood: labelOf('mood', textOf(run, 'mood')).slice(0, 100),
    complaintWords: run?.values['complaintWords'] === true || view.state.workOrders.some((one) => one.kind === 'complaint'),
  };
}
