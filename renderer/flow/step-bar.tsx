import type { FlowDefinition } from '#shared/flow/definition.ts';
import { currentStepId, type RunState } from '#shared/flow/run.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { lookAtStep } from '../app/stores/place.ts';
import { flowTexts } from './texts.ts';

/** The present section is told by its filled shape. */
const marks = { passed: '✓', skipped: '–' } as const;

/** The whole way, section by section; a finished step can be looked at without reopening it. */
export function StepBar({ definition, run, looking }: { definition: FlowDefinition; run: RunState; looking: string | null }) {
  const t = useTexts(flowTexts);
  const lang = useLang();
  const current = currentStepId(run);
  const sections = definition.sections.map((section) => ({ ...section, steps: definition.steps.filter((step) => step.section === section.id) })).filter((section) => section.steps.length > 0);
  return (
    <nav className="step-bar" aria-label={t('steps')} data-testid="step-bar">
      <ol>
        {sections.map((section, index) => {
          const states = section.steps.map((step) => (step.id === current ? 'current' : (run.steps[step.id]?.status ?? 'open')));
          const state = states.includes('current') ? 'current' : states.every((one) => one === 'skipped') ? 'skipped' : states.every((one) => one !== 'open') ? 'passed' : 'open';
          const groupStart = index > 0 && sections[index - 1]!.group !== section.group;
          const target = section.steps.find((step) => step.id === current) ?? section.steps.findLast((step) => run.steps[step.id]?.status === 'passed');
          const reached = target !== undefined && state !== 'open';
          const on = section.steps.some((step) => step.id === looking);
          return (
            <li key={section.id} className={`${groupStart ? 'step-group' : ''}${state === 'current' ? ' step-here' : ''}`} title={section.title[lang]}>
              <button type="button" className={`step-section step-${state}${on ? ' step-on' : ''}`} disabled={!reached} aria-current={state === 'current' ? 'step' : undefined}
                onClick={() => lookAtStep(target === undefined || target.id === current ? null : target.id)} data-testid={`section-${section.id}`} data-state={state}>
                {state === 'passed' || state === 'skipped' ? <span aria-hidden="true">{marks[state]} </span> : null}{state === 'passed' ? section.title[lang].replace(/^[①-⑳]\s*/, '') : section.title[lang]}<span className="visually-hidden"> {t(`status.${state}`)}</span>
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
