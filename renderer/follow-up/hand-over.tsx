import { Button, Input, Popover, Select } from 'antd';
import { useState } from 'react';
import type { CaseState } from '#shared/case/state.ts';
import { maskNumbers } from '#shared/privacy/mask.ts';
import type { LiveValue } from '#shared/protocol/live.ts';
import { v7 as newId } from 'uuid';
import { localMoment } from '../app/local-time.ts';
import { useTexts } from '../app/i18n.ts';
import { sendCommand } from '../app/send.ts';
import { nowAt } from '../app/stores/clock.ts';
import { useMe } from '../app/stores/session.ts';
import { loadPeople, usePeopleStore, usePersonName } from '../operation/people.ts';
import { followUpTexts } from './texts.ts';

/** Hands one case over by name; the other accepts it before anything changes (TP17). */
export function HandOverButton({ state }: { state: CaseState }) {
  const t = useTexts(followUpTexts);
  const me = useMe();
  const people = usePeopleStore((store) => store.people);
  const name = usePersonName();
  const [open, setOpen] = useState(false);
  const [to, setTo] = useState<string | null>(null);
  const [note, setNote] = useState('');
  if (state.handOver !== null && state.handOver.from === me?.id) return <span className="chip chip-amber">◔ {t('handOverPending', { name: name(state.handOver.to) })}</span>;
  const send = async (): Promise<void> => {
    if (to === null) return;
    const reply = await sendCommand(state.id, 'hand over case', { handOverId: newId(), to, note: maskNumbers(note.trim()) });
    if (reply.ok) setOpen(false);
  };
  return (
    <Popover
      open={open} trigger="click" placement="bottomRight"
      onOpenChange={(shown) => {
        setOpen(shown);
        if (shown) void loadPeople();
      }}
      content={
        <div className="stack fu-hand-over" data-testid="hand-over-form">
          <Select
            showSearch={{ optionFilterProp: 'label' }} value={to} onChange={setTo} placeholder={t('handOverTo')} aria-label={t('handOverTo')} data-testid="hand-over-to"
            options={people.filter((one) => one.id !== me?.id && one.role !== 'admin').map((one) => ({ value: one.id, label: `${one.online ? '● ' : '○ '}${one.name} ${one.no}` }))}
          />
          <Input.TextArea value={note} rows={3} maxLength={300} onChange={(event) => setNote(event.target.value)} placeholder={t('handOverNote')} aria-label={t('handOverNote')} data-testid="hand-over-note" />
          <Button type="primary" disabled={to === null} onClick={() => void send()} data-testid="hand-over-send">{t('handOverSend')}</Button>
        </div>
      }
    >
      <Button size="small" data-testid="hand-over">{t('handOver')}</Button>
    </Popover>
  );
}

/** What colleagues hand to this person, accepted one by one. */
export function HandOverList({ offers }: { offers: LiveValue<'hand-overs'> }) {
  const t = useTexts(followUpTexts);
  const [taking, setTaking] = useState<ReadonlySet<string>>(new Set());
  const accept = async (offer: LiveValue<'hand-overs'>[number]): Promise<void> => {
    setTaking((was) => new Set([...was, offer.handOverId]));
    const reply = await sendCommand(offer.caseId, 'accept hand-over', { handOverId: offer.handOverId, nonce: newId(), reviewId: newId() });
    if (!reply.ok) setTaking((was) => new Set([...was].filter((one) => one !== offer.handOverId)));
  };
  return (
    <section className="fu-block" data-testid="hand-over-list">
      <h2>{t('handOverList')}</h2>
      <p className="tone-muted small">{t('acceptHint')}</p>
      <ul className="fu-rows">
        {offers.map((offer) => (
          <li key={offer.handOverId}>
            <span className="tabular tone-muted">{localMoment(offer.at, nowAt())}</span>
            <strong>{t('from', { name: offer.fromName })}</strong>
            <span className="grow">{offer.note}</span>
            <Button type="primary" size="small" loading={taking.has(offer.handOverId)} onClick={() => void accept(offer)} data-testid="accept-hand-over">{t('accept')}</Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
