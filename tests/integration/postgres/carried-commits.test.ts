/** Commits that servers tell each other beside the database: they hurry, and the database decides. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Appended, EventLog } from '../../../server/log/log.ts';
import { CarriedCommit, wordOf, type CommitLine } from '../../../server/log/postgres/carried-commit.ts';
import { PostgresReader } from '../../../server/log/postgres/reader.ts';
import { eraseCustomer } from '../../../server/log/sealing/erasure.ts';
import { openSealedLog } from '../../../server/log/sealing/open-sealed-log.ts';
import { ANN, appended, BEN, CASE_A, CASE_B, clock, draft, granted, id, note, temporaryFolder, write } from '../log/log-fixture.ts';
import { CUSTOMER, ofCustomer, parts, TWO } from '../log/sealing-fixture.ts';
import { Cluster } from './cluster.ts';
import { openLog } from './postgres-fixture.ts';

/** Joins the servers of one log; what it carries goes as JSON, as between processes. */
class Lines {
  readonly told: CarriedCommit[] = [];
  readonly #listeners: ((commit: CarriedCommit) => void)[][] = [];
  isUp = true;
  /** What is told arrives nowhere. */
  loses = false;

  line(): CommitLine {
    const [own, isUp] = [[] as ((commit: CarriedCommit) => void)[], () => this.isUp];
    this.#listeners.push(own);
    return {
      get up() {
        return isUp();
      },
      tell: (commit) => {
        this.told.push(commit);
        if (!this.loses) this.bring(commit, own);
      },
      onHeard: (listener) => void own.push(listener),
    };
  }

  bring(commit: CarriedCommit, but: unknown = null): void {
    const text = JSON.stringify(commit);
    for (const listeners of this.#listeners) if (listeners !== but) for (const heard of listeners) heard(CarriedCommit.parse(JSON.parse(text)));
  }
}

let cluster: Cluster;
let url: string;
let lines: Lines;
const logs: EventLog[] = [];
beforeAll(async () => void (cluster = await Cluster.start()));
beforeEach(async () => {
  url = cluster.url(await cluster.database());
  lines = new Lines();
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const log of logs.splice(0)) await log.close();
});
afterAll(() => cluster.dispose());

const open = async (): Promise<EventLog> => {
  const log = await openLog(url, { line: lines.line() });
  logs.push(log);
  return log;
};
/** Everything that a server tells its listeners, and until when. */
function hearing(log: EventLog): { heard: Appended[]; upTo: (position: number) => Promise<void> } {
  const heard: Appended[] = [];
  log.onAppended((each) => heard.push(each));
  return { heard, upTo: (position) => vi.waitFor(() => expect(heard.at(-1)?.to).toBe(position), 10_000) };
}
const told = (heard: readonly Appended[]): string[] => heard.flatMap(({ events }) => events.map(({ envelope }) => envelope.id));

