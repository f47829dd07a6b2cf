import { z } from 'zod';

export const agentStateNameSchema = z.enum([
  'available',
  'on-call',
  'after-call',
  'case-work',
  'in-review',
  'break',
  'training',
  'signed-out',
]);
export type AgentStateName = z.infer<typeof agentStateNameSchema>;

export const agentStateLabels: Record<AgentStateName, { zh: string; en: string }> = {
  available: { zh: '空闲', en: 'Available' },
  'on-call': { zh: '通话', en: 'On a call' },
  'after-call': { zh: '话后', en: 'After call' },
  'case-work': { zh: '个案处理', en: 'Case work' },
  'in-review': { zh: '复核中', en: 'In review' },
  break: { zh: '小休', en: 'Break' },
  training: { zh: '培训', en: 'Training' },
  'signed-out': { zh: '签出', en: 'Signed out' },
};

/** States that a person chooses; the others follow from calls and reviews. */
export const chosenStateSchema = z.enum(['available', 'case-work', 'break', 'training', 'signed-out']);
export type ChosenState = z.infer<typeof chosenStateSchema>;

const agentStateReasonSchema = z.enum([
  'chosen',
  'lead',
  'answered',
  'dialled',
  'call-ended',
  'offer-missed',
  'review',
  'time-box',
  'hard-call',
  'first',
]);

export const agentStateSchema = z.object({
  personId: z.string(),
  state: agentStateNameSchema,
  since: z.string(),
  reason: agentStateReasonSchema,
  /** Grows by one with every change; what a desktop's request names as the ground it stands on. */
  version: z.int().min(0),
  /** The version of the last change that a person asked for (the agent or a lead). */
  personVersion: z.int().min(0),
  /** The time box of case work, a break: when it runs out. */
  until: z.string().nullable(),
  callId: z.string().nullable(),
  reviewId: z.string().nullable(),
  /** Asked for during a call: entered when the wrap-up is done. */
  next: chosenStateSchema.nullable(),
  /** Where a review began: entered again when it ends. */
  back: agentStateNameSchema.nullable(),
});
export type AgentState = z.infer<typeof agentStateSchema>;

const minutes = z.int().min(1).max(480);

/** Who asks for what. Everything but `choose` and `wrap-up-done` is a fact told by the server's own parts. */
const agentStateRequestSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('choose'),
    to: chosenStateSchema,
    basedOn: z.int().min(0),
    minutes: minutes.optional(),
    hardCall: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('wrap-up-done'), basedOn: z.int().min(0) }),
  z.object({ kind: z.literal('set-by-lead'), to: chosenStateSchema, minutes: minutes.optional() }),
  z.object({ kind: z.literal('answered'), callId: z.string() }),
  z.object({ kind: z.literal('dialled'), callId: z.string() }),
  z.object({ kind: z.literal('call-ended'), callId: z.string() }),
  z.object({ kind: z.literal('offer-missed'), callId: z.string() }),
  z.object({ kind: z.literal('review-taken'), reviewId: z.string() }),
  z.object({ kind: z.literal('review-left'), reviewId: z.string() }),
  z.object({ kind: z.literal('time-box-ended'), version: z.int().min(0) }),
]);
export type AgentStateRequest = z.infer<typeof agentStateRequestSchema>;

export interface AgentStatePolicy {
  /** 个案处理 unless minutes are asked for. */
  caseWorkMinutes: number;
  caseWorkMaxMinutes: number;
}
const defaultAgentStatePolicy: AgentStatePolicy = { caseWorkMinutes: 20, caseWorkMaxMinutes: 60 };

type AgentStateRefusalCode = 'agent-state-stale' | 'agent-state-on-call' | 'agent-state-not-possible';
interface AgentStateRefusal {
  code: AgentStateRefusalCode;
  zh: string;
  en: string;
}
export type AgentStateResult = { ok: true; state: AgentState; changed: boolean } | { ok: false; refusal: AgentStateRefusal };

/** A person whom the server has not heard of yet: signed out, version 0. */
export function firstAgentState(personId: string, at: string): AgentState {
  return {
    personId,
    state: 'signed-out',
    since: at,
    reason: 'first',
    version: 0,
    personVersion: 0,
    until: null,
    callId: null,
    reviewId: null,
    next: null,
    back: null,
  };
}

const refusals: Record<AgentStateRefusalCode, AgentStateRefusal> = {
  'agent-state-stale': {
    code: 'agent-state-stale',
    zh: '状态已被更新，这次切换没有执行。请看当前状态后再选。',
    en: 'Your state has changed since; this switch was not made. Look at the present state and choose again.',
  },
  'agent-state-on-call': {
    code: 'agent-state-on-call',
    zh: '通话中不能切换到这个状态，请先结束通话。',
    en: 'This state cannot be entered during a call. End the call first.',
  },
  'agent-state-not-possible': {
    code: 'agent-state-not-possible',
    zh: '当前状态不能这样切换。',
    en: 'This switch is not possible from the present state.',
  },
};
const refuse = (code: AgentStateRefusalCode): AgentStateResult => ({ ok: false, refusal: refusals[code] });

