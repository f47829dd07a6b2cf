import type { CaseState } from '#shared/case/state.ts';
import { foldCall } from '#shared/telephony/call-state.ts';
import type { Light } from '#shared/protocol/live.ts';
import { watchBankClock } from './bank/bank-clock.ts';
import { appendToCase } from './cases/append-case.ts';
import { readFactsInto, recogniseCaller } from './cases/read-facts.ts';
import type { CallKeeper } from './calls/call-keeper.ts';
import type { Centre } from './centre.ts';
import { bookStartedLines, inquireOpenLines } from './operations/book-lines.ts';
import { checkPostings } from './operations/morning.ts';
import { hasWaiting, settleWaiting } from './operations/settle-on-return.ts';
import { carryOutStops } from './operations/stop-cards.ts';
import { hasReports, verifyFirst } from './operations/verify-first.ts';
import { publishReviews, publishTrays } from './reviews/review-lists.ts';
import type { Scheduler } from './telephony/scheduler.ts';
import type { Switchboard } from './telephony/switchboard.ts';

const ROUND_MS = 15_000;
/** What may change how a stop that was reported offline stands. */
const reportMoved = ['manual stop recorded', 'stop reported offline', 'card stopped', 'stop refused', 'manual stop verified'];

/**
 * What the server does by itself when something happened. Every node keeps the lists and trays of its own desktops, and its
 * lights; the node on duty books what the gate let through, stops cards, and on its rounds asks about lines in doubt and checks
 * postings. All of it follows from the log alone, so a server that died, or one that takes over, goes on where that one stopped.
 *
 * @param switchboard of the node on duty, null on the others
 */
