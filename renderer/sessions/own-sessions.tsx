import { Button, Modal } from 'antd';
import { useEffect, useRef, useState } from 'react';
import type { AskValue } from '#shared/protocol/asks.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { desk } from '../app/desk.ts';
import { useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import { askCentre } from '../app/send.ts';
import { nowMs } from '../app/stores/clock.ts';
import { PassphrasePress } from '../ui/passphrase-press.tsx';
import { LookNotice, RefusalNotice } from '../ui/refusal-notice.tsx';
import { sessionTexts } from './texts.ts';

type Sessions = AskValue<'own sessions'>;

/** Nothing came back: for a question nothing has happened; for an ending nobody knows. Either is said in this dialog's own words. */
const UNANSWERED = 'no-answer';

function List({ sessions, onEnd }: { sessions: Sessions; onEnd: (one: Sessions[number], button: HTMLElement) => void }) {
  const t = useTexts(sessionTexts);
  const moment = (at: string): string => localMoment(at, nowMs());
  return (
    <table className="plain" data-testid="own-sessions">
      <thead><tr><th scope="col">{t('workstation')}</th><th scope="col">{t('since')}</th><th scope="col">{t('how')}</th><th scope="col">{t('until')}</th><th /></tr></thead>
      <tbody>
        {sessions.map((one) => (
          <tr key={one.session} data-testid="own-session" data-here={one.here}>
            <td>{one.workstation} <span className="small tone-muted">{one.site}</span></td>
            <td className="tabular nowrap">{moment(one.since)}</td>
            <td className="nowrap">{t(`how.${one.how}`)}</td>
            <td className="tabular nowrap">{one.until === null ? t('noEnd') : moment(one.until)}</td>
            <td>{one.here ? <span className="tone-green nowrap">{t('here')}</span> : <Button size="small" danger onClick={(event) => onEnd(one, event.currentTarget)} aria-label={t('press', { workstation: one.workstation })} data-testid="own-session-end">{t('end')}</Button>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Where this person is signed in, and how they end another of their sessions after typing the passphrase (ASVS 7.5.2). */
export default function OwnSessions({ onClose }: { onClose: () => void }) {
  const t = useTexts(sessionTexts);
  const [sessions, setSessions] = useState<Sessions | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [ending, setEnding] = useState<Sessions[number] | null>(null);
  const [ended, setEnded] = useState<string | null>(null);
  const [unsure, setUnsure] = useState<string | null>(null);
  const [read, setRead] = useState(0);
  // Where the keyboard was, and where it goes when what had it is gone.
  const pressed = useRef<HTMLElement | null>(null);
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    let here = true;
    void askCentre('own sessions', {}).then((reply) => {
      if (!here) return;
      if (reply.ok) setSessions(reply.value);
      setRefusal(reply.ok ? null : reply.refusal);
    });
    return () => {
      here = false;
    };
  }, [read]);
  const end = async (one: Sessions[number], passphrase: string): ReturnType<typeof desk.calls.endOwnSession> => {
    const reply = await desk.calls.endOwnSession({ session: one.session, passphrase });
    const isUnsure = !reply.ok && reply.refusal.code === UNANSWERED;
    if (reply.ok || isUnsure) {
      setEnding(null);
      close.current?.focus();
      (isUnsure ? setUnsure : setEnded)(one.workstation);
      setRead((times) => times + 1);
    }
    return reply;
  };
  return (
    <Modal open title={t('title')} footer={<Button ref={close} onClick={onClose} data-testid="own-sessions-close">{t('close')}</Button>} onCancel={onClose} width={720} data-testid="own-sessions-dialog">
      <div className="stack">
        <p className="small tone-muted">{t('why')}</p>
        {refusal === null || refusal.code === UNANSWERED ? null : <RefusalNotice refusal={refusal} testId="own-sessions-refusal" />}
        {refusal?.code === UNANSWERED ? <LookNotice testId="own-sessions-unread"><p>{t('unread')}</p><Button size="small" onClick={() => setRead((times) => times + 1)} data-testid="own-sessions-again">{t('again')}</Button></LookNotice> : null}
        {unsure === null ? null : <LookNotice testId="own-session-unsure">{t('unsure', { workstation: unsure })}</LookNotice>}
        {sessions === null ? (refusal === null ? <p role="status">{t('loading')}</p> : null) : <List sessions={sessions} onEnd={(one, button) => { pressed.current = button; setEnding(one); setEnded(null); setUnsure(null); }} />}
        {sessions !== null && sessions.every(({ here }) => here) ? <p className="small tone-muted" data-testid="own-sessions-alone">{t('alone')}</p> : null}
        {ended === null ? null : <p role="status" className="tone-green" data-testid="own-session-ended">● {t('done', { workstation: ended })}</p>}
        {ending === null ? null : (
          <div className="card stack-tight" data-testid="own-session-ending">
            <p>{t('what')}</p>
            <PassphrasePress key={ending.session} press={t('press', { workstation: ending.workstation })} disabled={false} autoFocus testId="own-session-press" onPress={(passphrase) => end(ending, passphrase)} />
            <div><Button onClick={() => { setEnding(null); pressed.current?.focus(); }} data-testid="own-session-cancel">{t('cancel')}</Button></div>
          </div>
        )}
      </div>
    </Modal>
  );
}
