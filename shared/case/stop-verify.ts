import { civilDateOf, minuteOfDay } from '../calendar/civil.ts';
import type { Calendar } from '../calendar/calendar.ts';
import type { CustomerFacts } from '../protocol/bank.ts';
import type { Bilingual } from '../protocol/ids.ts';
import { eventIdOf } from '../protocol/event-id.ts';
import type { StopState } from './case-schema.ts';
import type { Happened } from './decider.ts';
import type { CaseState } from './state.ts';

/** What the bank said when it was asked how the customer's cards stand; null facts: it did not answer, and why. */
export type CardReading = { facts: CustomerFacts | null; cause: string };

/** Ids that follow from the report: whoever verifies again, after a crash or on another node, makes the same (TP4). */
const ORDER = 253;
const KEY = 254;
const TOLD = 252;
export const orderedStopId = (stopId: string): string => eventIdOf(stopId, ORDER);
/** The follow-up with which the agent tells the customer how it ended. */
export const resultFollowUpId = (stopId: string): string => eventIdOf(stopId, TOLD);

/** A stop that somebody made or reported elsewhere, and that nobody has looked up at the bank yet (OF4). */
export const isUnverified = (state: CaseState, stop: StopState): boolean =>
  stop.status === 'manual' && (state.verifiedStops[stop.id] === undefined || state.verifiedStops[stop.id]!.found === 'unknown');

export const unverifiedStops = (state: CaseState): StopState[] => state.stops.filter((stop) => isUnverified(state, stop));

/**
 * OF4, verify first: what follows from the bank's word on the card. Stopped already: recorded, nothing is executed. Open: the
 * server orders the stop itself, in the same append. No answer: recorded once, asked again. Without a card: for a person.
 *
 * A loss report changes the card's number and costs a fee: only a verified caller's is executed as one, anybody else's as a
 * lock, which can be undone (FL6: the lightest check, and nothing that cannot be taken back).
 *
 * @param mayLock policy `protectiveLock`: whether an unverified caller's card may be locked at all
 * @returns nothing where it is verified, or where another stop of this card is on its way
 */
export function verifyStop(state: CaseState, stopId: string, reading: CardReading, mayLock: boolean): Happened[] {
  const stop = state.stops.find((one) => one.id === stopId);
  if (stop === undefined || !isUnverified(state, stop)) return [];
  const base = { stopId, cardId: stop.cardId, lastFour: '', effectiveAt: null, readAt: null, orderedStopId: null, cause: '' };
  const forPerson = (cause: string, lastFour = ''): Happened[] => [{ kind: 'manual stop verified', body: { ...base, found: 'person', lastFour, cause } }];
  if (stop.cardId === null || state.customerId === null) return forPerson('card-unknown');
  const { facts } = reading;
  if (facts === null) return state.verifiedStops[stopId] === undefined ? [{ kind: 'manual stop verified', body: { ...base, found: 'unknown', cause: reading.cause } }] : [];
  const card = facts.cards.find((one) => one.id === stop.cardId);
  if (card === undefined) return forPerson('card-not-theirs');
  const found = { ...base, lastFour: card.lastFour, readAt: facts.readAt };
  if (card.status !== 'normal') return [{ kind: 'manual stop verified', body: { ...found, found: 'stopped', effectiveAt: card.effectiveAt } }];
  // The agent has asked meanwhile, or another report of the same card came first: its outcome is this one's.
  if (state.stops.some((one) => one.cardId === stop.cardId && (one.status === 'ordered' || one.status === 'in-doubt'))) return [];
  const verified = Object.values(state.verification).some((one) => one.level >= 1);
  if (!verified && !mayLock) return forPerson('stop-not-verified', card.lastFour);
  const report = state.stopReports[stopId];
  return [
    { kind: 'manual stop verified', body: { ...found, found: 'open', orderedStopId: orderedStopId(stopId) } },
    {
      kind: 'stop ordered',
      body: {
        stopId: orderedStopId(stopId), key: eventIdOf(stopId, KEY), cardId: card.id, lastFour: card.lastFour, stop: verified && report?.stop === 'loss' ? 'loss' : 'lock',
        reportedAt: stop.reportedAt, lostAt: report?.lostAt ?? null, callId: null, customerWords: '', recordingOffset: null,
      },
    },
  ];
}

/** How a stop that was made or reported elsewhere truly stands: by the bank's word only (SY8). */
export type Standing = { inForceAt: string | null; inForce: boolean; found: 'not-yet' | 'unknown' | 'stopped' | 'ordered' | 'refused' | 'person'; order: StopState | null };

