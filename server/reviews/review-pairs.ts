import { z } from 'zod';
import type { AskValue } from '#shared/protocol/asks.ts';
import { PersonId, Uuid7 } from '#shared/protocol/ids.ts';
import type { Centre } from '../centre.ts';
import type { EventLog, StoredEvent } from '../log/log.ts';

const DAYS = 30;
const PAGE = 1_000;
const MOST = 200;

const COUNTED: ReadonlySet<string> = new Set(['review requested', 'review approved', 'break-glass approved', 'review returned']);
const Named = z.looseObject({ reviewId: Uuid7, by: z.union([PersonId, z.array(PersonId)]).optional() });

type Decided = { at: string; maker: string; reviewer: string; approved: boolean };

/** Who decided whose requests, read once from the log and then on from where it stopped: asking again costs what is new. */
class Decisions {
  readonly #makers = new Map<string, string>();
  #decided: Decided[] = [];
  #position = 0;
  #turn: Promise<unknown> = Promise.resolve();

  since(log: EventLog, from: string): Promise<readonly Decided[]> {
    const turn = this.#turn.then(() => this.#read(log, from));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #read(log: EventLog, from: string): Promise<readonly Decided[]> {
    for (;;) {
      const page = await log.eventsAfter(this.#position, PAGE);
      const last = page.at(-1);
      if (last === undefined) break;
      for (const event of page) this.#take(event);
      this.#position = last.position;
    }
    this.#decided = this.#decided.filter(({ at }) => at >= from);
    return this.#decided;
  }

  /** A body that was erased tells no review any more, and counts for nobody (PR7). */
  #take({ envelope, body }: StoredEvent): void {
    const at = envelope.times.recorded;
    const by = envelope.actor.person;
    if (body === null || !COUNTED.has(envelope.kind)) return;
    const { reviewId, by: reviewers = [] } = Named.parse(body);
    if (envelope.kind !== 'review requested') this.#decide(reviewId, [reviewers].flat(), at, envelope.kind !== 'review returned');
    else if (by !== null) this.#makers.set(reviewId, by);
  }

  #decide(reviewId: string, reviewers: readonly string[], at: string, approved: boolean): void {
    const maker = this.#makers.get(reviewId);
    if (maker === undefined) return;
    for (const reviewer of reviewers) this.#decided.push({ at, maker, reviewer, approved });
    this.#makers.delete(reviewId);
  }
}

/**
 * Who reviewed whom how often in the last thirty days: two people who always review each other show at the top.
 *
 * @returns the report, over one log
 */
export function pairsReport(): (centre: Pick<Centre, 'log' | 'clock' | 'people'>) => Promise<AskValue<'review pairs'>> {
  const decisions = new Decisions();
  return async ({ log, clock, people }) => {
    const pairs = new Map<string, { maker: string; reviewer: string; approved: number; returned: number }>();
    const sums = { maker: new Map<string, number>(), reviewer: new Map<string, number>() };
    for (const { maker, reviewer, approved } of await decisions.since(log, new Date(Date.parse(clock.now()) - DAYS * 86_400_000).toISOString())) {
      const key = `${maker} ${reviewer}`;
      const pair = pairs.get(key) ?? { maker, reviewer, approved: 0, returned: 0 };
      if (approved) pair.approved += 1;
      else pair.returned += 1;
      pairs.set(key, pair);
      sums.maker.set(maker, (sums.maker.get(maker) ?? 0) + 1);
      sums.reviewer.set(reviewer, (sums.reviewer.get(reviewer) ?? 0) + 1);
    }
    const nameOf = (id: string): string => people.byId(id)?.name ?? '';
    return [...pairs.values()]
      .map((pair) => ({
        ...pair, makerName: nameOf(pair.maker), reviewerName: nameOf(pair.reviewer),
        shareOfMaker: (pair.approved + pair.returned) / (sums.maker.get(pair.maker) ?? 1), shareOfReviewer: (pair.approved + pair.returned) / (sums.reviewer.get(pair.reviewer) ?? 1),
      }))
      .sort((a, b) => b.shareOfMaker * b.shareOfReviewer - a.shareOfMaker * a.shareOfReviewer || b.approved + b.returned - a.approved - a.returned)
      .slice(0, MOST);
  };
}
