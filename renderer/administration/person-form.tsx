import { Input, Select, Switch } from 'antd';
import type { AdministrationView } from '#shared/administration/administration-view.ts';
import { OperationKind } from '#shared/operation/payload.ts';
import type { Person } from '#shared/people/person.ts';
import { Role, roleNames } from '#shared/people/roles.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { FenInput } from '../ui/fen-input.tsx';
import { differencesOf, judgePerson } from './difference.ts';
import { DifferenceTable } from './difference-table.tsx';
import { fieldTexts } from './field-texts.ts';
import { forget, useKept } from './kept.ts';
import { personOf, type PersonDraft } from './person-draft.ts';
import { SignOnFields } from './sign-on-fields.tsx';
import { ProposeForm } from './propose-form.tsx';
import { administrationTexts } from './texts.ts';

/**
 * A person, new or changed, whole, to be put before a second administrator (TP12).
 *
 * @param before the person as they are; null for a new one
 */
export function PersonForm({ view, name, initial, before, newHuman, onProposed }: { view: AdministrationView; name: string; initial: PersonDraft; before: Person | null; newHuman: string; onProposed: () => void }) {
  const t = useTexts(administrationTexts);
  const field = useTexts(fieldTexts);
  const lang = useLang();
  const [draft, setDraft] = useKept(name, initial);
  const set = (part: Partial<PersonDraft>): void => setDraft({ ...draft, ...part });
  const read = personOf(draft);
  const missing = 'missing' in read ? read.missing.map((key) => (key === 'name' ? t('p.name') : field(key))).join(lang === 'zh' ? '、' : ', ') : '';
  const differences = 'person' in read && before !== null ? differencesOf(before, read.person, judgePerson) : null;
  const text = (key: 'account' | 'name' | 'no' | 'team' | 'skills' | 'related', label: string, hint = '') => (
    <label className="stack-tight"><span className="small tone-muted">{label}{hint === '' ? '' : ` · ${hint}`}</span><Input value={draft[key]} maxLength={key === 'skills' || key === 'related' ? 400 : key === 'account' ? 80 : 40} disabled={key === 'account' && before !== null} onChange={(event) => set({ [key]: event.target.value })} data-testid={`person-${key}`} /></label>
  );
  return (
    <ProposeForm
      name={name} testId="person-form" missing={missing}
      change={() => ('person' in read && differences?.length !== 0 ? { kind: before === null ? 'add person' : 'change person', person: read.person } : null)}
      onProposed={() => {
        forget(name);
        onProposed();
      }}
    >
      <div className="ad-form">
        {text('account', t('p.account'))}{text('name', t('p.name'))}{text('no', t('p.no'))}
        <label className="stack-tight"><span className="small tone-muted">{t('p.role')}</span>
          <Select<Role> value={draft.role} onChange={(role) => set({ role })} placeholder={t('p.pickRole')} aria-label={t('p.role')} options={Role.options.map((role) => ({ value: role, label: roleNames[role][lang] }))} data-testid="person-role" /></label>
        {text('team', t('p.team'))}{text('skills', t('p.skills'), t('p.listHint'))}{text('related', t('p.related'), t('p.listHint'))}
        {before === null ? (
          <label className="stack-tight"><span className="small tone-muted">{t('p.human')}</span>
            <Select
              showSearch={{ optionFilterProp: 'label' }} value={draft.human} onChange={(human) => set({ human })} aria-label={t('p.human')} data-testid="person-human"
              options={[{ value: newHuman, label: t('p.newHuman') }, ...[...new Map(view.people.map(({ person }) => [person.human, person] as const)).values()].map((person) => ({ value: person.human, label: t('p.secondOf', { name: person.name, account: person.account }) }))]}
            /></label>
        ) : <label className="row"><Switch checked={draft.active} onChange={(active) => set({ active })} data-testid="person-active" /> {t('p.active')}</label>}
      </div>
      <p className="tone-muted small">{before === null ? t('p.humanHint') : t('p.fixed')}</p>
      <SignOnFields signOn={draft.signOn} issuer={view.signOnIssuer ?? ''} onChange={(signOn) => set({ signOn })} />
      <fieldset className="ad-limits">
        <legend className="small tone-muted">{t('p.limits')}</legend>
        {OperationKind.options.map((kind) => (
          <label key={kind} className="stack-tight"><span className="small">{view.policy.kinds[kind].name[lang]}{draft.limits[kind] === undefined || draft.limits[kind] === null ? <span className="tone-muted"> · {t('p.noLimit')}</span> : null}</span>
            <FenInput value={draft.limits[kind] ?? null} onChange={(fen) => set({ limits: { ...draft.limits, [kind]: fen } })} label={`${t('p.limits')} ${view.policy.kinds[kind].name[lang]}`} testId={`person-limit-${kind}`} /></label>
        ))}
      </fieldset>
      {differences === null ? null : <DifferenceTable differences={differences} subject="person" control={view.policy} />}
    </ProposeForm>
  );
}