export function standingOf(state: CaseState, stop: StopState): Standing {
  const own = stop.status === 'in-force' && stop.receipt !== null && stop.effectiveAt !== null;
  if (stop.status !== 'manual') return { inForce: own, inForceAt: own ? stop.effectiveAt : null, found: stop.status === 'refused' ? 'refused' : own ? 'stopped' : 'ordered', order: null };
  const verified = state.verifiedStops[stop.id];
  if (verified === undefined) return { inForce: false, inForceAt: null, found: 'not-yet', order: null };
  if (verified.found === 'stopped') return { inForce: true, inForceAt: verified.effectiveAt, found: 'stopped', order: null };
  if (verified.found !== 'open') return { inForce: false, inForceAt: null, found: verified.found, order: null };
  const order = state.stops.find((one) => one.id === verified.orderedStopId) ?? null;
  return order === null ? { inForce: false, inForceAt: null, found: 'ordered', order } : { ...standingOf(state, order), order };
}

const two = (n: number): string => String(n).padStart(2, '0');
function clock(calendar: Calendar, at: string): string {
  const minute = minuteOfDay(calendar, at);
  return `${civilDateOf(calendar, at).slice(5)} ${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

const callWhen: Record<'any-hour' | 'by-day' | 'no', Bilingual> = {
  'any-hour': { zh: '客户同意任何时间回电。', en: 'They agreed to a call at any hour.' },
  'by-day': { zh: '8 点到 21 点之间回电。', en: 'Call between 8 and 21 h.' },
  no: { zh: '客户没有要求回电。', en: 'They did not ask for a call.' },
};

function resultWords(state: CaseState, stop: StopState, calendar: Calendar): Bilingual | null {
  const verified = state.verifiedStops[stop.id];
  if (verified === undefined || verified.found === 'unknown') return null;
  const report = state.stopReports[stop.id];
  const four = verified.lastFour;
  const reported = clock(calendar, stop.reportedAt);
  if (verified.found === 'person') {
    const said = report?.cardWords ?? '';
    return {
      zh: `断线挂失要人来核实：${four === '' ? '不知道是哪张卡' : `尾号 ${four} 还没有核身`}${said === '' ? '' : `（客户说：${said}）`}。请马上确定并停卡，再回电。`,
      en: `Offline loss report needs you: ${four === '' ? 'the card is not known' : `the holder of the card ending ${four} was not verified`}${said === '' ? '' : ` (they said: ${said})`}. Stop it now, then call back.`,
    };
  }
  const { inForce, inForceAt, order } = standingOf(state, stop);
  const when = callWhen[report?.callBack ?? 'by-day'];
  if (verified.found === 'stopped') {
    const since = inForceAt === null ? { zh: '', en: '' } : { zh: `${clock(calendar, inForceAt)} `, en: ` since ${clock(calendar, inForceAt)}` };
    return { zh: `告知客户结果：尾号 ${four} ${since.zh}已停用（${reported} 报失），没有重复办理。${when.zh}`, en: `Tell the customer: the card ending ${four} is stopped${since.en} (reported ${reported}); nothing was done twice. ${when.en}` };
  }
  if (inForce && inForceAt !== null) {
    return { zh: `告知客户结果：尾号 ${four} 恢复后仍可用，已由中心停卡，${clock(calendar, inForceAt)} 生效（${reported} 报失，其间的交易请核对）。${when.zh}`, en: `Tell the customer: the card ending ${four} was still open and is stopped now, in force since ${clock(calendar, inForceAt)} (reported ${reported}: go through what was spent between). ${when.en}` };
  }
  if (order?.status === 'refused') {
    return { zh: `尾号 ${four} 银行没有受理停卡：${order.reason?.zh ?? ''}。卡还能用，请马上处理并回电。`, en: `The bank refused to stop the card ending ${four}: ${order.reason?.en ?? ''}. It can still be used: act now and call back.` };
  }
  return null;
}

/**
 * OF4: in every case the customer hears how it ended. One follow-up a report, as soon as the result is known.
 *
 * @returns the follow-ups that are due and not opened yet
 */
export function resultsDue(state: CaseState, calendar: Calendar, now: string): Happened[] {
  return state.stops.flatMap((stop): Happened[] => {
    if (stop.status !== 'manual' || state.followUps.some((one) => one.id === resultFollowUpId(stop.id))) return [];
    const what = resultWords(state, stop, calendar);
    return what === null ? [] : [{ kind: 'follow-up opened', body: { followUpId: resultFollowUpId(stop.id), operationId: null, dueOn: civilDateOf(calendar, now), what } }];
  });
}