describe('commits that are carried', () => {
  it('[SY5] are told as a read would bring them, between own ones and in order, and are hardly ever read', async () => {
    const [here, there] = [await open(), await open()];
    const { heard, upTo } = hearing(here);
    const first = await appended(there, write(CASE_A, 0, [granted(ANN), granted(BEN), note('there')]));
    await upTo(first.position);
    const reads = vi.spyOn(PostgresReader.prototype, 'commitsAfter');
    for (let n = 0; n < 20; n += 1) {
      await appended(there, write(CASE_A, n + 3, [note(`there ${n}`)]));
      if (n % 4 === 0) await appended(here, write(id(0x900 + n), 0, [granted(ANN), note('here')]));
    }
    const { position } = await here.head();
    await upTo(position);
    // A look now and then, and the one when a server has begun to listen, may find one before its word.
    expect(reads.mock.settledResults.flatMap(({ value }) => value as unknown[]).length).toBeLessThan(5);
    const bare = await openLog(url);
    logs.push(bare);
    const stored = await bare.eventsAfter(first.position - 3, 1_000);
    expect(heard.flatMap(({ events }) => events)).toEqual(stored);
    const carried = heard.filter(({ events }) => events.some(({ envelope }) => envelope.case === CASE_A));
    expect(carried).toHaveLength(21);
    for (const { feeds, readers, to } of carried.slice(1)) {
      expect(readers.toSorted()).toEqual([ANN, BEN]);
      for (const rows of feeds.values()) expect(rows).toEqual([{ position: to, what: 'event', stream: CASE_A, version: expect.any(Number) as number }]);
    }
  });

  it.each([['lost', { loses: true }], ['told by nobody', { isUp: false }]])('[SY5] where words are %s, all is read, once and in order', async (_how, state) => {
    const [here, there] = [await open(), await open()];
    const { heard, upTo } = hearing(here);
    await upTo((await appended(there, write(CASE_A, 0, [granted(ANN)]))).position);
    Object.assign(lines, state);
    for (let n = 0; n < 5; n += 1) await appended(there, write(CASE_A, n + 1, [note('there')]));
    const own = await appended(here, write(CASE_B, 0, [note('here')]));
    await upTo(own.position);
    Object.assign(lines, { loses: false, isUp: true });
    const last = await appended(there, write(CASE_A, 6, [note('there')]));
    await upTo(last.position);
    expect(told(heard)).toEqual((await here.eventsAfter(1, 1_000)).map(({ envelope }) => envelope.id));
  });

  it('[SY9] a word of another epoch, or of another history, is not told, whatever it says of its place', async () => {
    const [here, there] = [await open(), await open()];
    const { heard, upTo } = hearing(here);
    await upTo((await appended(there, write(CASE_A, 0, [note('before')]))).position);
    lines.loses = true;
    const real = await appended(there, write(CASE_A, 1, [note('real')]));
    await upTo(real.position);
    const { epoch, batch, link, position } = await here.head();
    const [kept] = lines.told.slice(-1);
    const next = { ...kept!, batch: batch + 1, from: position, to: position + 1, after: link, link: 'e'.repeat(64), events: kept!.events.map((event) => ({ ...event, position: position + 1, content: event.content.replace('"version":2', '"version":3') })) };
    lines.bring({ ...next, epoch: id(0xee) });
    lines.bring({ ...next, after: 'f'.repeat(64) });
    lines.bring(kept!);
    const own = await appended(here, write(CASE_B, 0, [note('own')]));
    expect(heard.map(({ to }) => to)).toEqual([real.position - 1, real.position, own.position]);
    // The same is taken where it follows, so that it was not refused for its form.
    lines.bring({ ...next, epoch, batch: batch + 2, from: own.position, to: own.position + 1, after: (await here.head()).link });
    await upTo(own.position + 1);
  });

  it('[RB1] what is long is read', async () => {
    const [here, there] = [await open(), await open()];
    const { heard, upTo } = hearing(here);
    const long = await appended(there, write(CASE_A, 0, Array.from({ length: 3 }, () => note('长'.repeat(40_000)))));
    await upTo(long.position);
    expect(lines.told.filter(({ to }) => to === long.position)).toEqual([]);
    expect(heard.at(-1)?.events).toHaveLength(3);
  });

  it('[PR7] [PR4] bodies go as they are stored, sealed for their customer: who has kept what was told can open it no longer than the database', async () => {
    const { folder, dispose } = await temporaryFolder();
    const sealed = await openSealedLog(folder, { now: clock, database: url, line: lines.line() });
    if (!sealed.ok) throw new Error(sealed.error.cause);
    const name = '王测试甲乙丙';
    await appended(sealed.log, ofCustomer(CUSTOMER, CASE_A, 0, [draft('facts read', { name })]));
    const commit = lines.told.find(({ events }) => events.length > 0)!;
    expect(Buffer.from(commit.events[0]!.bytes, 'base64').includes(Buffer.from(name))).toBe(false);
    expect(JSON.stringify(commit)).not.toContain(name);
    expect((await wordOf(commit, sealed.sealing.sealer).open()).events.map(({ body }) => body)).toEqual([{ name }]);
    expect(await eraseCustomer(parts(sealed), CUSTOMER, TWO)).toMatchObject({ ok: true });
    expect((await wordOf(commit, sealed.sealing.sealer).open()).events.map(({ body }) => body)).toEqual([null]);
    await sealed.log.close();
    await dispose();
  });
});
