import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { eventSchemaOf } from '#shared/case/events.ts';
import { evolve } from '#shared/case/evolve.ts';
import { startCheckpoints } from './audit/keep-checkpoints.ts';
import type { Bank } from './bank/bank.ts';
import { bankSettings } from './bank/bank-settings.ts';
import { makeHttpBank } from './bank/http-bank.ts';
import { CaseStore } from './cases/case-store.ts';
import { OpenCases } from './cases/open-cases.ts';
import { CallKeeper } from './calls/call-keeper.ts';
import type { Centre } from './centre.ts';
import { ControllableClock, realClock, type Clock } from './clock/clock.ts';
import { demoAccounts } from './demo/demo-people.ts';
import { addDemoRoutes, startDemoParts, type DemoParts } from './demo/demo-parts.ts';
import type { AdmissionLimits } from './gateway/admission.ts';
import { makeAskers } from './gateway/asks.ts';
import { DesktopOwners } from './gateway/desktop-owners.ts';
import { Gateway } from './gateway/gateway.ts';
import { LiveHub } from './gateway/live-hub.ts';
import { makeHttpApp } from './http/app.ts';
import { listen, makeServer } from './http/listen.ts';
import { createFeed } from './log/feed.ts';
import { openSealedLog } from './log/sealing/open-sealed-log.ts';
import { absentBank } from './bank/absent-bank.ts';
import type { Options } from './options.ts';
import { addressKey, ClientAddress } from './protection/client-address.ts';
import { DoorGuard } from './protection/door-guard.ts';
import { guardSockets } from './protection/guard-sockets.ts';
import { CONNECTIONS, DOOR_RATES, RATES, type DoorLimits } from './protection/limits.ts';
import { Rates } from './protection/rates.ts';
import { prepareRecovery } from './recovery/recovery.ts';
import { RecoveryBook } from './recovery/recovery-book.ts';
import { policyInForce } from '#shared/administration/administration-evolve.ts';
import { digestOfJson } from '#shared/protocol/signature.ts';
import type { ControlPolicy } from '#shared/review/policy.ts';
import { AgentStates } from './people/agent-states.ts';
import { Administration } from './administration/administration.ts';
import { foundDemo } from './administration/found.ts';
import { presenceTeller, publishCentre, tellCentre } from './administration/publish-centre.ts';
import { carryOutTheRest } from './administration/carry-out.ts';
import { Workstations } from './administration/workstations.ts';
import { Credentials } from './people/credentials.ts';
import { People } from './people/people.ts';
import { Tokens } from './people/tokens.ts';
import { publishRules } from './policy/publish.ts';
import { react } from './reactions.ts';
import { Offers } from './reviews/offers.ts';
import { publishReviews, watchOffers } from './reviews/review-lists.ts';
import { SpoolKeys } from './spool/spool-keys.ts';
import { addSpoolRoute } from './spool/spool-route.ts';
import { SpoolTaker } from './spool/take-spool.ts';
import { LateWorkTray } from './spool/tray.ts';
import { Metrics } from './metrics/metrics.ts';
import { Readiness, serveMetrics } from './metrics/serve-metrics.ts';
import { standingOf } from './metrics/standing.ts';
import { timeAppends } from './metrics/time-appends.ts';
import { StartError } from './start-error.ts';
import { mayReadBody, releasesTo } from '#shared/review/withholding.ts';
import { startSwitchboard } from './calls/start-switchboard.ts';
import type { Phones } from './telephony/phones.ts';
import { telephonyWebhook, webhookPath } from './telephony/webhook.ts';
import { WebhookPhones } from './telephony/webhook-phones.ts';
import { serverScheduler } from './clock/server-scheduler.ts';

export type RunningCentre = { url: string; /** Where figures are read; null without --metrics. */ metricsUrl: string | null; stop: () => Promise<void>; centre: Centre; demo: DemoParts | null; /** For whoever started it, in both languages. */ notices: readonly string[] };

const clockOf = (options: Options): Clock => (options.mode === 'demo' ? new ControllableClock(options.now) : realClock);

/** TP12: after the founding a file at the start changes nothing; two people do. */
function controlNotice(options: Options, given: ControlPolicy, administration: Administration): string[] {
  const inForce = policyInForce(administration.state);
  if (options.control === null || inForce === null || digestOfJson(inForce) === digestOfJson(given)) return [];
  return [`--control ${options.control}: 与现行制度 ${inForce.version} 不同，不生效；改制度要由两位管理员办理 / differs from the policy in force, ${inForce.version}, and does not count; two administrators change it`];
}

