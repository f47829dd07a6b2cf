import '../sign-in/sign-in.css';
import { lazy, Suspense, useRef, useState, type FormEvent } from 'react';
import type { SessionView } from '#shared/protocol/session-view.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { desk } from '../app/desk.ts';
import { useTexts } from '../app/i18n.ts';
import { localClock } from '../app/local-time.ts';
import { Switches } from '../app/person-switches.tsx';
import { useSignOut } from '../app/sign-out.ts';
import { useSync } from '../app/stores/sync.ts';
import { PasswordInput, PlainButton } from '../sign-in/inputs.tsx';
import { lockTexts } from './texts.ts';

const RefusalNotice = lazy(async () => ({ default: (await import('../ui/refusal-notice.tsx')).RefusalNotice }));

/** Somebody is signed in, and nobody sees anything of it: the desk process tells nothing else. */
export default function LockScreen({ session }: { session: Extract<SessionView, { status: 'locked' }> }) {
  const t = useTexts(lockTexts);
  const online = useSync(({ sync }) => sync?.connection === 'online');
  const unsent = useSync(({ sync }) => sync?.unsent ?? 0);
  const [passphrase, setPassphrase] = useState('');
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const signOut = useSignOut(setRefusal);
  const field = useRef<HTMLInputElement>(null);
  const { person, why, since } = session;
  const unlock = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setMissing(passphrase === '');
    if (passphrase === '') return;
    setBusy(true);
    const typed = passphrase;
    setPassphrase('');
    const reply = await desk.calls.unlock({ passphrase: typed });
    // Unlocked, the desktop stands in place of this.
    if (reply.ok) return;
    setRefusal(reply.refusal);
    setBusy(false);
    field.current?.focus();
  };
  return (
    <main className="sign-in" data-testid="locked" data-why={why}>
      <div className="sign-in-switches"><Switches /></div>
      <section className="sign-in-card">
        <header>
          <span className="sign-in-mark" aria-hidden="true">援</span>
          <h1>{t('title')}</h1>
          <p className="tone-muted">{person.name} {person.no}</p>
        </header>
        <div>
          <p>{t(why, { time: localClock(since) })}</p>
          <p className="small tone-muted">{t(online ? 'kept' : 'keptAway')}</p>
        </div>
        <form className="stack" onSubmit={(event) => void unlock(event)} aria-label={t('unlock')}>
          <label className="sign-in-field">
            <span>{t('passphrase')}</span>
            <PasswordInput ref={field} autoFocus value={passphrase} onText={setPassphrase} autoComplete="off" aria-invalid={missing || refusal !== null} data-testid="unlock-passphrase" />
          </label>
          {missing ? <p role="alert" className="tone-red small">{t('required')}</p> : null}
          {refusal === null ? null : <Suspense><RefusalNotice refusal={refusal} testId="unlock-refusal" /></Suspense>}
          <PlainButton type="submit" look="primary" aria-busy={busy} data-testid="unlock">{t(busy ? 'unlocking' : 'unlock')}</PlainButton>
        </form>
        <button type="button" className="plain-link" onClick={() => void signOut()} data-testid="locked-sign-out">{t('signOut', { name: person.name })}</button>
        <p className={`small ${online ? 'tone-green' : 'tone-red'}`} data-testid="locked-line">{t(online ? 'online' : 'away')}{unsent > 0 ? ` · ${t('unsent', { n: unsent })}` : ''}</p>
      </section>
    </main>
  );
}
