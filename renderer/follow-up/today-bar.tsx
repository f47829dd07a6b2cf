import { Button } from 'antd';
import { localClock } from '../app/local-time.ts';
import { useLang, useTexts } from '../app/i18n.ts';
import { useLive } from '../app/stores/live.ts';
import { openCase, showView } from '../app/stores/place.ts';
import { handOverTexts } from './hand-over-texts.ts';
import { useTakenOver } from './taken-over.ts';
import { followUpTexts } from './texts.ts';
import { useAgenda } from './use-agenda.ts';
import './follow-up.css';
import { bracketed } from '../ui/punctuation.ts';

const SHOWN = 3;

/** The contents of the bottom bar 今天: promised callbacks by time, follow-ups, what came back, what to accept. */
export default function TodayBar() {
  const t = useTexts(followUpTexts);
  const lang = useLang();
  const agenda = useAgenda();
  const handOvers = useLive('hand-overs') ?? [];
  const h = useTexts(handOverTexts);
  const taken = useTakenOver();
  if (agenda === null) return null;
  const trouble = agenda.followUps.filter((one) => one.trouble).length;
  const empty = agenda.promises.length === 0 && agenda.followUps.length === 0 && agenda.returned.length === 0 && handOvers.length === 0 && taken.length === 0;
  return (
    <div className="fu-today" data-testid="today-bar">
      {agenda.promises.slice(0, SHOWN).map(({ caseId, promise, minutesLeft, late, customer }) => (
        <Button key={promise.promiseId} type="text" size="small" className={late ? 'tone-red' : minutesLeft <= 10 ? 'tone-amber' : ''} onClick={() => openCase(caseId)} data-testid="today-promise">
          {late ? '✕ ' : minutesLeft <= 10 ? '▲ ' : ''}{t('callback', { at: localClock(promise.from), name: customer })}
          <span className="tabular">{bracketed(lang, minutesLeft > 0 ? t('inMinutes', { n: minutesLeft }) : late ? t('lateBy', { n: -minutesLeft }) : t('nowDue'))}</span>
        </Button>
      ))}
      {trouble > 0 ? <Button type="text" size="small" className="tone-red" onClick={() => showView('cases')} data-testid="today-trouble">✕ {t('trouble', { n: trouble })}</Button> : null}
      {agenda.followUps.length > 0 ? <Button type="text" size="small" onClick={() => showView('cases')} data-testid="today-follow-ups">{t('followUps', { n: agenda.followUps.length })}</Button> : null}
      {agenda.returned.length > 0 ? <Button type="text" size="small" className="tone-amber" onClick={() => openCase(agenda.returned[0]!.caseId)} data-testid="today-returned">▲ {t('returned', { n: agenda.returned.length })}</Button> : null}
      {handOvers.length > 0 ? <Button type="text" size="small" className="tone-amber" onClick={() => showView('cases')} data-testid="today-hand-overs">▲ {t('handOvers', { n: handOvers.length })}</Button> : null}
      {taken.length > 0 ? <Button type="text" size="small" className={taken.some((one) => one.refusal !== null) ? 'tone-red' : 'tone-amber'} onClick={() => showView('cases')} data-testid="today-taken-over">{taken.some((one) => one.refusal !== null) ? '✕' : '◌'} {h('takenOver')} {taken.length}</Button> : null}
      {empty ? <span className="tone-muted">{t('nothing')}</span> : null}
    </div>
  );
}
