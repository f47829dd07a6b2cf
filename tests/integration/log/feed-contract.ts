/** What a person's feed keeps, on any log. The rules of withholding are small fakes; the log is real. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FeedItem, MAX_MESSAGE_BYTES, PullAnswer, type Feed } from '#shared/protocol/wire.ts';
import { decodeCursor } from '../../../server/log/cursor.ts';
import { createFeed, type CaseFeed } from '../../../server/log/feed.ts';
import type { EventDraft } from '#shared/protocol/envelope.ts';
import type { Appended, EventLog } from '../../../server/log/log.ts';
import {
  ANN, appended, BEN, CAI, CASE_A, CASE_B, fakeFolds, fakeRules, granted, id, note, released, revoked, secret, write,
  type FakeState, type LogStorage, type MakeStorage,
} from './log-fixture.ts';

/** A desktop that does what the protocol asks of it, and nothing kinder: a gap is an error. */
class FakeDesktop {
  cursor: string | null = null;
  readonly cases = new Map<string, FakeState>();
  readonly person: string;
  constructor(person: string) {
    this.person = person;
  }

  apply(feed: Feed): void {
    expect(feed.from).toBe(this.cursor);
    for (const item of feed.items) this.#applyItem(FeedItem.parse(item));
    this.cursor = feed.to;
  }

  #applyItem(item: FeedItem): void {
    if (item.type === 'revoked') this.cases.delete(item.case);
    else if (item.type === 'snapshot') this.cases.set(item.case, item.state as FakeState);
    else {
      const held = this.cases.get(item.envelope.case);
      expect(item.envelope.version).toBe((held?.version ?? 0) + 1);
      this.cases.set(item.envelope.case, fakeRules.evolve(held ?? null, { ...item.envelope, body: item.body }));
    }
  }

  async pullOnce(feed: CaseFeed, limit = 50): Promise<{ items: FeedItem[]; more: boolean }> {
    const answer = await feed.pull(this.person, this.cursor, limit);
    if ('refusal' in answer || answer.status !== 'ok') throw new Error(`no page: ${JSON.stringify(answer)}`);
    PullAnswer.parse(answer);
    const before = this.cursor;
    this.apply(answer.feed);
    if (answer.more) expect(this.cursor).not.toBe(before);
    return { items: answer.feed.items, more: answer.more };
  }

  async pullAll(feed: CaseFeed, limit = 50): Promise<FeedItem[]> {
    const items: FeedItem[] = [];
    for (let more = true; more; ) {
      const page = await this.pullOnce(feed, limit);
      items.push(...page.items);
      more = page.more;
    }
    return items;
  }
}

const shape = (items: FeedItem[]): string[] =>
  items.map((item) => (item.type === 'event' ? `${item.envelope.version}${item.body === null ? ' withheld' : ''}` : item.type === 'snapshot' ? `snapshot ${item.version}` : 'revoked'));

/** The same whether each case is read, or taken from what is folded already. */
export function feedContract(name: string, make: MakeStorage): void {
  contract(name, make, (log) => createFeed(log, fakeRules));
  contract(`${name}, beside cases that are folded`, make, (log) => createFeed(log, fakeRules, fakeFolds(log)));
}

