import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { CallState } from '#shared/telephony/call-state.ts';
import { Outboxes } from '../../../server/metrics/outboxes.ts';
import { wrapUps } from '../../../server/metrics/wrap-ups.ts';
import { Metrics, type Standing } from '../../../server/metrics/metrics.ts';
import { Readiness } from '../../../server/metrics/serve-metrics.ts';

const STANDING: Standing = { desktops: 3, reviewsWaiting: 2, oldestReview: 75, openCases: 9, operationsInDoubt: 1, callsWaiting: 4, light: { core: 1, phones: 0.5 }, outboxes: { desktops: 2, waiting: 31, oldestSeconds: 90.5 }, node: { onDuty: true, heard: 2, redis: false } };
const at = (seconds: number): string => new Date(Date.parse('2026-11-23T02:00:00.000Z') + seconds * 1_000).toISOString();
const ended = (more: Partial<CallState>): CallState => ({
  callId: 'c', direction: 'in', phase: 'ended', number: '13800000000', queue: 'general', queuedAt: at(0), answeredAt: null, endedAt: at(300), endReason: 'customer-hung-up', legs: [], ...more,
}) as CallState;
const answeredAfter = (seconds: number, talk = 60): CallState =>
  ended({ answeredAt: at(seconds), legs: [{ personId: 'p', desktopId: null, answeredAt: at(seconds), endedAt: at(seconds + talk), heldMs: 0 }] });

const valuesOf = async (metrics: Metrics): Promise<Record<string, number>> => Object.fromEntries((await metrics.registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
  const cut = line.lastIndexOf(' ');
  return [line.slice(0, cut), Number(line.slice(cut + 1))];
}));

