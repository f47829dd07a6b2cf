/** Leads a running server, its bank process and raw desktops along a walk of the model, and compares after every action. */
import { v7 as uuidv7 } from 'uuid';
import type { OperationState } from '#shared/operation/operation-schema.ts';
import type { CaseId } from '#shared/protocol/ids.ts';
import { show, type Step, type Told } from '../../model/walk.ts';
import type { RawDesktop } from '../server/raw-desktop.ts';
import {
  answerCall, blindFigures, booked, changeCentre, clearStage, enter, executionOrder, LARGE, later, press, selfCheck, setStage, sheet, signOn, startDemoCentre, STORY_PLANS, submit, take, tickAll,
  typeProof, verifyHolder, type Drafted, type Stage,
} from '../server/story.ts';

/** The model's lines, by place. */
const PLANS = STORY_PLANS.slice(0, 2);
const ON_LINE_MINUTES = 30;
/** More than policy asks two leads to wait. */
const WAIT_MINUTES = 16;
const KIND = 'early-settlement';
/** Until the walk itself inquires, the server's own rounds are to find nothing. */
const MANY = 10_000;

export class ServerReplay {
  readonly #stage: Stage;
  /** The model's people by number, but for the maker. */
  readonly #people: Readonly<Record<string, RawDesktop>>;
  readonly #risk: RawDesktop;
  readonly #call: { caseId: string; callId: string };
  #drafted: Drafted;
  #operations = 1;
  #continues: string | null = null;
  #can: Told['can'] = new Set();
  executions = 0;

  private constructor(stage: Stage, others: { lead: RawDesktop; lead2: RawDesktop; risk: RawDesktop }, call: { caseId: string; callId: string }, drafted: Drafted) {
    this.#stage = stage;
    this.#people = { 2: stage.mentor, 3: others.lead, 4: others.lead2 };
    this.#risk = others.risk;
    this.#call = call;
    this.#drafted = drafted;
  }

  /** A server and its bank; the customer is on the line, verified, and two plans are drafted and checked. */
  static async start(): Promise<ServerReplay> {
    const stage = await setStage();
    const [lead, lead2, risk] = await Promise.all([signOn(stage, 'lead'), signOn(stage, 'lead2'), signOn(stage, 'risk')]);
    const call = await answerCall(stage, LARGE.customerId);
    await verifyHolder(stage, call.caseId, call.callId, LARGE.customerId);
    const drafted = await sheet(stage, call, { ...LARGE, planIds: PLANS });
    await selfCheck(stage, drafted);
    return new ServerReplay(stage, { lead, lead2, risk }, call, drafted);
  }

