import { useMemo } from 'react';
import type { FlowDefinition, FlowStep, Lang } from '#shared/flow/definition.ts';
import type { FactTree } from '#shared/flow/facts.ts';
import type { RunState } from '#shared/flow/run.ts';
import { renderSay } from '#shared/flow/say.ts';
import { useTexts } from '../app/i18n.ts';
import { flowTexts } from './texts.ts';

type Props = { definition: FlowDefinition; step: FlowStep; facts: FactTree; run: RunState; lang: Lang; /** Lines said item by item are drawn by the panel beside the items. */ withoutItems?: boolean };

/** What is said aloud: 18 px, one breath a line, filled from facts; a line with a fact still missing says so. */
export function Speech({ definition, step, facts, run, lang, withoutItems = false }: Props) {
  const t = useTexts(flowTexts);
  const lines = useMemo(() => {
    const said = renderSay(definition, step, facts, lang, run).filter((line) => !withoutItems || line.item === null);
    // Said item by item, the same words come out once.
    return said.filter((line, index) => said.findIndex((other) => other.text === line.text && other.cue === line.cue) === index);
  }, [definition, step, facts, lang, run, withoutItems]);
  if (lines.length === 0) return null;
  return (
    <section className="speech-block" aria-label={t('say')} data-testid="speech">
      {lines.map((line, index) => (
        <div key={index} className="speech-line">
          {line.cue ? <span className="chip">{line.cue}</span> : null}
          <p className={`speech${line.missing.length > 0 ? ' speech-missing' : ''}`}>{line.text}{line.missing.length > 0 ? <span className="small tone-amber"> ▲ {t('missing')}</span> : null}</p>
        </div>
      ))}
    </section>
  );
}
