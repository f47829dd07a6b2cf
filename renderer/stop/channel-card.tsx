import { Button, Checkbox, Input, Radio } from 'antd';
import { useState } from 'react';
import type { StopChannel } from '#shared/case/night-schema.ts';
import { standingOf } from '#shared/case/stop-verify.ts';
import { useTexts } from '../app/i18n.ts';
import { timer } from '../app/local-time.ts';
import { useRules } from '../app/stores/rules.ts';
import { lastTimeAt } from '../call/log-call.tsx';
import { Speech } from '../flow/speech.tsx';
import type { StepPanelProps } from '../flow/step-panel.ts';
import { StopList } from './stop-list.tsx';
import { stopTexts } from './texts.ts';
import { endWarmTransfer, useWarmTransfer, WarmTransfer } from './warm-transfer.tsx';

const channels = ['self-service-voice', 'mobile-bank', 'duty-phone', 'card-scheme', 'bank-system', 'none'] as const satisfies readonly StopChannel[];
type CallBack = 'any-hour' | 'by-day' | 'no';
/** What the customer calls their card, where it is not known here: one report stands for it. */
const ANY = '';

/**
 * 断线挂失: full-width red and honest; what stops the card at once; and what was done is logged with its times, to be verified first
 * on return (OF4). It needs neither centre nor core, and no card: a customer who is not held here has only a statement taken.
 */
