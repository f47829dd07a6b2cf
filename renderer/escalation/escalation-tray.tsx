import { Button } from 'antd';
import { useTexts } from '../app/i18n.ts';
import { timer } from '../app/local-time.ts';
import { sendCommand, tellRefused } from '../app/send.ts';
import { useNow } from '../app/stores/clock.ts';
import { useLive } from '../app/stores/live.ts';
import { openCase, usePlace } from '../app/stores/place.ts';
import { useMe } from '../app/stores/session.ts';
import type { LiveValue } from '#shared/protocol/live.ts';
import { escalationTexts } from './texts.ts';

export type Waiting = LiveValue<'escalations'>[number];

/** Takes a call over warm. The case reaches this desktop with the acceptance. */
export async function acceptEscalation(one: Waiting): Promise<void> {
  const reply = await sendCommand(one.caseId, 'accept escalation', { escalationId: one.escalationId }, { urgent: true });
  if (reply.ok) openCase(one.caseId);
  else tellRefused('', reply.refusal);
}

export function WaitingLine({ one }: { one: Waiting }) {
  const t = useTexts(escalationTexts);
  const now = useNow();
  return (
    <div className="row" data-testid={`escalation-${one.caseId}`}>
      <strong className="tabular">{t('tray.wait', { time: timer(now - Date.parse(one.at)) })}</strong>
      <span className="grow">{one.fromName} · {one.kind} · {one.goal}{one.mood ? ` · ${one.mood}` : ''}</span>
      <Button size="small" type="primary" onClick={() => void acceptEscalation(one)} data-testid={`accept-escalation-${one.caseId}`}>{t('accept')}</Button>
    </div>
  );
}

/** A lead sees at once, on any screen, who waits. */
export function EscalationTray() {
  const t = useTexts(escalationTexts);
  const me = useMe();
  const waiting = useLive('escalations') ?? [];
  // The lead's own screen lists them already.
  const listed = usePlace(({ view }) => view === 'escalations');
  if (me?.role !== 'lead' || waiting.length === 0 || listed) return null;
  return (
    <section className="notice notice-amber escalation-tray" role="alert" data-testid="escalation-tray">
      <span className="notice-shape" aria-hidden="true">▲</span>
      <div className="notice-words"><strong>{t('tray', { n: waiting.length })}</strong>{waiting.slice(0, 3).map((one) => <WaitingLine key={one.escalationId} one={one} />)}</div>
    </section>
  );
}
