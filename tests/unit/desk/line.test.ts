import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { MAX_PUSH, type Hello } from '#shared/protocol/wire.ts';
import { openDatabase } from '../../../electron/desk/store/database.ts';
import { storeOf, type Store } from '../../../electron/desk/store/store.ts';
import { CorrectedClock } from '../../../electron/desk/sync/corrected-clock.ts';
import { Line } from '../../../electron/desk/sync/line.ts';
import type { LinkHandlers } from '../../../electron/desk/sync/link.ts';
import { PushWindow } from '../../../electron/desk/sync/push-window.ts';
import { Suspects } from '../../../electron/desk/sync/suspects.ts';
import { TokenKeeper } from '../../../electron/desk/sync/token-keeper.ts';
import { handClock, tempFolder } from './test-desk.ts';

let folder: ReturnType<typeof tempFolder>;
let store: Store;
beforeEach(() => {
  folder = tempFolder();
  store = storeOf(openDatabase(join(folder.path, 'desk.db'), randomBytes(32), null), v7());
});
afterEach(() => {
  store.close();
  folder.remove();
});

/** Promises that wait for nothing are settled. */
const settle = async (): Promise<void> => {
  for (let n = 0; n < 10; n += 1) await Promise.resolve();
};

function aLine() {
  const hand = handClock(Date.parse('2026-11-23T03:00:00.000Z'));
  const links: { handlers: LinkHandlers; hello: Hello; closed: boolean }[] = [];
  const clock = new CorrectedClock(hand.environment, 0);
  const token = new TokenKeeper({
    environment: hand.environment, clock, token: { token: 't', expiresAt: '2026-11-24T03:00:00.000Z' }, signInAgain: () => Promise.resolve(null),
    ask: () => Promise.resolve({ ok: false, refusal: { code: 'offline' } }),
  });
  const line = new Line({
    store, environment: hand.environment, server: 'http://here', workstation: v7(), prove: () => Promise.resolve({ proof: 'p' }), token,
    connect: (_server, hello, handlers) => {
      const link = { handlers, hello, closed: false };
      links.push(link);
      return { request: () => new Promise(() => undefined), close: () => { link.closed = true; } };
    },
    up: () => undefined, down: () => undefined, feed: () => undefined, live: () => undefined, startOver: () => undefined, status: () => undefined,
    ended: () => undefined, report: (error) => { throw error; },
  });
  return { hand, links, line, last: () => links.at(-1)! };
}

describe('the line to the server', () => {
  it('[OF5] comes again when a busy server says so, not sooner, and tells whether urgent work waits', async () => {
    const { hand, links, line, last } = aLine();
    line.start();
    await settle();
    expect(last().hello.urgent).toBe(false);
    store.outbox.append({ id: v7(), stream: v7(), kind: 'stop card', schema: 1, class: 'local', urgent: true, hash: 'a'.repeat(64), inner_text: JSON.stringify({ madeAt: '2026-11-23T03:00:00.000Z', saidAt: null, dependsOn: [], notAfter: null, body: {} }), made_at: '2026-11-23T03:00:00.000Z' });
    last().handlers.down({ code: 'busy', detail: { retryAfterMs: 4_000 } });
    expect(line.refusal?.code).toBe('busy');
    hand.advance(3_999);
    await settle();
    expect(links).toHaveLength(1);
    hand.advance(2_001);
    await settle();
    expect(links).toHaveLength(2);
    expect(last().hello.urgent).toBe(true);
    line.stop();
  });

  it('[CT3] is back at once after the machine slept, whatever it waited for', async () => {
    const { hand, links, line, last } = aLine();
    line.start();
    await settle();
    last().handlers.up();
    expect(line.connection).toBe('online');
    // Timers stood still; the clock did not.
    hand.setTo(Date.parse('2026-11-23T05:00:00.000Z'));
    hand.advance(1);
    await settle();
    expect(links[0]?.closed).toBe(true);
    expect(links).toHaveLength(2);
    line.stop();
  });

  it('[PR9] [SY9] looks now and then whether a centre that does not know this machine takes it again, and says meanwhile why it does not', async () => {
    const { hand, links, line, last } = aLine();
    line.start();
    await settle();
    for (let times = 1; times < 4; times += 1) {
      last().handlers.down({ code: 'workstation-not-enrolled' });
      expect([line.connection, line.refusal?.code]).toEqual(['refused', 'workstation-not-enrolled']);
      // No sooner than a minute: nobody is helped by a thousand desktops that ask.
      hand.advance(59_000);
      await settle();
      expect(links).toHaveLength(times);
      hand.advance(61_000);
      await settle();
      expect(links).toHaveLength(times + 1);
    }
    last().handlers.up();
    expect([line.connection, line.refusal]).toEqual(['online', null]);
    line.stop();
  });

  it.each(['workstation-key-lost', 'workstation-proof', 'wrong-password'])('does not by itself ask again after %s, which time does not mend', async (code) => {
    const { hand, links, line, last } = aLine();
    line.start();
    await settle();
    last().handlers.down({ code });
    hand.advance(3_600_000);
    await settle();
    expect([links.length, line.connection]).toEqual([1, 'refused']);
    line.stop();
  });

  it('gives up a connection that is half-open while it is made', async () => {
    const { hand, links, line } = aLine();
    line.start();
    await settle();
    for (let n = 0; n < 5; n += 1) hand.advance(5_000);
    expect(links[0]?.closed).toBe(true);
    hand.advance(1_000);
    await settle();
    expect(links).toHaveLength(2);
    line.stop();
  });
});

describe('[OF5] what may be on its way', () => {
  it('grows while answers are quick, never past its bound, and shrinks to a slow server', () => {
    const window = new PushWindow();
    window.begin();
    expect([window.allows(0, 0), window.allows(1, 0)]).toEqual([true, false]);
    for (let n = 0; n < 20; n += 1) window.answered(10);
    expect([window.allows(3, 0), window.allows(4, 0), window.allows(1, 10_000_000)]).toEqual([true, false, false]);
    for (let n = 0; n < 20; n += 1) window.answered(9_000);
    expect([window.commands, window.allows(1, 0)]).toEqual([4, false]);
    for (let n = 0; n < 20; n += 1) window.answered(10);
    expect(window.commands).toBe(MAX_PUSH);
  });
});

describe('[SY3] which case breaks the connection', () => {
  it('is found among many by sending them one at a time, and only where others get through', () => {
    const suspects = new Suspects();
    expect([suspects.broke(['a', 'b', 'c'], 'word', '1'), suspects.broke(['b', 'c'], 'word', '2')]).toEqual([null, null]);
    expect(suspects.list()).toEqual(['a', 'b', 'c']);
    expect(suspects.broke(['b'], 'word', '2')).toBeNull();
    suspects.passed(['a']);
    expect(suspects.broke(['b'], 'word', '2')).toBe('b');
    expect(suspects.list()).toEqual(['c']);
  });

  it('is nobody where each time another command stands first: that is a bad line', () => {
    const suspects = new Suspects();
    for (let n = 0; n < 40; n += 1) expect(suspects.broke(['a'], 'silence', String(n))).toBeNull();
  });
});
