import './sign-in.css';
import { lazy, Suspense, useEffect, useRef, useState, type FormEvent } from 'react';
import type { ServerInfo } from '#shared/protocol/server-info.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { useTexts } from '../app/i18n.ts';
import { Switches } from '../app/person-switches.tsx';
import { useSession } from '../app/stores/session.ts';
import { deskLater, serverSays, type DemoAccount } from './demo-accounts.ts';
import { PasswordInput, PlainButton, TextInput } from './inputs.tsx';
import { signInTexts } from './texts.ts';

// Only once the desk process has answered: not of the first screen.
const DemoList = lazy(() => import('./demo-list.tsx'));
const EnrolForm = lazy(() => import('./enrol-form.tsx'));
const SignOnPart = lazy(() => import('./sign-on-part.tsx'));
const ChangeForm = lazy(() => import('./change-form.tsx'));
const SalvagePart = lazy(() => import('../spool/salvage-part.tsx'));
const RefusalNotice = lazy(async () => ({ default: (await import('../ui/refusal-notice.tsx')).RefusalNotice }));

const fileTroubles: ReadonlySet<string> = new Set(['store-corrupt', 'store-newer', 'store-key-lost', 'key-store-lost']);
/** The machine itself has to be enrolled, or enrolled anew, before anybody signs in at it (PR9). */
const machineTroubles: ReadonlySet<string> = new Set(['workstation-not-enrolled', 'workstation-key-lost', 'workstation-wiped']);
const isServer = (text: string): boolean => /^https?:\/\/[^\s/]+(:\d+)?\/?$/.test(text) && URL.canParse(text);
const plainServer = (text: string): string => text.trim().replace(/\/+$/, '');

