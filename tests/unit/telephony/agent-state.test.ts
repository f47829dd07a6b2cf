import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentStateLabels, agentStateNameSchema, agentStateSchema, firstAgentState, nextAgentState } from '#shared/telephony/agent-state.ts';
import type { AgentState, AgentStateRequest, ChosenState } from '#shared/telephony/agent-state.ts';
import { at } from './arbitraries.ts';

function after(...requests: AgentStateRequest[]): AgentState {
  return requests.reduce((state, request, i) => {
    const result = nextAgentState(state, request, at(i + 1));
    if (!result.ok) throw new Error(result.refusal.code);
    return result.state;
  }, firstAgentState('p1', at(0)));
}
const choose = (to: ChosenState, basedOn: number, minutes?: number): AgentStateRequest => ({ kind: 'choose', to, basedOn, ...(minutes ? { minutes } : {}) });

describe('agent state', () => {
  it('[CT4] a late "available" never undoes a newer "break"', () => {
    const resting = after(choose('available', 0), choose('break', 1));
    const late = nextAgentState(resting, choose('available', 1), at(9));
    expect(late).toMatchObject({ ok: false, refusal: { code: 'agent-state-stale' } });
  });

  it('[CT4] a late "available" does not undo what the phones or a lead did either', () => {
    const missed = after(choose('available', 0), { kind: 'offer-missed', callId: 'c1' });
    expect(nextAgentState(missed, choose('available', 1), at(9)).ok).toBe(false);
    const sent = after(choose('available', 0), { kind: 'set-by-lead', to: 'training' });
    expect(nextAgentState(sent, choose('available', 1), at(9)).ok).toBe(false);
  });

  it('[CT4] a late "break" stands where only the phones moved since, and waits for the end of the call', () => {
    const onCall = after(choose('available', 0), { kind: 'answered', callId: 'c1' });
    const asked = nextAgentState(onCall, choose('break', 1), at(9));
    expect(asked).toMatchObject({ ok: true, state: { state: 'on-call', next: 'break', callId: 'c1' } });
    const wrapUp = after(choose('available', 0), { kind: 'answered', callId: 'c1' }, choose('break', 1), { kind: 'call-ended', callId: 'c1' });
    expect(wrapUp).toMatchObject({ state: 'after-call', next: 'break' });
    expect(nextAgentState(wrapUp, { kind: 'wrap-up-done', basedOn: wrapUp.version }, at(9))).toMatchObject({ ok: true, state: { state: 'break', next: null } });
  });

  it('[CT4] a late "break" does not stand where a person has asked for something since', () => {
    const sent = after(choose('available', 0), { kind: 'set-by-lead', to: 'training' });
    expect(nextAgentState(sent, choose('break', 1), at(9))).toMatchObject({ ok: false, refusal: { code: 'agent-state-stale' } });
    expect(nextAgentState(sent, choose('break', sent.version), at(9)).ok).toBe(true);
  });

  it('[CT4] in any interleaving, "available" is entered by a person only on the newest ground', () => {
    const request = fc.oneof(
      fc.record({ kind: fc.constant('choose' as const), to: fc.constantFrom<ChosenState>('available', 'break', 'case-work', 'training', 'signed-out'), basedOn: fc.integer({ min: 0, max: 12 }) }),
      fc.record({ kind: fc.constant('wrap-up-done' as const), basedOn: fc.integer({ min: 0, max: 12 }) }),
      fc.record({ kind: fc.constantFrom('answered' as const, 'dialled' as const, 'call-ended' as const, 'offer-missed' as const), callId: fc.constantFrom('c1', 'c2') }),
      fc.record({ kind: fc.constantFrom('review-taken' as const, 'review-left' as const), reviewId: fc.constantFrom('r1', 'r2') }),
      fc.record({ kind: fc.constant('time-box-ended' as const), version: fc.integer({ min: 0, max: 12 }) }),
    );
    fc.assert(
      fc.property(fc.array(request, { maxLength: 30 }), (requests) => {
        let state = firstAgentState('p1', at(0));
        requests.forEach((asked, i) => {
          const before = state;
          const result = nextAgentState(state, asked, at(i + 1));
          if (!result.ok) return;
          state = result.state;
          expect(agentStateSchema.parse(state)).toEqual(state);
          expect(state.version).toBe(before.version + (result.changed ? 1 : 0));
          const isAsked = asked.kind === 'choose' || asked.kind === 'wrap-up-done';
          if (isAsked && state.state === 'available' && before.state !== 'available') expect(asked.basedOn).toBe(before.version);
          if (state.state === 'on-call') expect(state.callId).not.toBeNull();
          if (before.state === 'on-call' && state.state !== 'on-call') expect(asked.kind).toBe('call-ended');
          if (before.state === 'in-review' && state.state !== 'in-review') expect(['review-left', 'answered']).toContain(asked.kind);
        });
      }),
      { seed: 4, numRuns: 1000 },
    );
  });

  it('case work is time-boxed, by policy at most, and ends by itself only under its own box', () => {
    const working = after(choose('available', 0), choose('case-work', 1, 400));
    expect(working.until).toBe(new Date(Date.parse(working.since) + 60 * 60_000).toISOString());
    expect(nextAgentState(working, { kind: 'time-box-ended', version: working.version - 1 }, at(9))).toMatchObject({ ok: true, changed: false });
    expect(nextAgentState(working, { kind: 'time-box-ended', version: working.version }, at(9))).toMatchObject({ state: { state: 'available', until: null } });
  });

  it('a break’s end is shown, not enforced: nobody is offered a call while away', () => {
    const resting = after(choose('available', 0), choose('break', 1, 10));
    expect(resting.until).not.toBeNull();
    expect(nextAgentState(resting, { kind: 'time-box-ended', version: resting.version }, at(9))).toMatchObject({ changed: false });
  });

  it('dialling a callback out of case work leads back to case work after the wrap-up', () => {
    const done = after(choose('available', 0), choose('case-work', 1), { kind: 'dialled', callId: 'c1' }, { kind: 'call-ended', callId: 'c1' });
    expect(done).toMatchObject({ state: 'after-call', next: 'case-work' });
  });

  it('a review returns the mentor to where she was', () => {
    const reviewing = after(choose('available', 0), { kind: 'review-taken', reviewId: 'r1' });
    expect(reviewing.state).toBe('in-review');
    expect(nextAgentState(reviewing, choose('available', reviewing.version), at(8))).toMatchObject({ ok: false });
    expect(nextAgentState(reviewing, { kind: 'review-left', reviewId: 'r1' }, at(9))).toMatchObject({ state: { state: 'available', reviewId: null } });
  });

  it('nobody signs out in a call, and the end of another call changes nothing', () => {
    const onCall = after(choose('available', 0), { kind: 'answered', callId: 'c1' });
    expect(nextAgentState(onCall, choose('signed-out', onCall.version), at(9))).toMatchObject({ ok: false, refusal: { code: 'agent-state-on-call' } });
    expect(nextAgentState(onCall, { kind: 'call-ended', callId: 'c9' }, at(9))).toMatchObject({ ok: true, changed: false });
  });

  it('every state has a name in both languages', () => {
    for (const name of agentStateNameSchema.options) {
      expect(agentStateLabels[name].zh).toMatch(/\p{Script=Han}/u);
      expect(agentStateLabels[name].en).toMatch(/^[A-Z]/);
    }
  });
});
