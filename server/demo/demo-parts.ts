import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { Instant } from '#shared/protocol/ids.ts';
import { makeDemoBankControl, type DemoBankControl } from '../bank/demo/control.ts';
import { Touch } from '../bank/demo/demo-schema.ts';
import { FaultOrder } from '../bank/demo/faults.ts';
import { STORIES } from '../bank/demo/stories.ts';
import { launchDemoBank, type DemoBankProcess } from '../bank/demo/launch.ts';
import type { ControllableClock } from '../clock/clock.ts';
import { isHere } from '../protection/client-address.ts';
import { OptionsError, type Options } from '../options.ts';
import { arrivalsFromCsv, builtInCurve } from '../telephony/arrivals.ts';
import type { CallScript } from '../telephony/script.ts';
import { Simulator } from '../telephony/simulator.ts';
import type { Scheduler } from '../telephony/scheduler.ts';
import type { Caller } from '../telephony/mix.ts';

export type DemoParts = { bankProcess: DemoBankProcess; bank: DemoBankControl; simulator: Simulator; /** What the simulated callers say, by call, until it ends. */ scripts: Map<string, CallScript>; callsRing: boolean; firstCall: () => Promise<void>; stop: () => Promise<void> };

/** All customers of the demo bank who may ring, page by page. */
async function everyCaller(bank: DemoBankControl): Promise<Awaited<ReturnType<DemoBankControl['callers']>>['callers']> {
  const all = [];
  for (;;) {
    const { callers, total } = await bank.callers(500, all.length);
    all.push(...callers);
    if (callers.length === 0 || all.length >= total) return all;
  }
}

/**
 * The demo's own parts: the bank as a process beside the server, and the phone simulator.
 */
export async function startDemoParts(options: Options, clock: ControllableClock, scheduler: Scheduler, onError: (error: unknown) => void): Promise<DemoParts> {
  const bankProcess = await launchDemoBank({ dataDir: join(options.data, 'bank'), seed: options.seed, now: clock.now(), ...(options.crowd === null ? {} : { crowd: options.crowd }) });
  return demoPartsOn(bankProcess, options, scheduler, onError);
}

/** The phone simulator, on a demo bank that runs already. */
export async function demoPartsOn(bankProcess: DemoBankProcess, options: Pick<Options, 'arrivals' | 'seed' | 'calls'>, scheduler: Scheduler, onError: (error: unknown) => void): Promise<DemoParts> {
  let curve = builtInCurve;
  if (options.arrivals !== null) {
    const read = arrivalsFromCsv(readFileSync(options.arrivals, 'utf8'));
    if (!read.ok) throw new OptionsError(`--arrivals ${options.arrivals}: ${read.error.zh} / ${read.error.en}`);
    curve = read.curve;
  }
  const bank = makeDemoBankControl(bankProcess);
  const callers: Caller[] = (await everyCaller(bank)).map(({ customerId, phone, plans }) => ({
    customerId, phone, ...(plans > 0 ? {} : { intents: ['loss-report', 'password-reset', 'statement', 'points', 'limit', 'annual-fee', 'general'] as const }),
  }));
  const scripts = new Map<string, CallScript>();
  const simulator = new Simulator({
    onScript: (script) => scripts.set(script.callId, script), scheduler, seed: options.seed, newId: () => uuidv7(), callers: () => callers, curve, zoneOffsetMinutes: 480, onError,
    answersFor: async (customerId) => {
      const { answers } = await bank.answers(customerId);
      return Object.entries(answers).flatMap(([ask, values]) => (values[0] === undefined ? [] : [{ ask, zh: values[0], en: values[0] }]));
    },
  });
  // The customer of the largest instalment, so that a newcomer meets the story that the program is about.
  const firstCall = async (): Promise<void> => void (await simulator.call({ customerId: STORIES.settle.customerId, intent: 'early-settlement' }));
  return { bankProcess, bank, simulator, scripts, callsRing: options.calls, firstCall, stop: () => bankProcess.stop() };
}

const ClockOrder = z.strictObject({ to: Instant });
const CallOrder = z.strictObject({
  customerId: z.string().max(64).nullable().optional(), number: z.string().max(20).nullable().optional(),
  intent: z.enum(['early-settlement', 'loss-report', 'password-reset', 'statement', 'general']).optional(), persona: z.enum(['holder', 'relative', 'other']).optional(),
});
const CallbackOrder = z.strictObject({ who: z.enum(['holder', 'other', 'no-answer', 'busy']) });

/** The demo's switches over HTTP, on the loopback address only: clock, a call, the bank's faults, the bank's ledger. */
export function addDemoRoutes(app: FastifyInstance, parts: DemoParts, clock: ControllableClock, moved: () => Promise<void>): void {
  const here = { onRequest: async (request: FastifyRequest, reply: FastifyReply) => (isHere(request.ip) ? undefined : reply.code(404).send()) };
  app.post('/demo/clock', here, async (request) => {
    clock.moveTo(ClockOrder.parse(request.body).to);
    await moved();
    return { now: clock.now() };
  });
  app.post('/demo/call', here, async (request) => {
    const { customerId, number, intent, persona } = CallOrder.parse(request.body);
    const call = await parts.simulator.call({
      ...(customerId === undefined ? {} : { customerId }), ...(number === undefined ? {} : { number }), ...(intent === undefined ? {} : { intent }), ...(persona === undefined ? {} : { persona }),
    });
    return { callId: call.callId };
  });
  app.post('/demo/next-callback', here, async (request) => {
    parts.simulator.answerNextCallbackWith(CallbackOrder.parse(request.body).who);
    return { ok: true };
  });
  app.post('/demo/fault', here, async (request) => {
    await parts.bank.fault(FaultOrder.parse(request.body));
    return { ok: true };
  });
  app.delete('/demo/faults', here, async () => {
    await parts.bank.clearFaults();
    return { ok: true };
  });
  app.post('/demo/bank', here, async (request) => {
    await parts.bank.touch(Touch.parse(request.body));
    return { ok: true };
  });
  app.get('/demo/ledger', here, async () => ({ entries: await parts.bank.ledger() }));
}
