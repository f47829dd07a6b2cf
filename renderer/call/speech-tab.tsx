import { Button } from 'antd';
import { useTexts } from '../app/i18n.ts';
import { localMoment } from '../app/local-time.ts';
import { sendCommand } from '../app/send.ts';
import { chooseState } from '../app/state-menu.tsx';
import type { TypedCase } from '../app/stores/cases.ts';
import { nowMs } from '../app/stores/clock.ts';
import { useLiveStore } from '../app/stores/live.ts';
import { newId } from './start-run.ts';
import { callTexts } from './texts.ts';

const lines = ['hold', 'holding', 'after', 'complaint', 'hard', 'close'] as const;

/** Sentences for any moment of a call; a complaint is logged with one press, the agent does not decide that it is none. */
export function SpeechTab({ view }: { view: TypedCase | null }) {
  const t = useTexts(callTexts);
  const complaint = view?.state.workOrders.findLast((one) => one.kind === 'complaint');
  const openComplaint = (): void => {
    if (view) void sendCommand(view.caseId, 'open work order', { workOrderId: newId(), kind: 'complaint', urgency: 'important', text: t('speech.complaint') });
  };
  const rest = (): void => {
    const agent = useLiveStore.getState().held.agent?.value;
    if (agent) void chooseState('break', agent.version, { minutes: 5, hardCall: true });
  };
  return (
    <div className="stack">
      {lines.map((line) => (
        <div key={line}>
          <h3>{t(`speech.${line}`)}</h3>
          <p className="speech speech-small">{t(`speech.${line}Text`)}</p>
          {line === 'complaint' ? (
            complaint ? <p className="small tone-amber">▲ {t('speech.complaintDone', { time: localMoment(complaint.contactBy, nowMs()) })}</p>
            : <Button size="small" disabled={view === null} onClick={openComplaint} data-testid="open-complaint">{t('speech.complaintButton')}</Button>
          ) : null}
          {line === 'hard' ? <Button size="small" onClick={rest}>{t('hard.break')}</Button> : null}
        </div>
      ))}
    </div>
  );
}
