import { Button, Input, Popover, Select } from 'antd';
import { useState } from 'react';
import type { CaseState } from '#shared/case/state.ts';
import { maskNumbers } from '#shared/privacy/mask.ts';
import type { LiveValue } from '#shared/protocol/live.ts';
import { v7 as newId } from 'uuid';
import type { TakenOverView } from '#shared/protocol/case-view.ts';
import { localMoment } from '../app/local-time.ts';
import { desk } from '../app/desk.ts';
import { useTexts } from '../app/i18n.ts';
import { useKept } from '../app/kept.ts';
import { sendCommand } from '../app/send.ts';
import { typedCase, useCases } from '../app/stores/cases.ts';
import { nowAt } from '../app/stores/clock.ts';
import { useLive } from '../app/stores/live.ts';
import { openCase } from '../app/stores/place.ts';
import { useMe } from '../app/stores/session.ts';
import { loadPeople, usePeopleStore, usePersonName } from '../operation/people.ts';
import { Age } from '../ui/age.tsx';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { customerName } from './agenda-view.ts';
import { handOverTexts } from './hand-over-texts.ts';
import { OpenItemLines } from './open-item-lines.tsx';
import { followUpTexts } from './texts.ts';
import './hand-over.css';

/** Hands one case over by name; the other accepts it before anything changes (TP17). */
export function HandOverButton({ state }: { state: CaseState }) {
  const t = useTexts(followUpTexts);
  const me = useMe();
  const people = usePeopleStore((store) => store.people);
  const name = usePersonName();
  const [open, setOpen] = useState(false);
  const [to, setTo] = useState<string | null>(null);
  const [note, setNote, forgetNote] = useKept(state.id, 'hand-over note');
  if (state.handOver !== null && state.handOver.from === me?.id) return <span className="chip chip-amber">◔ {t('handOverPending', { name: name(state.handOver.to) })}</span>;
  const send = async (): Promise<void> => {
    if (to === null) return;
    const reply = await sendCommand(state.id, 'hand over case', { handOverId: newId(), to, note: maskNumbers(note.trim()) });
    if (!reply.ok) return;
    forgetNote();
    setOpen(false);
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

type Offer = LiveValue<'hand-overs'>[number];

/** Accepts offers, one after the other; what is on its way is not pressed twice. */
function useAccept(): { taking: ReadonlySet<string>; accept: (offer: Pick<Offer, 'handOverId' | 'caseId'>) => Promise<boolean> } {
  const [taking, setTaking] = useState<ReadonlySet<string>>(new Set());
  const accept = async (offer: Pick<Offer, 'handOverId' | 'caseId'>): Promise<boolean> => {
    setTaking((was) => new Set([...was, offer.handOverId]));
    const reply = await sendCommand(offer.caseId, 'accept hand-over', { handOverId: offer.handOverId, nonce: newId(), reviewId: newId() });
    if (!reply.ok) setTaking((was) => new Set([...was].filter((one) => one !== offer.handOverId)));
    return reply.ok;
  };
  return { taking, accept };
}

/** What colleagues hand to this person, each with what is left to do of it, accepted one by one. */
export function HandOverList({ offers }: { offers: LiveValue<'hand-overs'> }) {
  const t = useTexts(followUpTexts);
  const held = useLive('hand-over-items') ?? [];
  const { taking, accept } = useAccept();
  return (
    <section className="fu-block" data-testid="hand-over-list">
      <h2>{t('handOverList')}</h2>
      <p className="tone-muted small">{t('acceptHint')}</p>
      <ul className="fu-rows ho-offers">
        {offers.map((offer) => {
          const more = held.find((one) => one.handOverId === offer.handOverId);
          return (
            <li key={offer.handOverId}>
              <span className="tabular tone-muted">{localMoment(offer.at, nowAt())}</span>
              <strong>{t('from', { name: offer.fromName })}</strong>
              <div className="grow"><span>{offer.note}</span>{more === undefined || (more.items.length === 0 && more.mood === '') ? null : <OpenItemLines items={more.items} mood={more.mood} />}</div>
              <Button type="primary" size="small" loading={taking.has(offer.handOverId)} onClick={() => void accept(offer)} data-testid="accept-hand-over">{t('accept')}</Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Leads: what was offered by name and nobody has accepted; a lead may take one or all (OF1). */
export function OpenOffers() {
  const t = useTexts(handOverTexts);
  const me = useMe();
  const offers = (useLive('hand-over-items') ?? []).filter((one) => !one.mine);
  const { taking, accept } = useAccept();
  if (me?.role !== 'lead' || offers.length === 0) return null;
  const all = async (): Promise<void> => {
    for (const offer of offers) if (!(await accept(offer))) return;
  };
  return (
    <section className="fu-block" data-testid="open-offers">
      <div className="row-wrap"><h2>{t('openOffers')}</h2><span className="grow" />{offers.length > 1 ? <Button size="small" onClick={() => void all()} data-testid="lead-takes-all">{t('takeAll', { n: offers.length })}</Button> : null}</div>
      <p className="tone-muted small">{t('openOffersHint')}</p>
      <ul className="fu-rows ho-offers">
        {offers.map((offer) => (
          <li key={offer.handOverId}>
            <span className="tabular tone-muted">{localMoment(offer.at, nowAt())}</span>
            <strong>{t('offer', { from: offer.fromName, to: offer.toName })}</strong>
            <div className="grow"><span>{offer.note}</span><OpenItemLines items={offer.items} mood={offer.mood} /></div>
            <Button size="small" loading={taking.has(offer.handOverId)} onClick={() => void accept(offer)} data-testid="lead-takes">{t('takeIt')}</Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What was taken over at one screen: not confirmed yet, or refused with the reason (OF1, SY8). */
export function TakenOverList({ taken }: { taken: readonly TakenOverView[] }) {
  const t = useTexts(handOverTexts);
  const me = useMe();
  const held = useCases((store) => store.held);
  if (taken.length === 0) return null;
  const customer = (caseId: string): string => {
    const view = typedCase(held.get(caseId));
    return view === null ? '' : customerName(view.state, me?.id ?? '') || t('customerUnknown');
  };
  return (
    <section className="fu-block" data-testid="taken-over">
      <h2>{t('takenOver')}</h2>
      <ul className="fu-rows ho-offers">
        {taken.map((one) => (
          <li key={one.case} className={one.refusal === null ? 'fu-amber' : 'fu-red'} data-testid="taken-over-row" data-refused={one.refusal !== null}>
            <span className="tabular tone-muted">{localMoment(one.at, nowAt())}</span>
            {one.refusal === null ? (
              <>
                <strong className="nowrap">{customer(one.case)}</strong><span>◌ {t('waiting')}</span><span>{t('from', { name: one.fromName })}</span>
                <span className="tone-muted small">{t('ageOf')} <Age at={one.heardAt} /></span><span className="grow">{one.note}</span>
                <Button size="small" onClick={() => openCase(one.case)}>{t('openCase')}</Button>
              </>
            ) : (
              <div className="grow stack-tight">
                <strong>✕ {t('refusedTitle', { name: one.fromName })}</strong>
                <RefusalNotice refusal={one.refusal} testId="taken-over-refused" />
                <div><Button size="small" onClick={() => void desk.calls.takenOverSeen({ case: one.case })} data-testid="taken-over-seen">{t('seen')}</Button></div>
              </div>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
