import { liveTopics } from '#shared/protocol/live.ts';
import type { LiveView } from '#shared/protocol/live-view.ts';

/** A call that only this desktop knows of is believed for so long: nobody could end it here once the desk was left. */
const BELIEVED_MS = 60 * 60_000;

export type ServingParts = {
  live(topic: string): LiveView | null;
  /** The centre is heard. */
  isOnline(): boolean;
  nowMs(): number;
  /** When the person's call that was logged by hand and is still on began; null without one. */
  handCallSince(): string | null;
};

/**
 * Whether a caller is served at this desk, or waited for: it rings, a call is on, or the agent is available. A desk that locks itself
 * then costs the caller; whoever does not answer is put into after-call by the centre (`offer-missed`), and that is none of these. Nor
 * is a wrap-up: nobody is on the line, nothing typed is lost, and the customer would stay on a screen that somebody walked away from.
 */
export function isServing({ live, isOnline, nowMs, handCallSince }: ServingParts): boolean {
  const logged = handCallSince();
  if (logged !== null && nowMs() - Date.parse(logged) < BELIEVED_MS) return true;
  const view = live('agent');
  const agent = liveTopics.agent.safeParse(view?.value).data;
  const busy = agent?.state === 'on-call';
  // Without the line nothing rings here, and that a call has ended is not heard.
  if (!isOnline()) return busy && view !== null && nowMs() - Date.parse(view.heardAt) < BELIEVED_MS;
  return busy || agent?.state === 'available' || liveTopics.offer.safeParse(live('offer')?.value).data != null;
}

/** When the call ended whose wrap-up this person is in: the time without input counts from there at the earliest, for a call may have none. */
export function callEndedAt(live: ServingParts['live']): string | null {
  const agent = liveTopics.agent.safeParse(live('agent')?.value).data;
  return agent?.state === 'after-call' && agent.reason !== 'offer-missed' ? agent.since : null;
}