export function react(
  centre: Centre, keeper: CallKeeper, switchboard: () => Pick<Switchboard, 'promisesChanged'> | null, scheduler: Scheduler,
): { start: () => Promise<void>; takeOver: () => Promise<void>; stop: () => void; clockMoved: () => Promise<void> } {
  const { logger, open, agents, duty } = centre;
  const failed = (what: string) => (error: unknown) => logger.error({ error: error instanceof Error ? error.message : String(error) }, what);
  let cancel: (() => void) | null = null;
  let stopped = false;
  let promisesShown = '';

  const tellPromises = (): void => {
    const promises = open.all().flatMap((state) =>
      state.owner === null ? [] : state.promises.filter((promise) => promise.status === 'open').map((promise) => ({ personId: state.owner!, from: promise.from, to: promise.to, promiseId: promise.promiseId })),
    );
    const text = JSON.stringify(promises);
    const board = switchboard();
    if (text === promisesShown || board === null) return;
    promisesShown = text;
    board.promisesChanged(promises).catch(failed('the switchboard was not told of promises'));
  };

  /** A second matter on a call gets what the phone system has told of that call (CT1). */
  const shareCall = async (state: CaseState): Promise<void> => {
    const callId = state.opened?.callId ?? null;
    if (callId === null || state.calls[callId] !== undefined) return;
    const events = await keeper.load(callId);
    // PR3: a case that names a colleague's call or case gets nothing of it.
    const { owner } = state;
    if (owner === null || foldCall(callId, events).legs.every((leg) => leg.personId !== owner)) return;
    const from = state.opened?.fromCase == null ? null : await centre.cases.load(state.opened.fromCase);
    const first = from?.access[owner] === undefined ? null : from;
    await appendToCase({ ...centre, now: () => centre.clock.now() }, state.id, 'phones', (current) => ({
      events: current === null || current.calls[callId] !== undefined ? [] : [
        ...events.map((event) => ({ kind: 'call recorded', body: { event } }) as const),
        ...(first?.customerId == null ? [] : [{ kind: 'customer identified', body: { customerId: first.customerId, how: 'number' } } as const]),
        ...Object.entries(first?.verification ?? {}).flatMap(([id, level]) => level.factors.map((factor) => ({
          kind: 'verification checked', body: { callId: id, factor: factor.factor, ok: factor.ok, level: level.level, failuresToday: level.failuresToday },
        }) as const)),
      ],
    }));
    await recogniseCaller(centre, state.id, owner);
  };

  /** What one node does, and no other. */
  const carryOn = async (state: CaseState, kinds: ReadonlySet<string>): Promise<void> => {
    if (kinds.has('case opened')) shareCall(state).catch(failed('a second matter did not get its call'));
    if (kinds.has('execution started')) bookStartedLines(centre, state.id).catch(failed('lines were not booked; they are asked about on the next round'));
    if (kinds.has('execution recovered')) inquireOpenLines(centre, state.id).catch(failed('a booking of the lost time was not asked about; the next round asks again'));
    if (kinds.has('stop ordered')) carryOutStops(centre, state, false).catch(failed('a stop was not carried out; it is asked about on the next round'));
    // OF4: what was reported while the line was down is looked up before anything else is done about it.
    if (hasReports(state) && reportMoved.some((kind) => kinds.has(kind))) verifyFirst(centre, state.id).catch(failed('a report was not verified; it is looked up on the next round'));
    if (kinds.has('call logged') || kinds.has('call recorded')) keeper.handCalls.join().catch(failed('calls logged by hand were not joined; the next round joins them'));
    // Facts that came with the age they had: read again now that somebody can (SY8).
    if (kinds.has('held facts used') && state.owner !== null) readFactsInto(centre, state.id, state.owner, 'refresh', []).catch(failed('held facts were not read again'));
    if (kinds.has('access granted') && state.owner !== null && state.facts[state.owner] === undefined) recogniseCaller(centre, state.id, state.owner).catch(failed('facts were not read for the new owner'));
    // Whose time was over loses the review to whoever takes it next: not left 复核中, where no choice of state is open.
    if (kinds.has('review taken')) await leaveReviews(state);
    if (kinds.has('review taken')) {
      for (const review of Object.values(state.reviews)) {
        if (review.status === 'taken' && review.takenBy !== null) await agents.request(review.takenBy, { kind: 'review-taken', reviewId: review.id });
      }
    }
    if (['review approved', 'review returned', 'review released', 'review closed', 'review withdrawn', 'review passed to lead'].some((kind) => kinds.has(kind))) await leaveReviews(state);
    if (state.promises.length > 0) tellPromises();
  };

  open.onChanged(async (state, kinds) => {
    keeper.note(state);
    if (duty.holds) await carryOn(state, kinds).catch(failed('what follows from a change was not done; the next round looks again'));
    // A call that rings must not wait for lists that it does not change: only what a case has can have changed in them.
    if (Object.keys(state.reviews).length > 0) publishReviews(centre);
    if (state.escalations.length > 0 || [...kinds].some((kind) => kind.startsWith('hand-over'))) publishTrays(centre);
  });

  /** Nobody stays 复核中 for a review that is no longer theirs. */
  const leaveReviews = async (state: CaseState): Promise<void> => {
    for (const person of centre.people.all()) {
      const reviewId = agents.get(person.id).reviewId;
      const review = reviewId === null ? undefined : state.reviews[reviewId];
      if (reviewId !== null && review !== undefined && (review.status !== 'taken' || review.takenBy !== person.id)) await agents.request(person.id, { kind: 'review-left', reviewId });
    }
  };

  /** A server that died between the end of a review and the change of state left somebody 复核中: who has no review leaves it. */
  const leaveLostReviews = async (): Promise<void> => {
    for (const person of centre.people.all()) {
      const reviewId = agents.get(person.id).reviewId;
      if (reviewId === null) continue;
      const holds = open.all().some((state) => state.reviews[reviewId]?.status === 'taken' && state.reviews[reviewId].takenBy === person.id);
      if (!holds) await agents.request(person.id, { kind: 'review-left', reviewId });
    }
  };

  const coreLight = (core: Light): void => {
    centre.lights.core = core;
    centre.live.setForAll('lights', { ...centre.lights });
  };
  const skew = watchBankClock(logger);
  let coreTrouble: string | null = null;

  const lights = async (): Promise<void> => {
    const [asked, began] = [Date.parse(centre.clock.now()), performance.now()];
    const core = await centre.bank.ping({ timeoutMs: 3_000 });
    const took = performance.now() - began;
    if (core.kind === 'answer') skew(Date.parse(core.value.bankTime), asked + took / 2);
    const cause = core.kind === 'no-answer' ? core.cause : null;
    if (cause !== coreTrouble && cause !== 'paused') logger.warn({ cause }, cause === null ? 'core banking answers again' : 'core banking does not answer');
    if (cause !== 'paused') coreTrouble = cause;
    coreLight(core.kind === 'no-answer' ? 'down' : took > 1_500 ? 'slow' : 'ok');
  };
  // Told at once, not at the next round: a desktop must not let anybody begin what cannot be sent.
  const endWatch = centre.bank.watchLine?.((line) => {
    if (line !== 'trying') coreLight(line === 'up' ? 'ok' : 'down');
    if (line !== 'trying') logger.warn({ line }, 'the line to core banking');
  });

  const timeBoxes = async (): Promise<void> => {
    for (const person of centre.people.all()) {
      const state = agents.get(person.id);
      if (state.until !== null && state.until <= centre.clock.now()) await agents.request(person.id, { kind: 'time-box-ended', version: state.version });
    }
  };

  const dutyRound = async (): Promise<void> => {
    await timeBoxes();
    await leaveLostReviews();
    for (const state of open.all()) {
      if (hasReports(state)) await verifyFirst(centre, state.id);
      if (state.stops.some((stop) => stop.status === 'in-doubt' || stop.status === 'ordered')) await carryOutStops(centre, state, false);
      if (hasWaiting(state)) await settleWaiting(centre, state.id);
      // What is still on its way waits its turn behind the booking; what a failed booking left is asked about here.
      if (Object.values(state.operations).some((operation) => operation.status === 'in-doubt' || operation.status === 'executing')) await inquireOpenLines(centre, state.id);
    }
    await keeper.handCalls.join();
    await checkPostings(centre);
  };

  const round = async (): Promise<void> => {
    await lights();
    if (duty.holds) await dutyRound();
    publishReviews(centre);
  };

  const again = (): void => {
    if (stopped) return;
    cancel = scheduler.after(ROUND_MS, () => void round().catch(failed('a round was not finished')).finally(again));
  };

  return {
    start: async () => {
      publishReviews(centre);
      publishTrays(centre);
      await lights().catch(failed('the lights are not known'));
      again();
    },
    takeOver: async () => {
      // What was on its way when the server died is in doubt until the bank tells (TP3, TP10).
      for (const state of open.all()) {
        if (Object.values(state.operations).some((operation) => operation.status === 'executing' || operation.status === 'in-doubt')) await inquireOpenLines(centre, state.id);
        if (state.stops.some((stop) => stop.status === 'ordered' || stop.status === 'in-doubt')) await carryOutStops(centre, state, true);
      }
      promisesShown = '';
      tellPromises();
    },
    stop: () => {
      stopped = true;
      endWatch?.();
      cancel?.();
    },
    clockMoved: async () => {
      centre.live.setForAll('clock', { serverAt: centre.clock.now(), controllable: true });
      await round();
    },
  };
}
