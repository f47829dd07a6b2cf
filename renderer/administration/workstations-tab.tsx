import { Button } from 'antd';
import { Fragment, useState } from 'react';
import type { AdministrationView } from '#shared/administration/administration-view.ts';
import { mayDo } from '#shared/people/may.ts';
import { useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import { nowAt } from '../app/stores/clock.ts';
import type { Me } from './approval-view.ts';
import { AtOnce } from './at-once.tsx';
import { administer } from './centre-doings.ts';
import { fingerprintOf, moment } from './field-words.tsx';
import { ProposeForm } from './propose-form.tsx';
import { administrationTexts } from './texts.ts';

/** Machines that ask to be let in, and those that are (PR9). */
export function WorkstationsTab({ view, me }: { view: AdministrationView; me: Me }) {
  const t = useTexts(administrationTexts);
  return (
    <div className="stack" data-testid="workstations-tab">
      <section className="card stack"><h2>{t('ws.asking')}</h2><Asking view={view} me={me} /></section>
      <section className="card stack"><h2>{t('ws.enrolled')} {view.workstations.filter((one) => one.revokedAt === null).length}</h2><Enrolled view={view} me={me} /></section>
    </div>
  );
}

function Asking({ view, me }: { view: AdministrationView; me: Me }) {
  const t = useTexts(administrationTexts);
  const [open, setOpen] = useState<string | null>(null);
  if (view.enrolments.length === 0) return <div data-testid="enrolments-none"><strong>{t('ws.noneAsking')}</strong><p className="tone-muted">{t('ws.noneAskingHint')}</p></div>;
  const proposed = (id: string): boolean => view.changes.some((one) => one.status === 'waiting' && one.change.kind === 'enrol workstation' && one.change.workstation.id === id);
  return (
    <table className="plain">
      <thead><tr><th>{t('ws.name')}</th><th>{t('site')}</th><th>{t('fingerprint')}</th><th>{t('ws.askedAt')}</th><th /></tr></thead>
      <tbody>
        {view.enrolments.map(({ workstation, askedAt }) => (
          <Fragment key={workstation.id}>
            <tr data-testid={`enrolment-${workstation.name}`}>
              <td>{workstation.name}</td><td>{workstation.site}</td>
              {/* From the key that will be signed, not from a text beside it. */}
              <td className="ad-fingerprint">{fingerprintOf(workstation.keyId)}</td>
              <td className="tabular nowrap">{localMoment(askedAt, nowAt())}</td>
              <td className="amount">{proposed(workstation.id) ? <span className="chip chip-amber">◔ {t('ws.waiting')}</span> : mayDo(me.role, 'enrol workstation') ? <Button size="small" type="primary" aria-expanded={open === workstation.id} onClick={() => setOpen(open === workstation.id ? null : workstation.id)} data-testid="propose-enrol">{t('ws.propose')}</Button> : null}</td>
            </tr>
            {open === workstation.id && !proposed(workstation.id) ? <tr><td colSpan={5} className="ad-detail"><ProposeForm name={`enrol/${workstation.id}`} testId="enrol-form" change={() => ({ kind: 'enrol workstation', workstation })}><p className="tone-amber">▲ {t('ws.compare')}</p></ProposeForm></td></tr> : null}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

function Enrolled({ view, me }: { view: AdministrationView; me: Me }) {
  const t = useTexts(administrationTexts);
  const [open, setOpen] = useState<string | null>(null);
  if (view.workstations.length === 0) return <p className="tone-muted">{t('ws.noneEnrolled')}</p>;
  return (
    <table className="plain">
      <thead><tr><th>{t('ws.name')}</th><th>{t('site')}</th><th>{t('fingerprint')}</th><th>{t('ws.since')}</th><th>{t('col.status')}</th><th /></tr></thead>
      <tbody>
        {[...view.workstations].sort((a, b) => (a.enrolledAt < b.enrolledAt ? 1 : -1)).map((one) => (
          <Fragment key={one.id}>
            <tr data-testid={`workstation-${one.name}`} data-revoked={one.revokedAt !== null}>
              <td>{one.name}</td><td>{one.site}</td><td className="ad-fingerprint">{fingerprintOf(one.keyId)}</td><td className="tabular nowrap">{moment(one.enrolledAt)}</td>
              <td>{one.revokedAt === null ? <span className="chip chip-green">● {t('ws.valid')}</span> : <span className="chip">✕ {t('ws.revokedAt', { at: moment(one.revokedAt) })}</span>}</td>
              <td className="amount">{one.revokedAt === null && mayDo(me.role, 'revoke workstation') ? <Button size="small" danger aria-expanded={open === one.id} onClick={() => setOpen(open === one.id ? null : one.id)} data-testid="revoke-workstation">{t('ws.revoke')}</Button> : null}</td>
            </tr>
            {open === one.id && one.revokedAt === null ? <tr><td colSpan={6} className="ad-detail"><AtOnce name={`revoke-ws/${one.id}`} title={t('revokeWs.title', { name: one.name })} about={t('revokeWs.about')} confirm={t('confirmName', { word: one.name })} word={one.name} press={t('revokeWs.press')} testId="revoke-workstation-form" onSend={(reason) => administer('revoke workstation', { workstationId: one.id, reason })} onCancel={() => setOpen(null)} /></td></tr> : null}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}
