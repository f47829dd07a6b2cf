import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { renderWords } from '#shared/flow/say.ts';
import { useTexts } from '../../app/i18n.ts';
import { localSeconds } from '../../app/local-time.ts';
import { tellRefused } from '../../app/send.ts';
import { shownFact } from '../fact-words.ts';
import { useLightsOf, verdictShapes, verdictTones } from '../light-row.tsx';
import type { StepPanelProps } from '../step-panel.ts';
import { flowTexts } from '../texts.ts';
import { colon } from '../../ui/punctuation.ts';

/** The formal pass: every condition with its facts, where and when they were read, and what to tell if it fails (FL5). */
export function PrerequisitesPanel({ view, run, definition, step, facts, lang, readOnly, ask }: StepPanelProps) {
  const t = useTexts(flowTexts);
  const lights = useLightsOf(definition, facts, run).filter((light) => light.stepId === step.id);
  const [reading, setReading] = useState(false);
  const asked = useRef(false);
  const selected = run.values['selected'];
  async function read(): Promise<void> {
    setReading(true);
    const reply = await ask('read facts', { case: view.caseId, purpose: 'prerequisites', planIds: Array.isArray(selected) ? selected : [] });
    setReading(false);
    if (!reply.ok) tellRefused(view.caseId, reply.refusal);
  }
  useEffect(() => {
    // They pass on facts read now, not on those of the beginning of the call.
    if (readOnly || asked.current || view.state.customerId === null) return;
    asked.current = true;
    void read();
  });
  return (
    <section className="panel" data-testid="prerequisites-panel">
      <div className="row"><span className="small tone-muted grow">{t('light.untick')}</span>{readOnly ? null : <Button size="small" loading={reading} onClick={() => void read()} data-testid="prerequisites-read">{t('light.refresh')}</Button>}</div>
      <div className="panel-scroll">
        <table className="plain prerequisites">
          <thead><tr><th>{t('light.title')}</th><th>{t('light.value')}</th><th>{t('light.fact')}</th></tr></thead>
          <tbody>
            {lights.map((light) => {
              const tell = light.verdict === 'fail' && light.prerequisite.tell ? renderWords(definition, light.prerequisite.tell, facts, lang, run).text : null;
              const from = light.facts.find((fact) => fact.readAt !== null);
              return (
                <tr key={light.id} className={light.verdict === 'fail' ? 'row-red' : light.verdict === 'unknown' ? 'row-amber' : ''} data-testid={`prerequisite-${light.id}`} data-verdict={light.verdict}>
                  <td>
                    <span className={`tone-${verdictTones[light.verdict]} nowrap`}>{verdictShapes[light.verdict]} {light.id} {t(`verdict.${light.verdict}`)}</span> <span>{light.prerequisite.title[lang]}</span>
                    {tell ? <p className="speech speech-small"><span className="small tone-red">{t('light.tell')}{colon(lang)}</span>{tell}</p> : null}
                  </td>
                  <td className="tabular small">{light.facts.map((fact) => shownFact(fact.fact, fact.value, lang)).join(' · ')}</td>
                  <td className="small tone-muted nowrap">{from ? t('light.source', { source: lang === 'zh' ? (from.source ?? '') : 'core', time: localSeconds(from.readAt!) }) : t('light.noSource')}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
