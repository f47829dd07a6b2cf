import { Button, Input } from 'antd';
import { Fragment, useState } from 'react';
import { v7 } from 'uuid';
import type { AdministrationView } from '#shared/administration/administration-view.ts';
import { OperationKind } from '#shared/operation/payload.ts';
import { mayDo } from '#shared/people/may.ts';
import { roleNames } from '#shared/people/roles.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { nowAt } from '../app/stores/clock.ts';
import { Money } from '../ui/money.tsx';
import { isAboutMe, type Me } from './approval-view.ts';
import { AtOnce } from './at-once.tsx';
import { administer } from './centre-doings.ts';
import { fieldTexts } from './field-texts.ts';
import { moment, shortKey } from './field-words.tsx';
import { useKept } from './kept.ts';
import { draftOf, emptyDraft, type PersonDraft } from './person-draft.ts';
import { PersonForm } from './person-form.tsx';
import { ProposeForm } from './propose-form.tsx';
import { administrationTexts } from './texts.ts';

type Known = AdministrationView['people'][number];

/** Who there is, what they may review, with which keys (TP5, TP8, TP14). */
export function PeopleTab({ view, me }: { view: AdministrationView; me: Me }) {
  const t = useTexts(administrationTexts);
  const lang = useLang();
  const [wanted, setWanted] = useKept('people-search', '');
  const [open, setOpen] = useKept<string | null>('people-open', null);
  const [adding, setAdding] = useKept<PersonDraft | null>('people-adding', null);
  const find = wanted.trim().toLowerCase();
  const people = view.people.filter(({ person }) => find === '' || `${person.name} ${person.account} ${person.no}`.toLowerCase().includes(find)).sort((a, b) => (a.person.account < b.person.account ? -1 : 1));
  return (
    <div className="stack" data-testid="people-tab">
      <section className="card stack">
        <header className="row-wrap">
          <h2>{t('people.title')} {view.people.length}</h2><span className="grow" />
          <Input.Search value={wanted} onChange={(event) => setWanted(event.target.value)} placeholder={t('people.search')} aria-label={t('people.search')} className="ad-search" />
          {mayDo(me.role, 'add person') ? <Button type="primary" aria-expanded={adding !== null} onClick={() => setAdding(adding === null ? emptyDraft(v7(), v7(), nowAt()) : null)} data-testid="add-person">{t(adding === null ? 'people.add' : 'back')}</Button> : null}
        </header>
        {adding === null ? null : <div className="ad-panel"><PersonForm key={adding.id} view={view} name={`person/${adding.id}`} initial={adding} before={null} newHuman={adding.human} onProposed={() => setAdding(emptyDraft(v7(), v7(), nowAt()))} /></div>}
        {people.length === 0 ? <p className="tone-muted">{t('people.none')}</p> : (
          <table className="plain">
            <thead><tr><th>{t('p.account')}</th><th>{t('p.name')}</th><th>{t('p.role')}</th><th>{t('p.limits')}</th><th>{t('p.relatedShort')}</th><th>{t('p.keys')}</th><th>{t('col.status')}</th><th /></tr></thead>
            <tbody>
              {people.map((known) => {
                const { person, keys, online } = known;
                const shown = open === person.id;
                return (
                  <Fragment key={person.id}>
                    <tr data-testid={`person-${person.account}`} data-active={person.active}>
                      <td className="ad-mono nowrap">{person.account}</td>
                      <td className="nowrap">{person.name} <span className="tone-muted small tabular">{person.no}</span></td>
                      <td className="nowrap">{roleNames[person.role][lang]}</td>
                      <td><Limits known={known} view={view} /></td>
                      <td className="tabular">{person.relatedCustomers.length === 0 ? '—' : t('p.relatedN', { n: person.relatedCustomers.length })}</td>
                      <td className="ad-mono small nowrap">{keys.filter((key) => key.revokedAt === null).map((key) => shortKey(key.keyId)).join(' ') || '—'}</td>
                      <td className="nowrap">{person.active ? <span className="chip chip-green">● {t('p.active')}</span> : <span className="chip chip-red">✕ {t('p.disabled')}</span>} <span className={online ? 'tone-green small' : 'tone-muted small'}>{online ? `● ${t('p.online')}` : `○ ${t('p.offline')}`}</span></td>
                      <td className="amount"><Button size="small" aria-expanded={shown} onClick={() => setOpen(shown ? null : person.id)} data-testid={`open-person-${person.account}`}>{t(shown ? 'back' : 'p.open')}</Button></td>
                    </tr>
                    {shown ? <tr><td colSpan={8} className="ad-detail"><PersonDetail view={view} known={known} me={me} /></td></tr> : null}
                  </Fragment>
                );
              })}
            </tbody>
          </table>
        )}
      </section>
    </div>
  );
}

function Limits({ known, view }: { known: Known; view: AdministrationView }) {
  const t = useTexts(administrationTexts);
  const lang = useLang();
  const limits = OperationKind.options.flatMap((kind) => {
    const fen = known.person.entitlements.reviewLimitFen[kind];
    return fen === undefined ? [] : [{ kind, fen }];
  });
  return limits.length === 0 ? <span className="tone-muted">{t('p.noLimit')}</span> : <span className="ad-limit-list">{limits.map(({ kind, fen }) => <span key={kind} className="nowrap small">{view.policy.kinds[kind].name[lang]} <Money fen={fen} /></span>)}</span>;
}