describe('what the server tells of itself', () => {
  it('counts calls as the field counts them: each figure with numerator and denominator', async () => {
    const metrics = new Metrics(() => STANDING, { process: false });
    for (const call of [answeredAfter(5), answeredAfter(20), answeredAfter(21, 120), ended({ endReason: 'abandoned' }), ended({ direction: 'out', queuedAt: null, answeredAt: at(3), legs: answeredAfter(3, 30).legs })]) metrics.callEnded(call);
    expect(await valuesOf(metrics)).toMatchObject({
      aidline_calls_queued_total: 4, aidline_calls_answered_total: 3, aidline_calls_answered_in_20s_total: 2, aidline_calls_abandoned_total: 1,
      aidline_call_wait_seconds_sum: 46, aidline_call_wait_seconds_count: 3, aidline_call_handling_seconds_sum: 270, aidline_call_handling_seconds_count: 4,
    });
  });

  it('tells how things stand when somebody asks, and what became of commands and appends', async () => {
    const metrics = new Metrics(() => STANDING, { process: false });
    metrics.answered([{ id: 'a', status: 'forked' }, { id: 'b', status: 'gap', expected: 1 }, { id: 'c', status: 'gap', expected: 1 }]);
    metrics.appended([{ status: 'conflict', stream: 'a' as never, actualVersion: 1 }], 0.003);
    metrics.fannedOut(0.02);
    expect(await valuesOf(metrics)).toMatchObject({
      aidline_desktops_connected: 3, aidline_reviews_waiting: 2, aidline_review_oldest_seconds: 75, aidline_cases_open: 9, aidline_operations_in_doubt: 1, aidline_calls_waiting: 4,
      aidline_core_up: 1, aidline_phones_up: 0.5, 'aidline_commands_total{status="forked"}': 1, 'aidline_commands_total{status="gap"}': 2,
      'aidline_appended_total{status="conflict"}': 1, 'aidline_append_seconds_bucket{le="0.0025"}': 0, 'aidline_append_seconds_bucket{le="0.005"}': 1, 'aidline_fan_out_seconds_count': 1,
    });
  });

  it('tells what waits at desktops, and how this node stands among the others', async () => {
    const metrics = new Metrics(() => STANDING, { process: false });
    metrics.outboxTold({ waiting: 30, oldestSeconds: 28_800 });
    metrics.tookDuty();
    expect(await valuesOf(metrics)).toMatchObject({
      aidline_outbox_desktops: 2, aidline_outbox_waiting: 31, aidline_outbox_oldest_seconds: 90.5, 'aidline_outbox_told_age_seconds_bucket{le="3600"}': 0,
      'aidline_outbox_told_age_seconds_bucket{le="36000"}': 1, 'aidline_outbox_told_waiting_bucket{le="100"}': 1, aidline_node_on_duty: 1, aidline_nodes_heard: 2, aidline_redis_up: 0,
      aidline_duty_taken_total: 1,
    });
    const alone = new Metrics(() => ({ ...STANDING, node: { onDuty: true, heard: 1, redis: null } }), { process: false });
    expect(await valuesOf(alone)).toMatchObject({ aidline_redis_up: -1 });
  });

  it('counts wrap-up from the end of a call until another state, and none where an offer was missed', () => {
    const told: number[] = [];
    const changed = wrapUps((seconds) => told.push(seconds));
    changed({ personId: 'p', state: 'after-call', reason: 'call-ended', since: at(0) });
    changed({ personId: 'q', state: 'after-call', reason: 'offer-missed', since: at(1) });
    changed({ personId: 'q', state: 'available', reason: 'chosen', since: at(40) });
    changed({ personId: 'p', state: 'break', reason: 'chosen', since: at(45) });
    changed({ personId: 'p', state: 'available', reason: 'chosen', since: at(500) });
    expect(told).toEqual([45]);
  });

  it('keeps what a connection told until its end, and has it grow older', () => {
    let now = 0;
    const outboxes = new Outboxes(() => now);
    const [old, fresh, other] = [{}, {}, {}];
    outboxes.told(old, { waiting: 5, oldestSeconds: 100 });
    outboxes.told(fresh, { waiting: 7, oldestSeconds: 130 });
    outboxes.told(other, { waiting: 1, oldestSeconds: 2 });
    now = 30_000;
    outboxes.left(old);
    expect(outboxes.standing()).toEqual({ desktops: 2, waiting: 8, oldestSeconds: 160 });
    outboxes.told(fresh, { waiting: 0, oldestSeconds: 0 });
    outboxes.left(other);
    expect(outboxes.standing()).toEqual({ desktops: 0, waiting: 0, oldestSeconds: 0 });
  });

  it('has every figure that the dashboard shows', async () => {
    const dashboard = z.object({ panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })) })) })
      .parse(JSON.parse(readFileSync(new URL('../../../docs/grafana/aidline.json', import.meta.url), 'utf8')));
    const shown = new Set(dashboard.panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr.match(/\b(?:aidline|nodejs|process)_[a-z0-9_]+/g) ?? [])));
    const metrics = new Metrics(() => STANDING);
    const told = new Set((await metrics.registry.getMetricsAsJSON()).flatMap(({ name }) => [name, `${name}_bucket`, `${name}_sum`, `${name}_count`]));
    expect(shown.size).toBeGreaterThan(15);
    expect([...shown].filter((name) => !told.has(name))).toEqual([]);
  });
});

describe('[OP1] whether desktops should be sent to a server', () => {
  it('[OP1] is told by its start, its log and its stop', async () => {
    let answers: () => Promise<never> = () => Promise.resolve({} as never);
    const readiness = new Readiness({ head: () => answers() });
    expect(await readiness.ask()).toEqual({ ready: false, why: 'starting' });
    readiness.serving();
    expect(await readiness.ask()).toEqual({ ready: true, why: null });
    answers = () => Promise.reject(new Error('the disk is gone'));
    expect(await readiness.ask()).toEqual({ ready: false, why: 'log' });
    readiness.stopping();
    expect(await readiness.ask()).toEqual({ ready: false, why: 'stopping' });
  });
});
