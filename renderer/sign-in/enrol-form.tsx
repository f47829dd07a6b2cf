import { useEffect, useState, type FormEvent } from 'react';
import type { Refusal } from '#shared/protocol/refusal.ts';
import type { MethodValue } from '#shared/protocol/desk-rpc.ts';
import { useTexts } from '../app/i18n.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { deskLater } from './demo-accounts.ts';
import { PlainButton, TextInput } from './inputs.tsx';
import { signInTexts } from './texts.ts';

type Answer = MethodValue<'enrol'>;
const POLL_MS = 3000;
/** A machine without a name of its own is called by its id: no name for people. */
const isUuid = (text: string): boolean => /^[0-9a-f]{8}-/.test(text);

/**
 * A machine that the centre does not know asks to be enrolled (PR9): its name and place, the fingerprint that two administrators compare with
 * their own screen, and how the request stands until they have agreed.
 */
export default function EnrolForm({ server, machine, onEnrolled }: { server: string; machine: string; onEnrolled: () => void }) {
  const t = useTexts(signInTexts);
  const [name, setName] = useState(isUuid(machine) ? '' : machine);
  const [site, setSite] = useState('');
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const incomplete = name.trim() === '' || site.trim() === '';
  const ask = async (once: string | null): Promise<Answer | null> => {
    const reply = await (await deskLater()).calls.enrol({ server, name: name.trim(), site: site.trim(), code: once });
    setRefusal(reply.ok ? null : reply.refusal);
    return reply.ok ? reply.value : null;
  };
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy || incomplete) return;
    setBusy(true);
    const told = await ask(code.trim() === '' ? null : code.trim());
    // The code is good once, whatever came of it.
    setCode('');
    setBusy(false);
    take(told);
  };
  const waiting = answer?.status === 'waiting';
  const enrolled = answer?.status === 'enrolled';
  const take = (told: Answer | null): void => {
    if (told === null) return;
    setAnswer(told);
    if (told.status === 'enrolled') onEnrolled();
  };
  useEffect(() => {
    // Asked again after each answer, for as long as this form is on the screen.
    if (!waiting) return undefined;
    let here = true;
    const timer = setTimeout(() => {
      void ask(null).then((told) => {
        if (here) take(told);
      });
    }, POLL_MS);
    return () => {
      here = false;
      clearTimeout(timer);
    };
  });
  return (
    <form className="stack sign-in-part" onSubmit={(event) => void send(event)} aria-label={t('enrol.title')} data-testid="enrol">
      <h2>{t('enrol.title')}</h2>
      <p className="small tone-muted">{t('enrol.why')}</p>
      {refusal ? <RefusalNotice refusal={refusal} testId="enrol-refusal" /> : null}
      {answer === null ? (
        <>
          <label className="sign-in-field"><span>{t('enrol.name')}</span><TextInput autoFocus value={name} onText={setName} maxLength={60} spellCheck={false} data-testid="enrol-name" /></label>
          <label className="sign-in-field"><span>{t('enrol.site')}</span><TextInput value={site} onText={setSite} maxLength={60} data-testid="enrol-site" /></label>
          <label className="sign-in-field"><span>{t('enrol.code')}</span><TextInput value={code} onText={setCode} maxLength={60} autoComplete="off" spellCheck={false} data-testid="enrol-code" /></label>
          <PlainButton type="submit" look="primary" aria-busy={busy} disabled={incomplete} data-testid="enrol-send">{t('enrol.send')}</PlainButton>
        </>
      ) : (
        <>
          <div className={`notice ${enrolled ? 'notice-green' : answer.status === 'revoked' ? 'notice-red' : 'notice-amber'}`} role="status" data-testid="enrol-status" data-status={answer.status}>
            <span className="notice-shape" aria-hidden="true">{enrolled ? '✓' : answer.status === 'revoked' ? '✕' : '◔'}</span>
            <strong>{t(`enrol.${answer.status}`)}</strong>
          </div>
          {answer.status === 'revoked' ? null : (
            <p className="sign-in-fingerprint"><span className="small tone-muted">{t('enrol.fingerprint')}</span><strong className="tabular" data-testid="enrol-fingerprint">{answer.fingerprint}</strong></p>
          )}
        </>
      )}
    </form>
  );
}
