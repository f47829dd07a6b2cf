import { Button } from 'antd';
import { useMemo } from 'react';
import { renderSay } from '#shared/flow/say.ts';
import { useTexts } from '../../app/i18n.ts';
import { useTools } from '../../app/stores/tools.ts';
import type { StepPanelProps } from '../step-panel.ts';
import { flowTexts } from '../texts.ts';

/** Three rungs, each sentence once: what was said is struck, the next stands ready; after the third the lead goes on. */
export function RungsPanel({ definition, step, facts, run, lang, readOnly, command }: StepPanelProps) {
  const t = useTexts(flowTexts);
  const field = step.fields.find((one) => one.id === 'rungs');
  const rungs = field?.options ?? [];
  const value = run.values['rungs'];
  const used = Array.isArray(value) ? value : [];
  const lines = useMemo(() => renderSay(definition, step, facts, lang, run), [definition, step, facts, lang, run]);
  const next = rungs.find((rung) => !used.includes(rung.id));
  const say = (id: string): void => void command('fill fields', { runId: run.runId, stepId: step.id, values: { rungs: [...used, id] } });
  return (
    <section className="panel" data-testid="rungs-panel" data-used={used.length}>
      <p className="small tone-muted">{t('rungs.note')}</p>
      <ol className="stack">
        {rungs.map((rung, index) => {
          const said = used.includes(rung.id);
          const now = rung.id === next?.id;
          return (
            <li key={rung.id} className={`option-card${now ? ' option-card-on' : ''}`} data-testid={`rung-${rung.id}`} data-used={said}>
              <span className="grow">
                <span className="small tone-muted">{index + 1}. {rung.label[lang]}</span>
                <p className={said ? 'tone-muted' : 'speech'} style={said ? { textDecoration: 'line-through' } : undefined}>{lines[index]?.text}</p>
              </span>
              {said ? <span className="tone-green">✓ {t('rungs.used')}</span> : <Button size="small" type={now ? 'primary' : 'default'} disabled={readOnly || !now} onClick={() => say(rung.id)} data-testid={`rung-use-${rung.id}`}>{t('rungs.use')}</Button>}
            </li>
          );
        })}
      </ol>
      {lines.slice(rungs.length).map((line, index) => <p key={index}><span className="chip">{line.cue}</span> {line.text}</p>)}
      {next === undefined ? <p className="row">▲ {t('rungs.all')}<Button size="small" type="primary" onClick={() => useTools.setState({ escalate: true })}>{t('rungs.handOver')}</Button></p> : null}
    </section>
  );
}
