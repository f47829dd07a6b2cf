import { Button } from 'antd';
import { lazy, memo, Suspense, useState } from 'react';
import { CallBar } from '../call/call-bar.tsx';
import { useLang, useTexts } from './i18n.ts';
import { Lights } from './lights.tsx';
import { localClock } from './local-time.ts';
import { Switches } from './person-switches.tsx';
import { tellRefused } from './send.ts';
import { useSignOut } from './sign-out.ts';
import { StateMenu } from './state-menu.tsx';
import { useNow } from './stores/clock.ts';
import { useLive } from './stores/live.ts';
import { showView } from './stores/place.ts';
import { useMe } from './stores/session.ts';
import { toggleStrip, useScreen } from './stores/screen.ts';
import { useSync } from './stores/sync.ts';
import { appTexts } from './texts.ts';
import { roleNames } from '#shared/people/roles.ts';

const OwnSessions = lazy(() => import('../sessions/own-sessions.tsx'));

function Clock() {
  const now = useNow();
  return <time className="clock" data-testid="clock" dateTime={new Date(now).toISOString()}>{localClock(now)}</time>;
}

function Unsent() {
  const t = useTexts(appTexts);
  const unsent = useSync(({ sync }) => sync?.unsent ?? 0);
  const refused = useSync(({ sync }) => sync?.refused.length ?? 0);
  return (
    <button type="button" className={`bar-button${refused > 0 ? ' tone-red' : unsent > 0 ? ' tone-amber' : ' tone-muted'}`} onClick={() => showView('sync')} data-testid="unsent" data-unsent={unsent} data-refused={refused}>
      {refused > 0 ? `✕ ${refused} · ` : unsent > 0 ? '◌ ' : ''}{t('unsent', { n: unsent })}
    </button>
  );
}

function Queue() {
  const t = useTexts(appTexts);
  const queue = useLive('queue');
  if (queue === undefined) return null;
  return (
    <span className="tabular nowrap" aria-label={t('queue.label')} data-testid="queue">
      {t('queue', { n: queue.waiting })}
      {queue.lossReportsWaiting > 0 ? <strong className="tone-red"> · {t('queue.loss', { n: queue.lossReportsWaiting })}</strong> : null}
    </span>
  );
}

function StripSwitch() {
  const t = useTexts(appTexts);
  const narrow = useScreen((screen) => screen.narrow);
  return <Button type="text" size="small" onClick={toggleStrip} title="Ctrl+Shift+S" aria-pressed={narrow} data-testid="switch-strip">{narrow ? '◧' : '◨'} {t(narrow ? 'strip.off' : 'strip.on')}</Button>;
}

function Person() {
  const t = useTexts(appTexts);
  const lang = useLang();
  const me = useMe();
  const signOut = useSignOut((refusal) => tellRefused('', refusal));
  const [looks, setLooks] = useState(false);
  if (me === null) return null;
  return (
    <span className="row bar-person" style={{ gap: 2 }}>
      <button type="button" className="bar-button small tone-muted nowrap" data-testid="me" data-role={me.role} title={`${t('person.label', { name: me.name, no: me.no })} · ${roleNames[me.role][lang]} · ${t('person.sessions')}`} onClick={() => setLooks(true)}>{me.name} {me.no}</button>
      {looks ? <Suspense><OwnSessions onClose={() => setLooks(false)} /></Suspense> : null}
      <Button type="text" size="small" onClick={() => void signOut()} data-testid="sign-out">{t('person.signOut')}</Button>
    </span>
  );
}

export const TopBar = memo(function TopBar() {
  return (
    <header className="top-bar" data-testid="top-bar">
      <StateMenu />
      <CallBar />
      <span className="grow" />
      <Lights />
      <Unsent />
      <Queue />
      <StripSwitch />
      <Switches />
      <Clock />
      <Person />
    </header>
  );
});
