import { v7 as uuidv7 } from 'uuid';
import type { AgentState } from '#shared/telephony/agent-state.ts';
import type { CallState } from '#shared/telephony/call-state.ts';
import { queueNamed } from '#shared/telephony/queue.ts';
import { recogniseCaller } from '../cases/read-facts.ts';
import type { Centre } from '../centre.ts';
import type { DemoParts } from '../demo/demo-parts.ts';
import type { Person } from '#shared/people/person.ts';
import type { KeyedDigits } from '../people/verification.ts';
import type { Phones } from '../telephony/phones.ts';
import type { Scheduler } from '../telephony/scheduler.ts';
import type { CallScript } from '../telephony/script.ts';
import { Switchboard } from '../telephony/switchboard.ts';
import type { CallKeeper } from './call-keeper.ts';

/** So that whoever went available first sees their screen before the phone rings. */
const FIRST_CALL_MS = 3_000;

export type Board = {
  switchboard: Switchboard;
  arrived: (seat: { person: Person; desktop: string }) => void;
  left: (seat: { person: Person; desktop: string }) => void;
  keyedDigits: KeyedDigits;
};

/** Ties the switchboard to the log, to agent states and to the desktops' live topics. */
export async function startSwitchboard(
  centre: Centre, keeper: CallKeeper, phones: Phones, scheduler: Scheduler, demo: DemoParts | null, voices: { tell: (script: CallScript) => void }, callEnded: (call: CallState) => void,
): Promise<Board> {
  const { logger } = centre;
  /** Connected desktops of each person, the one that came last at the end: offers go to that one (CT2). */
  const desktops = new Map<string, string[]>();
  const scripts = new Map<string, CallScript>();
  const failed = (what: string) => (error: unknown) => logger.error({ error: error instanceof Error ? error.message : String(error) }, what);

  const switchboard: Switchboard = new Switchboard({
    phones, scheduler, newId: () => uuidv7(),
    record: (events) => keeper.record(events),
    load: (callId) => keeper.load(callId),
    onCall: (call, events) => {
      if (events.some(({ kind }) => kind === 'ended')) callEnded(call);
      const script = scripts.get(call.callId);
      if (call.personId !== null && (call.phase === 'talking' || call.phase === 'held') && script !== undefined) {
        centre.live.set(call.personId, 'voice', { callId: call.callId, lines: script.lines, answers: script.answers.map(({ ask, zh }) => ({ factor: ask, answer: zh })) });
      }
      if (call.phase === 'ended' && call.personId !== null) centre.live.set(call.personId, 'voice', null);
      if (call.phase === 'ended') scripts.delete(call.callId);
    },
    onOffer: (offer, call) => {
      const caseId = keeper.casesOf(call.callId)[0];
      if (caseId === undefined) return;
      const queue = queueNamed(call.queue ?? 'general');
      // Sent before anything is fetched: the caller's column is painted from this alone.
      centre.live.set(offer.personId, 'offer', {
        callId: call.callId, caseId, number: call.number, queue: queue.queue, queueName: { zh: queue.zh, en: queue.en }, lossReport: queue.lossReport,
        offeredAt: offer.offeredAt, expiresAt: offer.expiresAt, acceptedAt: call.queuedAt ?? offer.offeredAt,
      });
      recogniseCaller(centre, caseId, offer.personId).catch(failed('the caller could not be recognised'));
    },
    onOfferEnded: (offer) => centre.live.set(offer.personId, 'offer', null),
    onAgentRequest: (personId, request) => {
      centre.agents.request(personId, request).catch(failed('an agent state was not stored'));
    },
    onSummary: (summary) => {
      for (const person of centre.live.people()) centre.live.set(person, 'queue', summary);
    },
    onError: failed('the switchboard met an error'),
  });
  voices.tell = (script) => scripts.set(script.callId, script);

  const seatOf = (person: Person, state: AgentState, desktop: string) => ({
    personId: person.id, desktopId: desktop, extension: person.no, state: state.state, version: state.version, since: state.since, callId: state.callId,
    skills: person.skills, reachable: true,
  });
  let greeted = false;
  const countSeats = (): void => {
    // Real arrival rates leave one seat waiting for minutes: the first call of a demonstration comes at once.
    const someoneWaits = [...desktops.keys()].some((id) => centre.agents.get(id).state === 'available');
    if (demo?.callsRing && someoneWaits && !greeted) {
      greeted = true;
      scheduler.after(FIRST_CALL_MS, () => void demo.firstCall().catch(failed('the first call did not ring')));
    }
    if (demo?.callsRing) demo.simulator.setSeats([...desktops.keys()].filter((id) => ['available', 'on-call', 'after-call'].includes(centre.agents.get(id).state)).length);
  };
  centre.agents.onChanged((state) => {
    centre.live.set(state.personId, 'agent', state);
    const at = desktops.get(state.personId);
    const person = centre.people.byId(state.personId);
    const desktop = at?.at(-1);
    if (desktop !== undefined && person !== null) switchboard.agentChanged(seatOf(person, state, desktop)).catch(failed('the switchboard was not told of a state'));
    countSeats();
  });
  await switchboard.start(keeper.openCalls());

  return {
    switchboard,
    arrived: ({ person, desktop }) => {
      desktops.set(person.id, [...(desktops.get(person.id) ?? []), desktop]);
      const state = centre.agents.get(person.id);
      centre.live.set(person.id, 'agent', state);
      centre.live.set(person.id, 'queue', switchboard.summary());
      centre.live.set(person.id, 'lights', centre.lights);
      centre.live.set(person.id, 'clock', { serverAt: centre.clock.now(), controllable: demo !== null });
      switchboard.agentChanged(seatOf(person, state, desktop)).catch(failed('the switchboard was not told of a seat'));
      countSeats();
    },
    left: ({ person, desktop }) => {
      const known = desktops.get(person.id) ?? [];
      const gone = known.lastIndexOf(desktop);
      const rest = known.filter((_one, index) => index !== gone);
      if (rest.length > 0) desktops.set(person.id, rest);
      else desktops.delete(person.id);
      const seat = seatOf(person, centre.agents.get(person.id), rest.at(-1) ?? desktop);
      switchboard.agentChanged({ ...seat, reachable: rest.length > 0 }).catch(failed('the switchboard was not told of a seat'));
      countSeats();
    },
    keyedDigits: async (callId) => scripts.get(callId)?.answers.find((answer) => answer.ask === 'servicePassword')?.zh ?? null,
  };
}
