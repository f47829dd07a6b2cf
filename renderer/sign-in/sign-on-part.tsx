import { useEffect, useState, type FormEvent } from 'react';
import type { MethodValue } from '#shared/protocol/desk-rpc.ts';
import type { SessionView } from '#shared/protocol/session-view.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { useTexts } from '../app/i18n.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { deskLater } from './demo-accounts.ts';
import { PasswordInput, PlainButton } from './inputs.tsx';
import { signInTexts } from './texts.ts';

const SHORTEST = 12;
/** After these the person types again; after any other the sign-in begins anew. */
const TYPED_WRONG: ReadonlySet<string> = new Set(['desk-passphrase-wrong', 'desk-passphrase-weak', 'passphrase-differs', 'old-password-wrong']);

type Props = {
  server: string; provider: string;
  onSignedIn: (session: SessionView) => void;
  /** Nothing came of it. `account`: where it is known by then whose file is in trouble. */
  onEnded: (refusal: Refusal | null, account: string | null) => void;
};

/** Single sign-on: the browser first, then the desk passphrase, which opens this machine's file and the signing key. Esc goes back. */
export default function SignOnPart({ server, provider, onSignedIn, onEnded }: Props) {
  const t = useTexts(signInTexts);
  const [named, setNamed] = useState<MethodValue<'signOn'> | null>(null);
  useEffect(() => {
    let here = true;
    void deskLater().then((desk) => desk.calls.signOn({ server })).then((reply) => {
      if (!here) return;
      if (reply.ok) setNamed(reply.value);
      else onEnded(reply.refusal, null);
    });
    return () => {
      here = false;
    };
    // Once for each time that this part is shown: it is the press of the button.
    // oxlint-disable-next-line react/exhaustive-deps
  }, []);
  const goBack = (): void => {
    void deskLater().then((desk) => desk.calls.cancelSignOn({}));
    onEnded(null, null);
  };
  return (
    <section className="stack" aria-label={t('signOn')} data-testid="sign-on" data-step={named === null ? 'browser' : 'passphrase'} onKeyDown={(event) => (event.key === 'Escape' ? goBack() : undefined)}>
      {named === null ? (
        <div className="notice notice-amber" role="status"><span className="notice-shape" aria-hidden="true">◔</span><div className="notice-words"><strong>{t('signOn.waiting')}</strong><p>{t('signOn.browser', { provider })}</p></div></div>
      ) : <Passphrase server={server} named={named} onSignedIn={onSignedIn} onEnded={onEnded} />}
      <PlainButton autoFocus={named === null} onClick={goBack} data-testid="sign-on-cancel">{t('signOn.cancel')}</PlainButton>
    </section>
  );
}

function Passphrase({ server, named, onSignedIn, onEnded }: Pick<Props, 'server' | 'onSignedIn' | 'onEnded'> & { named: MethodValue<'signOn'> }) {
  const t = useTexts(signInTexts);
  const isNew = named.passphrase === 'new';
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState<string | null>(null);
  const [moved, setMoved] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [fault, setFault] = useState<'change.short' | 'change.differs' | 'signOn.required' | null>(null);
  const differs = refusal?.code === 'passphrase-differs' || refusal?.code === 'old-password-wrong';
  /** The old passphrase is forgotten, and two people have reset it: the file of before opens to nobody. */
  const moveAside = async (): Promise<void> => {
    const reply = await (await deskLater()).calls.moveAside({ account: named.account, server });
    setRefusal(reply.ok ? null : reply.refusal);
    if (reply.ok) setMoved(reply.value.folder);
  };
  const open = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const wrong = passphrase === '' ? 'signOn.required' : isNew && [...passphrase].length < SHORTEST ? 'change.short' : (isNew ? passphrase : (fresh ?? again)) !== again ? 'change.differs' : fresh !== null && [...fresh].length < SHORTEST ? 'change.short' : null;
    setFault(wrong);
    if (wrong !== null) return;
    setBusy(true);
    const reply = await (await deskLater()).calls.openSignedOn({ passphrase, ...(differs && old !== '' ? { oldPassphrase: old } : {}), ...(fresh === null ? {} : { newPassphrase: fresh }) });
    setBusy(false);
    if (reply.ok) return onSignedIn(reply.value);
    if (!TYPED_WRONG.has(reply.refusal.code)) return onEnded(reply.refusal, named.account);
    setRefusal(reply.refusal);
    if (reply.refusal.code === 'desk-passphrase-wrong') setPassphrase('');
  };
  return (
    <form className="stack" onSubmit={(event) => void open(event)} aria-label={t('signOn.passphrase')}>
      <p data-testid="sign-on-name"><strong>{t('signOn.hello', { name: named.name })}</strong></p>
      <p className="small tone-muted">{t(isNew ? 'signOn.choose' : 'signOn.why')}</p>
      <label className="sign-in-field"><span>{t(isNew ? 'signOn.new' : 'signOn.passphrase')}</span>
        <PasswordInput autoFocus value={passphrase} onText={setPassphrase} autoComplete={isNew ? 'new-password' : 'off'} data-testid="sign-on-passphrase" />
      </label>
      {fresh === null ? null : <label className="sign-in-field"><span>{t('signOn.fresh')}</span><PasswordInput value={fresh} onText={setFresh} autoComplete="new-password" data-testid="sign-on-fresh" /></label>}
      {isNew || fresh !== null ? <label className="sign-in-field"><span>{t('signOn.again')}</span><PasswordInput value={again} onText={setAgain} autoComplete="new-password" data-testid="sign-on-again" /></label> : null}
      {differs ? <label className="sign-in-field"><span>{t('signOn.old')}</span><PasswordInput value={old} onText={setOld} autoComplete="off" data-testid="sign-on-old" /></label> : null}
      {fault === null ? null : <p role="alert" className="tone-red small" data-testid="sign-on-fault">{t(fault)}</p>}
      {refusal ? <RefusalNotice refusal={refusal} testId="sign-on-refusal" /> : null}
      {differs ? <PlainButton onClick={() => void moveAside()} data-testid="sign-on-move-aside">{t('moveAside')}</PlainButton> : null}
      {moved === null ? null : <p role="status" className="small" data-testid="sign-on-moved">{t('moved', { folder: moved })}</p>}
      <PlainButton type="submit" look="primary" aria-busy={busy} data-testid="sign-on-open">{t(busy ? 'signingIn' : 'signIn')}</PlainButton>
      {isNew || fresh !== null ? null : <button type="button" className="plain-link" onClick={() => setFresh('')} data-testid="sign-on-change">{t('signOn.change')}</button>}
    </form>
  );
}
