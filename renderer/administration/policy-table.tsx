import { Button } from 'antd';
import { Fragment, useState } from 'react';
import { formatFen } from '#shared/money/fen.ts';
import { Role, roleNames } from '#shared/people/roles.ts';
import type { CheckItem, ControlPolicy, KindPolicy } from '#shared/review/policy.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { Money } from '../ui/money.tsx';
import { fieldTexts } from './field-texts.ts';
import { moment } from './field-words.tsx';
import { administrationTexts } from './texts.ts';

/** Two-person policy for people: a line a kind, its items behind it. */
export function PolicyTable({ policy }: { policy: ControlPolicy }) {
  const t = useTexts(administrationTexts);
  const field = useTexts(fieldTexts);
  const lang = useLang();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (kind: string): void => setOpen((was) => new Set(was.has(kind) ? [...was].filter((one) => one !== kind) : [...was, kind]));
  return (
    <div className="stack-tight" data-testid="policy-table">
      <p className="row-wrap"><strong>{t('policy.version', { version: policy.version })}</strong><span className="tone-muted tabular">{t('policy.from', { at: moment(policy.effectiveFrom) })}</span>
        {policy.equivalentTo.length > 0 ? <span className="tone-muted">{field('equivalentTo')} {policy.equivalentTo.join(' · ')}</span> : null}</p>
      <p className="tone-muted small">{t('policy.source')} {policy.source}</p>
      <p>{t('policy.reviews', { n: policy.reviewTakenMinutes, s: policy.offerSeconds, m: policy.maxBlindEntries })}</p>
      <p>{t('policy.glass', { after: policy.breakGlass.afterMinutes, cap: formatFen(policy.breakGlass.capFen), n: policy.breakGlass.perDay })}</p>
      <p data-testid="policy-offline">{policy.offline === undefined || policy.offline.capFen === 0 || policy.offline.hours === 0 ? t('policy.offlineNone') : t(policy.offline.withoutRecording ? 'policy.offlineByHand' : 'policy.offline', { cap: formatFen(policy.offline.capFen), hours: policy.offline.hours })}</p>
      <div className="ad-scroll" tabIndex={0} role="region" aria-label={t('policy.title')}>
        <table className="plain">
          <thead><tr><th>{t('policy.kind')}</th><th className="amount">{t('policy.high')}</th><th>{t('policy.keyFigures')}</th><th>{t('policy.limits')}</th><th>{t('policy.minutes')}</th><th>{t('policy.recording')}</th><th /></tr></thead>
          <tbody>
            {Object.entries(policy.kinds).map(([id, kind]) => (
              <Fragment key={id}>
                <tr data-testid={`policy-${id}`}>
                  <td>{kind.name[lang]}</td>
                  <td className="amount"><Money fen={kind.highValueFromFen} /> <span className="tone-muted small">{t('policy.orLines', { n: kind.highValueFromLines })}</span></td>
                  <td>{kind.keyFigures.map((one) => field(`figure.${one}`)).join(' · ')}</td>
                  <td className="tabular"><Limits kind={kind} /></td>
                  <td className="small">{t('policy.minutesOf', { line: kind.validMinutesOnLine, after: kind.validMinutesAfterPromise, confirm: kind.confirmationMinutes })}</td>
                  <td>{t(kind.recordingRequired ? 'policy.needed' : 'policy.marked')}</td>
                  <td className="amount"><Button size="small" aria-expanded={open.has(id)} onClick={() => toggle(id)} data-testid={`policy-more-${id}`}>{t(open.has(id) ? 'back' : 'policy.more')}</Button></td>
                </tr>
                {open.has(id) ? <tr><td colSpan={7}><Items kind={kind} /></td></tr> : null}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Limits({ kind }: { kind: KindPolicy }) {
  const lang = useLang();
  return (
    <span className="row-wrap">
      {Role.options.flatMap((role) => {
        const limit = kind.reviewLimitFen[role];
        return limit === undefined ? [] : [<span key={role} className="nowrap">{roleNames[role][lang]} <Money fen={limit} /></span>];
      })}
    </span>
  );
}

function Items({ kind }: { kind: KindPolicy }) {
  const t = useTexts(administrationTexts);
  const field = useTexts(fieldTexts);
  const lang = useLang();
  const list = (title: string, items: readonly CheckItem[]) => <div><h3>{title}</h3><ol className="ad-items">{items.map((item) => <li key={item.id}>{item.text[lang]}</li>)}</ol></div>;
  return (
    <div className="ad-columns">
      {list(t('policy.selfCheck'), kind.selfCheck)}
      {list(t('policy.consent'), kind.consent)}
      <div><h3>{t('policy.pinned')}</h3><p>{kind.pinned.map((fact) => field(`fact.${fact}`)).join(' · ')}</p><p className="tone-muted small">{t('policy.principals', { n: kind.principalsUpToLines })}</p></div>
      <div><h3>{t('policy.bands')}</h3><ul>{kind.bands.map((band) => <li key={band.fromFen} className="row"><Money fen={band.fromFen} /> <span className="tone-muted">{band.text[lang]}</span></li>)}</ul></div>
    </div>
  );
}