/**
 * The next state of an agent (CT4). The caller applies requests one after another in the order of the log: that order,
 * not the time a desktop claims, decides.
 *
 * A request from a desktop names the version it was based on. Based on an older one it is refused when it asks for
 * `available` (nobody is put in the line of fire by a press made before something else happened), or when a person has
 * asked for something since. A late "break" over a change made by the phones stands: it only takes work away.
 *
 * @param state the state now
 * @param request who asks for what
 * @param at the server's time, ISO UTC
 */
export function nextAgentState(
  state: AgentState,
  request: AgentStateRequest,
  at: string,
  policy: AgentStatePolicy = defaultAgentStatePolicy,
): AgentStateResult {
  const stay: AgentStateResult = { ok: true, state, changed: false };
  const change = (patch: Partial<AgentState> & Pick<AgentState, 'state' | 'reason'>): AgentStateResult => ({
    ok: true,
    changed: true,
    state: { ...state, until: null, since: at, ...patch, version: state.version + 1 },
  });
  const byPerson = { personVersion: state.version + 1 };
  const onCall = state.state === 'on-call';

  switch (request.kind) {
    case 'choose':
    case 'wrap-up-done': {
      const to = request.kind === 'choose' ? request.to : (state.next ?? 'available');
      if (isStale(state, to, request.basedOn)) return refuse('agent-state-stale');
      if (request.kind === 'wrap-up-done' && state.state !== 'after-call') return refuse('agent-state-not-possible');
      if (onCall) {
        if (to === 'signed-out') return refuse('agent-state-on-call');
        return { ok: true, changed: true, state: { ...state, next: to, version: state.version + 1, ...byPerson } };
      }
      if (state.state === 'in-review') return refuse('agent-state-not-possible');
      if (to === state.state && to !== 'case-work' && to !== 'break') return stay;
      const asked = request.kind === 'choose' ? request.minutes : undefined;
      const hardCall = request.kind === 'choose' && request.hardCall === true && to === 'break';
      return change({
        state: to,
        reason: hardCall ? 'hard-call' : 'chosen',
        until: boxEnd(to, asked, at, policy),
        next: null,
        ...byPerson,
      });
    }
    case 'set-by-lead':
      if (onCall) return { ok: true, changed: true, state: { ...state, next: request.to, version: state.version + 1, ...byPerson } };
      if (state.state === 'in-review') return refuse('agent-state-not-possible');
      return change({ state: request.to, reason: 'lead', until: boxEnd(request.to, request.minutes, at, policy), next: null, ...byPerson });
    case 'answered':
    case 'dialled': {
      if (onCall) return state.callId === request.callId ? stay : refuse('agent-state-on-call');
      if (state.state === 'signed-out') return refuse('agent-state-not-possible');
      if (state.state === 'in-review' && request.kind === 'dialled') return refuse('agent-state-not-possible');
      // A state that was being left for the call is entered again after the wrap-up, save availability itself.
      const kept = chosenStateSchema.safeParse(state.state).data;
      const next = state.next ?? (request.kind === 'dialled' && kept && kept !== 'available' ? kept : null);
      return change({ state: 'on-call', reason: request.kind, callId: request.callId, next });
    }
    case 'call-ended':
      if (!onCall || state.callId !== request.callId) return stay;
      // A review taken in the instant before the call came through still stands.
      if (state.reviewId !== null) {
        return change({ state: 'in-review', reason: 'call-ended', callId: null, back: 'after-call' });
      }
      return change({ state: 'after-call', reason: 'call-ended', callId: null });
    case 'offer-missed':
      return state.state === 'available' ? change({ state: 'after-call', reason: 'offer-missed' }) : stay;
    case 'review-taken':
      if (state.state === 'in-review' && state.reviewId === request.reviewId) return stay;
      if (state.state === 'in-review' || (onCall && state.reviewId !== null)) return refuse('agent-state-not-possible');
      // Taken during a call it is entered when the call ends, so that nothing is offered meanwhile (CT5).
      if (onCall) return { ok: true, changed: true, state: { ...state, reviewId: request.reviewId, version: state.version + 1 } };
      return change({ state: 'in-review', reason: 'review', reviewId: request.reviewId, back: state.state, until: null });
    case 'review-left': {
      if (state.reviewId !== request.reviewId) return stay;
      if (state.state !== 'in-review')
        return { ok: true, changed: true, state: { ...state, reviewId: null, back: null, version: state.version + 1 } };
      return change({ state: state.back ?? 'available', reason: 'review', reviewId: null, back: null });
    }
    case 'time-box-ended':
      // Only the box that was set runs out: a timer left over from an earlier one does nothing.
      if (request.version !== state.version || state.until === null) return stay;
      // A break's end is shown, not enforced: who is not back at the desk must not be offered a call.
      return state.state === 'case-work' ? change({ state: 'available', reason: 'time-box' }) : stay;
  }
}

function isStale(state: AgentState, to: ChosenState, basedOn: number): boolean {
  if (basedOn === state.version) return false;
  return to === 'available' || basedOn < state.personVersion || basedOn > state.version;
}

function boxEnd(to: ChosenState, asked: number | undefined, at: string, policy: AgentStatePolicy): string | null {
  if (to === 'case-work') return plusMinutes(at, Math.min(asked ?? policy.caseWorkMinutes, policy.caseWorkMaxMinutes));
  if (to === 'break' && asked !== undefined) return plusMinutes(at, asked);
  return null;
}

function plusMinutes(at: string, count: number): string {
  return new Date(Date.parse(at) + count * 60_000).toISOString();
}
