import { Button, Input, Radio } from 'antd';
import { useState, type FormEvent } from 'react';
import type { FindAnswer, FindQuery } from '#shared/protocol/bank.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { askCentre } from '../app/send.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { useSync } from '../app/stores/sync.ts';
import { closeTool } from '../app/stores/tools.ts';
import { plainDigits } from '../ui/digits-input.tsx';
import { Age } from '../ui/age.tsx';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { findHeld, isCut, takeHeldFacts, type HeldCustomer } from './held-customers.ts';
import { callerTexts } from './texts.ts';

type By = 'byName' | 'byId' | 'byCard' | 'byPhone';
const ways: readonly By[] = ['byName', 'byId', 'byCard', 'byPhone'];
const plain = (text: string): string => text.normalize('NFKC').replace(/\s/g, '');

function queryOf(by: By, name: string, key: string, district: string): FindQuery | null {
  const where = district.trim() === '' ? {} : { district: district.trim() };
  switch (by) {
    case 'byName': return name.trim() !== '' && plain(key).length === 4 ? { name: name.trim(), idLast4: plain(key).toUpperCase(), ...where } : null;
    case 'byId': return plain(key).length >= 4 ? { idNumber: plain(key).toUpperCase(), ...where } : null;
    case 'byCard': return plainDigits(key).length >= 12 ? { cardNumber: plainDigits(key) } : null;
    case 'byPhone': return plainDigits(key).length >= 3 ? { phone: plainDigits(key) } : null;
  }
}

/** Finding the customer by what they say. What was typed is emptied with the answer and kept nowhere (PR2). */
export function FindCustomer({ view }: { view: TypedCase }) {
  const t = useTexts(callerTexts);
  const lang = useLang();
  const [by, setBy] = useState<By>('byName');
  const [name, setName] = useState('');
  const [key, setKey] = useState('');
  const [district, setDistrict] = useState('');
  const [found, setFound] = useState<FindAnswer | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [incomplete, setIncomplete] = useState(false);
  const [busy, setBusy] = useState(false);
  const [held, setHeld] = useState<HeldCustomer[] | null>(null);
  const cut = useSync(({ sync }) => sync?.connection !== 'online');
  const keyLabel = t(by === 'byName' ? 'find.last4' : by === 'byId' ? 'find.id' : by === 'byCard' ? 'find.card' : 'find.phone');

  async function search(event: FormEvent): Promise<void> {
    event.preventDefault();
    const cut = isCut();
    // Nothing here could compare the last four of an identity: with the line down the name alone is searched.
    const query = cut && by === 'byName' && name.trim() !== '' ? { name: name.trim(), idLast4: '0000' } : queryOf(by, name, key, district);
    setIncomplete(query === null);
    if (query === null || busy) return;
    setRefusal(null);
    setFound(null);
    // With the line down only what lies here can be found; the centre is not waited for.
    if (cut) return showHeld();
    setHeld(null);
    setBusy(true);
    const reply = await askCentre('find customer', { case: view.caseId, query });
    setBusy(false);
    if (!reply.ok) {
      setRefusal(reply.refusal);
      return showHeld();
    }
    setFound(reply.value);
    if (by === 'byCard' || by === 'byId') setKey('');
    if (reply.value.matches.length === 1 && !reply.value.more) await choose(reply.value.matches[0]!.id);
  }
  function showHeld(): void {
    setHeld(by === 'byId' ? [] : findHeld(by === 'byName' ? { name } : by === 'byPhone' ? { phone: key } : { cardNumber: key }));
    if (by === 'byCard' || by === 'byId') setKey('');
  }
  async function take(customer: HeldCustomer): Promise<void> {
    const reply = await takeHeldFacts(view.caseId, customer);
    if (reply.ok) closeTool('find');
  }
  async function choose(customerId: string): Promise<void> {
    const reply = await askCentre('identify customer', { case: view.caseId, customerId });
    if (reply.ok) closeTool('find');
    else setRefusal(reply.refusal);
  }
  return (
    <form className="stack-tight find" onSubmit={(event) => void search(event)} aria-label={t('find.title')} data-testid="find-customer">
      <h3>{t('find.title')}</h3>
      <Radio.Group size="small" value={by} onChange={(event) => { setBy(event.target.value as By); setKey(''); setFound(null); setHeld(null); }} aria-label={t('find.by')} className="find-ways">
        {ways.map((way) => <Radio key={way} value={way} data-testid={`find-${way}`}>{t(`find.${way}`)}</Radio>)}
      </Radio.Group>
      {by === 'byName' ? <Input size="small" value={name} onChange={(event) => setName(event.target.value)} placeholder={t('find.name')} aria-label={t('find.name')} autoComplete="off" data-testid="find-name" /> : null}
      <Input size="small" value={key} onChange={(event) => setKey(event.target.value)} placeholder={keyLabel} aria-label={keyLabel} autoComplete="off" data-testid="find-key" />
      {by === 'byName' || by === 'byId' ? <Input size="small" value={district} onChange={(event) => setDistrict(event.target.value)} placeholder={t('find.district')} aria-label={t('find.district')} autoComplete="off" data-testid="find-district" /> : null}
      <Button size="small" htmlType="submit" loading={busy} data-testid="find-search">{t('find.search')}</Button>
      {incomplete ? <p role="alert" className="small tone-red">{t('find.incomplete')}</p> : null}
      {refusal ? <RefusalNotice refusal={refusal} /> : null}
      {found && found.matches.length === 0 ? <p role="status" className="small tone-amber">▲ {t('find.none')}</p> : null}
      {found && found.matches.length > 1 ? <p role="status" className="small tone-amber">▲ {t('find.several', { n: found.matches.length })}{found.more ? t('find.more') : ''}</p> : null}
      {held === null ? null : held.length === 0 ? <p role="status" className="small tone-amber" data-testid="held-none">▲ {t(by === 'byId' ? 'held.noId' : 'held.none')}</p> : (
        <section className="stack-tight" aria-label={t('held.title')} data-testid="held-found">
          <p className="small tone-amber">▲ {t('held.title')}</p>
          {held.map((one) => (
            <div key={one.customerId} className="row" style={{ gap: 6 }}>
              <span className="grow">{one.reading.facts.customer.maskedName} {one.reading.facts.customer.title[lang]} <span className="tone-muted small tabular">{one.reading.facts.customer.reservedPhoneMasked} · {one.reading.facts.cards.map((card) => card.lastFour).join(' ')}</span><br /><Age at={one.reading.at} /></span>
              <Button size="small" onClick={() => void take(one)} data-testid={`held-${one.customerId}`}>{t('find.choose')}</Button>
            </div>
          ))}
        </section>
      )}
      {(found?.matches ?? []).map((one) => (
        <div key={one.id} className="row" style={{ gap: 6 }}>
          <span className="grow">{one.maskedName} {one.title[lang]} <span className="tone-muted small tabular">{one.reservedPhoneMasked}</span></span>
          <Button size="small" onClick={() => void choose(one.id)} data-testid={`found-${one.id}`}>{t('find.choose')}</Button>
        </div>
      ))}
      {cut ? <p className="small tone-amber" data-testid="find-cut">▲ {t('held.cut')}</p> : null}
      <p className="small tone-muted">{t('find.notKept')}{t('find.byHand')}</p>
    </form>
  );
}