function contract(name: string, make: MakeStorage, feedOf: (log: EventLog) => CaseFeed): void {
  describe(`the feed on ${name}`, () => {
    let storage: LogStorage;
    let log: EventLog;
    let feed: CaseFeed;
    beforeEach(async () => {
      storage = await make();
      log = await storage.open();
      feed = feedOf(log);
    });
    afterEach(async () => {
      await log.close();
      await storage.dispose();
    });
    const append = (stream: string, version: number, ...events: ReturnType<typeof note>[]) => appended(log, write(stream, version, events));

    it('[SY5] starts an empty desktop from snapshots of what it may see now, not from history', async () => {
      await append(CASE_A, 0, granted(ANN), note('1'), note('2'));
      await append(CASE_B, 0, granted(ANN), revoked(ANN));
      const desktop = new FakeDesktop(ANN);
      expect(shape(await desktop.pullAll(feed))).toEqual(['snapshot 3']);
      expect(desktop.cases.get(CASE_A)?.version).toBe(3);
      expect(shape(await new FakeDesktop(BEN).pullAll(feed))).toEqual([]);
    });

    it('[SY5] gives a grant as a snapshot and what follows as events, in the log\'s order over cases', async () => {
      const desktop = new FakeDesktop(ANN);
      await desktop.pullAll(feed);
      await append(CASE_A, 0, note('1'));
      await append(CASE_B, 0, granted(ANN));
      await append(CASE_A, 1, granted(ANN), note('3'));
      await append(CASE_B, 1, note('2'));
      expect(shape(await desktop.pullAll(feed))).toEqual(['snapshot 1', 'snapshot 2', '3', '2']);
      expect(desktop.cases.get(CASE_A)?.bodies).toEqual([{ text: '1' }, { person: ANN, as: 'maker' }, { text: '3' }]);
    });

    it('[SY5] [TP6] [PR7] what a commit brings from memory is what would be read; a grant, a revocation and a release are read', async () => {
      const heard: Appended[] = [];
      log.onAppended((one) => heard.push(one));
      const brought = async (person: string, events: EventDraft[]): Promise<string[] | null> => {
        const [version, { epoch, position }] = [await log.lastVersion(CASE_A), await log.head()];
        await appended(log, write(CASE_A, version, events));
        const { to, feeds } = heard.at(-1)!;
        const live = feed.committed(person, { epoch, position }, to, feeds.get(person) ?? []);
        if (live !== null) expect(live).toEqual((await feed.feedFor(person, position, to)).feed);
        return live === null ? null : shape(live.items);
      };
      /** From here on the case is held, whoever may see what of it. */
      const read = async (): Promise<unknown> => feed.feedFor(BEN, 0, (await log.head()).position);
      await appended(log, write(CASE_A, 0, [granted(ANN), granted(BEN)]));
      await read();
      expect(await brought(ANN, [note('a'), secret('b')])).toEqual(['3', '4']);
      expect(await brought(BEN, [note('a'), secret('b')])).toEqual(['5', '6 withheld']);
      // What is held no longer has to be read.
      feed.forget(CASE_A);
      const { from, to, feeds } = heard.at(-1)!;
      expect(feed.committed(ANN, { epoch: (await log.head()).epoch, position: from }, to, feeds.get(ANN)!)).toBeNull();
      expect(await brought(BEN, [note('a')])).toBeNull();
      await read();
      expect(await brought(BEN, [note('a')])).toEqual(['8']);
      expect(await brought(CAI, [note('a')])).toEqual([]);
      expect(await brought(CAI, [granted(CAI)])).toBeNull();
      expect(await brought(BEN, [note('a'), released(BEN)])).toBeNull();
      expect(await brought(BEN, [note('a'), revoked(BEN)])).toBeNull();
      expect(await brought(ANN, [note('a')])).toEqual([String(await log.lastVersion(CASE_A))]);
    });

    it('[SY6] yields only `revoked` of a case that was taken away before the end of the pull', async () => {
      const desktop = new FakeDesktop(BEN);
      await append(CASE_A, 0, granted(BEN));
      await desktop.pullAll(feed);
      await append(CASE_A, 1, note('late secret'), note('another'), revoked(BEN), note('after'));
      const items = await desktop.pullAll(feed);
      expect(items).toEqual([{ type: 'revoked', case: CASE_A }]);
      expect(desktop.cases.size).toBe(0);
    });

    it('[SY6] gives nothing of a case that is revoked later in the log than this page reaches', async () => {
      const desktop = new FakeDesktop(BEN);
      await append(CASE_A, 0, granted(BEN));
      await desktop.pullAll(feed);
      for (let version = 1; version <= 6; version += 1) await append(CASE_A, version, note(`${version}`));
      await append(CASE_A, 7, revoked(BEN));
      const first = await desktop.pullOnce(feed, 2);
      expect(first).toEqual({ items: [], more: true });
      expect(await desktop.pullAll(feed, 2)).toEqual([{ type: 'revoked', case: CASE_A }]);
    });

    it('[SY6] starts a case anew when it is granted again', async () => {
      const desktop = new FakeDesktop(BEN);
      await append(CASE_A, 0, granted(BEN));
      await desktop.pullAll(feed);
      await append(CASE_A, 1, note('2'), revoked(BEN), note('4'), granted(BEN), note('6'));
      expect(shape(await desktop.pullAll(feed))).toEqual(['revoked', 'snapshot 5', '6']);
    });

    it('[TP6] withholds bodies, keeps their places, and sends a snapshot where they are released', async () => {
      await append(CASE_A, 0, granted(ANN), granted(BEN));
      const maker = new FakeDesktop(ANN);
      const reviewer = new FakeDesktop(BEN);
      await maker.pullAll(feed);
      await reviewer.pullAll(feed);
      await append(CASE_A, 2, secret('4 711'), note('open'));
      expect(shape(await maker.pullAll(feed))).toEqual(['3', '4']);
      const withheld = await reviewer.pullAll(feed);
      expect(shape(withheld)).toEqual(['3 withheld', '4']);
      expect(JSON.stringify(withheld)).not.toContain('4 711');
      await append(CASE_A, 4, released(BEN), note('on'));
      expect(shape(await reviewer.pullAll(feed))).toEqual(['snapshot 5', '6']);
      expect(shape(await maker.pullAll(feed))).toEqual(['5', '6']);
      expect(reviewer.cases.get(CASE_A)).toEqual(maker.cases.get(CASE_A));
    });

    it('[TP6] withholds in snapshots as well', async () => {
      await append(CASE_A, 0, granted(ANN), secret('4 711'), granted(BEN));
      const starting = new FakeDesktop(BEN);
      const items = await starting.pullAll(feed);
      expect(JSON.stringify(items)).not.toContain('4 711');
      expect(starting.cases.get(CASE_A)?.bodies[1]).toBeNull();
    });

    it('[SY5] pages a start over many cases, and what happens meanwhile comes after it without a gap', async () => {
      for (let n = 0; n < 7; n += 1) await append(id(0x900 + n), 0, granted(ANN), note('1'));
      const desktop = new FakeDesktop(ANN);
      expect((await desktop.pullOnce(feed, 3)).more).toBe(true);
      await append(id(0x906), 2, note('meanwhile'));
      await append(id(0x900), 2, note('meanwhile'));
      await append(id(0x905), 2, revoked(ANN));
      const rest = await desktop.pullAll(feed, 3);
      expect(desktop.cases.size).toBe(6);
      expect(shape(rest)).toEqual(['snapshot 2', 'snapshot 2', 'snapshot 2', '3', '3', 'revoked']);
      expect([...desktop.cases.values()].map((state) => state.version).toSorted()).toEqual([2, 2, 2, 2, 3, 3]);
    });

    it('advances the cursor over what is not for this person', async () => {
      const desktop = new FakeDesktop(ANN);
      await desktop.pullAll(feed);
      const before = desktop.cursor;
      await append(CASE_A, 0, granted(BEN), note('x'));
      expect(await desktop.pullOnce(feed)).toEqual({ items: [], more: false });
      expect(desktop.cursor).not.toBe(before);
      const decoded = decodeCursor(desktop.cursor ?? '');
      expect(decoded.ok && decoded.cursor.positions[0]).toBe((await log.head()).position);
    });

    it('[RB1] never makes a page bigger than half a message', async () => {
      const big = 'x'.repeat(MAX_MESSAGE_BYTES / 9);
      await append(CASE_A, 0, granted(ANN));
      const desktop = new FakeDesktop(ANN);
      await desktop.pullAll(feed);
      for (let version = 1; version <= 12; version += 1) await append(CASE_A, version, note(big));
      let pages = 0;
      for (let more = true; more; pages += 1) {
        const answer = await feed.pull(ANN, desktop.cursor, 200);
        expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(MAX_MESSAGE_BYTES / 2);
        if ('refusal' in answer || answer.status !== 'ok') throw new Error('no page');
        desktop.apply(answer.feed);
        more = answer.more;
      }
      expect(pages).toBeGreaterThan(2);
      expect(desktop.cases.get(CASE_A)?.version).toBe(13);
    });

    it('sends an item that is bigger than a page alone rather than never', async () => {
      await append(CASE_A, 0, granted(ANN), ...Array.from({ length: 5 }, () => note('x'.repeat(MAX_MESSAGE_BYTES / 6))));
      await append(CASE_B, 0, granted(ANN));
      const desktop = new FakeDesktop(ANN);
      expect((await desktop.pullOnce(feed)).items).toHaveLength(1);
      expect(shape(await desktop.pullAll(feed))).toEqual(['snapshot 1']);
    });

    it('[SY9] sends a desktop with a cursor of another epoch, or ahead of the log, back to the start', async () => {
      const desktop = new FakeDesktop(ANN);
      await desktop.pullAll(feed);
      const decoded = decodeCursor(desktop.cursor ?? '');
      if (!decoded.ok) throw new Error('no cursor');
      const ahead = Buffer.from(JSON.stringify({ ...decoded.cursor, positions: [9999] })).toString('base64url');
      expect(await feed.pull(ANN, ahead, 10)).toEqual({ status: 'new-epoch' });
      await log.newEpoch('test');
      expect(await feed.pull(ANN, desktop.cursor, 10)).toEqual({ status: 'new-epoch' });
    });

    it('[RB1] refuses what is no cursor', async () => {
      for (const text of ['', '{}', 'AAAA', 'x'.repeat(401), Buffer.from('{"epoch":1}').toString('base64url'), '../../etc']) {
        expect(await feed.pull(ANN, text, 10)).toEqual({ refusal: { code: 'bad-cursor' } });
      }
    });

    it('[SY5] gives the live stretch between two commits, fitting what was pulled before', async () => {
      await append(CASE_A, 0, granted(ANN));
      const desktop = new FakeDesktop(ANN);
      await desktop.pullAll(feed);
      const from = (await log.head()).position;
      const result = await append(CASE_A, 1, note('live'));
      await append(CASE_A, 2, note('later'));
      const live = await feed.feedFor(ANN, from, result.position);
      desktop.apply(live.feed);
      expect(live).toMatchObject({ toPosition: result.position, more: false });
      expect(desktop.cases.get(CASE_A)?.version).toBe(2);
      const next = await feed.feedFor(ANN, live.toPosition, (await log.head()).position);
      desktop.apply(next.feed);
      expect(desktop.cases.get(CASE_A)?.version).toBe(3);
    });

    it('[SY5] never lets a reader skip an event that commits while it reads', async () => {
      await append(CASE_A, 0, granted(ANN));
      const desktop = new FakeDesktop(ANN);
      await desktop.pullAll(feed);
      const writing = Promise.all(Array.from({ length: 60 }, (_, n) => log.append([write(CASE_A, n + 1, [note(`${n}`)]), write(id(0xb00 + n), 0, [note('other')])])));
      const progress = { done: false };
      void writing.then(() => (progress.done = true));
      while (!progress.done) {
        await desktop.pullAll(feed, 3);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await desktop.pullAll(feed, 3);
      expect(desktop.cases.get(CASE_A)?.version).toBe(61);
    });

    it('[SY4] [SY5] [SY6] [TP6] whatever happens and whenever they pull, desktops end where the log is', async () => {
      const people = [ANN, BEN, CAI];
      const cases = [id(0xc1), id(0xc2), id(0xc3)];
      const step = fc.oneof(
        { weight: 4, arbitrary: fc.record({ what: fc.constantFrom('note', 'secret', 'granted', 'revoked', 'released', 'granted'), of: fc.nat(2), whom: fc.nat(2) }) },
        { weight: 2, arbitrary: fc.record({ what: fc.constant('pull'), of: fc.constant(0), whom: fc.nat(2), limit: fc.integer({ min: 1, max: 5 }) }) },
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
          const fresh = await make();
          const under = await fresh.open();
          const underFeed = feedOf(under);
          const desktops = people.map((person) => new FakeDesktop(person));
          const versions = [0, 0, 0];
          for (const each of steps) {
            const desktop = desktops[each.whom];
            const person = people[each.whom] ?? ANN;
            const stream = cases[each.of] ?? CASE_A;
            if (each.what === 'pull') {
              await desktop?.pullOnce(underFeed, 'limit' in each ? each.limit : 5);
              continue;
            }
            const event = { note: note('n'), secret: secret('s'), granted: granted(person), revoked: revoked(person), released: released(person) }[each.what] ?? note('n');
            await appended(under, write(stream, versions[each.of] ?? 0, [event], person));
            versions[each.of] = (versions[each.of] ?? 0) + 1;
          }
          for (const desktop of desktops) {
            await desktop.pullAll(underFeed, 2);
            const mine = await under.casesOf(desktop.person);
            expect([...desktop.cases.keys()].toSorted()).toEqual(mine.toSorted());
            for (const stream of mine) {
              const events = await under.readCase(stream);
              const full = events.reduce<FakeState | null>(fakeRules.evolve, null);
              const seen = events.map((event) => ({ ...event, body: full !== null && fakeRules.mayReadBody(full, event, desktop.person) ? event.body : null }));
              expect(desktop.cases.get(stream)).toEqual(seen.reduce<FakeState | null>(fakeRules.evolve, null));
            }
          }
          await under.close();
          await fresh.dispose();
        }),
        { seed: 20260302, numRuns: 40 },
      );
    });
  });
}
