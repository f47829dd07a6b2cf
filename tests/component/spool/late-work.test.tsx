import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { LiveValue } from '#shared/protocol/live.ts';
import { openDesktop } from '../setup/screen.tsx';

const LEAD = '0190a0b0-0000-7000-8000-000000000005';
const id = (n: number): string => `0190a0b0-0000-7000-a000-${String(n).padStart(12, '0')}`;
const lead = { person: LEAD, human: LEAD, role: 'lead', entitlements: { reviewLimitFen: {} }, workstation: 'ws-1', no: '5001', skills: [], name: '郑班长' } as const;

const late: LiveValue<'late-work'> = [
  { command: id(1), author: id(9), authorName: '何青', workstationName: '夜班 3 号', kind: 'write note', caseId: id(7), madeAt: '2026-11-21T03:10:00.000Z', arrivedAt: '2026-11-21T06:30:00.000Z', because: 'person-disabled', became: 'recorded', code: null },
  { command: id(2), author: id(9), authorName: '何青', workstationName: '夜班 3 号', kind: 'order execution', caseId: id(7), madeAt: '2026-11-21T03:12:00.000Z', arrivedAt: '2026-11-21T06:30:00.000Z', because: 'person-disabled', became: 'refused', code: 'late-not-entitled' },
];

const opened = (language: 'zh-CN' | 'en', methods = {}) =>
  openDesktop({ who: { ...lead, skills: [...lead.skills] }, language, methods: { 'put away late work': () => ({ done: true }), 'open late case': () => ({ case: id(7) }), ...methods } });

describe('[SY10] the leads’ tray', () => {
  it.each([
    ['zh-CN', ['何青', '夜班 3 号', '记事', '账号已停用', '已收，已注明', '没有办理', '无权办理', '请由现在有权的同事重新办理']],
    ['en', ['何青', 'Note', 'account disabled', 'taken in and marked', 'not done', 'no longer entitled', 'Have a colleague']],
  ] as const)('[SY10] tells in %s who, when, what, why and what became of it', async (language, words) => {
    const { centre, user, told, end } = await opened(language);
    told(() => centre.setLive('late-work', late));
    await waitFor(() => expect(screen.getByTestId('nav-late-work').textContent).toContain('2'));
    await user.click(screen.getByTestId('nav-late-work'));
    const view = await screen.findByTestId('late-work-view');
    for (const word of words) expect(view.textContent).toContain(word);
    // The centre's clock, whatever the machine's zone.
    expect(screen.getByTestId(`late-${id(1)}`).textContent).toContain('11:10');
    expect(screen.getByTestId(`late-${id(2)}`).dataset['became']).toBe('refused');
    end();
  });

  it('[SY10] opens the case, puts one line away, or all of them', async () => {
    const { centre, user, told, end } = await opened('zh-CN');
    told(() => centre.setLive('late-work', late));
    await user.click(await screen.findByTestId('nav-late-work'));
    await user.click(await screen.findByTestId(`late-seen-${id(1)}`));
    await user.click(screen.getByTestId('late-put-all'));
    await user.click(screen.getByTestId(`late-open-${id(2)}`));
    await waitFor(() => expect(centre.asked.map(({ kind, body }) => [kind, body])).toEqual(expect.arrayContaining([
      ['put away late work', { commands: [id(1)] }], ['put away late work', { commands: [id(1), id(2)] }], ['open late case', { command: id(2) }],
    ])));
    await screen.findByTestId('workbench');
    end();
  });

  it('[SY10] imports a salvage file, and says what came of it', async () => {
    const contents: unknown[] = [];
    const { centre, user, told, end } = await opened('zh-CN', { importSpool: ({ content }: Record<string, unknown>) => (contents.push(content), contents.length === 1 ? { taken: 3, refused: 1, inTray: 2, unreadable: 0, stays: 0 } : { refusal: { code: 'salvage-unreadable' } }) });
    told(() => centre.setLive('late-work', []));
    await user.click(await screen.findByTestId('nav-late-work'));
    await user.upload(await screen.findByTestId('late-file'), new File(['{"sealed":1}'], 'aidline-salvage.json', { type: 'application/json' }));
    expect((await screen.findByTestId('late-outcome')).textContent).toBe('收下 3 · 未受理 1 · 到补收 2 · 读不出 0 · 还要等 0');
    await user.upload(screen.getByTestId('late-file'), new File(['?'], 'other.json', { type: 'application/json' }));
    expect((await screen.findByTestId('refusal')).dataset['code']).toBe('salvage-unreadable');
    expect(contents).toEqual(['{"sealed":1}', '?']);
    end();
  });

  it('[SY10] [PR3] is nobody’s but the leads’', async () => {
    const { centre, told, end } = await openDesktop();
    told(() => centre.setLive('late-work', late));
    expect(screen.queryByTestId('nav-late-work')).toBeNull();
    end();
  });
});

describe('[SY10] unsent work on the sign-in screen', () => {
  it.each(['zh-CN', 'en'] as const)('[SY10] is counted, sent, exported and imported in %s, with nobody signed in', async (language) => {
    let rows = 4;
    const { user, end } = await openDesktop({ signedIn: false, language, methods: {
      spooled: () => ({ rows }),
      exportSpool: ({ folder }) => (folder === null ? { file: '/home/night/Downloads/aidline-salvage-ws-1.json', rows } : { refusal: { code: 'salvage-folder' } }),
      deliverSpool: () => ((rows = 0), { taken: 4, refused: 0, inTray: 0, unreadable: 0, stays: 0 }),
      importSpool: () => ({ refusal: { code: 'server-unreachable' } }),
    } });
    await user.click(await screen.findByTestId('sign-in-salvage'));
    expect((await screen.findByTestId('salvage-count')).textContent).toContain('4');
    await user.click(screen.getByTestId('salvage-export'));
    expect((await screen.findByTestId('salvage-exported')).textContent).toContain('/home/night/Downloads/aidline-salvage-ws-1.json');
    await user.upload(screen.getByTestId('salvage-file'), new File(['{}'], 'aidline-salvage.json', { type: 'application/json' }));
    expect((await screen.findByTestId('salvage-refusal')).dataset['code']).toBe('server-unreachable');
    await user.click(screen.getByTestId('salvage-deliver'));
    expect((await screen.findByTestId('salvage-outcome')).textContent).toContain('4');
    await waitFor(() => expect(screen.getByTestId('salvage-deliver').hasAttribute('disabled')).toBe(true));
    await user.click(screen.getByTestId('salvage-close'));
    expect(screen.queryByTestId('salvage')).toBeNull();
    end();
  });
});
