import { Button } from 'antd';
import type { Mark } from '#shared/protocol/desk-rpc.ts';
import { desk } from '../app/desk.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import { useCases } from '../app/stores/cases.ts';
import { nowMs } from '../app/stores/clock.ts';
import { useLive } from '../app/stores/live.ts';
import { openCase } from '../app/stores/place.ts';
import { useSync } from '../app/stores/sync.ts';
import { Age } from '../ui/age.tsx';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { SavedMark } from '../ui/saved-mark.tsx';
import { kindKey, syncTexts } from './texts.ts';
import { bracketed } from '../ui/punctuation.ts';

/** What waits, what was refused and why, and how this desktop stands with the centre. */
export default function SyncView() {
  const t = useTexts(syncTexts);
  const sync = useSync((store) => store.sync);
  const held = useCases((store) => store.held);
  const lang = useLang();
  // A demonstration's clock is moved on purpose.
  const demoClock = useLive('clock')?.controllable === true;
  if (sync === null) return null;
  const waiting = [...held.values()].flatMap((view) => view.marks.filter((mark) => mark.look === 'saved-here' || mark.look === 'asked'))
    .toSorted((a, b) => Number(b.urgent) - Number(a.urgent) || (a.madeAt < b.madeAt ? -1 : 1));
  const nameOf = (mark: Mark): string => {
    const key = kindKey(mark.kind);
    return key === null ? mark.kind : t(key);
  };
  const line = (name: string, value: React.ReactNode) => <div><dt>{name}</dt><dd>{value}</dd></div>;
  return (
    <div className="stack page" data-testid="sync-panel" data-connection={sync.connection}>
      <div className="row"><h2>{t('title')}</h2><span className="grow" /><Button size="small" onClick={() => void desk.calls.connectNow({})} data-testid="connect-now">{t('now')}</Button></div>
      <dl className="pairs card sync-facts">
        {line(t('connection'), <span className={sync.connection === 'online' ? 'tone-green' : sync.connection === 'refused' || sync.connection === 'offline' ? 'tone-red' : 'tone-amber'}>{sync.connection === 'online' ? '● ' : sync.connection === 'connecting' ? '▲ ' : '✕ '}{t(sync.connection === 'refused' ? 'refusedBy' : sync.connection)}</span>)}
        {line(t('lastContact'), sync.lastContactAt ? <Age at={sync.lastContactAt} amberAfterMinutes={1} /> : t('never'))}
        {line(t('unsent'), <span className="tabular" data-testid="sync-unsent">{sync.unsent}{sync.inFlight > 0 ? ` · ${t('inFlight')} ${sync.inFlight}` : ''}</span>)}
        {line(t('caughtUp'), sync.catchingUp ? t('catchingUp') : t('upToDate'))}
        {line(t('clock'), demoClock ? t('clockDemo') : sync.clockIsOff ? <span className="tone-red">✕ {t('clockOff', { s: Math.round(Math.abs(sync.clockOffsetMs) / 1000) })}</span> : t('clockOk', { ms: sync.clockOffsetMs }))}
      </dl>
      {sync.renumberedAt ? <p className="tone-amber">▲ {t('renumbered', { time: localMoment(sync.renumberedAt, nowMs()) })}</p> : null}
      {sync.refusal ? <RefusalNotice refusal={sync.refusal} /> : null}

      <h3>{t('refused')}{bracketed(lang, sync.refused.length)}</h3>
      {sync.refused.length === 0 ? <p className="tone-muted">{t('refused.none')}</p> : null}
      {sync.refused.map((mark) => (
        <div key={mark.command} className="card stack-tight" data-testid={`refused-${mark.kind.replaceAll(' ', '-')}`}>
          <div className="row"><SavedMark look="refused" /><strong>{nameOf(mark)}</strong><time className="tone-muted" dateTime={mark.madeAt}>{localMoment(mark.madeAt, nowMs())}</time><span className="grow" />
            {held.has(mark.stream) ? <Button size="small" onClick={() => openCase(mark.stream)}>{t('open')}</Button> : null}
            <Button size="small" onClick={() => void desk.calls.refusalSeen({ command: mark.command })} data-testid="refusal-seen">{t('seen')}</Button></div>
          {mark.refusal ? <RefusalNotice refusal={mark.refusal} /> : null}
        </div>
      ))}

      <h3>{t('queue')}{bracketed(lang, waiting.length)}</h3>
      {waiting.length === 0 ? <p className="tone-muted">{t('queue.none')}</p> : (
        <table className="plain" style={{ maxWidth: 860 }}>
          <thead><tr><th>{t('kind')}</th><th>{t('made')}</th><th>{t('look')}</th><th /></tr></thead>
          <tbody>{waiting.map((mark) => (
            <tr key={mark.command} data-testid="queue-row"><td>{mark.urgent ? <span className="chip chip-red">{t('urgent')}</span> : null} {nameOf(mark)}</td><td className="tabular">{localMoment(mark.madeAt, nowMs())}</td>
              <td><SavedMark look={mark.look} />{mark.doubtful ? <span className="small tone-amber"> ▲ {t('doubtful')}</span> : null}</td>
              <td>{held.has(mark.stream) ? <Button size="small" type="link" onClick={() => openCase(mark.stream)}>{t('open')}</Button> : null}</td></tr>
          ))}</tbody>
        </table>
      )}
      <p className="small tone-muted">{t('kept')}</p>
    </div>
  );
}
