import { Button } from 'antd';
import { useState } from 'react';
import type { SyncView as Sync } from '#shared/protocol/sync-view.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { desk } from '../app/desk.ts';
import { useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import { nowMs } from '../app/stores/clock.ts';
import { useLive } from '../app/stores/live.ts';
import { useSession } from '../app/stores/session.ts';
import { useSync } from '../app/stores/sync.ts';
import { Age } from '../ui/age.tsx';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { DiagnosticsPart } from './diagnostics-part.tsx';
import { QueuePart } from './queue-part.tsx';
import { RefusedPart } from './refused-part.tsx';
import { SetAsidePart } from './set-aside-part.tsx';
import { syncTexts } from './texts.ts';
import { TypeAgain } from './type-again.tsx';

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

const SIGN_ON_MENDS: ReadonlySet<string> = new Set(['sign-on-needed', 'sign-on-over']);

/** Brings the session back to the centre by the browser, while work goes on. */
function SignOnAgain() {
  const t = useTexts(syncTexts);
  const server = useSession(({ session }) => (session?.status === 'signed-in' ? session.server : ''));
  const [waits, setWaits] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const begin = async (): Promise<void> => {
    setWaits(true);
    setRefusal(null);
    const reply = await desk.calls.signOn({ server });
    setWaits(false);
    if (!reply.ok && reply.refusal.code !== 'sign-on-cancelled') setRefusal(reply.refusal);
  };
  return (
    <div className="stack-tight" data-testid="sign-on-again">
      <div className="row">
        <Button type="primary" loading={waits} onClick={() => void begin()} data-testid="sign-on-again-begin">{t('signOn')}</Button>
        {waits ? <><span role="status">{t('signOn.waiting')}</span><Button onClick={() => void desk.calls.cancelSignOn({})}>{t('signOn.cancel')}</Button></> : null}
      </div>
      {refusal === null ? null : <RefusalNotice refusal={refusal} testId="sign-on-again-refusal" />}
    </div>
  );
}

/** How this desktop stands with the centre; its counts change ten times a second while much is on its way, and nothing else is drawn with them. */
function Standing() {
  const t = useTexts(syncTexts);
  const sync = useSync((store) => store.sync);
  if (sync === null) return null;
  return (
    <>
      {sync.refusal ? <RefusalNotice refusal={sync.refusal} /> : null}
      {sync.refusal && SIGN_ON_MENDS.has(sync.refusal.code) ? <SignOnAgain /> : null}
      {sync.refusal?.code === 'sign-in-over' ? <TypeAgain /> : null}
      <Facts sync={sync} />
      <p className="small tone-muted">{t('state.saved')}</p>
      {sync.renumberedAt ? <p className="tone-amber">▲ {t('renumbered', { time: localMoment(sync.renumberedAt, nowMs()) })}</p> : null}
    </>
  );
}

/** What waits, what was refused and why, what is set aside, and how this desktop stands with the centre (SY8, OF5). */
export default function SyncView() {
  const t = useTexts(syncTexts);
  const connection = useSync(({ sync }) => sync?.connection ?? null);
  if (connection === null) return null;
  return (
    <div className="stack page" data-testid="sync-panel" data-connection={connection}>
      <div className="row"><h2>{t('title')}</h2><span className="grow" /><Button size="small" onClick={() => void desk.calls.connectNow({})} data-testid="connect-now">{t('now')}</Button></div>
      <Standing />
      <RefusedPart />
      <SetAsidePart />
      <QueuePart />
      <p className="small tone-muted">{t('kept')}</p>
      <DiagnosticsPart />
    </div>
  );
}