/** Nobody is signed in. Works without the centre where this machine knows the person (OF3). */
export function SignIn() {
  const t = useTexts(signInTexts);
  const { platform } = window.aidline;
  const was = useSession(({ session }) => (session?.status === 'signed-out' ? session.refusal : null));
  const [account, setAccount] = useState('');
  const [password, setPassword] = useState('');
  const [oldPassword, setOldPassword] = useState('');
  const [server, setServer] = useState(platform.server || 'http://127.0.0.1:7311');
  const [accounts, setAccounts] = useState<DemoAccount[]>([]);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [incomplete, setIncomplete] = useState(false);
  const [busy, setBusy] = useState(false);
  const [moved, setMoved] = useState<string | null>(null);
  const [caps, setCaps] = useState(false);
  const [changing, setChanging] = useState<{ typed: string } | null>(null);
  const [signOn, setSignOn] = useState<ServerInfo['signOn']>(null);
  const [signingOn, setSigningOn] = useState(false);
  const [enrolling, setEnrolling] = useState(false);
  const [salvaging, setSalvaging] = useState(false);
  const passwordInput = useRef<HTMLInputElement>(null);
  const serverIsGood = isServer(server.trim());
  const wanted = platform.asRole ?? 'agent';

  useEffect(() => {
    if (!serverIsGood) return;
    let here = true;
    void serverSays(plainServer(server)).then(({ accounts: list, signOn: offered }) => {
      if (!here) return;
      setAccounts(list);
      setSignOn(offered);
      const first = list.find(({ role }) => role === wanted);
      // What somebody has begun to type is theirs.
      setAccount((typed) => (typed === '' && first ? first.account : typed));
      setPassword((typed) => (typed === '' && first ? first.password : typed));
    });
    return () => {
      here = false;
    };
  }, [server, serverIsGood, wanted]);

  function choose(one: DemoAccount): void {
    setAccount(one.account);
    setPassword(one.password);
    setRefusal(null);
    passwordInput.current?.focus();
  }

  async function signIn(event: FormEvent | null, passphrase = password): Promise<void> {
    event?.preventDefault();
    if (busy || !serverIsGood) return;
    if (account.trim() === '' || passphrase === '') return setIncomplete(true);
    setIncomplete(false);
    setBusy(true);
    setRefusal(null);
    const reply = await (await deskLater()).calls.signIn({ account: account.trim(), password: passphrase, server: plainServer(server), ...(oldPassword ? { oldPassword } : {}) });
    setBusy(false);
    if (reply.ok) return useSession.setState({ session: reply.value });
    setRefusal(reply.refusal);
    setEnrolling(machineTroubles.has(reply.refusal.code));
    if (reply.refusal.code === 'passphrase-must-change') setChanging({ typed: passphrase });
    if (reply.refusal.code === 'wrong-password') {
      setPassword('');
      passwordInput.current?.focus();
    }
  }

  function beginSignOn(): void {
    if (busy || !serverIsGood) return;
    setIncomplete(false);
    setRefusal(null);
    setSigningOn(true);
  }

  function signOnEnded(why: Refusal | null, whose: string | null): void {
    setSigningOn(false);
    setRefusal(why);
    if (whose !== null) setAccount(whose);
    if (why !== null) setEnrolling(machineTroubles.has(why.code));
  }

  async function moveAside(): Promise<void> {
    const reply = await (await deskLater()).calls.moveAside({ account: account.trim(), server: plainServer(server) });
    if (reply.ok) {
      setMoved(reply.value.folder);
      setRefusal(null);
    } else setRefusal(reply.refusal);
  }

  return (
    <main className="sign-in" data-testid="sign-in">
      <div className="sign-in-switches"><Switches /></div>
      <section className="sign-in-card">
        <header>
          <span className="sign-in-mark" aria-hidden="true">援</span>
          <h1>{t('title')}</h1>
          <p className="tone-muted">{t('tagline')}</p>
        </header>
        {was && !refusal ? <div><p className="small tone-muted">{t('was.revoked')}</p><Suspense><RefusalNotice refusal={was} /></Suspense></div> : null}
        {signingOn && signOn !== null ? (
          <Suspense><SignOnPart server={plainServer(server)} provider={signOn.provider} onSignedIn={(session) => useSession.setState({ session })} onEnded={signOnEnded} /></Suspense>
        ) : (
          <>
            <form className="stack" onSubmit={(event) => void signIn(event)} onKeyUp={(event) => setCaps(event.getModifierState('CapsLock'))} aria-label={t('signIn')}>
              <label className="sign-in-field">
                <span>{t('account')}</span>
                <TextInput autoFocus value={account} onText={setAccount} autoComplete="off" spellCheck={false} data-testid="sign-in-account" />
              </label>
              {changing !== null ? null : (
                <label className="sign-in-field">
                  <span>{t('password')}</span>
                  <PasswordInput ref={passwordInput} value={password} onText={setPassword} autoComplete="off" data-testid="sign-in-password" />
                </label>
              )}
              {refusal?.code === 'passphrase-differs' ? (
                <label className="sign-in-field">
                  <span>{t('oldPassword')}</span>
                  <PasswordInput value={oldPassword} onText={setOldPassword} autoComplete="off" data-testid="sign-in-old-password" />
                </label>
              ) : null}
              <label className="sign-in-field">
                <span>{t('server')}</span>
                <TextInput value={server} onText={setServer} spellCheck={false} data-testid="sign-in-server" aria-invalid={!serverIsGood} />
              </label>
              {serverIsGood ? null : <p role="alert" className="tone-red small">{t('server.bad')}</p>}
              {caps ? <p role="status" className="tone-amber small">▲ {t('caps')}</p> : null}
              {incomplete ? <p role="alert" className="tone-red small">{t('required')}</p> : null}
              {refusal ? <Suspense><RefusalNotice refusal={refusal} testId="sign-in-refusal" /></Suspense> : null}
              {refusal && fileTroubles.has(refusal.code) ? <PlainButton onClick={() => void moveAside()} data-testid="sign-in-move-aside">{t('moveAside')}</PlainButton> : null}
              {moved ? <p role="status" className="small">{t('moved', { folder: moved })}</p> : null}
              {changing !== null ? null : <PlainButton type="submit" look="primary" aria-busy={busy} data-testid="sign-in-submit">{busy ? t('signingIn') : t('signIn')}</PlainButton>}
              {signOn === null || changing !== null ? null : (
                <>
                  {refusal?.code === 'wrong-password' ? <p className="small tone-amber" data-testid="sign-on-hint">▲ {t('signOn.hint')}</p> : null}
                  <PlainButton onClick={beginSignOn} data-testid="sign-on-begin">{t('signOn')}</PlainButton>
                  <p className="small tone-muted" data-testid="sign-on-provider">{signOn.reachable ? t('signOn.at', { provider: signOn.provider }) : `▲ ${t('signOn.down', { provider: signOn.provider })}`}</p>
                </>
              )}
            </form>
            {enrolling ? (
              <Suspense><EnrolForm server={plainServer(server)} machine={platform.workstation} onEnrolled={() => setRefusal(null)} /></Suspense>
            ) : changing !== null ? (
              <Suspense>
                <ChangeForm
                  server={plainServer(server)} account={account} typed={changing.typed} onCancel={() => setChanging(null)}
                  onChanged={(passphrase) => {
                    setPassword(passphrase);
                    setChanging(null);
                    void signIn(null, passphrase);
                  }}
                />
              </Suspense>
            ) : <button type="button" className="plain-link" onClick={() => setChanging({ typed: '' })} data-testid="sign-in-change">{t('change.link')}</button>}
            {accounts.length > 0 && !enrolling && !salvaging && changing === null ? <Suspense><DemoList accounts={accounts} account={account} onChoose={choose} /></Suspense> : null}
            {salvaging && serverIsGood ? <Suspense><SalvagePart server={plainServer(server)} onClose={() => setSalvaging(false)} /></Suspense>
              : <button type="button" className="plain-link" onClick={() => setSalvaging(true)} data-testid="sign-in-salvage">{t('salvage.link')}</button>}
            <p className="small tone-muted">{t('offline')}</p>
          </>
        )}
      </section>
      <footer className="small tone-muted">{t('runtime', { version: platform.version, electron: platform.runtime.electron, workstation: platform.workstation })}</footer>
    </main>
  );
}
