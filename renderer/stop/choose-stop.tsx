import { Checkbox } from 'antd';
import { useEffect, useRef } from 'react';
import { useTexts } from '../app/i18n.ts';
import { localClock } from '../app/local-time.ts';
import { callerTexts } from '../caller/texts.ts';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { stopTexts } from './texts.ts';

const stoppable: ReadonlySet<string> = new Set(['normal', 'locked']);

/** Which cards: one question, one look. What is stopped already says since when. */
export function ChooseStop({ view, me, run, step, lang, readOnly, command }: StepPanelProps) {
  const t = useTexts(stopTexts);
  const say = useTexts(callerTexts);
  const reading = view.state.facts[me.id];
  const cards = reading?.facts.cards ?? [];
  const value = run.values['cards'];
  const chosen = Array.isArray(value) ? value : [];
  const put = (id: string, on: boolean): void => void command('fill fields', { runId: run.runId, stepId: step.id, values: { cards: on ? [...chosen, id] : chosen.filter((one) => one !== id) } });
  const unknown = run.values['cardUnknown'] === true;
  const offered = step.fields.some((field) => field.id === 'cardUnknown');
  const tell = (on: boolean): void => void command('fill fields', { runId: run.runId, stepId: step.id, values: { cardUnknown: on } });
  const asked = useRef(false);
  useEffect(() => {
    // With no facts at all there is no card to choose, and the report does not wait for one (FL6).
    if (asked.current || readOnly || !offered || reading !== undefined || run.values['cardUnknown'] !== undefined) return;
    asked.current = true;
    tell(true);
  });
  return (
    <section className="panel" data-testid="choose-stop">
      {cards.length === 0 ? <p className="tone-amber">▲ {t(reading === undefined ? 'off.statement' : 'choose.none')}</p> : null}
      {cards.map((card) => (
        <label key={card.id} className={`option-card${chosen.includes(card.id) ? ' option-card-on' : ''}`} data-testid={`choose-card-${card.lastFour}`}>
          <Checkbox checked={chosen.includes(card.id)} disabled={readOnly} onChange={(event) => put(card.id, event.target.checked)} data-testid={`choose-card-check-${card.lastFour}`} />
          <span className="grow"><strong>{t('card', { four: card.lastFour })}</strong> <span className="tone-muted">{card.product[lang]}</span></span>
          <span className={stoppable.has(card.status) ? 'tone-muted' : 'tone-red'}>{say(`card.${card.status}`)}{!stoppable.has(card.status) && card.effectiveAt ? ` · ${t('choose.already', { time: localClock(card.effectiveAt) })}` : ''}</span>
        </label>
      ))}
      {offered ? <Checkbox checked={unknown} disabled={readOnly} onChange={(event) => tell(event.target.checked)} data-testid="card-unknown">{t('choose.unknown')}</Checkbox> : null}
      <p className="small tone-muted">{t('choose.hint')}</p>
    </section>
  );
}
