import { useTexts } from './i18n.ts';
import { StoppedStrips } from '../operation/stopped-kind.tsx';
import { NotStoppedStrip } from '../stop/not-stopped.tsx';
import { useLights } from './lights.tsx';
import { clearRefused, useRefused } from './send.ts';
import { useLive } from './stores/live.ts';
import { useKeyTrouble } from './stores/session.ts';
import { showView, usePlace } from './stores/place.ts';
import { useSync } from './stores/sync.ts';
import { appTexts } from './texts.ts';
import { LookNotice, RefusalNotice } from '../ui/refusal-notice.tsx';

const MENDED_AT_SYNC: ReadonlySet<string> = new Set(['sign-in-over', 'sign-on-needed', 'sign-on-over']);

/** What is broken and what still works; what was just refused and belongs to no case. */
export function Strips() {
  const t = useTexts(appTexts);
  const lights = useLights();
  const sync = useSync((store) => store.sync);
  // A demonstration’s clock is moved on purpose; whether it is one, the centre tells in this session.
  const clock = useLive('clock');
  const keyTrouble = useKeyTrouble();
  // The sync view says it itself, beside what mends it.
  const atSync = usePlace((place) => place.view === 'sync');
  const refused = useRefused((store) => store.refused);
  return (
    <div className="strips">
      {sync?.connection === 'refused' && sync.refusal && !atSync ? (
        <RefusalNotice refusal={sync.refusal} testId="strip-refused" mend={MENDED_AT_SYNC.has(sync.refusal.code) ? { words: t('strip.again'), go: () => showView('sync') } : undefined} />
      ) : null}
      {sync?.connection === 'offline' ? <LookNotice testId="strip-centre">{t('strip.centre')}</LookNotice> : null}
      {sync?.connection === 'connecting' ? <LookNotice testId="strip-connecting">{t('strip.connecting')}</LookNotice> : null}
      {lights.core === 'down' ? <LookNotice testId="strip-core">{t('strip.core')}</LookNotice> : null}
      {lights.core === 'slow' ? <LookNotice testId="strip-core-slow">{t('strip.coreSlow')}</LookNotice> : null}
      {lights.phones === 'down' ? <LookNotice testId="strip-phones">{t('strip.phones')}</LookNotice> : null}
      {sync?.clockIsOff && clock !== undefined && !clock.controllable ? <LookNotice testId="strip-clock">{t('strip.clock')}</LookNotice> : null}
      {keyTrouble === null ? null : <LookNotice testId="strip-key">{t(keyTrouble.code === 'key-lost' ? 'strip.keyLost' : 'strip.keyNone')}</LookNotice>}
      <NotStoppedStrip />
      <StoppedStrips />
      {refused?.key === '' ? <RefusalNotice refusal={refused.refusal} onClose={clearRefused} /> : null}
    </div>
  );
}
