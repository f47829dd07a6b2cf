import { v7 as uuidv7 } from 'uuid';
import type { AgentState } from '#shared/telephony/agent-state.ts';
import type { CallState } from '#shared/telephony/call-state.ts';
import { recogniseCaller } from '../cases/read-facts.ts';
import type { Centre } from '../centre.ts';
import type { DemoParts } from '../demo/demo-parts.ts';
import type { QueueSummary } from '#shared/telephony/routing.ts';
import type { Person } from '#shared/people/person.ts';
import type { NodeSeat } from '../nodes/node-message.ts';
import type { KeyedDigits } from '../people/verification.ts';
import type { Phones } from '../telephony/phones.ts';
import type { Scheduler } from '../telephony/scheduler.ts';
import { Switchboard } from '../telephony/switchboard.ts';
import type { CallKeeper } from './call-keeper.ts';
import { offerShown } from './show-offers.ts';

/** So that whoever went available first sees their screen before the phone rings. */
const FIRST_CALL_MS = 3_000;

export type Board = {
  switchboard: Switchboard;
  arrived: (seat: NodeSeat) => void;
  left: (seat: NodeSeat) => void;
  keyedDigits: KeyedDigits;
  stop: () => Promise<void>;
};

export type BoardParts = {
  keeper: CallKeeper;
  phones: Phones;
  scheduler: Scheduler;
  demo: DemoParts | null;
  callEnded: (call: CallState) => void;
  /** The waiting queue has changed. */
  queueChanged: (summary: QueueSummary) => void;
};

/** Ties the switchboard to the log, to agent states and to the desktops' live topics, for as long as this node is on duty. */
export async function startSwitchboard(centre: Centre, parts: BoardParts): Promise<Board> {
  const { keeper, phones, scheduler, demo } = parts;
  const { logger } = centre;
  /** Connected desktops of each person, the one that came last at the end: offers go to that one (CT2). */
  const desktops = new Map<string, string[]>();
  const scripts: DemoParts['scripts'] = demo?.scripts ?? new Map();
  const failed = (what: string) => (error: unknown) => logger.error({ error: error instanceof Error ? error.message : String(error) }, what);

  const switchboard: Switchboard = new Switchboard({
    phones, scheduler, newId: () => uuidv7(),
    record: (events) => keeper.record(events),
    load: (callId) => keeper.load(callId),
    onCall: (call, events) => {
      if (events.some(({ kind }) => kind === 'ended')) parts.callEnded(call);
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
      // Sent before anything is fetched.
      centre.live.set(offer.personId, 'offer', offerShown(caseId, call, offer));
      recogniseCaller(centre, caseId, offer.personId).catch(failed('the caller could not be recognised'));
    },
    onOfferEnded: (offer) => centre.live.set(offer.personId, 'offer', null),
    onAgentRequest: (personId, request) => {
      centre.agents.request(personId, request).catch(failed('an agent state was not stored'));
    },
    onSummary: parts.queueChanged,
    onError: failed('the switchboard met an error'),
  });

  const seatOf = (person: Person, state: AgentState, desktop: string) => ({
    personId: person.id, desktopId: desktop, extension: person.no, state: state.state, version: state.version, since: state.since, callId: state.callId,
    skills: person.skills, reachable: true,
  });
  let greeted = false;
  const countSeats = (): void => {
    if (demo?.callsRing !== true) return;
    // Real arrival rates leave one seat waiting for minutes: the first call of a demonstration comes at once.
    const someoneWaits = [...desktops.keys()].some((id) => centre.agents.get(id).state === 'available');
    if (someoneWaits && !greeted) {
      greeted = true;
      scheduler.after(FIRST_CALL_MS, () => void demo.firstCall().catch(failed('the first call did not ring')));
    }
    demo.simulator.setSeats([...desktops.keys()].filter((id) => ['available', 'on-call', 'after-call'].includes(centre.agents.get(id).state)).length);
  };
  const unfollow = centre.agents.onChanged((state) => {
    const at = desktops.get(state.personId);
    const person = centre.people.byId(state.personId);
    const desktop = at?.at(-1);
    if (desktop !== undefined && person !== null) switchboard.agentChanged(seatOf(person, state, desktop)).catch(failed('the switchboard was not told of a state'));
    countSeats();
  });
  try {
    await switchboard.start(keeper.openCalls());
  } catch (error) {
    unfollow();
    await switchboard.stop();
    throw error;
  }

  return {
    switchboard,
    arrived: ({ person: id, desktop }) => {
      const person = centre.people.byId(id);
      if (person === null) return;
      desktops.set(person.id, [...(desktops.get(person.id) ?? []), desktop]);
      switchboard.agentChanged(seatOf(person, centre.agents.get(person.id), desktop)).catch(failed('the switchboard was not told of a seat'));
      countSeats();
    },
    left: ({ person: id, desktop }) => {
      const person = centre.people.byId(id);
      if (person === null) return;
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
    stop: async () => {
      unfollow();
      await switchboard.stop();
    },
  };
}
