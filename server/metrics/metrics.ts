import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CommandResult } from '#shared/protocol/command.ts';
import type { CallState } from '#shared/telephony/call-state.ts';
import type { AskBody } from '#shared/protocol/asks.ts';
import type { AppendResult } from '../log/log.ts';
import type { OutboxStanding } from './outboxes.ts';

/** Seconds. What is answered at once to a person, up to what they would call stuck. */
const QUICK = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
/** Seconds of a person's time. */
const TALK = [15, 30, 60, 120, 180, 300, 450, 600, 900, 1_800, 3_600];
/** Seconds of work that waits to be sent: a blink of the line, up to a night. */
const UNSENT = [10, 60, 600, 3_600, 36_000, 86_400];
const UNSENT_COUNT = [1, 10, 100, 1_000, 10_000];
const WAIT = [5, 10, 15, 20, 30, 45, 60, 120, 300, 600];
/** 20秒服务水平. */
const SERVICE_LEVEL_MS = 20_000;

/** What is read when somebody asks: how things stand now. */
export type Standing = {
  desktops: number;
  reviewsWaiting: number;
  /** Seconds since the oldest waiting review was asked for; 0 for none. */
  oldestReview: number;
  openCases: number;
  operationsInDoubt: number;
  callsWaiting: number;
  light: { core: number; phones: number };
  /** What desktops connected here have told. */
  outboxes: OutboxStanding;
  node: {
    onDuty: boolean;
    /** Nodes that this one hears of, itself included. */
    heard: number;
    /** Null where no Redis was named. */
    redis: boolean | null;
  };
};

