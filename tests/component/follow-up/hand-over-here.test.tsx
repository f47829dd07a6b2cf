// @vitest-environment jsdom
import '../operation/stubs.ts';
import { act, render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CaseState } from '#shared/case/state.ts';
import { deskTopics } from '#shared/protocol/desk-rpc.ts';
import type { TakenOverView } from '#shared/protocol/case-view.ts';
import type { DeskPort } from '#shared/protocol/desk-port.ts';
import type { Refusal } from '#shared/protocol/refusal.ts';
import { desk } from '../../../renderer/app/desk.ts';
import { languages } from '../../../renderer/app/i18n.ts';
import { useCases } from '../../../renderer/app/stores/cases.ts';
import { useLiveStore } from '../../../renderer/app/stores/live.ts';
import { useSession } from '../../../renderer/app/stores/session.ts';
import { useSync } from '../../../renderer/app/stores/sync.ts';
import CasesView from '../../../renderer/follow-up/cases-view.tsx';
import { HandOverHere } from '../../../renderer/follow-up/hand-over-here.tsx';
import { handOverTexts } from '../../../renderer/follow-up/hand-over-texts.ts';
import { OpenOffers } from '../../../renderer/follow-up/hand-over.tsx';
import { knowPolicy, MAKER_PERSON, speak } from '../operation/panel.tsx';
import { CASE, id, MAKER, MENTOR, startStory, type Story } from '../operation/story.ts';

type Call = { method: string; params: Record<string, unknown> };
type Answer = { value: unknown } | { refusal: Refusal };

/** The desk process's end of the port: answers by method, and tells what was taken over at this screen. */
function play(answers: Record<string, (params: Record<string, unknown>) => Answer>, takenOver: TakenOverView[] = []): Call[] {
  const called: Call[] = [];
  let hear: (data: unknown) => void = () => {};
  const port: DeskPort = {
    onMessage: (handler) => { hear = handler; },
    close: () => {},
    postMessage: (message) => {
      const frame = message as { t: string; n: number; method: string; topic: string; params: Record<string, unknown> };
      if (frame.t === 'subscribe' && frame.topic === 'taken-over') return void queueMicrotask(() => act(() => hear({ t: 'view', n: frame.n, view: deskTopics['taken-over'].view.parse(takenOver) })));
      if (frame.t !== 'call') return;
      called.push({ method: frame.method, params: frame.params });
      const said = answers[frame.method]?.(frame.params) ?? { value: frame.method === 'drafts' ? [] : { done: true } };
      queueMicrotask(() => hear({ t: 'reply', n: frame.n, reply: 'value' in said ? { ok: true, value: said.value } : { ok: false, refusal: said.refusal } }));
    },
  };
  desk.attach(port);
  return called;
}

const SECOND_CASE = id(0x77);
const holds = (...states: CaseState[]): void =>
  act(() => useCases.setState({ held: new Map(states.map((state) => [state.id, { case: state.id, version: state.version, state, marks: [], heardAt: state.updatedAt }])) }));
const successor = (role: 'agent' | 'lead' = 'agent') => ({ value: { successor: { id: MENTOR, name: '何青', no: '8002', role }, openUntil: '2026-11-21T09:00:00.000Z' } });
const taken = (params: Record<string, unknown>): Answer => ({ value: { commandId: params['handOverId'], copied: true } });

/** Promised back, with figures that were approved. */
function approved(): Story {
  const story = startStory(5, 3);
  story.promise();
  story.draft();
  story.selfCheck();
  story.submit();
  story.take();
  story.entry();
  story.approve();
  return story;
}

const signOn = async (passphrase = 'her own'): Promise<void> => {
  await userEvent.type(screen.getByTestId('successor-account'), 'agent2');
  await userEvent.type(screen.getByTestId('successor-passphrase'), `${passphrase}{Enter}`);
};

beforeEach(() => {
  speak('zh-CN');
  knowPolicy();
  useSession.setState({ session: { status: 'signed-in', person: MAKER_PERSON, key: 'ready' } as never });
  useLiveStore.setState({ held: {} });
  useSync.setState({ sync: { connection: 'online', clockOffsetMs: Date.parse('2026-11-21T08:24:00.000Z') - Date.now(), refused: [] } as never });
});

