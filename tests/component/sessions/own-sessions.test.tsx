import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { openDesktop } from '../setup/screen.tsx';

const id = (n: number): string => `0190a0b0-0000-7000-8000-0000000000${n}`;
const AT = '2026-11-21T06:00:00.000Z';
const here = { session: id(10), workstation: 'ws-1', site: '上海', since: AT, how: 'passphrase', until: '2026-11-21T18:00:00.000Z', here: true };
const there = { session: id(11), workstation: 'ws-9', site: '成都', since: '2026-11-20T22:00:00.000Z', how: 'sign-on', until: '2026-11-21T10:00:00.000Z', here: false };

describe.each(['zh-CN', 'en'] as const)('[PR3] [OF3] where I am signed in (%s)', (language) => {
  const zh = language === 'zh-CN';

  it('is behind one’s own name; another session is ended by the passphrase typed for it, a wrong one is said and emptied', async () => {
    let listed: unknown[] = [here, there];
    const typed: unknown[] = [];
    let refusal: object | null = { code: 'wrong-passphrase', detail: { left: 4 } };
    const { user, end } = await openDesktop({
      language, methods: {
        'own sessions': () => listed,
        endOwnSession: (params) => {
          typed.push(params);
          if (refusal !== null) return { refusal };
          listed = [here];
          return { done: true };
        },
      },
    });
    await user.click(screen.getByTestId('me'));
    const rows = await screen.findAllByTestId('own-session');
    expect(rows.map((row) => row.dataset['here'])).toEqual(['true', 'false']);
    expect(rows[0]!.textContent).toContain(zh ? '● 这里' : '● here');
    expect(rows[1]!.textContent).toMatch(zh ? /ws-9.*成都.*11-21 06:00|ws-9.*成都.*06:00.*单点登录/ : /ws-9.*single sign-on/);
    expect(within(rows[0]!).queryByTestId('own-session-end')).toBeNull();
    await user.click(within(rows[1]!).getByTestId('own-session-end'));
    expect(screen.getByTestId('own-session-ending').textContent).toContain(zh ? '结束 ws-9 上的登录' : 'End the session at ws-9');
    const field = screen.getByTestId('own-session-press-passphrase');
    await user.type(field, 'a guess{Enter}');
    expect((await screen.findByTestId('own-session-press-refused')).textContent).toContain(zh ? '口令不对' : 'The passphrase is wrong');
    expect(field).toHaveProperty('value', '');
    refusal = null;
    await user.type(field, 'the passphrase{Enter}');
    expect((await screen.findByTestId('own-session-ended')).textContent).toContain('ws-9');
    await waitFor(() => expect(screen.getAllByTestId('own-session')).toHaveLength(1));
    expect(screen.getByTestId('own-sessions-alone')).toBeTruthy();
    expect(screen.queryByTestId('own-session-ending')).toBeNull();
    expect(typed).toEqual([{ session: there.session, passphrase: 'a guess' }, { session: there.session, passphrase: 'the passphrase' }]);
    await user.click(screen.getByTestId('own-sessions-close'));
    await waitFor(() => expect(screen.queryByTestId('own-sessions')).toBeNull());
    end();
  });

  it('a list that does not come is said in its own words, and not in those of an order; it can be read again', async () => {
    let listed: object = { refusal: { code: 'no-answer' } };
    const { user, end } = await openDesktop({ language, methods: { 'own sessions': () => listed } });
    await user.click(screen.getByTestId('me'));
    const notice = await screen.findByTestId('own-sessions-unread');
    expect(notice.textContent).toContain(zh ? '没有读到您的登录' : 'Where you are signed in could not be read');
    expect(notice.textContent).not.toMatch(zh ? /收到|再按/ : /received|press again/);
    listed = [here];
    await user.click(screen.getByTestId('own-sessions-again'));
    expect(await screen.findAllByTestId('own-session')).toHaveLength(1);
    expect(screen.queryByTestId('own-sessions-unread')).toBeNull();
    end();
  });

  it('where nobody knows whether the other session was ended, that is said, and the list is read again', async () => {
    let reads = 0;
    const { user, end } = await openDesktop({
      language, methods: { 'own sessions': () => { reads += 1; return [here, there]; }, endOwnSession: () => ({ refusal: { code: 'no-answer' } }) },
    });
    await user.click(screen.getByTestId('me'));
    await user.click(await screen.findByTestId('own-session-end'));
    await user.type(screen.getByTestId('own-session-press-passphrase'), 'the passphrase{Enter}');
    const notice = await screen.findByTestId('own-session-unsure');
    expect(notice.textContent).toContain(zh ? '不能确定 ws-9 上的登录结束了没有' : 'It is not certain whether the session at ws-9 is ended');
    expect(screen.queryByTestId('own-session-press-refused')).toBeNull();
    await waitFor(() => expect(reads).toBe(2));
    end();
  });

  it('without the line it says so', async () => {
    const { centre, user, told, end } = await openDesktop({ language });
    told(() => centre.setOnline(false));
    await user.click(screen.getByTestId('me'));
    expect((await screen.findByTestId('own-sessions-refusal')).textContent).toContain(zh ? '现在离线' : 'the line is down');
    end();
  });
});