/**
 * Puts the rooms of the server together and opens its door.
 * @param more `admission`: how many desktops are let in at once, other than usual (OF5); `limits`: what one person,
 *   workstation and address may do, other than usual (RB1); `onReplaced`: the database was
 *   restored or failed over, and this server has to start anew (SY9)
 */
export async function startCentre(options: Options, more: { admission?: AdmissionLimits; limits?: { connections?: Partial<DoorLimits['connections']>; rates?: Partial<DoorLimits['rates']> }; onReplaced?: () => void } = {}): Promise<RunningCentre> {
  const logger: Logger = pino({ level: options.logLevel, base: null });
  const clock = clockOf(options);
  const now = (): string => clock.now();
  // Nothing is opened for a server that could not be let listen.
  const server = makeServer(options);
  const clients = new ClientAddress(options.proxies);
  const limits: DoorLimits = { connections: { ...CONNECTIONS, ...more.limits?.connections }, rates: { ...RATES, ...more.limits?.rates } };
  const rates = new Rates(null);
  guardSockets(server, limits.connections, clients);
  const bankAt = options.bank === null ? null : bankSettings(options.bank, options.bankTls, { secret: process.env['AIDLINE_BANK_SECRET'] ?? '', keyPassphrase: process.env['AIDLINE_BANK_KEY_PASSPHRASE'] });
  try {
    mkdirSync(options.data, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartError(`数据文件夹不能写入 / the data folder cannot be written: ${options.data} (${error instanceof Error ? error.message : ''})`);
  }
  const rules = publishRules(options.flows, options.control);
  const ring = { ring: options.ring, ringSecret: process.env['AIDLINE_RING_SECRET'] ?? '' };
  const opened = await openSealedLog(options.data, {
    ...ring, database: options.database, now, newId: () => uuidv7(), schemaOf: eventSchemaOf,
    onListenerError: (error) => logger.error({ error: String(error) }, 'a listener of the log failed'),
    onReplaced: ({ code, cause, text }) => {
      logger.fatal({ code, cause }, text.en);
      more.onReplaced?.();
    },
  });
  if (!opened.ok) throw new StartError(`${opened.error.code} (${opened.error.cause}): ${opened.error.text.zh}\n${opened.error.text.en}`);
  const { log, sealing } = opened;
  const readiness = new Readiness(log);
  const credentials = new Credentials(join(options.data, 'people.sqlite'));
  const administration = new Administration(log, now);
  await administration.start();
  // TP12: whoever knows the demo's passwords must not get into a real centre.
  if (options.mode !== 'demo' && administration.state.founded === 'demo') throw new StartError('这个数据文件夹是演示用的，不能用于正式服务 / this data folder was made by --demo and cannot serve a real centre');
  // … and a centre of real people is no playground: its clock would be moved and any machine enrolled.
  if (options.mode === 'demo' && administration.state.founded === 'init') throw new StartError('这个数据文件夹是正式的，不能用于演示 / this data folder is of a real centre and cannot serve a demo');
  if (options.mode === 'demo') await foundDemo(administration, credentials, rules.control);
  const people = new People(administration, credentials);
  const workstations = new Workstations(credentials, administration, now, options.mode === 'demo');

  const scheduler = serverScheduler(clock);
  let gateway: Gateway | null = null;
  const live = new LiveHub((person, message) => gateway?.sendLive(person, message), Date.now());
  const cases = new CaseStore(log);
  const open = new OpenCases(cases, (error) => logger.error({ error: String(error) }, 'a change of a case was not followed up'));
  const agents = new AgentStates(log, now);
  const tokens = new Tokens(join(options.data, 'tokens.key'), now, () => administration.state.version);
  const voices: { tell: (script: Parameters<Parameters<typeof startDemoParts>[3]>[0]) => void } = { tell: () => undefined };
  const demo = clock instanceof ControllableClock
    ? await startDemoParts(options, clock, scheduler, (script) => voices.tell(script), (error) => logger.error({ error: String(error) }, 'the simulator failed'))
    : null;
  const bank: Bank = demo !== null ? makeHttpBank({ url: demo.bankProcess.url, secret: demo.bankProcess.secret })
    : bankAt !== null ? makeHttpBank(bankAt)
    : absentBank();
  const offers: Offers = new Offers(() => centre);
  const spoolKeys = new SpoolKeys(join(options.data, 'spool.keys'), now);
  const lateWork: LateWorkTray = new LateWorkTray(() => centre);
  const centre: Centre = { spoolKeys, lateWork, offers, clock, newId: () => uuidv7(), log, sealing, cases, open, people, credentials, administration, workstations, online: (person) => gateway?.online(person) ?? false, tokens, bank, rules, live, agents, lights: { core: 'ok', phones: 'ok' }, logger };
  await agents.start();
  await lateWork.start();
  await open.start(log);
  const checkpoints = await startCheckpoints({ log, data: options.data, folder: options.checkpoints ?? join(options.data, 'checkpoints'), now, scheduler, logger });

  // SY9: before a door is open, so that nobody orders between a restored log's start and the bank's word.
  centre.recoveryBook = new RecoveryBook(credentials.db);
  const recovery = await prepareRecovery(centre, centre.recoveryBook, scheduler);
  centre.recovering = recovery.running;

  publishCentre(centre, rules);
  await carryOutTheRest(centre);
  const notices = controlNotice(options, rules.control, administration);
  const presence = presenceTeller(centre, scheduler);

  const app = makeHttpApp(centre, options.mode === 'demo' ? demoAccounts : null, readiness, () => tellCentre(centre), { rates, clients });
  addSpoolRoute(app, new SpoolTaker({ centre, keys: spoolKeys, tray: lateWork, owners: new DesktopOwners(credentials.db) }), rates);
  const secrets = (process.env['AIDLINE_WEBHOOK_SECRETS'] ?? '').split(',').map((secret) => secret.trim()).filter((secret) => secret !== '');
  const webhookPhones = demo === null ? new WebhookPhones({ now: () => new Date().toISOString() }) : null;
  const phones: Phones = demo?.simulator ?? webhookPhones!;
  const keeper = new CallKeeper(centre);
  await keeper.start();
  const metrics: Metrics = new Metrics(() => standingOf(centre, { desktops: () => gateway?.desktops ?? 0, callsWaiting: () => board.switchboard.summary().waiting }));
  timeAppends(log, metrics);
  const board = await startSwitchboard(centre, keeper, phones, scheduler, demo, voices, (call) => metrics.callEnded(call));
  if (secrets.length > 0) {
    const webhookRate = rates.counter(webhookPath, DOOR_RATES[webhookPath]);
    await app.register(async (scope) => telephonyWebhook(scope, { secrets, within: (address) => webhookRate.take(addressKey(address)), now: () => new Date().toISOString(), accept: (events) => webhookPhones === null ? board.switchboard.take(events) : webhookPhones.accept(events) }));
  }
  const reactions = react(centre, keeper, board.switchboard, scheduler);
  if (demo !== null && clock instanceof ControllableClock) {
    addDemoRoutes(app, demo, clock, async () => {
      await demo.bank.setClock(clock.now());
      await reactions.clockMoved();
    });
  }
  await app.ready();
  server.on('request', app.routing);
  const feed = createFeed(log, { evolve, mayReadBody, releasesTo: (_full, event) => releasesTo(event) });
  sealing.onErased((streams) => streams.forEach((stream) => {
    feed.forget(stream);
    open.forget(stream).catch((error: unknown) => logger.error({ error: String(error) }, 'an erased case was not folded anew'));
  }));
  /** Who comes or goes changes whom a review is offered to, and what the administrators see. */
  const presenceChanged = (): void => {
    presence.tell();
    publishReviews(centre);
  };
  gateway = new Gateway(server, centre, feed, {
    arrived: (seat) => {
      board.arrived(seat);
      presenceChanged();
    },
    left: (seat) => {
      board.left(seat);
      presenceChanged();
    },
    answered: (results) => metrics.answered(results),
    fannedOut: (ms) => metrics.fannedOut(ms / 1_000),
  }, { guard: new DoorGuard(rates, limits, () => performance.now()), clients, bounds: limits.connections }, more.admission);
  const door = gateway;
  administration.onChanged(() => door.dismissTheGone());
  door.answerWith(makeAskers(centre, board.switchboard, { online: (person) => door.online(person) }, board.keyedDigits));
  const url = await listen(server, options);
  const stopOffers = watchOffers(centre, scheduler);
  await reactions.start();
  recovery.start();
  const figures = options.metrics === null ? null : await serveMetrics(options.metrics, options.tls, metrics, readiness);
  readiness.serving();
  return {
    url, centre, demo, notices, metricsUrl: figures?.url ?? null,
    stop: async () => {
      readiness.stopping();
      reactions.stop();
      recovery.stop();
      stopOffers();
      await door.close();
      await board.switchboard.stop();
      await new Promise((resolve) => server.close(resolve));
      await app.close();
      presence.stop();
      await open.settled();
      await checkpoints.stop();
      await log.close();
      credentials.close();
      await figures?.stop();
      await bank.hangUp?.();
      await demo?.stop();
    },
  };
}
