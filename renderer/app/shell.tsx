import './shell.css';
import { Suspense, useEffect } from 'react';
import { CallerColumn } from '../caller/caller-column.tsx';
import { AtHand } from '../call/at-hand.tsx';
import { useFollowRinging } from '../call/follow-ringing.ts';
import { EscalationTray } from '../escalation/escalation-tray.tsx';
import { FlowColumn } from '../flow/flow-column.tsx';
import { Bulkhead } from './broken.tsx';
import { useTexts } from './i18n.ts';
import { watchInput } from './input-watch.ts';
import { LockWarning } from '../lock/lock-warning.tsx';
import { KeysHelp } from './keys-help.tsx';
import { Navigation } from './navigation.tsx';
import { QuitGuard } from './quit-guard.tsx';
import { Strips } from './strips.tsx';
import { useShellKeys } from './shell-keys.ts';
import { usePlace } from './stores/place.ts';
import { followScreen } from './stores/screen.ts';
import { useMe } from './stores/session.ts';
import { appTexts } from './texts.ts';
import { TopBar } from './top-bar.tsx';
import { otherViews, ReviewBell, TodayItems } from './views.ts';

function Workbench() {
  return (
    <div className="workbench" data-testid="workbench">
      <Bulkhead of="caller"><CallerColumn /></Bulkhead>
      <Bulkhead of="flow"><FlowColumn /></Bulkhead>
      <Bulkhead of="at-hand"><AtHand /></Bulkhead>
    </div>
  );
}

function View() {
  const t = useTexts(appTexts);
  const view = usePlace((place) => place.view);
  if (view === 'workbench') return <Workbench />;
  const Other = otherViews[view];
  return (
    <Bulkhead of={view}>
      <Suspense fallback={<p className="tone-muted" style={{ padding: 16 }}>{t('view.loading')}</p>}>
        <div className="other-view" data-testid={`view-${view}`}><Other /></div>
      </Suspense>
    </Bulkhead>
  );
}

function TodayBar() {
  const t = useTexts(appTexts);
  return (
    <footer className="today" aria-label={t('today.label')} data-testid="today">
      <strong className="nowrap">{t('today.label')}</strong>
      <Bulkhead of="today"><Suspense><TodayItems /></Suspense></Bulkhead>
    </footer>
  );
}

/** A bare machine has no Chinese font to stand in: all of ours is read while nothing happens, so that no name shows as boxes. */
function loadGlyphs(): void {
  const read = (): void => document.fonts?.forEach((face) => void face.load().catch(() => undefined));
  if ('requestIdleCallback' in window) window.requestIdleCallback(read);
}

/** Apart from the shell: what it follows changes with every call and every command, and nothing else need be drawn for it. */
function FollowRinging() {
  useFollowRinging();
  return null;
}

/** The desktop of somebody who is signed in. */
export default function Shell() {
  useShellKeys();
  useEffect(loadGlyphs, []);
  useEffect(followScreen, []);
  useEffect(watchInput, []);
  const role = useMe()?.role;
  const reviews = role === 'mentor' || role === 'lead';
  return (
    <div className="shell">
      <FollowRinging />
      <TopBar />
      <Strips />
      <EscalationTray />
      {reviews ? <Bulkhead of="bell"><Suspense><ReviewBell /></Suspense></Bulkhead> : null}
      <div className="shell-main">
        <Navigation />
        <main className="shell-view"><View /></main>
      </div>
      <TodayBar />
      <KeysHelp />
      <QuitGuard />
      <LockWarning />
    </div>
  );
}
