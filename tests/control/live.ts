/**
 * Random stories against a running server and bank, each a process of its own, over real sockets: orders lost on the way, answers
 * that never come, facts that move, two desktops at once, and a server, or one of two nodes, that is killed and comes back. Judged
 * like the others.
 */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { loadControl } from '../../server/policy/load-control.ts';
import { RawDesktop } from '../integration/server/raw-desktop.ts';
import { approve, executionOrder, goAvailable, selfCheck, sheet, statusOf, submit, tickAll, typeProof, verifyHolder, type Drafted, type Stage } from '../integration/server/story.ts';
import { openCallOf } from '#shared/operation/call-of.ts';
import type { Ground } from './ground.ts';
import { judge } from './judge/judge.ts';
import type { Acknowledged, Verdict } from './judge/evidence.ts';
import { oneServer } from './one-server.ts';
import { twoNodes } from './two-nodes.ts';

const SETTLED = ['done', 'partial', 'refused', 'void'];

export type Live = { verdict: Verdict; commands: number; restarts: number };

/** The stories' other end: what is played on, the desktops that are signed in, and what they were told. */
class LiveCentre {
  readonly journal: Acknowledged[] = [];
  readonly ground: Ground;
  readonly #random: RandomGenerator;
  readonly #desktops: RawDesktop[] = [];
  restarts = 0;
  stage!: Stage;

  constructor(ground: Ground, seed: number) {
    this.ground = ground;
    this.#random = xoroshiro128plus(seed);
  }

  chance = (outOf: number): number => uniformInt(this.#random, 0, outOf - 1);

  async start(): Promise<void> {
    const [agent, mentor] = [await this.sign('agent'), await this.sign('mentor')];
    const { ground } = this;
    const control = loadControl(new URL('../../server/policy/control.yaml', import.meta.url));
    // What the story's steps ask of a centre in their own process, as far as it can be told from outside.
    const centre = { rules: { control }, clock: { now: () => ground.now() }, open: { settled: async () => undefined }, live: { all: () => [{ topic: 'reviews', value: mentor.liveValue('reviews') }] }, people: { all: () => [] } };
    const running = { url: ground.url, centre, demo: { bank: { answers: (customerId: string) => ground.answers(customerId, agent), fault: ground.fault } } };
    this.stage = { running: running as unknown as Stage['running'], data: '', agent, mentor, others: [] };
  }

  async sign(account: string): Promise<RawDesktop> {
    const desktop = await RawDesktop.signIn(this.ground.url, account);
    const send = desktop.send.bind(desktop);
    desktop.send = async (command) => {
      const result = await send(command);
      if (result.status === 'accepted' || result.status === 'refused') this.journal.push({ id: result.id, status: result.status, code: result.status === 'refused' ? result.refusal.code : null });
      return result;
    };
    this.#desktops.push(desktop);
    return desktop;
  }

  async #reconnect(): Promise<void> {
    for (const desktop of this.#desktops) {
      desktop.close();
      desktop.url = this.ground.url;
      await desktop.connect();
    }
  }

  /** SIGKILL, and again from the log alone. */
  async kill(): Promise<void> {
    this.restarts += 1;
    await this.ground.kill(this.chance);
    await this.#reconnect();
  }

  /** Before each matter: nobody is left away. */
  async whole(): Promise<void> {
    if (await this.ground.whole()) await this.#reconnect();
  }

