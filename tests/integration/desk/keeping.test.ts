import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import type { CaseLogic } from '../../../electron/desk/case-logic.ts';
import { CaseBook } from '../../../electron/desk/case-book.ts';
import { CaseKeeper, type CaseKeeperParts } from '../../../electron/desk/keep/case-keeper.ts';
import { openDatabase } from '../../../electron/desk/store/database.ts';
import { storeOf } from '../../../electron/desk/store/store.ts';
import { FeedBroken, startOver, takeFeed } from '../../../electron/desk/sync/take-feed.ts';
import type { FeedItem } from '#shared/protocol/wire.ts';
import { smallLogic, type Notes } from '../../unit/desk/small-logic.ts';
import { handClock } from '../../unit/desk/test-desk.ts';
import { aFolder } from './harness.ts';

const START = Date.parse('2026-03-02T01:00:00.000Z');
const DAY = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString();

/** A desk's file, a keeper, and a server that answers what the test says. */
function aDeskWithCases() {
  const file = join(aFolder(), 'desk.db');
  const db = openDatabase(file, randomBytes(32), null);
  const store = storeOf(db, v7());
  const { environment, advance } = handClock(START);
  const lasting = new Set<string>();
  const logic: CaseLogic = { ...smallLogic(), leavesAt: (state, _person, days, typedAt) => (lasting.has((state as Notes).id) ? null : iso(Math.max(START, typedAt === null ? 0 : Date.parse(typedAt)) + days * DAY)) };
  const book = new CaseBook(store, logic, { person: 'lin', workstation: 'ws' });
  const asked: string[] = [];
  const changed: string[] = [];
  const server: { answer: CaseKeeperParts['ask'] } = { answer: () => Promise.resolve({ ok: false, refusal: { code: 'offline' } }) };
  const clock = { now: () => iso(environment.now()), nowMs: () => environment.now() };
  const keeper = new CaseKeeper({
    store, logic, clock, environment, person: 'lin', keepDays: () => 7, heardBefore: (at) => book.heardBefore(at), isOnline: () => true,
    ask: (kind, body) => {
      asked.push(`${kind} ${(body as { case: string }).case}`);
      return server.answer(kind, body);
    },
    changed: (cases) => {
      for (const id of cases) {
        changed.push(id);
        book.refresh(id);
      }
    },
    report: (error) => { throw error; },
  });
  let at = 0;
  const feed = (...items: FeedItem[]): Set<string> => {
    const touched = takeFeed(store, logic, { from: null, to: `c${(at += 1)}`, items }, false, clock.now());
    for (const id of touched) book.refresh(id);
    return touched;
  };
  const snapshot = (id: string, version: number, notes: string[]): FeedItem => ({ type: 'snapshot', case: id, version, state: { id, version, notes, withheld: 0 } });
  const event = (id: string, version: number, text: string): FeedItem => ({
    type: 'event', body: { text },
    envelope: { id: v7(), case: id, version, kind: 'note written', schema: 1, actor: { person: 'x', workstation: 'w', desktop: v7() }, command: null, times: { said: null, made: iso(START), recorded: iso(START), executed: null } } as never,
  });
  return { db, file, store, book, keeper, logic, lasting, asked, changed, server, feed, snapshot, event, advance, environment };
}
const settled = async (): Promise<void> => { for (let n = 0; n < 10; n += 1) await Promise.resolve(); };
const command = (stream: string) => ({
  id: v7(), stream, kind: 'write note', schema: 1, class: 'local' as const, urgent: false, hash: 'a'.repeat(64), made_at: iso(START),
  inner_text: JSON.stringify({ madeAt: iso(START), saidAt: null, dependsOn: [], notAfter: null, body: { text: 'unsent' } }),
});

