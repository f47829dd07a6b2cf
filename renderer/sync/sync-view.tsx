import { Button } from 'antd';
import { useMemo } from 'react';
import type { CaseView, Mark, SyncView as Sync } from '#shared/protocol/desk-rpc.ts';
import { desk } from '../app/desk.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import { useCases } from '../app/stores/cases.ts';
import { nowMs } from '../app/stores/clock.ts';
import { useLive } from '../app/stores/live.ts';
import { openCase } from '../app/stores/place.ts';
import { useSync } from '../app/stores/sync.ts';
import { Age } from '../ui/age.tsx';
import { bracketed } from '../ui/punctuation.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { SavedMark } from '../ui/saved-mark.tsx';
import { DiagnosticsPart } from './diagnostics-part.tsx';
import { SetAsidePart } from './set-aside-part.tsx';
import { kindKey, syncTexts } from './texts.ts';

/** A night's work is ten thousand rows; nobody reads them, and drawing them stops everything else (OF5). */
const MOST_ROWS = 100;

function waitingOf(held: ReadonlyMap<string, CaseView>): Mark[] {
  return [...held.values()].flatMap((view) => view.marks.filter((mark) => mark.look === 'saved-here' || mark.look === 'asked'))
    .toSorted((a, b) => Number(b.urgent) - Number(a.urgent) || (a.madeAt < b.madeAt ? -1 : 1));
}

/** How far something is, in figures and as a bar. @param of what it was at most */
function Progress({ done, of, words, testId }: { done: number; of: number; words: string; testId: string }) {
  return <span className="row" style={{ gap: 8 }} data-testid={testId} data-done={done} data-of={of}><progress max={Math.max(1, of)} value={done} aria-label={words} /><span className="tabular">{words}</span></span>;
}

function Facts({ sync }: { sync: Sync }) {
  const t = useTexts(syncTexts);
  // A demonstration's clock is moved on purpose.
  const demoClock = useLive('clock')?.controllable === true;
  const line = (name: string, value: React.ReactNode) => <div><dt>{name}</dt><dd>{value}</dd></div>;
  const tone = sync.connection === 'online' ? 'green' : sync.connection === 'refused' || sync.connection === 'offline' ? 'red' : 'amber';
  const shape = sync.connection === 'online' ? '● ' : sync.connection === 'connecting' ? '▲ ' : '✕ ';
  return (
    <dl className="pairs card sync-facts">
      {line(t('connection'), <span className={`tone-${tone}`}>{shape}{t(sync.connection === 'refused' ? 'refusedBy' : sync.connection)}</span>)}
      {line(t('lastContact'), sync.lastContactAt ? <Age at={sync.lastContactAt} amberAfterMinutes={1} /> : t('never'))}
      {line(t('unsent'), <span className="tabular" data-testid="sync-unsent">{sync.unsent}{sync.inFlight > 0 ? ` · ${t('inFlight')} ${sync.inFlight}` : ''}</span>)}
      {sync.unsent > 0 && sync.connection === 'online' && sync.unsentOf > 1
        ? line('', <Progress done={sync.unsentOf - sync.unsent} of={sync.unsentOf} words={t('draining', { done: sync.unsentOf - sync.unsent, of: sync.unsentOf })} testId="sync-draining" />) : null}
      {line(t('caughtUp'), !sync.catchingUp ? t(sync.connection === 'online' ? 'upToDate' : 'asOfContact') : sync.behind === null ? t('catchingUp')
        : <Progress done={sync.behind.of - sync.behind.left} of={sync.behind.of} words={t('behind', { left: sync.behind.left, of: sync.behind.of })} testId="sync-behind" />)}
      {line(t('spooled'), <span data-testid="sync-spooled" data-n={sync.spooled}>{sync.spooled === 0 ? t('spooled.none') : t('spooled.n', { n: sync.spooled })}</span>)}
      {line(t('clock'), demoClock ? t('clockDemo') : sync.clockIsOff ? <span className="tone-red">✕ {t('clockOff', { s: Math.round(Math.abs(sync.clockOffsetMs) / 1000) })}</span> : t('clockOk', { ms: sync.clockOffsetMs }))}
    </dl>
  );
}