  async stop(): Promise<Live> {
    for (const desktop of this.#desktops) desktop.close();
    const verdict = judge({ ...(await this.ground.end()), journal: this.journal });
    return { verdict, commands: this.journal.length, restarts: this.restarts };
  }
}

/** A call of some customer, answered and verified; the plans that can be settled, or null where there are none. */
async function call(centre: LiveCentre, other: RawDesktop): Promise<{ caseId: string; callId: string; customerId: string; accountId: string; cardId: string; planIds: string[] } | null> {
  const { stage } = centre;
  const { agent } = stage;
  await goAvailable(agent);
  const before = agent.liveValue('offer')?.callId;
  const customer = `cust-${String(1 + centre.chance(40)).padStart(4, '0')}`;
  await centre.ground.ring(customer);
  await agent.until(() => agent.liveValue('offer') != null && agent.liveValue('offer')!.callId !== before, 'an offer');
  const { callId } = agent.liveValue('offer')!;
  // The call rings at one of her two desktops (CT2).
  const answered = await agent.tryAsk('answer call', { callId });
  const { case: caseId } = answered.ok ? (answered.value as { case: string }) : await other.ask('answer call', { callId });
  await agent.until(() => agent.cases.get(caseId)?.facts[agent.person] !== undefined && openCallOf(agent.state(caseId), callId) !== null, 'facts and a talking call');
  await agent.until(() => agent.liveValue('agent')?.callId === callId, 'on the call');
  const { facts } = agent.state(caseId).facts[agent.person]!;
  const customerId = facts.customer.id;
  await verifyHolder(stage, caseId, callId, customerId);
  const plan = facts.plans.find((one) => one.status === 'active' && !one.ruleConflict && !one.openOperation && one.periodsPosted > 0 && facts.cards.find(({ id }) => id === one.card)?.status === 'normal');
  if (plan === undefined) {
    await hangUp(centre, callId);
    return null;
  }
  const planIds = facts.plans.filter((one) => one.account === plan.account && one.status === 'active' && !one.ruleConflict && !one.openOperation && one.periodsPosted > 0).map(({ id }) => id).slice(0, 1 + centre.chance(3));
  return { caseId, callId, customerId, accountId: plan.account, cardId: plan.card, planIds };
}

async function hangUp(centre: LiveCentre, callId: string): Promise<void> {
  const { agent } = centre.stage;
  await agent.tryAsk('end call', { callId });
  await agent.until(() => agent.liveValue('agent')?.state !== 'on-call', 'the end of the call');
  const state = agent.liveValue('agent')!;
  if (state.state === 'after-call') await agent.tryAsk('finish wrap-up', { basedOn: state.version });
}

const FAULTS = [
  null, null, { kind: 'answered-but-lost', call: 'book' }, { kind: 'no-answer', call: 'book' }, { kind: 'line-refused' }, { kind: 'slow', call: 'book', ms: 1_500 },
] as const;

/** One matter from the ringing call to its outcome, with something going wrong on the way more often than not. */
async function matter(centre: LiveCentre, otherDesktop: RawDesktop): Promise<boolean> {
  const { stage } = centre;
  const { agent, mentor } = stage;
  const on = await call(centre, otherDesktop);
  if (on === null) return false;
  const drafted: Drafted = await sheet(stage, on, on).catch(() => null as never);
  if (drafted === null) {
    await hangUp(centre, on.callId);
    return false;
  }
  await selfCheck(stage, drafted);
  if (centre.chance(6) === 0) await centre.kill();
  const reviewId = await submit(stage, drafted, agent, 'on-line');
  const digest = (): string => agent.state(drafted.caseId).operations[drafted.operationId]!.digest!;
  if (agent.state(drafted.caseId).reviews[reviewId] !== undefined) {
    // The maker tries on her own first; then the mentor does it.
    await agent.command('approve review', drafted.caseId, { reviewId, digest: digest(), signed: agent.signed('approval', digest()) });
    await approve(stage, drafted, reviewId);
    await agent.until(() => agent.state(drafted.caseId).operations[drafted.operationId]?.approval != null, 'the approval');
  }
  await tickAll(stage, drafted, on.callId);
  await typeProof(drafted, on.callId, agent);
  await agent.until(() => agent.state(drafted.caseId).operations[drafted.operationId]?.confirmation?.proofAt != null, 'the whole confirmation');
  await otherDesktop.until(() => otherDesktop.cases.get(drafted.caseId)?.version === agent.state(drafted.caseId).version, 'the other desktop');
  const moved = centre.chance(5);
  if (moved === 0) await centre.ground.touch({ what: 'post-period', planId: on.planIds[0]! });
  if (moved === 1) await centre.ground.touch({ what: 'spend', cardId: on.cardId, amountFen: 2_800, merchant: '咖啡' });
  const fault = FAULTS[centre.chance(FAULTS.length)]!;
  if (fault !== null) await centre.ground.fault(fault);
  const orders = [
    () => agent.command('order execution', drafted.caseId, executionOrder(agent, drafted, on.callId)),
    ...(centre.chance(2) === 0 ? [() => otherDesktop.command('order execution', drafted.caseId, executionOrder(otherDesktop, drafted, on.callId))] : []),
    ...(centre.chance(3) === 0 ? [() => mentor.command('order execution', drafted.caseId, { ...executionOrder(agent, drafted, on.callId), signed: mentor.signed('order', digest()) })] : []),
  ];
  await Promise.all(orders.map((order) => order()));
  if (fault?.kind === 'slow' || centre.chance(6) === 0) await centre.kill();
  const settled = (): boolean => SETTLED.includes(statusOf(agent, drafted) ?? '');
  await agent.until(() => settled() || statusOf(agent, drafted) === 'in-doubt', 'an outcome or a doubt');
  while (!settled()) {
    const { version } = agent.state(drafted.caseId);
    const line = agent.state(drafted.caseId).operations[drafted.operationId]?.execution?.lines.find((one) => one.status === 'in-doubt');
    if (line !== undefined) await agent.command('order inquiry', drafted.caseId, { operationId: drafted.operationId, lineId: line.lineId });
    await agent.until(() => settled() || (agent.state(drafted.caseId).version > version && statusOf(agent, drafted) === 'in-doubt'), 'the outcome');
  }
  // Once more, when all is over: never a second booking.
  await agent.command('order execution', drafted.caseId, executionOrder(agent, drafted, on.callId));
  await hangUp(centre, on.callId);
  return true;
}

/** Plays so many matters on one centre and has it judged: on two nodes where `AIDLINE_TEST_NODES` says so, as the stages of tests/integration/server. */
export async function playLive(stories: number, seed: number): Promise<Live> {
  const ground = await (Number(process.env['AIDLINE_TEST_NODES'] ?? '1') > 1 ? twoNodes() : oneServer());
  try {
    const centre = new LiveCentre(ground, seed);
    await centre.start();
    const other = await centre.sign('agent');
    for (let played = 0; played < stories;) {
      await centre.whole();
      if (await matter(centre, other)) played += 1;
    }
    return await centre.stop();
  } finally {
    await ground.dispose();
  }
}
