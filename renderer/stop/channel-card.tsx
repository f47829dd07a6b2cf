import { Button, Checkbox, Input, Radio } from 'antd';
import { useState } from 'react';
import { useTexts } from '../app/i18n.ts';
import { localDate, localInstant, timer } from '../app/local-time.ts';
import { useRules } from '../app/stores/rules.ts';
import { readClock } from '../call/callback-form.tsx';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { isInForce, StopList } from './stop-list.tsx';
import { stopTexts } from './texts.ts';

const channels = ['self-service-voice', 'mobile-bank', 'duty-phone', 'card-scheme', 'bank-system'] as const;
type Channel = (typeof channels)[number];

/** 断线挂失: full-width red and honest; what stops the card at once; and what was done is logged, to be verified first on return. */
export function ChannelCard({ view, me, run, step, readOnly, command, newId, now, lang, offset }: StepPanelProps) {
  const t = useTexts(stopTexts);
  const site = useRules((held) => held.rules?.site ?? null);
  const [channel, setChannel] = useState<Channel>('self-service-voice');
  const [receipt, setReceipt] = useState('');
  const [person, setPerson] = useState('');
  const [clock, setClock] = useState('');
  const [told, setTold] = useState(false);
  const [incomplete, setIncomplete] = useState(false);
  const cards = view.state.facts[me.id]?.facts.cards ?? [];
  const chosen = run.values['cards'];
  const [cardId, setCardId] = useState<string | null>(Array.isArray(chosen) ? (chosen[0] ?? null) : null);
  const names: Record<Channel, string> = {
    'self-service-voice': t('off.voice', { key: site?.ivrKey ?? '' }), 'mobile-bank': t('off.mobile'), 'duty-phone': t('off.duty', { phone: site?.dutyPhone ?? '' }), 'card-scheme': t('off.scheme'), 'bank-system': t('off.bank'),
  };
  const stopped = view.state.stops.some(isInForce);

  async function record(): Promise<void> {
    const time = clock.trim() === '' ? null : readClock(clock);
    if ((receipt.trim() === '' && person.trim() === '') || !told || (clock.trim() !== '' && time === null)) return setIncomplete(true);
    setIncomplete(false);
    const reportedAt = typeof run.values['reportedAt'] === 'string' ? run.values['reportedAt'] : (view.state.opened?.at ?? now());
    const reply = await command('record manual stop', {
      stopId: newId(), cardId, channel, receipt: receipt.trim(), person: person.trim(), inForceAt: time === null ? null : localInstant(localDate(now()), time), reportedAt, toldNotInForce: told,
    }, { urgent: true });
    if (!reply.ok) return;
    const at = offset();
    if (step.ticks.some((tick) => tick.id === 'toldNotInForce')) await command('tick', { runId: run.runId, stepId: step.id, tickId: 'toldNotInForce', ...(at === null ? {} : { recordingOffset: at }) });
    setReceipt('');
    setPerson('');
    setClock('');
  }
  return (
    <section className="panel" data-testid="channel-card">
      {stopped ? null : <p className="banner-red" role="alert" data-testid="not-stopped">✕ {t('off.banner')}</p>}
      <p className="tone-red small">✕ {t('off.never')}</p>
      <div className="card stack-tight">
        <h3>{t('off.channels')}</h3>
        <Radio.Group value={channel} onChange={(event) => setChannel(event.target.value as Channel)} disabled={readOnly} aria-label={t('off.channel')}>
          <span className="stack-tight">{channels.map((one) => <Radio key={one} value={one} data-testid={`channel-${one}`}>{names[one]}</Radio>)}</span>
        </Radio.Group>
        {cards.length > 0 ? (
          <Radio.Group size="small" value={cardId} onChange={(event) => setCardId(event.target.value as string | null)} disabled={readOnly} aria-label={t('off.card')}>
            {cards.map((card) => <Radio key={card.id} value={card.id}>{t('card', { four: card.lastFour })} {card.product[lang]}</Radio>)}<Radio value={null}>{t('off.anyCard')}</Radio>
          </Radio.Group>
        ) : null}
        <div className="row-wrap">
          <Input style={{ width: 170 }} value={receipt} onChange={(event) => setReceipt(event.target.value)} placeholder={t('off.receipt')} aria-label={t('off.receipt')} maxLength={80} disabled={readOnly} data-testid="channel-receipt" />
          <Input style={{ width: 110 }} value={person} onChange={(event) => setPerson(event.target.value)} placeholder={t('off.person')} aria-label={t('off.person')} maxLength={40} disabled={readOnly} data-testid="channel-person" />
          <Input style={{ width: 150 }} value={clock} onChange={(event) => setClock(event.target.value)} placeholder={t('off.time')} aria-label={t('off.time')} disabled={readOnly} data-testid="channel-time" />
        </div>
        <Checkbox checked={told} onChange={(event) => setTold(event.target.checked)} disabled={readOnly} data-testid="channel-told">{t('off.told')}{told && offset() !== null ? <span className="small tone-muted"> ▶ {timer((offset() ?? 0) * 1000)}</span> : null}</Checkbox>
        {incomplete ? <p role="alert" className="tone-red small">{t('off.incomplete')}</p> : null}
        {readOnly ? null : <Button danger type="primary" style={{ alignSelf: 'flex-start' }} onClick={() => void record()} data-testid="channel-record">{t('off.record')}</Button>}
      </div>
      <StopList view={view} />
      {view.state.stops.some((one) => one.status === 'manual') ? <p className="tone-amber">▲ {t('off.recorded')}</p> : null}
    </section>
  );
}
