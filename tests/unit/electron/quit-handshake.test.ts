import { describe, expect, it } from 'vitest';
import { QUIT_ANSWER_MS, QuitHandshake } from '../../../electron/quit-handshake.ts';

/** A page that can be asked, and a clock that is moved by hand. */
function stage(page = true) {
  const seen = { asked: [] as string[], left: 0 };
  const timers = new Set<{ ms: number; run: () => void }>();
  const quit = new QuitHandshake({
    ask: (request) => {
      if (page) seen.asked.push(request.reason);
      return page;
    },
    leave: () => (seen.left += 1),
    after: (ms, run) => {
      const timer = { ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  });
  const elapse = () => {
    for (const timer of timers) timer.run();
  };
  return { quit, seen, timers, elapse };
}

describe('quitting with unsent work', () => {
  it('asks the page once and leaves when it confirms', () => {
    const { quit, seen, timers } = stage();
    quit.request({ reason: 'window-closed' });
    quit.request({ reason: 'quit' });
    expect(seen.asked).toEqual(['window-closed']);
    expect(quit.leaving).toBe(false);
    quit.answer('confirmed');
    expect(seen.left).toBe(1);
    expect(timers.size).toBe(0);
  });

  it('stays when the person changes their mind, and asks again the next time', () => {
    const { quit, seen, timers } = stage();
    quit.request({ reason: 'quit' });
    quit.answer('cancelled');
    expect([seen.left, timers.size, quit.leaving]).toEqual([0, 0, false]);
    quit.request({ reason: 'quit' });
    expect(seen.asked).toEqual(['quit', 'quit']);
  });

  it('leaves when a page does not answer within five seconds: the work is on disk', () => {
    const { quit, seen, timers, elapse } = stage();
    quit.request({ reason: 'quit' });
    expect([...timers].map((timer) => timer.ms)).toEqual([QUIT_ANSWER_MS]);
    elapse();
    expect([seen.left, quit.leaving]).toEqual([1, true]);
  });

  it('waits as long as it takes once the page says that a person is reading the question', () => {
    const { quit, seen, timers } = stage();
    quit.request({ reason: 'quit' });
    quit.answer('pending');
    expect([timers.size, seen.left]).toEqual([0, 0]);
    quit.answer('confirmed');
    expect(seen.left).toBe(1);
  });

  it('leaves at once where there is no page to ask, or the page dies with the question open', () => {
    const none = stage(false);
    none.quit.request({ reason: 'quit' });
    expect(none.seen.left).toBe(1);
    const dying = stage();
    dying.quit.request({ reason: 'quit' });
    dying.quit.pageLost();
    expect(dying.seen.left).toBe(1);
  });

  it('ignores an answer to no question', () => {
    const { quit, seen } = stage();
    quit.answer('confirmed');
    quit.pageLost();
    expect([seen.left, quit.leaving]).toEqual([0, false]);
  });
});
