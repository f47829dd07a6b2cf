/**
 * SY9: after a restore or a lossy fail-over the bank knows bookings that the log has lost. Until it has told them, nobody
 * executes; then what it told is in the customers' ledgers, where it holds account and kind, and with the operations that it
 * belongs to, where the restored log still has them. Protective stops wait for nothing of this (FL6).
 */
import { CaseId } from '#shared/protocol/ids.ts';
import type { TakenKey } from '#shared/protocol/bank.ts';
import { usedKeys } from '#shared/operation/gate.ts';
import { bankKey, openLines } from '#shared/operation/outcome.ts';
import { recoveredExecution } from '#shared/operation/recovered.ts';
import { customerStream } from '#shared/protocol/ids.ts';
import { appendToCase } from '../cases/append-case.ts';
import type { Centre } from '../centre.ts';
import { inquireOpenLines } from '../operations/book-lines.ts';
import { carryOutStops } from '../operations/stop-cards.ts';
import type { Scheduler } from '../telephony/scheduler.ts';
import { ledgerOf, recordLost, takenUp, unsettled } from './lost-bookings.ts';
import type { RecoveryBook } from './recovery-book.ts';

/** As long as desktops keep what was answered, to send it again (SY9). */
const ASKED_MS = 72 * 3_600_000;
/** The bank's clock and ours may differ by as much. */
const MARGIN_MS = 3_600_000;
const AGAIN_MS = 15_000;
const LOOK_MS = 2_000;
const PAGE = 500;
const STOPS: ReadonlySet<string> = new Set(['card-lock', 'card-unlock', 'card-loss']);

export type Recovery = {
  /** Nobody executes while this is so. */
  running: () => boolean;
  /** Asks the bank now, and again until it has told; at a node that is not on duty, looks whether the one that is has been told. */
  start: () => void;
  stop: () => void;
  /** Resolves once the present epoch needs no recovery (any more). */
  finished: Promise<void>;
};

type Parts = Pick<Centre, 'log' | 'cases' | 'open' | 'bank' | 'clock' | 'newId' | 'logger'>;

/** The last thing that the log knew before its present epoch, instant; null for an empty log. */
async function lastKnown(log: Parts['log']): Promise<string | null> {
  const { position } = await log.head();
  for (let window = 200; ; window *= 10) {
    const found = (await log.eventsAfter(Math.max(0, position - window), window)).at(-1);
    if (found !== undefined) return found.envelope.times.recorded;
    if (window >= position) return null;
  }
}

/** Since when the bank is asked: three days, and all of the lost time where that is longer. */
async function sinceWhen(parts: Parts): Promise<string> {
  const threeDays = Date.parse(parts.clock.now()) - ASKED_MS;
  const known = await lastKnown(parts.log);
  return new Date(known === null ? threeDays : Math.min(threeDays, Date.parse(known)) - MARGIN_MS).toISOString();
}

/**
 * Looks whether the log's epoch is one that a restore or a fail-over began and that has not been recovered from.
 * Nothing is asked before `start`.
 */
export async function prepareRecovery(centre: Centre, book: RecoveryBook, scheduler: Scheduler): Promise<Recovery> {
  const { log, logger } = centre;
  const { epoch } = await log.head();
  const [made] = await log.auditAfter(0, 1);
  const first = made?.kind === 'epoch started' && made.detail['reason'] === 'log made' ? made.detail['epoch'] : null;
  const known = await book.of(epoch);
  let running = epoch !== first && known?.finished !== true;
  let done: () => void = () => undefined;
  const finished = running ? new Promise<void>((resolve) => void (done = resolve)) : Promise.resolve();
  let stopped = false;
  let cancel: () => void = () => undefined;
  if (running && known === null) {
    const since = await sinceWhen(centre);
    await book.begin(epoch, since);
    await log.append([{ writes: [], command: null, audit: [{ kind: 'recovery begun', person: null, workstation: null, about: null, detail: { epoch, since } }] }]);
  }

  const over = (): void => {
    running = false;
    done();
  };
  const attempt = async (): Promise<void> => {
    if (!centre.duty.holds) {
      if ((await book.of(epoch))?.finished === true) over();
      return;
    }
    const told = await askForKeys(centre, book, epoch);
    if (told !== null) {
      await askAboutTheOpen(centre);
      await takeUp(centre, book);
      await log.append([{ writes: [], command: null, audit: [{ kind: 'recovery finished', person: null, workstation: null, about: null, detail: { epoch, ...told } }] }]);
      await book.finish(epoch, centre.clock.now());
      over();
      logger.warn({ epoch, ...told }, 'core banking has told of the lost time; execution is open again');
      return;
    }
    logger.warn({ epoch }, 'core banking does not tell what it took in the lost time; nobody executes until it does');
  };
  let asking = false;
  const run = (): void => {
    if (asking) return;
    asking = true;
    cancel();
    attempt().catch((error: unknown) => logger.error({ error: error instanceof Error ? error.message : 'unknown' }, 'the recovery of the lost time failed; it is tried again')).finally(() => {
      asking = false;
      if (running && !stopped) cancel = scheduler.after(centre.duty.holds ? AGAIN_MS : LOOK_MS, run);
    });
  };
  return {
    running: () => running,
    start: () => {
      if (running && !stopped) run();
    },
    stop: () => {
      stopped = true;
      cancel();
    },
    finished,
  };
}

