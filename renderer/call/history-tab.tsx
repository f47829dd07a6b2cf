import { useLang, useTexts } from '../app/i18n.ts';
import { localClock, localMoment } from '../app/local-time.ts';
import type { TypedCase } from '../app/stores/cases.ts';
import { nowMs } from '../app/stores/clock.ts';
import { useMe } from '../app/stores/session.ts';
import { kindName, syncTexts } from '../sync/texts.ts';
import { callTexts } from './texts.ts';

type Entry = { at: string; what: string; text: string };

/** What was before: the customer's recent calls, and this case in the order it happened, newest first. */
export function HistoryTab({ view }: { view: TypedCase | null }) {
  const t = useTexts(callTexts);
  const lang = useLang();
  const me = useMe();
  const kinds = useTexts(syncTexts);
  if (view === null) return <p className="tone-muted">{t('history.none')}</p>;
  const { state } = view;
  const calls = (me && state.facts[me.id]?.recentCalls) ?? [];
  const entries: Entry[] = [
    ...state.notes.map((one) => ({ at: one.at, what: t('history.note'), text: one.text })),
    ...state.promises.map((one) => ({ at: one.madeAt, what: t('history.promise', { from: localMoment(one.from, nowMs()), to: localClock(one.to) }), text: one.note })),
    ...state.stops.map((one) => ({ at: one.reportedAt, what: t('history.stop', { four: one.lastFour }), text: one.receipt ?? '' })),
    ...state.messages.map((one) => ({ at: one.at, what: t('history.sms'), text: one.text })),
    ...state.workOrders.map((one) => ({ at: one.at, what: t('history.workOrder'), text: one.text })),
    ...state.lateWork.map((one) => ({ at: one.at, what: t('history.late'), text: kindName(kinds, one.kind) })),
    ...state.escalations.map((one) => ({ at: one.at, what: t('history.escalated'), text: one.goal })),
  ].toSorted((a, b) => (a.at < b.at ? 1 : -1));
  return (
    <div className="stack">
      {calls.length > 0 ? <h3>{t('history.calls')}</h3> : null}
      {calls.map((call) => (
        <div key={call.at} className="pair">
          <p><time dateTime={call.at}>{localMoment(call.at, nowMs())}</time> {call.agentName} · {call.what[lang]}</p>
          {call.promised ? <p className="small tone-amber">▲ {t('history.promised', { what: call.promised })}</p> : null}
        </div>
      ))}
      <h3>{t('history.here')}</h3>
      {entries.length === 0 ? <p className="tone-muted">{t('history.none')}</p> : null}
      {entries.map((entry, index) => (
        <div key={index} className="pair">
          <p><time dateTime={entry.at}>{localMoment(entry.at, nowMs())}</time> {entry.what}</p>
          {entry.text ? <p className="small tone-muted" style={{ whiteSpace: 'pre-wrap' }}>{entry.text}</p> : null}
        </div>
      ))}
    </div>
  );
}
