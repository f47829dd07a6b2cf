import { resultFollowUpId, standingOf } from '#shared/case/stop-verify.ts';
import { useTexts } from '../app/i18n.ts';
import { allCases, useCases, type TypedCase } from '../app/stores/cases.ts';
import { openCase } from '../app/stores/place.ts';
import { useMe } from '../app/stores/session.ts';
import { customerName } from '../follow-up/agenda-view.ts';
import { cardName } from './stop-times.ts';
import { stopTexts } from './texts.ts';

type NotStopped = { view: TypedCase; stopId: string; card: string };

/** Cards that were reported while the line was down and that the bank has not told to be stopped, of this person's open cases; until the person has seen to it. */
export const notStopped = (cases: readonly TypedCase[], me: string): NotStopped[] =>
  cases.filter(({ state }) => state.owner === me && state.closed === null).flatMap((view) =>
    view.state.stops.filter((stop) => stop.status === 'manual' && !standingOf(view.state, stop).inForce && view.state.followUps.every((one) => one.id !== resultFollowUpId(stop.id) || one.status === 'open'))
      .map((stop) => ({ view, stopId: stop.id, card: cardName(view.state, me, stop) })));

/** 此卡尚未停用: across the whole screen, on every screen, until the bank's own word that it is stopped (SY8). */
export function NotStoppedStrip() {
  const t = useTexts(stopTexts);
  const me = useMe();
  const held = useCases((store) => store.held);
  const open = me === null ? [] : notStopped(allCases(held), me.id);
  if (open.length === 0) return null;
  return (
    <p className="banner-red not-stopped-strip" role="alert" data-testid="not-stopped-strip">
      ✕ {t('off.banner')}{' · '}
      {open.slice(0, 4).map(({ view, stopId, card }) => (
        <button type="button" key={stopId} className="bar-button" onClick={() => openCase(view.caseId)} data-testid={`not-stopped-${stopId}`}>
          {[customerName(view.state, me?.id ?? ''), card === '' ? t('unknownCard') : card].filter((word) => word !== '').join(' ')}
        </button>
      ))}
      {open.length > 4 ? ` +${open.length - 4}` : ''}
    </p>
  );
}