/**
 * What the server tells of itself to Prometheus. Counts, times and codes only: no name, number or id of anybody (PR4). Rates
 * are for whoever reads to divide: answer rate is `answered / queued`, service level `within / queued`, each over one range.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #appends: Histogram;
  readonly #appended: Counter<'status'>;
  readonly #fanOut: Histogram;
  readonly #commands: Counter<'status'>;
  readonly #queued: Counter;
  readonly #answered: Counter;
  readonly #within: Counter;
  readonly #abandoned: Counter;
  readonly #wait: Histogram;
  readonly #handling: Histogram;
  readonly #wrapUp: Histogram;
  readonly #outboxAge: Histogram;
  readonly #outboxCount: Histogram;
  readonly #takeovers: Counter;

  /** @param standing asked for at each reading; @param process with figures of the Node process as well: event-loop lag, memory, processor */
  constructor(standing: () => Standing, options: { process: boolean } = { process: true }) {
    const registers = [this.registry];
    const histogram = (name: string, help: string, buckets: number[]): Histogram => new Histogram({ name, help, buckets, registers });
    const counter = (name: string, help: string): Counter => new Counter({ name, help, registers });
    if (options.process) collectDefaultMetrics({ register: this.registry });
    this.#appends = histogram('aidline_append_seconds', 'From handing items to the log until they are durable', QUICK);
    this.#appended = new Counter({ name: 'aidline_appended_total', help: 'Items handed to the log, by what became of them', labelNames: ['status'], registers });
    this.#fanOut = histogram('aidline_fan_out_seconds', 'From a commit until it is sent to one connected desktop', QUICK);
    this.#commands = new Counter({ name: 'aidline_commands_total', help: 'Commands of desktops, by the answer', labelNames: ['status'], registers });
    this.#queued = counter('aidline_calls_queued_total', 'Inbound calls that asked for a person, counted when they ended');
    this.#answered = counter('aidline_calls_answered_total', 'Of those, answered by a person (answer rate: answered / queued)');
    this.#within = counter('aidline_calls_answered_in_20s_total', 'Of those, answered within 20 s of queueing (service level: this / queued)');
    this.#abandoned = counter('aidline_calls_abandoned_total', 'Inbound calls that the caller ended in the queue (abandonment: this / queued)');
    this.#wait = histogram('aidline_call_wait_seconds', 'From queueing to the first answer (ASA: sum / count)', WAIT);
    this.#handling = histogram('aidline_call_handling_seconds', 'Talking and holding of an ended call that a person answered, without wrap-up (AHT: with aidline_wrap_up_seconds)', TALK);
    this.#wrapUp = histogram('aidline_wrap_up_seconds', 'ACW: from the end of a call until its agent left the wrap-up (AHT: this sum + handling sum / handling count)', TALK);
    this.#outboxAge = histogram('aidline_outbox_told_age_seconds', 'Age of the oldest unsent command of a desktop, each time that one told it', UNSENT);
    this.#outboxCount = histogram('aidline_outbox_told_waiting', 'Unsent commands of a desktop, each time that one told it', UNSENT_COUNT);
    this.#takeovers = counter('aidline_duty_taken_total', 'How often this node has taken the duty');
    this.#gauges(standing, registers);
  }

  #gauges(standing: () => Standing, registers: Registry[]): void {
    const gauge = (name: string, help: string, read: (now: Standing) => number): void => {
      void new Gauge({ name, help, registers, collect() { this.set(read(standing())); } });
    };
    gauge('aidline_desktops_connected', 'Desktops connected to this server', ({ desktops }) => desktops);
    gauge('aidline_reviews_waiting', 'Reviews that nobody has taken', ({ reviewsWaiting }) => reviewsWaiting);
    gauge('aidline_review_oldest_seconds', 'Age of the oldest review that nobody has taken', ({ oldestReview }) => oldestReview);
    gauge('aidline_cases_open', 'Cases that are not closed', ({ openCases }) => openCases);
    gauge('aidline_operations_in_doubt', 'Operations whose booking the bank has not told of (TP10)', ({ operationsInDoubt }) => operationsInDoubt);
    gauge('aidline_calls_waiting', 'Callers in the queue', ({ callsWaiting }) => callsWaiting);
    gauge('aidline_outbox_desktops', 'Desktops connected here that told of unsent commands', ({ outboxes }) => outboxes.desktops);
    gauge('aidline_outbox_waiting', 'Their unsent commands', ({ outboxes }) => outboxes.waiting);
    gauge('aidline_outbox_oldest_seconds', 'Age of the oldest of these', ({ outboxes }) => outboxes.oldestSeconds);
    gauge('aidline_node_on_duty', '1 at the node that carries calls and orders, 0 at the others', ({ node }) => Number(node.onDuty));
    gauge('aidline_nodes_heard', 'Nodes of the centre that this one hears of, itself included', ({ node }) => node.heard);
    gauge('aidline_redis_up', '1 where Redis hurries this node, 0 where it is away and the database carries on, -1 where none was named', ({ node }) => (node.redis === null ? -1 : Number(node.redis)));
    gauge('aidline_core_up', 'The core-banking system: 1 answers, 0.5 slowly, 0 not', ({ light }) => light.core);
    gauge('aidline_phones_up', 'The phone system: 1 answers, 0.5 slowly, 0 not', ({ light }) => light.phones);
  }

  /** @param seconds that the items took together */
  appended(results: readonly AppendResult[], seconds: number): void {
    this.#appends.observe(seconds);
    for (const { status } of results) this.#appended.inc({ status });
  }

  fannedOut(seconds: number): void {
    this.#fanOut.observe(seconds);
  }

  answered(results: readonly CommandResult[]): void {
    for (const { status } of results) this.#commands.inc({ status });
  }

  /** @param seconds from the end of a call until its agent was free of it */
  wrappedUp(seconds: number): void {
    this.#wrapUp.observe(seconds);
  }

  outboxTold({ waiting, oldestSeconds }: AskBody<'tell outbox'>): void {
    this.#outboxCount.observe(waiting);
    this.#outboxAge.observe(oldestSeconds);
  }

  /** This node carries calls and orders from here on. */
  tookDuty(): void {
    this.#takeovers.inc();
  }

  /** Once for each call, when it has ended. */
  callEnded(call: CallState): void {
    const { queuedAt, answeredAt, direction, endReason, legs } = call;
    if (legs.length > 0) this.#handling.observe(legs.reduce((sum, leg) => sum + secondsBetween(leg.answeredAt, leg.endedAt ?? leg.answeredAt), 0));
    if (direction !== 'in' || queuedAt === null) return;
    this.#queued.inc();
    if (answeredAt === null) {
      if (endReason === 'abandoned') this.#abandoned.inc();
      return;
    }
    const waited = secondsBetween(queuedAt, answeredAt);
    this.#answered.inc();
    this.#wait.observe(waited);
    if (waited * 1_000 <= SERVICE_LEVEL_MS) this.#within.inc();
  }
}

const secondsBetween = (from: string, to: string): number => Math.max(0, Date.parse(to) - Date.parse(from)) / 1_000;