/** What waits, what was refused and why, what is set aside, and how this desktop stands with the centre (SY8, OF5). */
export default function SyncView() {
  const t = useTexts(syncTexts);
  const sync = useSync((store) => store.sync);
  const held = useCases((store) => store.held);
  const lang = useLang();
  const waiting = useMemo(() => waitingOf(held), [held]);
  if (sync === null) return null;
  const nameOf = (kind: string): string => {
    const key = kindKey(kind);
    return key === null ? kind : t(key);
  };
  return (
    <div className="stack page" data-testid="sync-panel" data-connection={sync.connection}>
      <div className="row"><h2>{t('title')}</h2><span className="grow" /><Button size="small" onClick={() => void desk.calls.connectNow({})} data-testid="connect-now">{t('now')}</Button></div>
      <Facts sync={sync} />
      <p className="small tone-muted">{t('state.saved')}</p>
      {sync.renumberedAt ? <p className="tone-amber">▲ {t('renumbered', { time: localMoment(sync.renumberedAt, nowMs()) })}</p> : null}
      {sync.refusal ? <RefusalNotice refusal={sync.refusal} /> : null}

      <h3>{t('refused')}{bracketed(lang, sync.refused.length)}</h3>
      {sync.refused.length === 0 ? <p className="tone-muted">{t('refused.none')}</p> : null}
      {sync.refused.slice(0, MOST_ROWS).map((mark) => (
        <div key={mark.command} className="card stack-tight" data-testid={`refused-${mark.kind.replaceAll(' ', '-')}`}>
          <div className="row"><SavedMark look="refused" /><strong>{nameOf(mark.kind)}</strong><time className="tone-muted" dateTime={mark.madeAt}>{localMoment(mark.madeAt, nowMs())}</time><span className="grow" />
            {held.has(mark.stream) ? <Button size="small" onClick={() => openCase(mark.stream)}>{t('open')}</Button> : null}
            <Button size="small" onClick={() => void desk.calls.refusalSeen({ command: mark.command })} data-testid="refusal-seen">{t('seen')}</Button></div>
          {mark.refusal ? <RefusalNotice refusal={mark.refusal} /> : null}
        </div>
      ))}

      <SetAsidePart setAside={sync.setAside} nameOf={nameOf} />

      <h3>{t('queue')}{bracketed(lang, waiting.length)}</h3>
      {waiting.length === 0 ? <p className="tone-muted">{t('queue.none')}</p> : (
        <table className="plain" style={{ maxWidth: 860 }}>
          <thead><tr><th>{t('kind')}</th><th>{t('made')}</th><th>{t('look')}</th><th /></tr></thead>
          <tbody>{waiting.slice(0, MOST_ROWS).map((mark) => (
            <tr key={mark.command} data-testid="queue-row"><td>{mark.urgent ? <span className="chip chip-red">{t('urgent')}</span> : null} {nameOf(mark.kind)}</td><td className="tabular">{localMoment(mark.madeAt, nowMs())}</td>
              <td><SavedMark look={mark.look} />{mark.doubtful ? <span className="small tone-amber"> ▲ {t('doubtful')}</span> : null}</td>
              <td>{held.has(mark.stream) ? <Button size="small" type="link" onClick={() => openCase(mark.stream)}>{t('open')}</Button> : null}</td></tr>
          ))}</tbody>
        </table>
      )}
      {waiting.length > MOST_ROWS ? <p className="tone-muted" data-testid="queue-more">{t('moreRows', { n: waiting.length - MOST_ROWS })}</p> : null}
      <p className="small tone-muted">{t('kept')}</p>
      <DiagnosticsPart />
    </div>
  );
}
