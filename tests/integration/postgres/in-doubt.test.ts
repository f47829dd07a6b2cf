/** A line between server and database that is cut between a COMMIT and its answer. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Appended } from '../../../server/log/log.ts';
import { appended, CASE_A, command, note, one, withCommand, write } from '../log/log-fixture.ts';
import { Cluster } from './cluster.ts';
import { openLog, verified } from './postgres-fixture.ts';

/** Reads what the server asks. At a COMMIT it does as it is told: lose the question, or lose the answer. */
class CommitCutter {
  readonly #server: Server;
  readonly #pairs = new Set<[Socket, Socket]>();
  upstream: number;
  /** Of the next COMMIT; good ones pass before and after. */
  next: 'pass' | 'lose-question' | 'lose-answer' = 'pass';
  cuts = 0;
  /** Answers that were lost: what they were of is stored. */
  lost = 0;
  /** With the answer the line is lost for good. */
  shutsThen = false;
  /** Nobody is let through. */
  shut = false;

  constructor(upstream: number) {
    this.upstream = upstream;
    this.#server = createServer((near) => this.#join(near));
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  #join(near: Socket): void {
    if (this.shut) return void near.resetAndDestroy();
    const far = connect(this.upstream, '127.0.0.1');
    const pair: [Socket, Socket] = [near, far];
    this.#pairs.add(pair);
    const end = (): void => {
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    let loses = false;
    near.on('data', (chunk: Buffer) => {
      if (this.next !== 'pass' && chunk.includes('; COMMIT')) {
        this.cuts += 1;
        const lost = this.next;
        this.next = 'pass';
        if (lost === 'lose-question') return end();
        loses = true;
      }
      far.write(chunk);
    });
    far.on('data', (chunk: Buffer) => {
      if (!loses) return void near.write(chunk);
      // Rows and COMMIT go together and are answered one after the other: only with the second it is done, and nobody hears of it.
      if (!chunk.includes('COMMIT')) return;
      this.shut ||= this.shutsThen;
      this.lost += 1;
      near.resetAndDestroy();
    });
  }

  cut(): void {
    for (const [near, far] of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

let cluster: Cluster;
let cutter: CommitCutter;
let direct: string;
let url: string;
beforeAll(async () => void (cluster = await Cluster.start()));
afterAll(() => cluster.dispose());
beforeEach(async () => {
  const name = await cluster.database();
  cutter = new CommitCutter(cluster.port);
  direct = cluster.url(name);
  url = cluster.url(name, { port: await cutter.listen() });
});
afterEach(() => cutter.close());

describe('a commit that gets no answer', () => {
  it.each(['lose-answer', 'lose-question'] as const)('[SY1] [SY2] [TP4] %s: it is found out, and the command is stored once and answered', async (how) => {
    const log = await openLog(url);
    const heard: Appended[] = [];
    log.onAppended((each) => heard.push(each));
    const { position } = await log.head();
    await appended(log, write(CASE_A, 0, [note('before')]));
    cutter.next = how;
    const stored = command({ number: 1 });
    const result = await appended(log, { ...withCommand(write(CASE_A, 1, [note('in doubt')]), stored), audit: [{ kind: 'customer viewed', person: null, workstation: null, about: 'C-1', detail: {} }] });
    expect(cutter.cuts).toBe(1);
    expect(result.versions).toEqual({ [CASE_A]: 2 });
    await appended(log, write(CASE_A, 2, [note('after')]));
    expect((await log.readCase(CASE_A)).map(({ body }) => body)).toEqual([{ text: 'before' }, { text: 'in doubt' }, { text: 'after' }]);
    expect((await log.auditAfter(0, 10)).filter(({ kind }) => kind === 'customer viewed')).toHaveLength(1);
    expect(await one(log, withCommand(write(CASE_A, 3, [note('again')]), stored))).toEqual({ status: 'duplicate', answer: result.answer });
    let at = position;
    for (const each of heard) {
      expect(each.from).toBe(at);
      at = each.to;
    }
    expect(heard).toHaveLength(3);
    await log.close();
    expect((await verified(direct)).faults).toEqual([]);
  });

  it('[SY1] another server may append between the loss and the question: it is still found', async () => {
    const [log, other] = [await openLog(url), await openLog(direct)];
    cutter.next = 'lose-answer';
    const pending = one(log, write(CASE_A, 0, [note('mine')]));
    await new Promise<void>((resolve) => other.onAppended(() => resolve()));
    const theirs = await one(other, write(CASE_A, 1, [note('theirs')]));
    const mine = await pending;
    expect([mine.status, theirs.status]).toEqual(['appended', 'appended']);
    expect(mine.status === 'appended' && mine.versions).toEqual({ [CASE_A]: 1 });
    await Promise.all([log.close(), other.close()]);
  });

  it('[SY1] [RB2] where the database stays away it is answered as in doubt, never as appended; sent again it gets the stored answer', async () => {
    const log = await openLog(url);
    const stored = command({ number: 1 });
    cutter.next = 'lose-answer';
    const item = withCommand(write(CASE_A, 0, [note('in doubt')]), stored);
    cutter.shutsThen = true;
    const result = await one(log, item);
    expect(cutter.lost).toBe(1);
    expect(result.status === 'failed' && result.error).toMatchObject({ code: 'database-in-doubt', text: { zh: expect.stringContaining('没有确认'), en: expect.stringContaining('nothing was acknowledged') } });
    // Those who come meanwhile do not wait as long for the same news.
    const late = await one(log, write(CASE_A, 0, [note('late')]));
    expect(late.status === 'failed' && late.error.code).toBe('database-unreachable');
    cutter.shut = false;
    const again = await one(log, item);
    expect(again.status === 'duplicate' && again.answer).toMatchObject({ id: stored.outer.id, status: 'accepted', version: 1 });
    expect(await log.lastVersion(CASE_A)).toBe(1);
    await log.close();
  });

  it('[RB2] reads outlive a cut line, and tell after a bounded time that the database is away', async () => {
    const log = await openLog(url);
    await appended(log, write(CASE_A, 0, [note('one')]));
    cutter.cut();
    expect(await log.lastVersion(CASE_A)).toBe(1);
    cutter.shut = true;
    cutter.cut();
    await expect(log.lastVersion(CASE_A)).rejects.toMatchObject({ error: { code: 'database-unreachable' } });
    cutter.shut = false;
    expect(await log.lastVersion(CASE_A)).toBe(1);
    await log.close();
  });
});