describe('[OF1] the hand-over of a shift at one screen', () => {
  test('every promise, approval and half-written text stands in the list with its words and its window', async () => {
    const story = approved();
    play({ drafts: () => ({ value: [{ case: CASE, field: 'note', text: '客户说孩子在读书', at: story.at() }] }) });
    holds(story.state());
    render(<HandOverHere />);
    const row = within(await screen.findByTestId(`hand-over-case-${CASE}`));
    expect(row.getByTestId('open-item-promise').textContent).toContain('回电 16:30–17:00');
    expect(row.getByTestId('open-item-operation').textContent).toContain('提前结清 已通过');
    // TP17: what accepting means for the approval is said before anybody presses.
    expect(row.getByTestId('open-item-operation').textContent).toContain('由同一位复核老师再按一次');
    expect((await row.findByTestId('open-item-draft')).textContent).toContain('客户说孩子在读书');
    expect(screen.getByTestId('hand-over-left').textContent).toContain('还有 1 个没有接收');
    // Nobody accepts before they have said who they are.
    expect(row.getByTestId('accept-here').hasAttribute('disabled')).toBe(true);
  });

  test('the successor types who they are once, by keyboard alone, and takes case by case, by name', async () => {
    const story = startStory(5, 3);
    story.promise();
    const called = play({ openHandOver: () => successor(), handOverHere: taken });
    holds(story.state(), { ...story.state(), id: SECOND_CASE, promises: [] });
    const { unmount } = render(<HandOverHere />);
    await signOn();
    expect((await screen.findByTestId('successor')).textContent).toContain('何青 8002');
    expect(called.find((one) => one.method === 'openHandOver')?.params).toEqual({ account: 'agent2', passphrase: 'her own' });
    const row = within(screen.getByTestId(`hand-over-case-${CASE}`));
    await userEvent.type(row.getByTestId('hand-over-here-note'), '客户着急，卡号 4000000000000002');
    row.getByRole('button', { name: /何青 接收/ }).focus();
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(screen.getByTestId(`hand-over-case-${CASE}`).dataset['taken']).toBe('true'));
    const given = called.filter((one) => one.method === 'handOverHere').map((one) => one.params);
    expect(given).toMatchObject([{ case: CASE, note: '客户着急，卡号 ****0002' }]);
    expect(screen.getByTestId(`hand-over-case-${CASE}`).textContent).toContain('何青 已接收，两人已签名');
    // Saved here is said; that the centre has it is not (SY8).
    expect(within(screen.getByTestId(`hand-over-case-${CASE}`)).getByText(/已存本机/)).toBeTruthy();
    expect(screen.getByTestId('hand-over-left').textContent).toContain('还有 1 个没有接收');
    await userEvent.click(within(screen.getByTestId(`hand-over-case-${SECOND_CASE}`)).getByTestId('accept-here'));
    await waitFor(() => expect(screen.getByTestId('hand-over-left').textContent).toContain('全部已接收'));
    // An agent takes one by one; only a lead may take all.
    expect(screen.queryByTestId('take-all')).toBeNull();
    unmount();
    await waitFor(() => expect(called.some((one) => one.method === 'closeHandOver')).toBe(true));
  });

  test('a lead may take all at once; the first that is refused stops it and says why', async () => {
    const story = startStory(5, 3);
    story.promise();
    const called = play({ openHandOver: () => successor('lead'), handOverHere: (params) => (params['case'] === SECOND_CASE ? { refusal: { code: 'operation-open' } } : taken(params)) });
    holds(story.state(), { ...story.state(), id: SECOND_CASE, promises: [] });
    render(<HandOverHere />);
    await signOn();
    await userEvent.click(await screen.findByTestId('take-all'));
    const refused = await within(screen.getByTestId(`hand-over-case-${SECOND_CASE}`)).findByTestId('accept-refused');
    expect(refused.dataset['code']).toBe('operation-open');
    expect(called.filter((one) => one.method === 'handOverHere').map((one) => one.params['case'])).toEqual([CASE, SECOND_CASE]);
    expect(screen.getByTestId('hand-over-left').textContent).toContain('还有 1 个没有接收');
  });

  test('a wrong passphrase is said, empties the field alone and keeps the account', async () => {
    const story = startStory(5, 3);
    const called = play({ openHandOver: () => ({ refusal: { code: 'wrong-password', detail: { left: 3 } } }) });
    holds(story.state());
    render(<HandOverHere />);
    await signOn('a guess');
    expect((await screen.findByTestId('successor-refused')).dataset['code']).toBe('wrong-password');
    expect((screen.getByTestId('successor-passphrase') as HTMLInputElement).value).toBe('');
    expect((screen.getByTestId('successor-account') as HTMLInputElement).value).toBe('agent2');
    expect(document.activeElement).toBe(screen.getByTestId('successor-passphrase'));
    expect(called.filter((one) => one.method === 'handOverHere')).toEqual([]);
  });

  test('signed and not copied is neither done nor undone: the same hand-over is copied again', async () => {
    const story = startStory(5, 3);
    let copied = false;
    const called = play({ openHandOver: () => successor(), handOverHere: (params) => ({ value: { commandId: params['handOverId'], copied } }) });
    holds(story.state());
    render(<HandOverHere />);
    await signOn();
    await userEvent.click(await screen.findByTestId('accept-here'));
    copied = true;
    await userEvent.click(await screen.findByTestId('copy-again'));
    await waitFor(() => expect(screen.queryByTestId('copy-again')).toBeNull());
    const ids = called.filter((one) => one.method === 'handOverHere').map((one) => one.params['handOverId']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  test('when the time of the successor is over, they say anew who they are', async () => {
    const story = startStory(5, 3);
    play({ openHandOver: () => successor(), handOverHere: () => ({ refusal: { code: 'hand-over-not-open' } }) });
    holds(story.state());
    render(<HandOverHere />);
    await signOn();
    await userEvent.click(await screen.findByTestId('accept-here'));
    expect((await screen.findByTestId('successor-refused')).dataset['code']).toBe('hand-over-not-open');
    expect(screen.getByTestId('accept-here').hasAttribute('disabled')).toBe(true);
  });

  test('every word stands in both languages', async () => {
    play({ openHandOver: () => successor('lead') });
    speak('en');
    holds(approved().state());
    render(<HandOverHere />);
    await signOn();
    expect((await screen.findByTestId('successor')).textContent).toContain('Taking over: 何青 8002');
    expect(screen.getByRole('button', { name: /何青 accepts the case of/ })).toBeTruthy();
    expect(screen.getByTestId('open-item-promise').textContent).toContain('Callback');
    for (const language of languages) expect(Object.values(handOverTexts[language]).every((words) => words.trim() !== '')).toBe(true);
  });
});

describe('[OF1] [SY8] what was taken over', () => {
  const row = (more: Partial<TakenOverView>): TakenOverView => ({ case: CASE, handOverId: id(50), fromName: '林小满', note: '约了五点', at: '2026-11-21T08:10:00.000Z', heardAt: '2026-11-21T07:50:00.000Z', refusal: null, ...more });

  test('waits for the centre, with its age, and is never said to be confirmed', async () => {
    play({}, [row({})]);
    render(<CasesView />);
    const shown = await screen.findByTestId('taken-over-row');
    expect(shown.textContent).toContain('本屏接来，中心还没确认');
    expect(shown.textContent).toContain('林小满 交来');
    expect(shown.textContent).toContain('约了五点');
    expect(shown.querySelector('time')).not.toBeNull();
  });

  test('[SY3] refused, it says why and with whom the case is, until it was read', async () => {
    const called = play({}, [row({ refusal: { code: 'tp8-key-revoked' }, note: '', heardAt: null })]);
    render(<CasesView />);
    const shown = await screen.findByTestId('taken-over-row');
    expect(shown.textContent).toContain('个案仍在 林小满 名下');
    expect(within(shown).getByTestId('taken-over-refused').dataset['code']).toBe('tp8-key-revoked');
    await userEvent.click(screen.getByTestId('taken-over-seen'));
    expect(called.filter((one) => one.method === 'takenOverSeen').map((one) => one.params)).toEqual([{ case: CASE }]);
  });
});

describe('[OF1] [TP17] what nobody accepted', () => {
  const offer = (handOverId: string, caseId: string, mine = false) => ({ handOverId, caseId, fromName: '林小满', toName: '何青', mine, note: '客户着急', mood: '生气', at: '2026-11-21T08:10:00.000Z', items: [] });
  const tell = (...items: ReturnType<typeof offer>[]): void => act(() => useLiveStore.setState({ held: { 'hand-over-items': { value: items, version: 1, heardAt: '' } } }));

  test('a lead sees it and takes one or all; nobody else does', async () => {
    const called = play({ command: () => ({ value: { commandId: id(60), decided: 'asked' } }) });
    tell(offer(id(50), id(51)), offer(id(52), id(53)), offer(id(54), id(55), true));
    const { rerender } = render(<OpenOffers />);
    expect(screen.queryByTestId('open-offers')).toBeNull();
    act(() => useSession.setState({ session: { status: 'signed-in', person: { ...MAKER_PERSON, id: MAKER, role: 'lead' } } as never }));
    rerender(<OpenOffers />);
    expect(screen.getByTestId('open-offers').textContent).toContain('林小满 交给 何青');
    await userEvent.click(screen.getByTestId('lead-takes-all'));
    await waitFor(() => expect(called.filter((one) => one.method === 'command')).toHaveLength(2));
    expect(called.map((one) => (one.params['body'] as { handOverId: string }).handOverId)).toEqual([id(50), id(52)]);
  });
});
