import { Button } from 'antd';
import { useState } from 'react';
import type { StopState } from '#shared/case/case-schema.ts';
import { useTexts } from '../app/i18n.ts';
import { localClock } from '../app/local-time.ts';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { LookNotice, RefusalNotice } from '../ui/refusal-notice.tsx';
import { isInForce } from './stop-list.tsx';
import { stopTexts } from './texts.ts';

const alive: ReadonlySet<StopState['status']> = new Set(['ordered', 'in-force']);

/** 执行: one press a card, and not twice while it is on its way; red until the bank's receipt is here. */
export function StopCard({ view, me, run, step, definition, readOnly, command, newId, callId, offset, now, lang, facts, passStep }: StepPanelProps) {
  const t = useTexts(stopTexts);
  /** Card → the command that asked, while this screen is up; the marks tell how it went. */
  const [asked, setAsked] = useState<Readonly<Record<string, string>>>({});
  const { values } = run;
  const cards = view.state.facts[me.id]?.facts.cards ?? [];
  const chosen = Array.isArray(values['cards']) ? cards.filter((card) => (values['cards'] as string[]).includes(card.id)) : [];
  const kind = values['kind'] === 'loss' ? 'loss' : 'lock';
  const agreed = definition.steps.flatMap((step) => run.steps[step.id]?.ticks ?? []).findLast((tick) => tick.tickId === 'customerAgrees');
  const markOf = (cardId: string) => view.marks.find((mark) => mark.command === asked[cardId]);
  const onItsWay = (cardId: string): boolean => markOf(cardId)?.look === 'asked' || view.state.stops.some((stop) => stop.cardId === cardId && stop.stop === kind && alive.has(stop.status));

  async function stop(cardId: string): Promise<void> {
    if (onItsWay(cardId)) return;
    const id = newId();
    setAsked((held) => ({ ...held, [cardId]: id }));
    const reportedAt = typeof values['reportedAt'] === 'string' ? values['reportedAt'] : (view.state.opened?.at ?? now());
    const reply = await command('stop card', {
      stopId: newId(), key: newId(), cardId, stop: kind, reportedAt, lostAt: null, callId,
      customerWords: agreed?.customerWords ?? t('stop.words.default'), recordingOffset: agreed?.recordingOffset ?? offset(),
    }, { id, urgent: true, notAfterSeconds: 120 });
    if (!reply.ok) setAsked((held) => Object.fromEntries(Object.entries(held).filter(([card]) => card !== cardId)));
  }
  async function goOtherWay(): Promise<void> {
    const reply = await command('fill fields', { runId: run.runId, stepId: step.id, values: { otherWay: true } });
    if (reply.ok) await passStep();
  }
  const open = chosen.filter((card) => !onItsWay(card.id));
  const inForce = view.state.stops.filter(isInForce);
  const notYet = chosen.filter((card) => !inForce.some((one) => one.cardId === card.id));
  return (
    <section className="panel" data-testid="stop-card-panel">
      {chosen.length === 0 && inForce.length === 0 ? <p className="banner-red" role="alert" data-testid="not-in-force">✕ {t('notInForce')} · {t('unknownCard')}</p> : null}
      {notYet.length > 0 ? <p className="banner-red" role="alert" data-testid="not-in-force">✕ {t('notInForce')} · {notYet.map((card) => t('card', { four: card.lastFour })).join('、')}</p> : null}
      {chosen.map((card) => {
        const mark = markOf(card.id);
        const standing = view.state.stops.findLast((one) => one.cardId === card.id);
        return (
          <div key={card.id} className="option-card" data-testid={`stop-row-${card.lastFour}`} data-status={standing?.status ?? mark?.look ?? 'open'}>
            <span className="grow"><strong>{t('card', { four: card.lastFour })}</strong> <span className="tone-muted">{card.product[lang]} · {t(kind)}</span></span>
            {standing && isInForce(standing) ? <strong className="stop-mark in-force">✓ {t('inForce')} {localClock(standing.effectiveAt!)}</strong> : null}
            {mark?.look === 'asked' && !standing ? <span className="tone-amber">◔ {t('stopping')}</span> : null}
            {readOnly || (standing && isInForce(standing)) ? null : <Button danger type="primary" disabled={onItsWay(card.id)} onClick={() => void stop(card.id)} data-testid={`stop-now-${card.lastFour}`}>{mark || standing ? t('stop.again') : t('stop')}</Button>}
          </div>
        );
      })}
      {!readOnly && (chosen.length === 0 || (notYet.length > 0 && (facts.channel?.core === 'down' || facts.channel?.centre === 'down' || notYet.some((card) => onItsWay(card.id))))) ? <LookNotice testId="stop-offline"><Button size="small" danger onClick={() => void goOtherWay()} data-testid="go-offline-way">{t('stop.goOff')}</Button></LookNotice> : null}
      {chosen.map((card) => markOf(card.id)).map((mark) => (mark?.look === 'refused' && mark.refusal ? <RefusalNotice key={mark.command} refusal={mark.refusal} testId="stop-refused" /> : null))}
      {open.length > 1 && !readOnly ? <Button danger onClick={() => void Promise.all(open.map((card) => stop(card.id)))} data-testid="stop-all">{t('stopAll')}</Button> : null}
      {chosen.some((card) => markOf(card.id)?.look === 'asked' && !view.state.stops.some((one) => one.cardId === card.id)) ? <p className="speech">{t('stop.sayNot')}</p> : null}
    </section>
  );
}
