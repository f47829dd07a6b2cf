import { Tooltip } from 'antd';
import { useMemo } from 'react';
import type { FlowDefinition } from '#shared/flow/definition.ts';
import type { FactTree } from '#shared/flow/facts.ts';
import { prerequisiteLights, type PrerequisiteLight } from '#shared/flow/prerequisites.ts';
import type { RunState } from '#shared/flow/run.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { flowTexts } from './texts.ts';
import { colon } from '../ui/punctuation.ts';

export const verdictShapes = { pass: '●', fail: '✕', unknown: '○' } as const;
export const verdictTones = { pass: 'green', fail: 'red', unknown: 'muted' } as const;

export function useLightsOf(definition: FlowDefinition, facts: FactTree, run: RunState): PrerequisiteLight[] {
  return useMemo(() => prerequisiteLights(definition, facts, run), [definition, facts, run]);
}

/** The prerequisites as lights, from the first step on. They are shown here and cannot be pressed (FL5). */
export function LightRow({ definition, facts, run }: { definition: FlowDefinition; facts: FactTree; run: RunState }) {
  const t = useTexts(flowTexts);
  const lang = useLang();
  const lights = useLightsOf(definition, facts, run);
  // Once the operation is ordered they have done their work: what has changed since is no warning any more.
  const ordered = definition.steps.some((step) => step.panel === 'execute' && run.steps[step.id]?.status === 'passed');
  if (lights.length === 0 || ordered) return null;
  return (
    <ul className="light-row" aria-label={t('lights')} data-testid="lights">
      <li className="tone-muted small">{t('lights')}</li>
      {lights.map((light) => (
        <li key={`${light.stepId}-${light.id}`} data-testid={`light-${light.id}`} data-verdict={light.verdict}>
          <Tooltip title={`${light.prerequisite.title[lang]}${colon(lang)}${t(`verdict.${light.verdict}`)}`} mouseEnterDelay={0.2}>
            <span className={`light-dot tone-${verdictTones[light.verdict]}`} role="img" aria-label={`${light.prerequisite.title[lang]}${colon(lang)}${t(`verdict.${light.verdict}`)}`}>
              {verdictShapes[light.verdict]} {light.verdict === 'fail' ? light.prerequisite.title[lang] : light.id}
            </span>
          </Tooltip>
        </li>
      ))}
    </ul>
  );
}
