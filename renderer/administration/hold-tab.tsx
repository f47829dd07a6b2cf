import { Input, Radio } from 'antd';
import type { AdministrationView } from '#shared/administration/administration-view.ts';
import type { Change } from '#shared/administration/change.ts';
import { mayDo } from '#shared/people/may.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import { nowAt } from '../app/stores/clock.ts';
import type { Me } from './approval-view.ts';
import { changeKind, changeSubject } from './change-words.ts';
import { nameOf } from './field-words.tsx';
import { useKept } from './kept.ts';
import { ProposeForm } from './propose-form.tsx';
import { administrationTexts } from './texts.ts';

type What = 'set legal hold' | 'lift legal hold' | 'erase customer';
type Draft = { what: What; customerId: string; matter: string };
const words = { 'set legal hold': 'hold.set', 'lift legal hold': 'hold.lift', 'erase customer': 'hold.erase' } as const;
const abouts = { 'set legal hold': 'hold.about', 'lift legal hold': 'lift.about', 'erase customer': 'erase.about' } as const;
const whats = Object.keys(words) as What[];
const empty: Draft = { what: 'set legal hold', customerId: '', matter: '' };

function changeOf(draft: Draft, reason: string): Change | null {
  const customerId = draft.customerId.trim();
  const matter = draft.matter.trim();
  if (customerId === '') return null;
  if (draft.what === 'erase customer') return { kind: draft.what, customerId, reason };
  return matter === '' ? null : { kind: draft.what, customerId, matter, reason };
}

/** PR7: a customer whose contents the law keeps, and one whose contents go for ever. */
export function HoldTab({ view, me }: { view: AdministrationView; me: Me }) {
  const t = useTexts(administrationTexts);
  const lang = useLang();
  const [draft, setDraft] = useKept('hold', empty);
  const allowed = whats.filter((what) => mayDo(me.role, what));
  const erases = draft.what === 'erase customer';
  const missing = [...(draft.customerId.trim() === '' ? [t('customer')] : []), ...(!erases && draft.matter.trim() === '' ? [t('matter')] : [])].join(lang === 'zh' ? '、' : ', ');
  const recent = view.changes.filter(({ change }) => whats.some((what) => what === change.kind));
  return (
    <div className="stack" data-testid="hold-tab">
      <section className="card stack">
        <h2>{t('hold.title')}</h2>
        <ProposeForm name="hold" testId="hold-form" missing={missing} reasonLabel={t('hold.why')} change={(reason) => changeOf(draft, reason)} onProposed={() => setDraft({ ...empty, what: draft.what })}>
          <Radio.Group value={draft.what} aria-label={t('hold.what')} onChange={(event) => setDraft({ ...draft, what: event.target.value as What })} options={allowed.map((what) => ({ value: what, label: t(words[what]) }))} />
          {erases ? <p className="tone-red" role="note">✕ <strong>{t('hold.noUndo')}</strong> {t('erase.about')}</p> : <p className="tone-muted">{t(abouts[draft.what])}</p>}
          <div className="ad-form">
            <label className="stack-tight"><span className="small tone-muted">{t('customer')}</span><Input value={draft.customerId} maxLength={64} autoComplete="off" onChange={(event) => setDraft({ ...draft, customerId: event.target.value })} data-testid="hold-customer" /></label>
            {erases ? null : <label className="stack-tight"><span className="small tone-muted">{t('matter')}</span><Input value={draft.matter} maxLength={60} onChange={(event) => setDraft({ ...draft, matter: event.target.value })} data-testid="hold-matter" /></label>}
          </div>
        </ProposeForm>
      </section>
      <section className="card stack">
        <h2>{t('hold.recent')}</h2>
        {recent.length === 0 ? <p className="tone-muted">{t('hold.noneRecent')}</p> : (
          <table className="plain"><tbody>{recent.map((one) => <tr key={one.changeId}><td className="tabular nowrap">{localMoment(one.proposedAt, nowAt())}</td><td>{changeKind(t, one.change)}</td><td className="ad-mono">{changeSubject(view, one.change, lang)}</td><td>{nameOf(view, one.proposer)}</td><td>{t(`status.${one.status}`)}</td></tr>)}</tbody></table>
        )}
      </section>
    </div>
  );
}
