import { Button } from 'antd';
import { useTexts } from '../app/i18n.ts';
import { sendCommand } from '../app/send.ts';
import { allCases, useCases, type TypedCase } from '../app/stores/cases.ts';
import { useLive } from '../app/stores/live.ts';
import { openCase } from '../app/stores/place.ts';
import { useMe } from '../app/stores/session.ts';
import { nowMs } from '../app/stores/clock.ts';
import { spaced } from '../caller/ringing.tsx';
import { customerName } from '../follow-up/agenda-view.ts';
import { WaitingLine } from './escalation-tray.tsx';
import { LeadCard } from './lead-card.tsx';
import { LeadResult } from './escalation-panels.tsx';
import { escalationTexts } from './texts.ts';

/** As the bank masks the name once this desktop has read it; the number before. */
const whoIs = (state: TypedCase['state'], me: string): string => {
  const name = customerName(state, me);
  return name === '' ? '—' : spaced(name);
};

/** The lead's screen: who waits, and what was taken with its card and outcome. */
export default function EscalationsView() {
  const t = useTexts(escalationTexts);
  const me = useMe();
  const waiting = useLive('escalations') ?? [];
  const held = useCases((store) => store.held);
  const mine = me === null ? [] : allCases(held).filter((one) => one.state.escalations.some((escalation) => escalation.acceptedBy === me.id && escalation.outcome === null));
  return (
    <div className="stack page" data-testid="escalations-view">
      <h2>{t('view.title')}</h2>
      {waiting.length === 0 ? <p className="tone-muted">{t('view.none')}</p> : waiting.map((one) => <div key={one.escalationId} className="card"><WaitingLine one={one} /></div>)}
      {mine.length > 0 ? <h3>{t('view.mine')}</h3> : null}
      {mine.map((view) => (
        <div key={view.caseId} className="card stack" data-testid={`taken-${view.caseId}`}>
          <LeadCard card={view.state.escalations.at(-1)!} who={whoIs(view.state, me?.id ?? '')} minutes={view.state.opened ? Math.floor((nowMs() - Date.parse(view.state.opened.at)) / 60_000) : 0} />
          <LeadResult view={view} meId={me!.id} readOnly={false} finish={(escalationId, outcome, words) => void sendCommand(view.caseId, 'finish escalation', { escalationId, outcome, words })} />
          <span><Button size="small" onClick={() => openCase(view.caseId)}>{t('open')}</Button></span>
        </div>
      ))}
    </div>
  );
}
