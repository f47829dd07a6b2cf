import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Feed } from '#shared/protocol/wire.ts';
import { DoorBook, type Visitor } from '../../../server/audit/door-book.ts';
import type { EventLog } from '../../../server/log/log.ts';
import { ANN, BEN, CASE_A, CASE_B, DESKTOP, temporaryFolder } from '../log/log-fixture.ts';
import { openLog } from './audit-fixture.ts';

let log: EventLog;
let dispose: () => Promise<void>;
let now: string;
let book: DoorBook;
const visitor: Visitor = { person: { id: ANN }, desktop: DESKTOP, workstation: 'W-1' };
const feed = (...items: Feed['items']): Feed => ({ from: null, to: 'x', items });
const snapshot = (of: string, customerId: string | null, owner: string | null): Feed['items'][number] => ({ type: 'snapshot', case: of, version: 3, state: { customerId, owner, name: '张三' } });
const entries = async () => (await log.auditAfter(1, 1000)).map(({ position: _position, recordedAt: _recordedAt, ...entry }) => entry);

beforeEach(async () => {
  const made = await temporaryFolder();
  log = await openLog(made.folder);
  dispose = async () => {
    await log.close();
    await made.dispose();
  };
  now = '2026-03-02T01:00:00.000Z';
  book = new DoorBook(log, () => now, { error: (what: unknown) => expect.unreachable(String(what)) });
});
afterEach(() => dispose());

describe('the book at the door', () => {
  it('[PR8] records a case with a customer that goes whole to somebody else than its owner, before it is sent, once a day', async () => {
    const items = feed(snapshot(CASE_A, 'C-1', BEN), snapshot(CASE_B, 'C-2', ANN), snapshot(DESKTOP, null, BEN), { type: 'revoked', case: CASE_B });
    await book.showing(visitor, items);
    await book.showing(visitor, items);
    const viewed = { kind: 'customer viewed', person: ANN, workstation: 'W-1', about: 'C-1', detail: { case: CASE_A, purpose: 'case' } };
    expect(await entries()).toEqual([viewed]);
    now = '2026-03-03T01:00:00.000Z';
    await book.showing(visitor, items);
    expect(await entries()).toEqual([viewed, viewed]);
    // PR4: ids only.
    expect(JSON.stringify(await entries())).not.toContain('张三');
  });

  it('[PR8] lets nothing be shown that the log did not take', async () => {
    await log.close();
    for (let tries = 0; tries < 2; tries += 1) await expect(book.showing(visitor, feed(snapshot(CASE_A, 'C-1', BEN)))).rejects.toThrow('a view was not recorded');
  });

  it('[PR5] [TP7] records who came and went, and what was refused', async () => {
    book.arrived(visitor);
    book.refused(visitor, 'ask refused', 'read facts', 'not-your-case');
    book.refused(visitor, 'command forked', 'write note', 'forked', CASE_A);
    book.dismissed(visitor, 'message-malformed');
    book.left(visitor);
    await log.append([]);
    expect((await entries()).map(({ kind, about, detail }) => [kind, about, detail['code'] ?? null])).toEqual([
      ['desktop connected', null, null], ['ask refused', null, 'not-your-case'], ['command forked', CASE_A, 'forked'], ['desktop dismissed', null, 'message-malformed'], ['desktop left', null, null],
    ]);
  });

  it('[PR5] who comes and goes within a moment is handed to the log at once and in order, before whatever is told next, and before a view is shown', async () => {
    const appended: number[] = [];
    const due: (() => void)[] = [];
    const counted = { append: (items: Parameters<EventLog['append']>[0]) => {
      appended.push(items.flatMap(({ audit }) => audit).length);
      return log.append(items);
    } };
    book = new DoorBook(counted, () => now, { error: (what: unknown) => expect.unreachable(String(what)) }, (write) => void due.push(write));
    const kinds = async () => (await entries()).map(({ kind, person }) => `${kind} ${person === ANN ? 'Ann' : 'Ben'}`);
    const other: Visitor = { ...visitor, person: { id: BEN } };
    book.arrived(visitor);
    book.arrived(other);
    book.left(visitor);
    expect([appended, due.length]).toEqual([[], 1]);
    due[0]!();
    await log.append([]);
    expect(appended).toEqual([3]);
    expect(await kinds()).toEqual(['desktop connected Ann', 'desktop connected Ben', 'desktop left Ann']);
    // What is told by itself waits for nothing, and overtakes nobody.
    book.arrived(visitor);
    book.refused(visitor, 'ask refused', 'read facts', 'not-your-case');
    book.left(visitor);
    await book.showing(other, feed(snapshot(CASE_A, 'C-1', ANN)));
    expect((await kinds()).slice(3)).toEqual(['desktop connected Ann', 'ask refused Ann', 'desktop left Ann', 'customer viewed Ben']);
    // Many do not wait for the moment's end, and at the end nothing waits.
    for (let n = 0; n < 450; n += 1) book.arrived(visitor);
    expect(appended.slice(-2)).toEqual([200, 200]);
    book.close();
    expect(appended.at(-1)).toBe(50);
    book.left(visitor);
    expect(appended.at(-1)).toBe(1);
    await log.append([]);
    expect(await entries()).toHaveLength(3 + 4 + 450 + 1);
  });

  it('[PR5] [RB1] records connections that were not let in, without letting strangers fill the log', async () => {
    for (let n = 0; n < 100; n += 1) book.turnedAway('session-over', null, null);
    await log.append([]);
    expect(await entries()).toHaveLength(30);
    now = '2026-03-02T01:01:00.000Z';
    book.turnedAway('hello-malformed', null, 'W-1');
    await log.append([]);
    expect((await entries()).at(-1)).toMatchObject({ kind: 'connection refused', workstation: 'W-1', detail: { code: 'hello-malformed', unwritten: 70 } });
  });
});
