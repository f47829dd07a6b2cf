import type { Logger } from 'pino';
import type { QueueSummary } from '#shared/telephony/routing.ts';
import type { EventLog } from '../log/log.ts';
import type { Scheduler } from '../telephony/scheduler.ts';
import { Bus, aloneBus } from './bus.ts';
import type { CommitWords } from './commit-words.ts';
import { Duty } from './duty.ts';
import { postgresLock } from './duty-lock.ts';
import { Differences } from './differences.ts';
import { DutyLine } from './duty-line.ts';
import type { DutyWork } from './node-message.ts';
import { noticeCarrier } from './notice-carrier.ts';
import { aloneOnDuty, type OnDuty } from './on-duty.ts';
import { BEAT_MS, Presence } from './presence.ts';
import { redisCarrier } from './redis-carrier.ts';

export type NodesParts = {
  node: string;
  log: EventLog;
  /** What the log tells the others of its commits by. */
  commits: CommitWords;
  /** PostgreSQL; null: this server is the only one. */
  database: string | null;
  redis: string | null;
  /** 32 bytes that every node of the centre has, and nobody else. */
  busKey: Uint8Array;
  newId: () => string;
  scheduler: Scheduler;
  logger: Logger;
  /** This node takes the centre's calls and orders over. */
  taken: () => Promise<void>;
  lost: () => Promise<void>;
  /** Does what another node asked of the one on duty. */
  work: (work: DutyWork) => Promise<unknown>;
  inquire: OnDuty['inquire'];
  /** Which rules this node decides by. */
  rulesVersion: () => string;
  /** What the node on duty tells of the waiting queue. */
  queueTold: (summary: unknown) => void;
  /** Another node tells that something of the centre has changed beside the log. */
  centreTold: () => void;
  /** Another node tells that it has ended sessions. */
  endsTold: () => void;
};

export type Nodes = {
  duty: OnDuty;
  line: DutyLine;
  presence: Presence;
  /** Whether Redis hurries this node; null where none was named. */
  redisUp: () => boolean | null;
  tellQueue: (summary: QueueSummary) => void;
  tellCentre: () => void;
  tellEnds: () => void;
  /** Others are heard of, and somebody is on duty. */
  start: () => Promise<void>;
  /** First of all of a stop: duty is another node's, and this one's desktops are known to be leaving. */
  handOver: () => Promise<void>;
  stop: () => Promise<void>;
};

/** For so long a node that starts waits for duty to be somebody's: its own, where it is the first. */
const SETTLE_MS = 1_000;

/** This server's part among the nodes of its centre; on SQLite it is the only one. */
export function joinNodes(parts: NodesParts): Nodes {
  const { node, database, logger, scheduler } = parts;
  const failed = (what: string) => (error: unknown): void => logger.error({ error: error instanceof Error ? error.message : String(error) }, what);
  const heardFailed = failed('a word of another node was not heard');
  const carriers = [
    ...(parts.redis === null ? [] : [redisCarrier(parts.redis, (up, error) => logger.warn({ up, ...(error === '' ? {} : { error }) }, up ? 'Redis hurries the nodes' : 'Redis is away; the nodes talk through the database'))]),
    ...(database === null ? [] : [noticeCarrier(database)]),
  ];
  const bus = database === null ? aloneBus(node) : new Bus(node, parts.busKey, carriers, heardFailed);
  const presence = new Presence(bus, () => performance.now());
  // The database's own notices would carry them no faster than they are read.
  if (parts.redis !== null) parts.commits.carryBy(bus, () => bus.hurried && presence.nodes > 0);
  const duty = database === null ? null : new Duty({
    node, log: parts.log, now: () => scheduler.now(), newId: parts.newId, lock: postgresLock(database), onError: failed('duty was not taken; it is tried again'),
    taken: async () => {
      logger.info({ node }, 'this node is on duty');
      await parts.taken();
    },
    lost: async () => {
      logger.info({ node, to: duty?.holder ?? null }, 'this node is not on duty any more');
      await parts.lost();
    },
  });
  const holds = (): boolean => duty?.holds ?? true;
  const line: DutyLine = new DutyLine({ bus, holds, holder: () => duty?.holder ?? node, work: parts.work, scheduler });
  duty?.onChanged(() => line.moved());
  const differences = new Differences(logger, () => scheduler.now(), parts.rulesVersion);
  bus.onMessage((from, message) => {
    if (message.kind === 'standing') differences.note(from, message);
    if (message.kind === 'queue') parts.queueTold(message.summary);
    if (message.kind === 'centre') parts.centreTold();
    if (message.kind === 'sessions ended') parts.endsTold();
  });
  let cancel = (): void => undefined;
  const beat = (): void => {
    presence.beat();
    bus.tell({ kind: 'standing', at: scheduler.now(), rules: parts.rulesVersion() });
    cancel = scheduler.after(BEAT_MS, beat);
  };
  const inquire: OnDuty['inquire'] = (caseId, lineId) => (holds() ? parts.inquire(caseId, lineId) : line.tell({ kind: 'inquiry', caseId, lineId }));
  return {
    duty: duty === null ? aloneOnDuty(parts.inquire) : { get holds() { return duty.holds; }, guard: () => duty.guard(), inquire },
    line, presence,
    redisUp: () => (parts.redis === null ? null : bus.hurried),
    tellCentre: () => bus.tell({ kind: 'centre' }),
    tellEnds: () => bus.tell({ kind: 'sessions ended' }),
    tellQueue: (summary) => bus.tell({ kind: 'queue', summary }),
    start: async () => {
      if (duty === null) return parts.taken();
      const heard = new Set<string>();
      const isKept = (): boolean => duty.holder !== null && heard.has(duty.holder);
      const { promise: settled, resolve } = Promise.withResolvers<void>();
      scheduler.after(SETTLE_MS, resolve);
      duty.onWork(resolve);
      const deaf = bus.onMessage((from, { kind }) => {
        // Whoever has duty and is heard of goes on with it, unless it says that it leaves.
        if (kind === 'leaving') heard.delete(from);
        else heard.add(from);
        if (isKept()) resolve();
      });
      beat();
      await duty.start();
      if (!duty.holds && !isKept()) await settled;
      deaf();
    },
    handOver: async () => {
      await duty?.stop();
      if (duty === null) await parts.lost();
    },
    stop: async () => {
      cancel();
      presence.stop();
      await bus.stop();
    },
  };
}