/** @returns how many keys the bank has of that time, and how many of them the log has lost; null where it did not answer */
async function askForKeys(parts: Parts, book: RecoveryBook, epoch: string): Promise<{ keys: number; lost: number } | null> {
  const since = (await book.of(epoch))?.since;
  if (since === undefined) throw new Error('a recovery that has not begun');
  let after = 0;
  let keys = 0;
  let lost = 0;
  for (;;) {
    const answer = await parts.bank.keysSince({ since, after, limit: PAGE });
    if (answer.kind !== 'answer') return null;
    for (const taken of answer.value.keys) if (await takeKey(parts, book, epoch, taken)) lost += 1;
    keys += answer.value.keys.length;
    if (!answer.value.more || answer.value.last <= after) return { keys, lost };
    after = answer.value.last;
  }
}

/** @returns whether the log has lost it */
async function takeKey(parts: Parts, book: RecoveryBook, epoch: string, taken: TakenKey): Promise<boolean> {
  const { key, kind, customerId, outcome } = taken;
  if (outcome.kind !== 'done' || kind === null || customerId === null) return false;
  const caseId = CaseId.safeParse(key.slice(0, key.indexOf('.')));
  const state = caseId.success ? await parts.cases.load(caseId.data) : null;
  if (state !== null && usedKeys(state).some((used) => bankKey(state.id, used) === key)) return false;
  if (STOPS.has(kind) || !caseId.success) {
    // A stop that the log has lost protects all the same; whoever orders it again gets its outcome, under whatever key.
    await parts.log.append([{ writes: [], command: null, audit: [{ kind: 'booking without a case', person: null, workstation: null, about: customerId, detail: { key, kind, receipt: outcome.receipt } }] }]);
    return true;
  }
  // Found by whoever looks for it before it is in the ledger, so that a server that dies in between loses nothing.
  await book.point(key, customerId);
  await recordLost(parts, customerId, {
    key, caseId: caseId.data, kind, accountId: taken.accountId, subject: taken.subject, amountFen: taken.amountFen, receipt: outcome.receipt, bookedAt: taken.at, epoch,
  });
  return true;
}

/** Keys that the restored log knows as open: asked about one by one, and closed where the bank never heard of them (TP10). */
async function askAboutTheOpen(centre: Parts & Centre): Promise<void> {
  for (const state of centre.open.all()) {
    if (openLines(state).length > 0) await inquireOpenLines(centre, state.id);
    if (state.stops.some((stop) => stop.status === 'ordered' || stop.status === 'in-doubt')) await carryOutStops(centre, state, true);
  }
}

/** Bookings whose operation the restored log has, submitted and not ordered: they are that operation's, and their outcome is fetched. */
async function takeUp(centre: Centre, book: RecoveryBook): Promise<void> {
  const lost = await unsettled(centre.log, book);
  for (const [caseId, bookings] of Map.groupBy(lost, (one) => one.caseId)) {
    const now = (): string => centre.clock.now();
    const executionId = centre.newId();
    const written = await appendToCase({ ...centre, now }, caseId, 'server', async (state) => {
      const found = state === null ? null : recoveredExecution(state, bookings, executionId);
      if (state === null || found === null || state.customerId === null) return { events: [] };
      const ledger = await ledgerOf(centre.log, state.customerId);
      const events = takenUp(state, found.events, ledger.entries, now()).map((event) => ({ ...event, id: centre.newId() }));
      return {
        events: found.events,
        also: [{ stream: customerStream(state.customerId), expectedVersion: ledger.version, events, actor: { kind: 'server', person: null, workstation: null }, madeAt: now(), customer: state.customerId }],
      };
    });
    if (written) await inquireOpenLines(centre, caseId);
  }
}
