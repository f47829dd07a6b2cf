import type { AgentState } from '#shared/telephony/agent-state.ts';

/** ACW: from the end of a call until the agent is in another state. After an offer that was missed nobody wraps anything up. */
export function wrapUps(tell: (seconds: number) => void): (state: Pick<AgentState, 'personId' | 'state' | 'since' | 'reason'>) => void {
  const since = new Map<string, string>();
  return ({ personId, state, since: at, reason }) => {
    const began = since.get(personId);
    if (state === 'after-call') {
      if (reason === 'call-ended') since.set(personId, at);
      return;
    }
    since.delete(personId);
    if (began !== undefined) tell(Math.max(0, Date.parse(at) - Date.parse(began)) / 1_000);
  };
}
