import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { eventSchemaOf } from '#shared/case/events.ts';
import { startCheckpoints, type Checkpoints } from './audit/keep-checkpoints.ts';
import type { Bank } from './bank/bank.ts';
import { bankSettings } from './bank/bank-settings.ts';
import { makeHttpBank } from './bank/http-bank.ts';
import { caseFeed } from './cases/case-feed.ts';
import { CaseStore } from './cases/case-store.ts';
import { OpenCases } from './cases/open-cases.ts';
import { CallKeeper } from './calls/call-keeper.ts';
import type { Centre } from './centre.ts';
import { atMostEvery } from './clock/at-most-every.ts';
import { ControllableClock, realClock, type Clock } from './clock/clock.ts';
import { demoAccounts } from './demo/demo-people.ts';
import { addDemoRoutes, startDemoParts, type DemoParts } from './demo/demo-parts.ts';
import type { AdmissionLimits } from './gateway/admission.ts';
import { makeAskers } from './gateway/asks.ts';
import { Gateway } from './gateway/gateway.ts';
import { LiveHub } from './gateway/live-hub.ts';
import { makeHttpApp } from './http/app.ts';
import { listen, makeServer } from './http/listen.ts';
import { openKept } from './kept/open-kept.ts';
import type { EventLog } from './log/log.ts';
import { openSealedLog } from './log/sealing/open-sealed-log.ts';
import { absentBank } from './bank/absent-bank.ts';
import type { Options } from './options.ts';
import { addressKey, ClientAddress } from './protection/client-address.ts';
import { DoorGuard } from './protection/door-guard.ts';
import { guardSockets } from './protection/guard-sockets.ts';
import { CONNECTIONS, DOOR_RATES, RATES, type DoorLimits } from './protection/limits.ts';
import { Rates } from './protection/rates.ts';
import { prepareRecovery } from './recovery/recovery.ts';
import { AgentStates } from './people/agent-states.ts';
import { openFounded } from './administration/open-founded.ts';
import { publishCentre, tellCentre, tellPresence } from './administration/publish-centre.ts';
import { carryOutTheRest } from './administration/carry-out.ts';
import { OwnSessions } from './people/own-sessions.ts';
import { SessionEnds } from './people/session-ends.ts';
import { tokenKey, Tokens } from './people/tokens.ts';
import { publishRules } from './policy/publish.ts';
import { react } from './reactions.ts';
import { Offers } from './reviews/offers.ts';
import { publishReviews, watchOffers } from './reviews/review-lists.ts';
import { readSignOnSettings } from './sign-on/settings.ts';
import { SignOn } from './sign-on/sign-on.ts';
import { SpoolKeys } from './spool/spool-keys.ts';
import { addSpoolRoute } from './spool/spool-route.ts';
import { SpoolTaker } from './spool/take-spool.ts';
import { LateWorkTray } from './spool/tray.ts';
import { Metrics } from './metrics/metrics.ts';
import { Outboxes } from './metrics/outboxes.ts';
import { wrapUps } from './metrics/wrap-ups.ts';
import { Readiness, serveMetrics } from './metrics/serve-metrics.ts';
import { standingOf } from './metrics/standing.ts';
import { timeAppends } from './metrics/time-appends.ts';
import { StartError } from './start-error.ts';
import { controlNotice, signOnNotice } from './start-notices.ts';
import { Traces } from './traces/traces.ts';
import { OffersOfOthers } from './calls/show-offers.ts';
import { startSwitchboard, type Board } from './calls/start-switchboard.ts';
import { throughDuty } from './nodes/duty-asks.ts';
import { dutyWork } from './nodes/duty-work.ts';
import { rulesTold } from './nodes/differences.ts';
import { CommitWords } from './nodes/commit-words.ts';
import { joinNodes } from './nodes/join-nodes.ts';
import { redisClient } from './nodes/redis-client.ts';
import { OffDuty } from './nodes/duty.ts';
import { followEnds } from './nodes/follow-ends.ts';
import { forgetErasedElsewhere } from './nodes/forget-erased.ts';
import { inquireOpenLines } from './operations/book-lines.ts';
import { liveTopics } from '#shared/protocol/live.ts';
import type { QueueSummary } from '#shared/telephony/routing.ts';
import type { Phones } from './telephony/phones.ts';
import { telephonyWebhook, webhookPath } from './telephony/webhook.ts';
import { WebhookPhones } from './telephony/webhook-phones.ts';
import { serverScheduler } from './clock/server-scheduler.ts';

