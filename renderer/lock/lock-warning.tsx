import { useTexts } from '../app/i18n.ts';
import { useNow } from '../app/stores/clock.ts';
import { useSession } from '../app/stores/session.ts';
import { lockTexts } from './texts.ts';

/** What is read out changes at these alone: a screen reader that counts seconds is heard by nobody. */
const SAID_AT = [60, 30, 10] as const;

function Countdown({ locksAt }: { locksAt: string }) {
  const t = useTexts(lockTexts);
  // The clock ticks in whole seconds, and is up to one behind.
  const left = Math.max(0, Math.floor((Date.parse(locksAt) - useNow()) / 1000));
  const said = SAID_AT.findLast((at) => left <= at) ?? SAID_AT[0];
  return (
    <>
      <span className="visually-hidden">{t('soonSaid', { n: said })}</span>
      <div className="notice notice-amber lock-warning" aria-hidden="true" data-testid="lock-warning" data-left={left}>
        <span className="notice-shape">◷</span>
        <div className="notice-words"><strong className="tabular">{t('soon', { n: left })}</strong><p className="small">{t('keep')}</p></div>
      </div>
    </>
  );
}

/** In the last minute before the desk locks itself (ASVS 7.3.1). Whatever the person does keeps it open, and goes where it was aimed. */
export function LockWarning() {
  const locksAt = useSession(({ session }) => (session?.status === 'signed-in' ? session.locksAt : null));
  // Always there: a live region that comes with its words is not read out.
  return <div role="status" data-testid="lock-warning-said">{locksAt === null ? null : <Countdown locksAt={locksAt} />}</div>;
}
