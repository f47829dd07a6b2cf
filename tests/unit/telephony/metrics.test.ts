import { describe, expect, it } from 'vitest';
import { firstAgentState } from '#shared/telephony/agent-state.ts';
import type { AgentState } from '#shared/telephony/agent-state.ts';
import { foldCall } from '#shared/telephony/call-state.ts';
import type { CallState } from '#shared/telephony/call-state.ts';
import {
  abandonment, afterCallWork, agentStateSpans, answerRate, averageHandlingTime, averageSpeedOfAnswer, occupancy, serviceLevel,
} from '#shared/telephony/metrics.ts';
import { at } from './arbitraries.ts';

function served(callId: string, wait: number, talk: number): CallState {
  return foldCall(callId, [
    { kind: 'queued', eventId: 'q', callId, at: at(0), queue: 'general' },
    { kind: 'answered', eventId: 'a', callId, at: at(wait), personId: 'p1' },
    { kind: 'ended', eventId: 'e', callId, at: at(wait + talk), reason: 'agent-hung-up' },
  ]);
}
function lost(callId: string, wait: number): CallState {
  return foldCall(callId, [
    { kind: 'queued', eventId: 'q', callId, at: at(0), queue: 'general' },
    { kind: 'abandoned', eventId: 'x', callId, at: at(wait) },
  ]);
}
const state = (version: number, second: number, more: Partial<AgentState>): AgentState => ({ ...firstAgentState('p1', at(second)), version, ...more });

const calls = [served('c1', 5, 100), served('c2', 20, 200), served('c3', 21, 300), lost('c4', 2), lost('c5', 60)];
const spans = agentStateSpans([
  state(1, 0, { state: 'available', reason: 'chosen' }),
  state(3, 400, { state: 'after-call', reason: 'call-ended' }),
  state(2, 100, { state: 'on-call', reason: 'answered', callId: 'c1' }),
  state(4, 460, { state: 'break', reason: 'chosen' }),
  state(5, 1060, { state: 'after-call', reason: 'offer-missed' }),
  state(6, 1100, { state: 'case-work', reason: 'chosen' }),
], at(1200));

describe('the figures of the centre, numerator over denominator', () => {
  it('AHT counts talk, hold and wrap-up over handled calls', () => {
    expect(averageHandlingTime(calls, spans)).toEqual({ numerator: 660_000, denominator: 3, value: 220_000 });
  });
  it('ACW leaves out the after-call of a missed offer', () => {
    expect(afterCallWork(calls, spans)).toEqual({ numerator: 60_000, denominator: 3, value: 20_000 });
  });
  it('ASA counts answered calls alone', () => {
    expect(averageSpeedOfAnswer(calls)).toEqual({ numerator: 46_000, denominator: 3, value: 46_000 / 3 });
  });
  it('service level: twenty seconds are within, twenty-one are not; short abandons can be left out', () => {
    expect(serviceLevel(calls)).toEqual({ numerator: 2, denominator: 5, value: 0.4 });
    expect(serviceLevel(calls, 20_000, 5000)).toEqual({ numerator: 2, denominator: 4, value: 0.5 });
  });
  it('answer rate and abandonment', () => {
    expect(answerRate(calls)).toEqual({ numerator: 3, denominator: 5, value: 0.6 });
    expect(abandonment(calls)).toEqual({ numerator: 2, denominator: 5, value: 0.4 });
  });
  it('occupancy: a break is in neither part, what follows a missed offer is idle', () => {
    expect(occupancy(spans)).toEqual({ numerator: 460_000, denominator: 600_000, value: 460 / 600 });
  });
  it('nothing divided by nothing is no figure', () => {
    expect(answerRate([]).value).toBeNull();
    expect(occupancy([]).value).toBeNull();
  });
  it('outbound calls ask for nobody: they are not in the answer rate', () => {
    const out = foldCall('o', [{ kind: 'callback-dialled', eventId: 'd', callId: 'o', at: at(0), personId: 'p1' }]);
    expect(answerRate([...calls, out]).denominator).toBe(5);
  });
});