type Doing = 'change' | 'reset' | 'disable' | `key ${string}`;

function PersonDetail({ view, known, me }: { view: AdministrationView; known: Known; me: Me }) {
  const t = useTexts(administrationTexts);
  const field = useTexts(fieldTexts);
  const { person, keys } = known;
  const [doing, setDoing] = useState<Doing | null>(null);
  const toggle = (next: Doing): void => setDoing(doing === next ? null : next);
  const others = view.people.filter((one) => one.person.human === person.human && one.person.id !== person.id).map((one) => `${one.person.name} ${one.person.account}`);
  // Whom it is about does not propose it either (TP12).
  const aboutMe = isAboutMe(view, { kind: 'reset passphrase', personId: person.id }, me.human);
  const close = (): void => setDoing(null);
  const key = doing?.startsWith('key ') === true ? doing.slice(4) : null;
  return (
    <div className="stack" data-testid="person-detail">
      <dl className="ad-facts">
        <div><dt>{t('p.team')}</dt><dd>{person.team || '—'}</dd></div>
        <div><dt>{t('p.skills')}</dt><dd>{person.skills.join(' · ') || '—'}</dd></div>
        <div><dt>{field('signOn')}</dt><dd className="ad-mono">{person.signOn === undefined ? t('p.byPassphrase') : `${person.signOn.claim} ${person.signOn.value}`}</dd></div>
        <div><dt>{t('p.since')}</dt><dd className="tabular">{moment(person.since)}</dd></div>
        <div><dt>{t('p.related')}</dt><dd className="ad-mono">{person.relatedCustomers.join(' · ') || '—'}</dd></div>
      </dl>
      {others.length > 0 ? <p className="tone-amber">▲ {t('p.sameHuman', { names: others.join(' · ') })}</p> : null}
      <section className="stack-tight">
        <h3>{t('p.keys')}</h3>
        {keys.length === 0 ? <p className="tone-muted">{t('p.noKeys')}</p> : (
          <ul className="stack-tight">
            {keys.map((one) => (
              <li key={one.keyId} className="row-wrap" data-testid={`key-${one.keyId.slice(0, 8)}`}>
                <code className="ad-mono">{shortKey(one.keyId)}</code><span className="tabular small tone-muted">{t('p.keySince', { at: moment(one.registeredAt) })}</span>
                {one.revokedAt === null ? <><span className="chip chip-green">● {t('p.keyValid')}</span>{mayDo(me.role, "revoke others' keys") || person.id === me.id ? <Button size="small" danger onClick={() => toggle(`key ${one.keyId}`)} data-testid="revoke-key">{t('p.revokeKey')}</Button> : null}</> : <span className="chip">✕ {t('p.keyRevoked', { at: moment(one.revokedAt) })}</span>}
              </li>
            ))}
          </ul>
        )}
      </section>
      {aboutMe ? <p className="tone-muted">▲ {t('p.aboutYou')}</p> : null}
      <div className="row-wrap">
        {mayDo(me.role, 'change person') && !aboutMe ? <Button aria-expanded={doing === 'change'} onClick={() => toggle('change')} data-testid="change-person">{t('p.change')}</Button> : null}
        {mayDo(me.role, 'reset passphrase') && !aboutMe ? <Button aria-expanded={doing === 'reset'} onClick={() => toggle('reset')} data-testid="reset-passphrase">{t('p.reset')}</Button> : null}
        {mayDo(me.role, 'disable person') && person.active ? <Button danger aria-expanded={doing === 'disable'} onClick={() => toggle('disable')} data-testid="disable-person">{t('p.disable')}</Button> : null}
      </div>
      {doing === 'change' ? <div className="ad-panel"><PersonForm view={view} name={`person/${person.id}`} initial={draftOf(person)} before={person} newHuman={person.human} onProposed={() => undefined} /></div> : null}
      {doing === 'reset' ? <div className="ad-panel"><ProposeForm name={`reset/${person.id}`} testId="reset-form" change={() => ({ kind: 'reset passphrase', personId: person.id })}><p>{t('reset.about', { name: person.name, account: person.account })}</p></ProposeForm></div> : null}
      {doing === 'disable' ? <AtOnce name={`disable/${person.id}`} title={t('disable.title', { name: person.name })} about={t('disable.about')} confirm={t('confirmAccount', { word: person.account })} word={person.account} press={t('disable.press')} testId="disable-form" onSend={(reason) => administer('disable person', { personId: person.id, reason })} onCancel={close} /> : null}
      {key === null ? null : <AtOnce key={key} name={`revoke-key/${key}`} title={t('revokeKey.title', { name: person.name, key: shortKey(key) })} about={t('revokeKey.about')} confirm={t('confirmAccount', { word: person.account })} word={person.account} press={t('revokeKey.press')} testId="revoke-key-form" onSend={(reason) => administer('revoke key', { personId: person.id, keyId: key, reason })} onCancel={close} />}
    </div>
  );
}
