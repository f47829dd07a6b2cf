import { describe, expect, it } from 'vitest';
import { CaseId, type PersonId } from '#shared/protocol/ids.ts';
import type { Feed, FeedItem } from '#shared/protocol/wire.ts';
import { DeskFeed } from '../../../server/gateway/desk-feed.ts';
import { decodeCursor, encodeCursor } from '../../../server/log/cursor.ts';
import type { FeedRow } from '../../../server/log/feed-source.ts';

const EPOCH = '019b7c00-0000-7000-8000-000000000001';
const CASE = CaseId.parse('019b7c00-0000-7000-8000-000000000002');
const at = (position: number, epoch = EPOCH): string => encodeCursor({ epoch, positions: [position] });
const item: FeedItem = { type: 'revoked', case: CASE };
const rows = (position: number, what: FeedRow['what'] = 'event'): FeedRow[] => [{ position, what, stream: CASE, version: position }];

/** A desktop that has read its feed up to 10, and a log whose readings end when the test says so. */
function world({ epoch = EPOCH, items = [item] as FeedItem[], unreadable = false } = {}) {
  const sent: Feed[] = [];
  const readings: { from: number; to: number; end: () => Promise<void> }[] = [];
  let waiting = 0;
  const failures: unknown[] = [];
  const feed = new DeskFeed({
    feed: {
      committed: (_person, { position }, to, own) => (own.every(({ what }) => what === 'event') ? { from: at(position), to: at(to), items: [item] } : null),
      feedFor: (_person, from, to) => {
        const { promise, resolve, reject } = Promise.withResolvers<{ feed: Feed; toPosition: number; more: boolean }>();
        const end = async (): Promise<void> => {
          if (unreadable) reject(new Error('disk'));
          else resolve({ feed: { from: at(from, epoch), to: at(to, epoch), items }, toPosition: to, more: false });
          await new Promise((done) => setImmediate(done));
        };
        readings.push({ from, to, end });
        return promise;
      },
    },
    person: '019b7c00-0000-7000-8000-000000000003' as PersonId,
    connected: () => true,
    waiting: () => waiting,
    room: () => Promise.resolve(),
    stillIn: () => true,
    showing: () => Promise.resolve(),
    send: (one) => void sent.push(one),
    failed: (error) => void failures.push(error),
  });
  const page = (to: number): void => {
    feed.pageBegins();
    feed.pagesEnd(at(to));
    feed.pageSent();
  };
  const commit = (to: number, what: FeedRow['what'] = 'event'): void => feed.committed(to, rows(to, what), () => undefined);
  return { feed, sent, readings, failures, page, commit, fill: (bytes: number) => (waiting = bytes) };
}
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));
/** [from, to] of each stretch, as positions. */
const stretches = (sent: readonly Feed[]): number[][] => sent.map(({ from, to }) => [from, to].map((one) => {
  const decoded = decodeCursor(one ?? '');
  return decoded.ok ? decoded.cursor.positions[0]! : -1;
}));

describe('the live feed of one desktop', () => {
  it('[SY5] sends a commit from memory right after the last page, without a reading', () => {
    const { sent, readings, page, commit } = world();
    page(10);
    commit(11);
    commit(13);
    expect(stretches(sent)).toEqual([[10, 11], [11, 13]]);
    expect(readings).toEqual([]);
  });

  it('[SY5] has what was committed while the page was read come after the answer, and what the page brought not again', () => {
    const { feed, sent, page, commit } = world();
    page(10);
    feed.pageBegins();
    commit(11);
    commit(12);
    feed.pagesEnd(at(11));
    expect(sent).toEqual([]);
    feed.pageSent();
    expect(stretches(sent)).toEqual([[11, 12]]);
  });

  it('[SY5] keeps what comes during the next page, though the answer of the page before goes out only now', () => {
    const { feed, sent, commit } = world();
    feed.pageBegins();
    feed.pagesEnd(at(10));
    feed.pageBegins();
    commit(11);
    feed.pageSent();
    expect(sent).toEqual([]);
    feed.pagesEnd(at(10));
    feed.pageSent();
    expect(stretches(sent)).toEqual([[10, 11]]);
  });

  it('sends nothing while pages are left to the desktop', () => {
    const { feed, sent, readings, commit } = world();
    commit(5);
    feed.pageBegins();
    feed.pageSent();
    commit(6);
    expect([sent, readings]).toEqual([[], []]);
  });

  it('[SY5] reads once for a grant, and sends from memory all that was committed meanwhile', async () => {
    const { sent, readings, page, commit } = world();
    page(10);
    commit(11, 'granted');
    await turn();
    for (let to = 12; to < 40; to += 1) commit(to);
    expect(readings).toHaveLength(1);
    await readings[0]!.end();
    expect(stretches(sent)).toEqual([[10, 11], ...Array.from({ length: 28 }, (_, n) => [11 + n, 12 + n])]);
    commit(40);
    expect(stretches(sent).at(-1)).toEqual([39, 40]);
    expect(readings).toHaveLength(1);
  });

  it('[SY5] reads what is too much to keep, up to the last of it, and is level then', async () => {
    const { sent, readings, page, commit } = world();
    page(10);
    commit(11, 'granted');
    await turn();
    for (let to = 12; to <= 200; to += 1) commit(to);
    await readings[0]!.end();
    expect(readings.map(({ from, to }) => [from, to])).toEqual([[10, 11], [11, 200]]);
    await readings[1]!.end();
    commit(201);
    expect(stretches(sent)).toEqual([[10, 11], [11, 200], [200, 201]]);
  });

  it('[SY5] goes on from the cursor that the desktop has where a stretch held nothing for it', async () => {
    const { sent, readings, page, commit } = world({ items: [] });
    page(10);
    commit(11, 'granted');
    await turn();
    await readings[0]!.end();
    commit(12);
    expect(stretches(sent)).toEqual([[10, 12]]);
  });

  it('[SY9] an epoch that began meanwhile is no cursor of the desktop', async () => {
    const other = '019b7c00-0000-7000-8000-000000000009';
    const { sent, readings, page, commit } = world({ epoch: other });
    page(10);
    commit(11, 'granted');
    await turn();
    await readings[0]!.end();
    expect(sent.map(({ from }) => from)).toEqual([at(10, other)]);
  });

  it('[SY5] a stretch that is being read when the desktop asks for a page itself is not sent beside it', async () => {
    const { feed, sent, readings, page, commit } = world();
    page(10);
    commit(11, 'granted');
    await turn();
    feed.pageBegins();
    commit(12);
    await readings[0]!.end();
    feed.pagesEnd(at(11));
    feed.pageSent();
    expect(stretches(sent)).toEqual([[11, 12]]);
  });

  it('[RB1] is read, and not sent from memory, to a desktop that has much to read', async () => {
    const { sent, readings, page, commit, fill } = world();
    page(10);
    fill(100_000_000);
    commit(11);
    expect(sent).toEqual([]);
    await turn();
    expect(readings.map(({ from, to }) => [from, to])).toEqual([[10, 11]]);
  });

  it('has what cannot be read told, and leaves the rest to the desktop\'s own page', async () => {
    const { feed, sent, readings, failures, page, commit } = world({ unreadable: true });
    page(10);
    commit(11, 'granted');
    await turn();
    await readings[0]!.end();
    expect(failures).toEqual([new Error('disk')]);
    commit(12);
    expect(sent).toEqual([]);
    feed.pageBegins();
    feed.pagesEnd(at(12));
    feed.pageSent();
    commit(13);
    expect(stretches(sent)).toEqual([[12, 13]]);
  });
});