export type RunningCentre = { url: string; /** Where figures are read; null without --metrics. */ metricsUrl: string | null; stop: () => Promise<void>; centre: Centre; demo: DemoParts | null; /** For whoever started it, in both languages. */ notices: readonly string[] };

/** How often at most each of these is told to however many are concerned. */
const PRESENCE_MS = 3_000;
const POOL_MS = 500;
const QUEUE_MS = 1_000;

const clockOf = (options: Options): Clock => (options.mode === 'demo' ? new ControllableClock(options.now) : realClock);

/**
 * Puts the rooms of the server together and opens its door.
 * @param more `admission`: how many desktops are let in at once, other than usual (OF5); `limits`: what one person,
 *   workstation and address may do, other than usual (RB1); `onReplaced`: the database was
 *   restored or failed over, and this server has to start anew (SY9); `demo`: clock, bank and phones of another node of the same
 *   demo, where tests have several; `logOpened`: before anybody else listens to the log, for who measures
 */
export async function startCentre(options: Options, more: { admission?: AdmissionLimits; limits?: { connections?: Partial<DoorLimits['connections']>; rates?: Partial<DoorLimits['rates']> }; onReplaced?: () => void; demo?: { parts: DemoParts; clock: Clock }; logOpened?: (log: EventLog) => void } = {}): Promise<RunningCentre> {
  const logger: Logger = pino({ level: options.logLevel, base: null });
  const clock = more.demo?.clock ?? clockOf(options);
  const now = (): string => clock.now();
  // Nothing is opened for a server that could not be let listen.
  const server = makeServer(options);
  const clients = new ClientAddress(options.proxies);
  const limits: DoorLimits = { connections: { ...CONNECTIONS, ...more.limits?.connections }, rates: { ...RATES, ...more.limits?.rates } };
  guardSockets(server, limits.connections, clients);
  const bankAt = options.bank === null ? null : bankSettings(options.bank, options.bankTls, { secret: process.env['AIDLINE_BANK_SECRET'] ?? '', keyPassphrase: process.env['AIDLINE_BANK_KEY_PASSPHRASE'] });
  const signOnSettings = options.oidc === null ? null : readSignOnSettings(options.oidc, process.env['AIDLINE_OIDC_SECRET'] ?? '');
  try {
    mkdirSync(options.data, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartError(`数据文件夹不能写入 / the data folder cannot be written: ${options.data} (${error instanceof Error ? error.message : ''})`);
  }
  const rules = publishRules(options.flows, options.control, options.lockMinutes);
  const ring = { ring: options.ring, ringSecret: process.env['AIDLINE_RING_SECRET'] ?? '' };
  const commits = new CommitWords();
  const opened = await openSealedLog(options.data, {
    line: commits,
    ...ring, database: options.database, now, newId: () => uuidv7(), schemaOf: eventSchemaOf,
    onListenerError: (error) => logger.error({ error: String(error) }, 'a listener of the log failed'),
    onReplaced: ({ code, cause, text }) => {
      logger.fatal({ code, cause }, text.en);
      more.onReplaced?.();
    },
  });
  if (!opened.ok) throw new StartError(`${opened.error.code} (${opened.error.cause}): ${opened.error.text.zh}\n${opened.error.text.en}`);
  const { log, sealing } = opened;
  more.logOpened?.(log);
  // RB1: what one may do holds for all nodes together, and for no other centre on the same Redis.
  const counted = options.redis === null ? null : redisClient(options.redis);
  const rates = new Rates(counted, sealing.store.id);
  const readiness = new Readiness(log);
  const kept = openKept(options.data, options.database, sealing.keys);
  const { credentials, administration, people, workstations } = await openFounded(options, log, kept, rules.control, now);

  const scheduler = serverScheduler(clock);
  let gateway: Gateway | null = null;
  const live = new LiveHub((person, message) => gateway?.sendLive(person, message), Date.now());
  const cases = new CaseStore(log);
  const open = new OpenCases(cases, (error) => logger.error({ error: String(error) }, 'a change of a case was not followed up'));
  const node = uuidv7();
  const agents = new AgentStates(log, now, undefined, () => centre.duty.guard());
  const tokens = new Tokens(await tokenKey(kept.secrets.tokens), now, () => administration.state.version, options.sessionHours);
  const sessionEnds = await SessionEnds.open(kept.sessionEnds, now, options.sessionHours);
  const ownSessions = new OwnSessions({ store: kept.sessions, ends: sessionEnds, administration: () => administration.state, centreVersion: () => administration.state.version, now });
  const followed = options.database === null ? null : followEnds(sessionEnds, logger);
  const signOn = signOnSettings === null ? null : new SignOn({
    settings: signOnSettings, key: tokens.derived('sign-on', new Uint8Array(32)), people: () => people.all(), ends: sessionEnds, newId: () => uuidv7(), nowMs: () => Date.now(),
  });
  const demo = more.demo !== undefined ? more.demo.parts : clock instanceof ControllableClock
    ? await startDemoParts(options, clock, scheduler, (error) => logger.error({ error: String(error) }, 'the simulator failed'))
    : null;
  const bank: Bank = demo !== null ? makeHttpBank({ url: demo.bankProcess.url, secret: demo.bankProcess.secret })
    : bankAt !== null ? makeHttpBank(bankAt)
    : absentBank();
  const offers: Offers = new Offers(() => centre);
  const spoolKeys = await SpoolKeys.open(kept.secrets.spool, now);
  const lateWork: LateWorkTray = new LateWorkTray(() => centre);
  /** The switchboard is where the duty is: here, while this is a promise of one. */
  let board: Promise<Board> | null = null;
  let onBoard: Board | null = null;
  let checkpoints: Checkpoints | null = null;
  let tookOver: Promise<void> = Promise.resolve();
  let queue: QueueSummary | null = null;
  const logged = (what: string) => (error: unknown): void => logger.error({ error: error instanceof Error ? error.message : String(error) }, what);
  const endCheckpoints = async (): Promise<void> => {
    const kept = checkpoints;
    checkpoints = null;
    await kept?.stop();
  };
  const queueTold = atMostEvery(QUEUE_MS, scheduler, () => {
    if (queue !== null) live.setForAll('queue', queue);
  });
  const queueChanged = (summary: QueueSummary): void => {
    queue = summary;
    queueTold.tell();
  };
  const nodes = joinNodes({
    node, log, commits, database: options.database, redis: options.redis, busKey: tokens.derived('nodes', Buffer.alloc(0)), newId: () => uuidv7(), scheduler, logger,
    taken: async () => {
      metrics.tookDuty();
      await open.settled();
      board = startSwitchboard(centre, {
        keeper, phones, scheduler, demo, callEnded: (call) => metrics.callEnded(call),
        queueChanged: (summary) => {
          queueChanged(summary);
          nodes.tellQueue(summary);
        },
      });
      try {
        onBoard = await board;
      } catch (error) {
        board = null;
        throw error;
      }
      for (const seat of nodes.presence.seats()) onBoard.arrived(seat);
      // Not waited for: a bank that does not answer must not keep the door shut.
      tookOver = reactions.takeOver().catch(logged('what was on its way was not asked about; the next round asks'));
      recovery.start();
      // One node keeps them, in a place that all of them have: each goes on from the last.
      checkpoints = await startCheckpoints({ log, key: kept.secrets.audit, folder: options.checkpoints ?? join(options.data, 'checkpoints'), now, scheduler, logger });
    },
    lost: async () => {
      const was = onBoard;
      [board, onBoard] = [null, null];
      await was?.stop();
      // The only server's last one covers what its door still writes.
      if (options.database !== null) await endCheckpoints();
    },
    work: (work) => dutyWork({
      centre, askers, take: async (events) => {
        if (webhookPhones === null) await (await board)?.switchboard.take(events);
        else await webhookPhones.accept(events);
      },
    }, work),
    inquire: (caseId, lineId) => void inquireOpenLines(centre, caseId, lineId).catch(logged('a line in doubt was not asked about; the next round asks again')),
    centreTold: () => void tellCentre(centre),
    endsTold: () => followed?.look(),
    rulesVersion: () => rulesTold(centre.rules.version, options.sessionHours),
    queueTold: (summary) => {
      const told = liveTopics.queue.safeParse(summary);
      if (told.success && !nodes.duty.holds) queueChanged(told.data);
    },
  });
  const { presence } = nodes;
  sessionEnds.onWritten(() => nodes.tellEnds());
  const centre: Centre = { duty: nodes.duty, spoolKeys, lateWork, offers, clock, newId: () => uuidv7(), log, sealing, cases, open, people, credentials, desktops: kept.desktops, administration, workstations, online: (person) => presence.online(person), tokens, sessionEnds, ownSessions, signOn, bank, rules, live, agents, lights: { core: 'ok', phones: 'ok' }, logger };
  await agents.start();
  await lateWork.start();
  const keeper = new CallKeeper(centre);
  open.onChanged((state) => keeper.note(state));
  await open.start(log, keeper.since(), (state) => keeper.note(state));

  // SY9: before a door is open, so that nobody orders between a restored log's start and the bank's word.
  centre.recoveryBook = kept.recoveries;
  const recovery = await prepareRecovery(centre, centre.recoveryBook, scheduler);
  centre.recovering = recovery.running;

  publishCentre(centre, rules);
  await carryOutTheRest(centre);
  const notices = [...controlNotice(options, rules.control, administration), ...(await signOnNotice(options, signOn))];
  const presenceTold = atMostEvery(PRESENCE_MS, scheduler, () => tellPresence(centre));
  const poolTold = atMostEvery(POOL_MS, scheduler, () => publishReviews(centre));

  const app = makeHttpApp(centre, options.mode === 'demo' ? demoAccounts : null, readiness, () => {
    nodes.tellCentre();
    return tellCentre(centre);
  }, { rates, clients });
  addSpoolRoute(app, new SpoolTaker({ centre, keys: spoolKeys, tray: lateWork, owners: kept.desktops }), rates);
  const secrets = (process.env['AIDLINE_WEBHOOK_SECRETS'] ?? '').split(',').map((secret) => secret.trim()).filter((secret) => secret !== '');
  const webhookPhones = demo === null ? new WebhookPhones({ now: () => new Date().toISOString() }) : null;
  const phones: Phones = demo?.simulator ?? webhookPhones!;
  const outboxes = new Outboxes(() => performance.now());
  const metrics: Metrics = new Metrics(() => standingOf(centre, {
    desktops: () => gateway?.desktops ?? 0, callsWaiting: () => onBoard?.switchboard.summary().waiting ?? 0, outboxes: () => outboxes.standing(),
    node: () => ({ onDuty: nodes.duty.holds, heard: presence.nodes + 1, redis: nodes.redisUp() }),
  }));
  timeAppends(log, metrics);
  if (options.traces !== null) {
    // OpenTelemetry's SDK is loaded by nobody else: switched off it costs nothing.
    const { otlpSink } = await import('./traces/otlp-sink.ts');
    centre.traces = new Traces(otlpSink(options.traces, node, logger), log, now);
    centre.traces.watch(log);
  }
  if (secrets.length > 0) {
    const webhookRate = rates.counter(webhookPath, DOOR_RATES[webhookPath]);
    await app.register(async (scope) => telephonyWebhook(scope, { secrets, within: (address) => webhookRate.take(addressKey(address)), now: () => new Date().toISOString(), accept: async (events) => {
      // A phone system that is told of no success tells again.
      if ((await nodes.line.ask({ kind: 'phone events', events })) === null) throw new Error('nobody on duty took them');
    } }));
  }
  const reactions = react(centre, keeper, () => onBoard?.switchboard ?? null, scheduler);
  const offersOfOthers = new OffersOfOthers(centre);
  open.onChanged((state) => offersOfOthers.note(state));
  agents.onChanged((state) => live.set(state.personId, 'agent', state));
  // Counted once: at the node that orders the states.
  const wrappedUp = wrapUps((seconds) => nodes.duty.holds && metrics.wrappedUp(seconds));
  agents.onChanged(wrappedUp);
  if (demo !== null && clock instanceof ControllableClock) {
    addDemoRoutes(app, demo, clock, async () => {
      await demo.bank.setClock(clock.now());
      await reactions.clockMoved();
    });
  }
  await app.ready();
  server.on('request', app.routing);
  const feed = caseFeed(log, open);
  sealing.onErased((streams) => streams.forEach((stream) => {
    feed.forget(stream);
    open.forget(stream).catch((error: unknown) => logger.error({ error: String(error) }, 'an erased case was not folded anew'));
  }));
  /** Who comes or goes changes whom a review is offered to, and what the administrators see. */
  const presenceChanged = (): void => {
    presenceTold.tell();
    poolTold.tell();
  };
  presence.onChanged({
    arrived: (seat) => {
      onBoard?.arrived(seat);
      presenceChanged();
    },
    left: (seat) => {
      onBoard?.left(seat);
      presenceChanged();
    },
  });
  const stopForgetting = options.database === null ? () => undefined : forgetErasedElsewhere(sealing, now, logger);
  gateway = new Gateway(server, centre, feed, {
    arrived: ({ person, desktop }) => {
      live.set(person.id, 'agent', agents.get(person.id));
      if (queue !== null) live.set(person.id, 'queue', queue);
      live.set(person.id, 'lights', centre.lights);
      live.set(person.id, 'clock', { serverAt: clock.now(), controllable: demo !== null });
      presence.came({ person: person.id, desktop });
    },
    left: (seat) => {
      outboxes.left(seat);
      presence.went({ person: seat.person.id, desktop: seat.desktop });
    },
    answered: (results) => metrics.answered(results),
    fannedOut: (ms, events) => {
      metrics.fannedOut(ms / 1_000);
      centre.traces?.fannedOut(ms, events);
    },
  }, { guard: new DoorGuard(rates, limits, () => performance.now(), (person) => presence.connections(person)), clients, bounds: limits.connections }, more.admission);
  const door = gateway;
  administration.onChanged(() => door.dismissTheGone());
  sessionEnds.onEnded(() => door.dismissTheGone());
  const askers = makeAskers(centre, async () => {
    if (board === null) throw new OffDuty();
    return board;
  }, {
    online: (person) => presence.online(person),
    outboxTold: (session, report) => {
      outboxes.told(session, report);
      metrics.outboxTold(report);
    },
    halvesChanged: () => nodes.tellCentre(),
  });
  door.answerWith(throughDuty(askers, nodes.duty, nodes.line));
  await nodes.start();
  const url = await listen(server, options);
  const stopOffers = watchOffers(centre, scheduler);
  await reactions.start();
  recovery.start();
  await tookOver;
  const figures = options.metrics === null ? null : await serveMetrics(options.metrics, options.tls, metrics, readiness);
  readiness.serving();
  return {
    url, centre, demo, notices, metricsUrl: figures?.url ?? null,
    stop: async () => {
      readiness.stopping();
      reactions.stop();
      stopOffers();
      stopForgetting();
      followed?.stop();
      recovery.stop();
      await nodes.handOver();
      if (presence.nodes > 0) await door.drain();
      await door.close();
      await new Promise((resolve) => server.close(resolve));
      await app.close();
      for (const teller of [presenceTold, poolTold, queueTold]) teller.stop();
      await nodes.stop();
      if (counted?.isOpen === true) counted.destroy();
      await open.settled();
      await endCheckpoints();
      await log.close();
      await kept.close();
      await figures?.stop();
      await centre.traces?.stop();
      await bank.hangUp?.();
      if (more.demo === undefined) await demo?.stop();
    },
  };
}