describe('[PR6] a desktop keeps few customers, and for a limited time', () => {
  it('lets cases go when their time is over, from the file and its log, and keeps their place', () => {
    const desk = aDeskWithCases();
    const [old, lasting, unsent] = [v7(), v7(), v7()];
    desk.feed(desk.snapshot(old, 3, ['客户 A', 'x'.repeat(20_000)]), desk.snapshot(lasting, 1, ['客户 B']), desk.snapshot(unsent, 1, ['客户 C']));
    desk.lasting.add(lasting);
    desk.store.outbox.append(command(unsent));
    desk.book.refresh(unsent);
    desk.advance(7 * DAY - 1);
    expect([...desk.keeper.sweep()]).toEqual([]);
    desk.advance(1);
    expect([...desk.keeper.sweep()]).toEqual([old]);
    expect([desk.store.cases.get(old), desk.store.left.versionOf(old), desk.book.view(old)]).toEqual([null, 3, null]);
    expect(desk.book.ids().sort()).toEqual([lasting, unsent].sort());
    expect(existsSync(`${desk.file}-wal`) ? statSync(`${desk.file}-wal`).size : 0).toBe(0);
    expect(desk.db.pragma('secure_delete', { simple: true })).toBe(1);
    desk.db.close();
  });

  it('by itself, soon after the start and every hour, and a draft goes with its case', () => {
    const desk = aDeskWithCases();
    const id = v7();
    desk.feed(desk.snapshot(id, 1, ['客户 A']));
    desk.store.drafts.put(id, 'note', '记到一半。', iso(START + DAY));
    desk.keeper.start();
    desk.advance(7 * DAY);
    expect(desk.store.cases.get(id)).not.toBeNull();
    desk.advance(DAY + 3_600_000);
    expect([desk.store.cases.get(id), desk.store.drafts.list(id)]).toEqual([null, []]);
    desk.keeper.stop();
    desk.db.close();
  });

  it('[SY5] fetches a case anew when something happens in it, and goes on from there without a hole', async () => {
    const desk = aDeskWithCases();
    const id = v7();
    desk.feed(desk.snapshot(id, 3, ['客户 A']));
    desk.advance(8 * DAY);
    desk.keeper.sweep();
    // What was heard before is passed over; the next event wakes it.
    desk.feed(desk.event(id, 3, 'again'));
    expect(desk.store.left.wanted()).toEqual([]);
    expect([...desk.feed(desk.event(id, 4, 'new'), desk.event(id, 5, 'newer'))]).toEqual([id]);
    expect(desk.store.left.wanted()).toEqual([id]);
    // An answer older than what the feed has told would leave a hole: asked again.
    desk.server.answer = () => Promise.resolve({ ok: true, value: { version: 4, state: { id, version: 4, notes: ['客户 A', 'new'], withheld: 0 } } });
    desk.keeper.wake();
    await settled();
    expect(desk.store.cases.get(id)).toBeNull();
    desk.server.answer = () => Promise.resolve({ ok: true, value: { version: 5, state: { id, version: 5, notes: ['客户 A', 'new', 'newer'], withheld: 0 } } });
    desk.advance(60_000);
    await settled();
    expect(desk.asked).toEqual([`case snapshot ${id}`, `case snapshot ${id}`]);
    expect(desk.book.view(id)).toMatchObject({ version: 5, state: { notes: ['客户 A', 'new', 'newer'] } });
    desk.feed(desk.event(id, 6, 'and on'));
    expect(desk.book.view(id)).toMatchObject({ version: 6 });
    expect(() => desk.feed(desk.event(id, 8, 'hole'))).toThrow(FeedBroken);
    desk.db.close();
  });

  it('[SY6] a case that may no longer be seen is not fetched, and what the feed brings meanwhile stands', async () => {
    const desk = aDeskWithCases();
    const [gone, granted, revoked] = [v7(), v7(), v7()];
    desk.feed(desk.snapshot(gone, 1, ['A']), desk.snapshot(granted, 1, ['B']), desk.snapshot(revoked, 1, ['C']));
    desk.advance(8 * DAY);
    expect(desk.keeper.sweep().size).toBe(3);
    desk.feed({ type: 'revoked', case: revoked });
    expect(desk.store.left.versionOf(revoked)).toBeNull();
    desk.feed(desk.event(gone, 2, 'x'), desk.event(granted, 2, 'x'));
    desk.server.answer = (_kind, body) => {
      if ((body as { case: string }).case === gone) return Promise.resolve({ ok: false, refusal: { code: 'not-your-case' } });
      desk.feed(desk.snapshot(granted, 9, ['whole']));
      return Promise.resolve({ ok: true, value: { version: 2, state: { id: granted, version: 2, notes: [], withheld: 0 } } });
    };
    desk.keeper.wake();
    await settled();
    expect(desk.store.left.versionOf(gone)).toBeNull();
    expect(desk.store.cases.get(granted)).toMatchObject({ version: 9 });
    desk.db.close();
  });

  it('[SY9] a pull from the start names every case anew: what left is not remembered', () => {
    const desk = aDeskWithCases();
    const id = v7();
    desk.feed(desk.snapshot(id, 3, ['客户 A']));
    desk.advance(8 * DAY);
    desk.keeper.sweep();
    startOver(desk.store);
    expect(desk.store.left.versionOf(id)).toBeNull();
    desk.feed(desk.snapshot(id, 3, ['客户 A']));
    expect(desk.book.view(id)).toMatchObject({ version: 3 });
    desk.db.close();
  });
});
