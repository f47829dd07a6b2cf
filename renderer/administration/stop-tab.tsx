import { Button } from 'antd';
import type { AdministrationView } from '#shared/administration/administration-view.ts';
import { OperationKind } from '#shared/operation/payload.ts';
import { mayDo } from '#shared/people/may.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import { nowAt } from '../app/stores/clock.ts';
import type { Me } from './approval-view.ts';
import { AtOnce } from './at-once.tsx';
import { administer } from './centre-doings.ts';
import { nameOf } from './field-words.tsx';
import { useKept } from './kept.ts';
import { ProposeForm } from './propose-form.tsx';
import { administrationTexts } from './texts.ts';

/** TP15: one risk officer stops a kind everywhere at once; letting it go again takes two. */
export function StopTab({ view, me }: { view: AdministrationView; me: Me }) {
  const t = useTexts(administrationTexts);
  return (
    <section className="card stack" data-testid="stop-tab">
      <h2>{t('stop.title')}</h2>
      <p>{t('stop.about')}</p>
      {mayDo(me.role, 'stop kind') ? null : <p className="tone-muted">{t('stop.notRole')}</p>}
      <ul className="ad-kinds">{OperationKind.options.map((kind) => <KindRow key={kind} view={view} me={me} kind={kind} />)}</ul>
    </section>
  );
}

function KindRow({ view, me, kind }: { view: AdministrationView; me: Me; kind: OperationKind }) {
  const t = useTexts(administrationTexts);
  const lang = useLang();
  const [open, setOpen] = useKept<OperationKind | null>('stop-open', null);
  const name = view.policy.kinds[kind].name[lang];
  const stop = view.stopped.find((one) => one.kind === kind);
  const releasing = view.changes.some((one) => one.status === 'waiting' && one.change.kind === 'release kind' && one.change.operationKind === kind);
  const shown = open === kind;
  const close = (): void => setOpen(null);
  return (
    <li className={`ad-kind stack${stop === undefined ? '' : ' ad-kind-stopped'}`} data-testid={`kind-${kind}`} data-stopped={stop !== undefined}>
      <div className="row-wrap">
        <strong className="ad-kind-name">{name}</strong>
        {stop === undefined ? <span className="chip chip-green">● {t('stop.running')}</span> : <span className="chip chip-red">✕ {t('stop.stopped')}</span>}
        {stop === undefined ? null : <span className="tabular">{t('stop.since', { at: localMoment(stop.at, nowAt()), name: nameOf(view, stop.by), reason: stop.reason })}</span>}
        <span className="grow" />
        {stop === undefined ? (mayDo(me.role, 'stop kind') && !shown ? <Button danger type="primary" size="large" onClick={() => setOpen(kind)} data-testid={`stop-${kind}`}>{t('stop.press')}</Button> : null)
          : releasing ? <span className="chip chip-amber">◔ {t('stop.releaseWaiting')}</span>
          : mayDo(me.role, 'release kind') ? <Button aria-expanded={shown} onClick={() => setOpen(shown ? null : kind)} data-testid={`release-${kind}`}>{t('stop.release')}</Button> : null}
      </div>
      {shown && stop === undefined && mayDo(me.role, 'stop kind') ? <AtOnce big name={`stop/${kind}`} title={t('stop.pressKind', { kind: name })} about={t('stop.effect')} confirm={t('confirmName', { word: name })} word={name} press={t('stop.pressKind', { kind: name })} testId="stop-form" onSend={(reason) => administer('stop kind', { operationKind: kind, reason })} onCancel={close} /> : null}
      {shown && stop !== undefined && !releasing ? <ProposeForm name={`release/${kind}`} testId="release-form" change={() => ({ kind: 'release kind', operationKind: kind })}><p>{t('release.about', { kind: name })}</p></ProposeForm> : null}
    </li>
  );
}
