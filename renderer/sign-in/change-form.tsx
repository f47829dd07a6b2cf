import { useState, type FormEvent } from 'react';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { useTexts } from '../app/i18n.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { deskLater } from './demo-accounts.ts';
import { PasswordInput, PlainButton } from './inputs.tsx';
import { signInTexts } from './texts.ts';

const SHORTEST = 12;
const halvesIn = (typed: string): [string, string] | null => /^([A-Z2-9]{10})-([A-Z2-9]{10})$/.exec(plainHalf(typed))?.slice(1) as [string, string] | undefined ?? null;
/** Halves are read out: capitals, plain digits, no spaces. */
const plainHalf = (typed: string): string => typed.normalize('NFKC').replace(/\s/g, '').toUpperCase();

type Props = {
  server: string; account: string;
  /** What was typed as the passphrase when the centre asked for a new one. */
  typed: string;
  onChanged: (passphrase: string) => void; onCancel: () => void;
};

/**
 * A new passphrase, typed twice, after the old one or the two halves of a code that two administrators gave (TP12). A refusal empties what is
 * wrong and nothing else.
 */
export default function ChangeForm({ server, account, typed, onChanged, onCancel }: Props) {
  const t = useTexts(signInTexts);
  const given = halvesIn(typed);
  const [byHalves, setByHalves] = useState(given !== null || typed === '');
  const [halves, setHalves] = useState<readonly [string, string]>(given ?? ['', '']);
  const [old, setOld] = useState(given === null ? typed : '');
  const [fresh, setFresh] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [fault, setFault] = useState<'change.short' | 'change.differs' | 'required' | null>(null);
  const change = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const before = byHalves ? halves.map(plainHalf).join('-') : old;
    const wrong = account.trim() === '' || before.replace('-', '') === '' ? 'required' : fresh.length < SHORTEST ? 'change.short' : fresh !== again ? 'change.differs' : null;
    setFault(wrong);
    if (wrong !== null) return;
    setBusy(true);
    const reply = await (await deskLater()).calls.changePassphrase({ account: account.trim(), server, old: before, new: fresh });
    setBusy(false);
    if (reply.ok) return onChanged(fresh);
    setRefusal(reply.refusal);
    if (reply.refusal.code === 'wrong-password') {
      setOld('');
      setHalves(['', '']);
    }
  };
  const half = (index: 0 | 1) => (
    <label className="sign-in-field"><span>{t(index === 0 ? 'change.half1' : 'change.half2')}</span>
      <PasswordInput value={halves[index]} onText={(text) => setHalves(index === 0 ? [text, halves[1]] : [halves[0], text])} autoComplete="off" spellCheck={false} data-testid={`change-half-${index + 1}`} />
    </label>
  );
  return (
    <form className="stack sign-in-part" onSubmit={(event) => void change(event)} aria-label={t('change.title')} data-testid="change-passphrase">
      <h2>{t('change.title')}</h2>
      <p className="small tone-muted">{t('change.why')}</p>
      {byHalves ? <>{half(0)}{half(1)}</> : (
        <label className="sign-in-field"><span>{t('change.old')}</span><PasswordInput value={old} onText={setOld} autoComplete="off" data-testid="change-old" /></label>
      )}
      <PlainButton onClick={() => setByHalves(!byHalves)} data-testid="change-kind">{t(byHalves ? 'change.haveOld' : 'change.haveHalves')}</PlainButton>
      <label className="sign-in-field"><span>{t('change.new')}</span><PasswordInput autoFocus={typed !== ''} value={fresh} onText={setFresh} autoComplete="new-password" data-testid="change-new" /></label>
      <label className="sign-in-field"><span>{t('change.again')}</span><PasswordInput value={again} onText={setAgain} autoComplete="new-password" data-testid="change-again" /></label>
      {fault === null ? null : <p role="alert" className="tone-red small" data-testid="change-fault">{t(fault)}</p>}
      {refusal ? <RefusalNotice refusal={refusal} testId="change-refusal" /> : null}
      <div className="row">
        <PlainButton type="submit" look="primary" aria-busy={busy} data-testid="change-send">{t('change.send')}</PlainButton>
        <PlainButton onClick={onCancel} data-testid="change-cancel">{t('back')}</PlainButton>
      </div>
    </form>
  );
}
