import { useEffect, useState } from 'react';
import type { AskValue } from '#shared/protocol/asks.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { useTexts } from '../app/i18n.ts';
import { askCentre } from '../app/send.ts';
import { RefusalNotice } from '../ui/refusal-notice.tsx';
import { callTexts } from './texts.ts';

/** F10: who can be asked now. */
export function MentorList() {
  const t = useTexts(callTexts);
  const [people, setPeople] = useState<AskValue<'people'> | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  useEffect(() => {
    let here = true;
    void askCentre('people', {}).then((reply) => {
      if (!here) return;
      if (reply.ok) setPeople(reply.value);
      else setRefusal(reply.refusal);
    });
    return () => {
      here = false;
    };
  }, []);
  const mentors = (people ?? []).filter((one) => one.online && (one.role === 'mentor' || one.role === 'lead'));
  return (
    <section className="tool stack-tight" aria-label={t('mentor.title')} data-testid="mentors">
      <h2>{t('mentor.title')}</h2>
      {refusal ? <RefusalNotice refusal={refusal} /> : null}
      {people !== null && mentors.length === 0 ? <p className="tone-muted">{t('mentor.none')}</p> : null}
      {mentors.map((one) => <p key={one.id}><span className="tone-green">●</span> {one.name} <span className="tone-muted">{one.no} · {t('mentor.online')}</span></p>)}
      {mentors.length > 0 ? <p className="small tone-muted">{t('mentor.hint')}</p> : null}
    </section>
  );
}