export function ChannelCard({ view, me, run, definition, step, readOnly, facts, command, newId, now, lang, callId, offset }: StepPanelProps) {
  const t = useTexts(stopTexts);
  const site = useRules((held) => held.rules?.site ?? null);
  const warm = useWarmTransfer((held) => held.since);
  const [picked, setPicked] = useState<StopChannel | null>(null);
  const [receipt, setReceipt] = useState('');
  const [person, setPerson] = useState('');
  const [system, setSystem] = useState('');
  const [clock, setClock] = useState('');
  const [lost, setLost] = useState('');
  const [cardWords, setCardWords] = useState('');
  const [told, setTold] = useState(step.ticks.some((tick) => run.steps[step.id]?.ticks.some((done) => done.tickId === tick.id)));
  const [wrong, setWrong] = useState<'incomplete' | 'told' | 'time' | 'card' | null>(null);
  const [busy, setBusy] = useState(false);
  const cards = view.state.facts[me.id]?.facts.cards ?? [];
  const chosen = run.values['cards'];
  const [cardIds, setCardIds] = useState<string[]>(Array.isArray(chosen) && chosen.length > 0 ? chosen : [ANY]);
  const centreOnly = facts.channel?.centre === 'down' && facts.channel.core !== 'down';
  const channel: StopChannel = picked ?? (warm === null ? 'none' : 'self-service-voice');
  const names: Record<StopChannel, string> = {
    'self-service-voice': t('off.voice', { key: site?.ivrKey ?? '' }), 'mobile-bank': t('off.mobile'), 'duty-phone': t('off.duty', { phone: site?.dutyPhone ?? '' }), 'card-scheme': t('off.scheme'), 'bank-system': t('off.bank'), none: t('off.none'),
  };
  const notYet = view.state.stops.length === 0 || view.state.stops.some((stop) => stop.status === 'manual' && !standingOf(view.state, stop).inForce) || !view.state.stops.some((stop) => standingOf(view.state, stop).inForce);
  const callBack: CallBack = run.values['callAnyHour'] === true ? 'any-hour' : 'by-day';
  const put = (values: Record<string, boolean>): void => void command('fill fields', { runId: run.runId, stepId: step.id, values });

  async function record(): Promise<void> {
    const inForceAt = clock.trim() === '' ? null : lastTimeAt(clock, now());
    const lostAt = lost.trim() === '' ? null : lastTimeAt(lost, now());
    if (!told) return setWrong('told');
    if (cardIds.length === 0) return setWrong('card');
    if (channel !== 'none' && receipt.trim() === '' && person.trim() === '') return setWrong('incomplete');
    if ((clock.trim() !== '' && inForceAt === null) || (lost.trim() !== '' && lostAt === null)) return setWrong('time');
    setWrong(null);
    const reportedAt = typeof run.values['reportedAt'] === 'string' ? run.values['reportedAt'] : (view.state.opened?.at ?? now());
    setBusy(true);
    for (const cardId of cardIds) {
      const reply = await command('report offline stop', {
        stopId: newId(), cardId: cardId === ANY ? null : cardId, cardWords: cardId === ANY ? cardWords.trim() : '', stop: run.values['kind'] === 'loss' ? 'loss' : 'lock', channel,
        receipt: receipt.trim(), person: person.trim(), system: channel === 'bank-system' ? system.trim() : '', inForceAt, reportedAt, lostAt, toldNotInForce: told, callBack,
      }, { urgent: true });
      if (!reply.ok) return setBusy(false);
    }
    const tick = step.ticks.find((one) => one.id === 'toldNotInForce');
    const at = offset();
    if (tick !== undefined && run.steps[step.id]?.ticks.every((done) => done.tickId !== tick.id) !== false) {
      await command('tick', { runId: run.runId, stepId: step.id, tickId: tick.id, ...(at === null ? {} : { recordingOffset: at }), ...(callId === null ? {} : { callId }) });
    }
    endWarmTransfer();
    setBusy(false);
    // Each card is reported once; another one is chosen first.
    setCardIds([]);
    setReceipt('');
    setPerson('');
    setClock('');
  }
  const box = (value: string, set: (next: string) => void, label: string, testId: string, width: number) => (
    <label className="stack-tight small tone-muted">{label}<Input style={{ width }} value={value} onChange={(event) => set(event.target.value)} maxLength={testId === 'channel-receipt' || testId === 'channel-card-words' ? 80 : 40} disabled={readOnly} data-testid={testId} /></label>
  );
  return (
    <section className="panel" data-testid="channel-card">
      {notYet ? <p className="banner-red" role="alert" data-testid="not-stopped">✕ {t('off.banner')}</p> : null}
      <Speech definition={definition} step={step} facts={facts} run={run} lang={lang} />
      {readOnly ? null : <WarmTransfer />}
      <div className="card off-columns">
        <div className="stack-tight">
          <h3>{t('off.channels')}</h3>
          {centreOnly ? <p className="small tone-amber" data-testid="bank-first">▲ {t('off.bankFirst')}</p> : null}
          <Radio.Group value={channel} onChange={(event) => setPicked(event.target.value as StopChannel)} disabled={readOnly} aria-label={t('off.channel')}>
            <span className="stack-tight">{channels.map((one) => <Radio key={one} value={one} data-testid={`channel-${one}`}>{names[one]}</Radio>)}</span>
          </Radio.Group>
        </div>
        <div className="stack-tight">
          <h3>{t('off.card')}</h3>
          {cards.length === 0 ? <p className="small tone-amber" data-testid="statement-only">▲ {t('off.statement')}</p> : null}
          <Checkbox.Group value={cardIds} onChange={(next) => setCardIds(next.includes(ANY) && !cardIds.includes(ANY) ? [ANY] : next.filter((one) => one !== ANY))} disabled={readOnly} aria-label={t('off.card')}>
            <span className="stack-tight">
              {cards.map((card) => <Checkbox key={card.id} value={card.id} data-testid={`off-card-${card.lastFour}`}>{t('card', { four: card.lastFour })} {card.product[lang]}</Checkbox>)}
              <Checkbox value={ANY} data-testid="off-card-any">{t('off.anyCard')}</Checkbox>
            </span>
          </Checkbox.Group>
          {cardIds.includes(ANY) ? box(cardWords, setCardWords, t('off.cardWords'), 'channel-card-words', 260) : null}
        </div>
        <div className="row-wrap off-fields">
          {channel === 'bank-system' ? box(system, setSystem, t('off.system'), 'channel-system', 140) : null}
          {channel === 'none' ? null : box(receipt, setReceipt, t(channel === 'bank-system' ? 'off.bankReceipt' : 'off.receipt'), 'channel-receipt', 160)}
          {channel === 'none' ? null : box(person, setPerson, t('off.person'), 'channel-person', 110)}
          {channel === 'none' ? null : box(clock, setClock, t('off.time'), 'channel-time', 140)}
          {box(lost, setLost, t('off.lost'), 'channel-lost', 150)}
          <div className="stack-tight">
            <span className="small tone-muted">{t('off.callBack')}</span>
            <Radio.Group value={callBack} onChange={(event) => put({ callAnyHour: event.target.value === 'any-hour' })} disabled={readOnly} aria-label={t('off.callBack')}>
              <Radio value="any-hour" data-testid="call-any-hour">{t('off.anyHour')}</Radio><Radio value="by-day" data-testid="call-by-day">{t('off.byDay')}</Radio>
            </Radio.Group>
          </div>
        </div>
        <div className="stack-tight off-fields">
          <Checkbox checked={told} onChange={(event) => setTold(event.target.checked)} disabled={readOnly} data-testid="channel-told">{t('off.told')}{told && offset() !== null && callId?.startsWith('hand-') !== true ? <span className="small tone-muted"> ▶ {timer((offset() ?? 0) * 1000)}</span> : null}</Checkbox>
          {wrong === null ? null : <p role="alert" className="tone-red small" data-testid="channel-wrong">{t(`off.wrong.${wrong}`)}</p>}
          {readOnly ? null : <Button danger type="primary" style={{ alignSelf: 'flex-start' }} disabled={busy} onClick={() => void record()} data-testid="channel-record">{t('off.record')}</Button>}
        </div>
      </div>
      <StopList view={view} />
      {view.state.stops.some((one) => one.status === 'manual') ? <p className="tone-amber">▲ {t('off.recorded')}</p> : null}
    </section>
  );
}
