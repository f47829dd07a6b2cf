import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Appended } from '../../../server/log/log.ts';
import { Teller, type ToTell, type Word } from '../../../server/log/postgres/teller.ts';

/** Each commit is one position long; its link is its number. */
const link = (batch: number): string => `link ${batch}`;
const commit = (batch: number): Appended => ({ from: batch - 1, to: batch, events: [], readers: [], feeds: new Map() });
const word = (batch: number, more: Partial<Word> = {}): Word => ({ batch, link: link(batch), after: link(batch - 1), from: batch - 1, open: async () => commit(batch), ...more });

class Database {
  batches = 0;
  /** Up to which batch each read began. */
  readonly reads: number[] = [];
  readonly after = async (batch: number, limit: number): Promise<ToTell[]> => {
    this.reads.push(batch);
    return Array.from({ length: Math.min(limit, this.batches - batch) }, (_, n) => ({ batch: batch + n + 1, link: link(batch + n + 1), appended: commit(batch + n + 1) }));
  };
}

function telling(): { teller: Teller; database: Database; told: number[]; own: (batch: number) => Promise<void> } {
  const database = new Database();
  const teller = new Teller(database.after, { batch: 0, position: 0, link: link(0) }, (thrown) => {
    throw thrown;
  });
  const told: number[] = [];
  teller.onAppended(({ to }) => told.push(to));
  return { teller, database, told, own: (batch) => teller.own({ results: [], appended: commit(batch), head: { batch, position: batch, link: link(batch), recordedAt: null } }) };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate'] }));
afterEach(() => void vi.useRealTimers());

describe('commits of other servers', () => {
  it('[SY5] are told by their words, in the log\'s order and once each, whichever word comes first, and nothing is read', async () => {
    const { teller, database, told, own } = telling();
    await teller.heard(word(1));
    await teller.heard(word(4));
    await teller.heard(word(3));
    await own(2);
    await vi.waitFor(() => expect(told).toEqual([1, 2, 3, 4]));
    await teller.heard(word(2));
    await teller.heard(word(5));
    expect(told).toEqual([1, 2, 3, 4, 5]);
    expect(database.reads).toEqual([]);
  });

  it('[SY5] a word that is lost is read, with whatever waited for it', async () => {
    const { teller, database, told } = telling();
    await teller.heard(word(1));
    database.batches = 3;
    await teller.heard(word(3));
    teller.noticed(2);
    teller.noticed(3);
    expect(told).toEqual([1]);
    await vi.advanceTimersByTimeAsync(100);
    expect(told).toEqual([1, 2, 3]);
    expect(database.reads).toEqual([1]);
  });

  it('[SY5] a notice reads at once where no word has come so far, and again after one that did not come', async () => {
    const { teller, database, told } = telling();
    database.batches = 1;
    teller.noticed(1);
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([1]);
    await teller.heard(word(1));
    database.batches = 2;
    teller.noticed(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(told).toEqual([1]);
    await vi.advanceTimersByTimeAsync(100);
    expect(told).toEqual([1, 2]);
    database.batches = 3;
    teller.noticed(3);
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([1, 2, 3]);
  });

  it('[SY5] an own commit is not told before those that it follows, be they in a word that is being opened or in the database', async () => {
    const { teller, database, told, own } = telling();
    const { promise, resolve } = Promise.withResolvers<Appended>();
    const heard = teller.heard(word(1, { open: () => promise }));
    const second = own(2);
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([]);
    resolve(commit(1));
    await Promise.all([heard, second]);
    expect(told).toEqual([1, 2]);
    database.batches = 3;
    await own(4);
    expect(told).toEqual([1, 2, 3, 4]);
  });

  it('[SY5] while the database is slow, a word that comes is told, and the own commit after it: both once', async () => {
    const reading = Promise.withResolvers<ToTell[]>();
    const told: number[] = [];
    const teller = new Teller(() => reading.promise, { batch: 0, position: 0, link: link(0) }, () => undefined);
    teller.onAppended(({ to }) => told.push(to));
    const own = teller.own({ results: [], appended: commit(2), head: { batch: 2, position: 2, link: link(2), recordedAt: null } });
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([]);
    await teller.heard(word(1));
    await own;
    expect(told).toEqual([1, 2]);
    reading.resolve([1, 2].map((batch) => ({ batch, link: link(batch), appended: commit(batch) })));
    await vi.advanceTimersByTimeAsync(0);
    await teller.heard(word(3));
    expect(told).toEqual([1, 2, 3]);
  });

  it('[SY5] an own commit that follows at once does not wait for a look that is reading', async () => {
    const { teller, told, own } = telling();
    const { promise, resolve } = Promise.withResolvers<ToTell[]>();
    const slow = new Teller(() => promise, { batch: 0, position: 0, link: link(0) }, () => undefined);
    slow.onAppended(({ to }) => told.push(to));
    const look = slow.look();
    await vi.advanceTimersByTimeAsync(0);
    await slow.own({ results: [], appended: commit(1), head: { batch: 1, position: 1, link: link(1), recordedAt: null } });
    expect(told).toEqual([1]);
    resolve([1, 2].map((batch) => ({ batch, link: link(batch), appended: commit(batch) })));
    await look;
    expect(told).toEqual([1, 2]);
    await own(1);
    expect(teller.told.batch).toBe(1);
  });

  it('[SY9] a word that does not follow from what is known is never told: the database is asked', async () => {
    const { teller, database, told } = telling();
    const opened: number[] = [];
    const foreign = (more: Partial<Word>): Word => word(1, { ...more, open: async () => (opened.push(1), commit(1)) });
    await teller.heard(foreign({ after: link(7) }));
    await teller.heard(foreign({ from: 5 }));
    expect([told, opened]).toEqual([[], []]);
    database.batches = 1;
    await teller.look();
    expect([told, opened]).toEqual([[1], []]);
  });

  it('[RB1] words that go far ahead are not all kept', async () => {
    const { teller, database, told } = telling();
    const opened: number[] = [];
    for (let batch = 2; batch < 1_000; batch += 1) await teller.heard(word(batch, { open: async () => (opened.push(batch), commit(batch)) }));
    database.batches = 1;
    await teller.look();
    await vi.waitFor(() => expect(told.length).toBe(65));
    expect(opened.length).toBe(64);
  });
});