  stop(): Promise<void> {
    return clearStage(this.#stage);
  }

  /** @throws where the server and the model part, with the walk so far */
  async run(walk: readonly Step[]): Promise<void> {
    for (const [index, step] of walk.entries()) {
      try {
        await this.#act(step);
        await this.#compare(step.told);
      } catch (error) {
        throw new Error(`${walk.slice(0, index + 1).map(show).join('; ')}\n${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
      this.#can = step.told.can;
    }
  }

  get #operation(): OperationState {
    return this.#stage.agent.state(this.#call.caseId).operations[this.#drafted.operationId]!;
  }

  #second(number: string | undefined): RawDesktop {
    const found = this.#people[number ?? ''];
    if (found === undefined) throw new Error(`nobody is ${String(number)}`);
    return found;
  }

  async #act({ act, args, fates }: Step): Promise<void> {
    const [stage, drafted] = [this.#stage, this.#drafted];
    const { caseId } = this.#call;
    const { agent } = stage;
    const reviewId = this.#operation.reviewId ?? '';
    const by = (): RawDesktop => this.#second(args[0]);
    switch (act) {
      case 'draft': return this.#draft(drafted.operationId, drafted.matter.planIds);
      case 'submit': return void (await submit(stage, drafted, agent, 'on-line'));
      case 'withdraw': return agent.must('withdraw operation', caseId, { operationId: drafted.operationId, reason: '' });
      case 'withdraw-review': return agent.must('withdraw review', caseId, { reviewId });
      case 'take': return take(stage, drafted, reviewId, by());
      case 'release': return by().must('release review', caseId, { reviewId });
      case 'enter': return enter(stage, drafted, reviewId, by());
      case 'miss': return this.#miss(reviewId, by());
      case 'approve': return press(drafted, reviewId, by());
      case 'return': return by().must('return review', caseId, { reviewId, reason: 'amount', whatToDo: '重算' });
      case 'wait': return later(stage, WAIT_MINUTES);
      case 'join': return this.#join(reviewId, by());
      case 'sign': return this.#sign(reviewId, by());
      case 'stop': return void (await this.#risk.ask('administer', { kind: 'stop kind', body: { operationKind: KIND, reason: '核查' } }));
      case 'let-go': return void (await changeCentre(stage, { kind: 'release kind', operationKind: KIND }));
      case 'confirm': await tickAll(stage, drafted, this.#call.callId); return typeProof(drafted, this.#call.callId, agent);
      case 'order': return this.#order(fates);
      case 'inquire': return this.#inquire(PLANS[Number(args[0])]!);
      case 'continue': return this.#continue();
      case 'fact-move': return this.#moveFacts();
      case 'expire': return later(stage, ON_LINE_MINUTES + 1);
      case 'restart': return this.#restart();
      default: throw new Error(`an action that nobody knows: ${act}`);
    }
  }

  async #draft(operationId: string, planIds: readonly string[]): Promise<void> {
    this.#drafted = await sheet(this.#stage, this.#call, { ...LARGE, planIds }, { operationId, continues: this.#continues });
    await selfCheck(this.#stage, this.#drafted);
  }

  async #continue(): Promise<void> {
    const rest = this.#operation.execution!.lines.filter((line) => line.status === 'refused' || line.status === 'free').map((line) => line.planId!);
    this.#continues = this.#drafted.operationId;
    this.#operations += 1;
    await this.#draft(uuidv7(), rest);
  }

  async #miss(reviewId: string, reviewer: RawDesktop): Promise<void> {
    const right = blindFigures(this.#stage.agent.state(this.#call.caseId), this.#drafted);
    await reviewer.must('store blind entry', this.#call.caseId, { reviewId, entry: { ...right, totalDueFen: right.totalDueFen + 1 } });
  }

  async #join(reviewId: string, lead: RawDesktop): Promise<void> {
    const { caseId } = this.#call;
    await lead.until(() => lead.liveValue('reviews')?.some((row) => row.reviewId === reviewId) === true, 'the review in the pool');
    await lead.must('join break-glass', caseId, { reviewId, reason: '没有复核人在岗' });
    await lead.ask('read facts', { case: caseId, purpose: 'review', planIds: [] });
  }

  async #sign(reviewId: string, lead: RawDesktop): Promise<void> {
    const { digest } = lead.state(this.#call.caseId).operations[this.#drafted.operationId]!;
    await lead.must('sign break-glass', this.#call.caseId, { reviewId, digest: digest!, qualityCaseId: uuidv7() as CaseId, signed: lead.signed('approval', digest!) });
  }

  /** Sets the bank up for what the model says becomes of each line, and orders. */
  async #order(fates: readonly string[]): Promise<void> {
    const { bank } = this.#stage.running.demo!;
    const planIds = this.#drafted.matter.planIds;
    for (const [index, fate] of fates.entries()) {
      if (fate === 'line-refused') await bank.fault({ kind: 'line-refused', subject: planIds[index]! });
      // One fault a message, the oldest first: a line that is answered takes one that does nothing.
      if (fate === 'no-answer' || fate === 'answered-but-lost') await bank.fault({ kind: fate, call: 'book' });
      else await bank.fault({ kind: 'slow', call: 'book', ms: 1 });
    }
    if (fates.some((fate) => fate === 'no-answer' || fate === 'answered-but-lost')) await this.#hideOutcomes();
    const order = executionOrder(this.#stage.agent, this.#drafted, this.#call.callId);
    if (!this.#can.has('order')) return void (await this.#stage.agent.refusal('order execution', this.#call.caseId, order));
    await this.#stage.agent.must('order execution', this.#call.caseId, order);
    if (fates.length > 0) this.executions += 1;
  }

  #hideOutcomes(): Promise<void> {
    return this.#stage.running.demo!.bank.fault({ kind: 'no-answer', call: 'inquire', count: MANY });
  }

  async #inquire(planId: string): Promise<void> {
    const line = (): { lineId: string; status: string } => this.#operation.execution!.lines.find((one) => one.planId === planId)!;
    await this.#stage.running.demo!.bank.clearFaults();
    await this.#stage.agent.must('order inquiry', this.#call.caseId, { operationId: this.#drafted.operationId, lineId: line().lineId });
    await this.#stage.agent.until(() => line().status !== 'in-doubt', `the answer about ${planId}`);
    if (this.#operation.status === 'in-doubt') await this.#hideOutcomes();
  }

  /** A period is posted on every plan that is not settled yet: what is pinned no longer holds. */
  async #moveFacts(): Promise<void> {
    const settled = await booked(this.#stage);
    for (const planId of PLANS) if (!settled.includes(planId)) await this.#stage.running.demo!.bank.touch({ what: 'post-period', planId });
  }

  /** The server goes and comes again; by then it has asked about every line that was open. */
  async #restart(): Promise<void> {
    const stage = this.#stage;
    await stage.running.demo!.bank.clearFaults();
    const now = stage.running.centre.clock.now();
    const desktops = [stage.agent, stage.mentor, ...stage.others];
    for (const desktop of desktops) {
      // The walk may have moved the clock further than a session lasts.
      desktop.token = (await desktop.ask('renew', {})).token;
      desktop.close();
    }
    await stage.running.stop();
    const { running } = await startDemoCentre(stage.data, ['--now', now]);
    stage.running = running;
    for (const desktop of desktops) {
      desktop.url = running.url;
      await desktop.connect();
    }
  }

  async #compare(told: Told): Promise<void> {
    const seen = () => ({
      operation: this.#operations, status: this.#operation.status, lines: PLANS.map((planId) => this.#operation.execution?.lines.find((line) => line.planId === planId)?.status ?? 'none'),
    });
    const wanted = { operation: told.operation, status: told.status, lines: told.lines };
    await this.#stage.agent.until(() => JSON.stringify(seen()) === JSON.stringify(wanted), '').catch(() => undefined);
    const atBank = await booked(this.#stage);
    const bookings = PLANS.map((planId) => atBank.filter((one) => one === planId).length);
    const both = [JSON.stringify({ ...seen(), bookings }), JSON.stringify({ ...wanted, bookings: told.bookings })];
    if (both[0] !== both[1]) throw new Error(`the server ${both[0]}, the model ${both[1]}`);
  }
}
