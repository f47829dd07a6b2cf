// @vitest-environment jsdom
import '../operation/stubs.ts';
import { act, fireEvent, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { CaseState } from '#shared/case/state.ts';
import type { PoolRow } from '#shared/protocol/live.ts';
import { useCases } from '../../../renderer/app/stores/cases.ts';
import { useLiveStore } from '../../../renderer/app/stores/live.ts';
import { usePlace } from '../../../renderer/app/stores/place.ts';
import { useSession } from '../../../renderer/app/stores/session.ts';
import { useSync } from '../../../renderer/app/stores/sync.ts';
import { setSound } from '../../../renderer/review/beep.ts';
import { ReviewBell } from '../../../renderer/review/review-bell.tsx';
import ReviewDesk from '../../../renderer/review/review-desk.tsx';
import { knowPolicy, speak } from '../operation/panel.tsx';
import { CASE, id, mentor, MENTOR, OPERATION, REVIEW, startStory, type Story } from '../operation/story.ts';
import { asked, commands, playDesk } from './fake-desk.ts';

const person = { id: MENTOR, human: id(0x22), account: 'lin', name: '林素', no: '1002', role: 'mentor' as const, skills: [], team: 't' };
const row = (over: Partial<PoolRow> = {}): PoolRow => ({
  reviewId: REVIEW, caseId: CASE, kindName: { zh: '分期提前结清', en: 'Early settlement' }, band: { zh: '5 万至 20 万元', en: '50,000 to 200,000' }, makerName: '周晓岚', makerMonths: 3,
  customerWaits: 'callback', onHold: false, promisedTo: '2026-11-21T09:00:00.000Z', requestedAt: '2026-11-21T06:41:00.000Z', validUntil: '2026-11-21T09:30:00.000Z', takenBy: null,
  takenByName: null, takenUntil: null, forLead: false, reconfirms: false, breakGlass: null, ...over,
});
const pool = (...rows: PoolRow[]): void => useLiveStore.setState(({ held }) => ({ held: { ...held, reviews: { value: rows, version: 1, heardAt: '' } } }));
const agent = (state: string): void => useLiveStore.setState(({ held }) => ({ held: { ...held, agent: { value: { state } as never, version: 1, heardAt: '' } } }));
const holds = (state: CaseState | null): void =>
  act(() => useCases.setState({ held: new Map(state === null ? [] : [[CASE, { case: CASE, version: state.version, state, marks: [], heardAt: null }]]) }));

beforeEach(() => {
  speak('zh-CN');
  knowPolicy();
  useSession.setState({ session: { status: 'signed-in', person, key: 'ready' } as never });
  useLiveStore.setState({ held: {} });
  usePlace.setState({ view: 'review' });
  holds(null);
});

const submitted = (): Story => {
  const story = startStory(5, 3);
  story.promise();
  story.draft();
  story.selfCheck();
  story.submit();
  return story;
};

/** Takes the review on the screen; the centre's answer is the story's next state. */
async function takeOnScreen(story: Story): Promise<ReturnType<typeof playDesk>> {
  const offset = Date.parse(story.at()) - Date.now();
  useSync.setState({ sync: { connection: 'online', clockOffsetMs: offset, refused: [] } as never });
  const called = playDesk();
  pool(row());
  render(<ReviewDesk />);
  await userEvent.click(screen.getByTestId('take-review'));
  story.must('take review', { reviewId: REVIEW }, mentor);
  holds(story.mentorState());
  return called;
}

describe('the review desk', () => {
  test('an empty desk says so', () => {
    pool();
    render(<ReviewDesk />);
    expect(screen.getByTestId('review-none').textContent).toContain('暂无待复核');
  });

  test('taking asks the centre and then reads own facts at once, for a review and nothing else', async () => {
    const story = submitted();
    const called = await takeOnScreen(story);
    expect(commands(called, 'take review')).toEqual([{ reviewId: REVIEW }]);
    expect(asked(called, 'read facts')).toEqual([{ case: CASE, purpose: 'review', planIds: [] }]);
    expect(screen.getByTestId('own-facts').dataset['state']).toBe('reading');
    expect(screen.getByTestId('blind-store').hasAttribute('disabled')).toBe(true);
    story.readFacts(mentor, 'review');
    holds(story.mentorState());
    expect(screen.getByTestId('own-facts').dataset['state']).toBe('read');
    expect(asked(called, 'read facts')).toHaveLength(1);
  });

  test("[TP6] before the release neither the maker's figures, nor a quote, nor any total is on the screen", async () => {
    const story = submitted();
    await takeOnScreen(story);
    story.readFacts(mentor, 'review');
    holds(story.mentorState());
    const page = document.body.textContent;
    const worksheet = story.state().operations[OPERATION]!.worksheet;
    expect(page).not.toContain('106,851.87');
    expect(page).not.toContain('64,851.87');
    expect(page).not.toContain(story.state().operations[OPERATION]!.noteToReviewer);
    expect(page).toContain('62,962.98');
    expect(worksheet.totals.dueNowFen).toBe(10_685_187);
    expect(screen.queryByTestId('decision')).toBeNull();
    expect(screen.queryByTestId('ask-maker')).toBeNull();
  });

  test('[TP6] typed by keyboard alone, Enter from field to field, sent from the last; nothing pastes', async () => {
    const story = submitted();
    const called = await takeOnScreen(story);
    story.readFacts(mentor, 'review');
    holds(story.mentorState());
    const total = screen.getByTestId('blind-total').querySelector('input') ?? screen.getByTestId('blind-total');
    expect(fireEvent.paste(total, { clipboardData: { getData: () => '1' } })).toBe(false);
    expect(fireEvent.paste(screen.getByTestId('blind-due-date'), { clipboardData: { getData: () => '1' } })).toBe(false);
    await userEvent.type(total, '106851.87{Enter}');
    await userEvent.keyboard('３{Enter}20261226{Enter}');
    const fields = ['62962.98', '35000', '7000', '', ''].slice(0, screen.getAllByTestId(/^blind-principal-/).length);
    for (const figure of fields) await userEvent.keyboard(`${figure}{Enter}`);
    const stored = commands(called, 'store blind entry') as { entry: { principals: Record<string, number> } }[];
    expect(stored).toHaveLength(1);
    expect(stored[0]).toMatchObject({ reviewId: REVIEW, entry: { totalDueFen: 10_685_187, lines: 3, dueDate: '2026-12-26', principals: { 'plan-1': 6_296_298, 'plan-2': 3_500_000, 'plan-3': 700_000 } } });
    expect(story.command('store blind entry', stored[0] as never, mentor).refused).toBeNull();
    holds(story.mentorState());
    expect(screen.getByTestId('compare-total').dataset['same']).toBe('true');
    expect(screen.getByTestId('decision')).toBeTruthy();
  });

  test('[TP6] a mismatch says one more, names nothing, empties the fields; the second closes it', async () => {
    const story = submitted();
    await takeOnScreen(story);
    story.readFacts(mentor, 'review');
    holds(story.mentorState());
    const total = (screen.getByTestId('blind-total').querySelector('input') ?? screen.getByTestId('blind-total')) as HTMLInputElement;
    await userEvent.type(total, '1');
    story.entry(100);
    holds(story.mentorState());
    expect(screen.getByTestId('blind-mismatch').textContent).toContain('还有一次');
    expect(document.body.textContent).not.toContain('106,851.87');
    expect(total.value).toBe('');
    story.entry(100);
    holds(story.mentorState());
    expect(screen.getByTestId('review-closed-mismatch')).toBeTruthy();
    expect(screen.queryByTestId('comparison')).toBeNull();
    expect(document.body.textContent).not.toContain('106,851.87');
    expect(screen.queryByTestId('decision')).toBeNull();
  });

  test('[TP8] approving gives the passphrase with the command for exactly this digest, and keeps it nowhere', async () => {
    const story = submitted();
    const called = await takeOnScreen(story);
    story.readFacts(mentor, 'review');
    story.entry();
    holds(story.mentorState());
    const digest = story.state().operations[OPERATION]!.digest;
    const field = screen.getByTestId('approve-passphrase') as HTMLInputElement;
    await userEvent.type(field, 'plum blossom{Enter}');
    await vi.waitFor(() => expect(commands(called, 'approve review')).toEqual([{ reviewId: REVIEW, digest }]), { timeout: 20_000 });
    expect(called.filter((one) => one.method === 'command' && one.params.kind === 'approve review').map((one) => one.params.passphrase)).toEqual(['plum blossom']);
    expect(field.value).toBe('');
    expect(JSON.stringify(commands(called, 'approve review'))).not.toContain('plum');
  });

  test('a return needs a reason and what to do', async () => {
    const story = submitted();
    const called = await takeOnScreen(story);
    story.readFacts(mentor, 'review');
    story.entry();
    holds(story.mentorState());
    expect(screen.getByTestId('return-review').hasAttribute('disabled')).toBe(true);
    await userEvent.type(screen.getByTestId('return-todo'), '第一笔要说清违约金');
    expect(screen.getByTestId('return-review').hasAttribute('disabled')).toBe(true);
    fireEvent.mouseDown(screen.getByRole('combobox'));
    await userEvent.click(await screen.findByText('漏告知'));
    await userEvent.click(screen.getByTestId('return-review'));
    expect(commands(called, 'return review')).toEqual([{ reviewId: REVIEW, reason: 'not-told', whatToDo: '第一笔要说清违约金' }]);
  });

  test('the outcome of each line comes to the reviewer too, without the words for the customer', async () => {
    const story = submitted();
    await takeOnScreen(story);
    story.readFacts(mentor, 'review');
    story.entry();
    story.approve();
    story.callBack();
    story.confirmEye();
    story.confirmHeart();
    story.prove();
    story.order();
    story.outcome('plan-1', 'booked');
    story.outcome('plan-2', 'refused');
    holds(story.mentorState());
    expect(screen.getByTestId('outcome-plan-1').textContent).toContain('已受理');
    expect(screen.getByTestId('outcome-plan-2').textContent).toContain('未受理·原分期不变');
    expect(screen.queryByTestId('acknowledge-outcome')).toBeNull();
    await userEvent.click(screen.getByTestId('review-back'));
    expect(screen.getByTestId(`decided-${REVIEW}`).textContent).toContain('青松家居 未受理·原分期不变');
  });

  test('[SY6] put back untouched, the case leaves this desktop and the list stands again, ready to take', async () => {
    const story = submitted();
    await takeOnScreen(story);
    holds(null);
    expect(screen.getByTestId('take-review').className).not.toContain('loading');
  });

  test('[TP5] a refused taking is said, and the list stays', async () => {
    playDesk();
    pool(row());
    render(<ReviewDesk />);
    await userEvent.click(screen.getByTestId('take-review'));
    act(() => useSync.setState({ sync: { connection: 'online', clockOffsetMs: 0, refused: [{ command: id(0xf001), kind: 'take review', refusal: { code: 'tp5-over-limit' } }] } as never }));
    expect((await screen.findByTestId('refusal')).dataset['code']).toBe('tp5-over-limit');
    expect(screen.getByTestId('take-review').className).not.toContain('loading');
  });
});

describe('the bell', () => {
  const ringer = () => {
    let rang = 0;
    const node = { frequency: { value: 0 }, gain: { setValueAtTime: () => {}, exponentialRampToValueAtTime: () => {} }, connect: (to: unknown) => to, start: () => (rang += 1), stop: () => {}, onended: null };
    vi.stubGlobal('AudioContext', class {
      currentTime = 0;
      destination = node;
      createOscillator = () => node;
      createGain = () => node;
      close = async () => {};
    });
    return () => rang;
  };

  test.each([['on-call', 0], ['available', 1]])('a banner at once; while %s it sounds %i times', (state, times) => {
    const rang = ringer();
    usePlace.setState({ view: 'workbench' });
    agent(state);
    pool();
    render(<ReviewBell />);
    expect(screen.queryByTestId('review-bell')).toBeNull();
    act(() => pool(row()));
    expect(screen.getByTestId('review-bell').textContent).toContain('5 万至 20 万元');
    act(() => pool(row()));
    expect(rang()).toBe(times);
    act(() => pool(row({ takenBy: id(77), takenByName: '陈静' })));
    expect(screen.queryByTestId('review-bell')).toBeNull();
  });

  test('switched off it stays silent', () => {
    const rang = ringer();
    setSound(false);
    usePlace.setState({ view: 'workbench' });
    agent('available');
    pool();
    render(<ReviewBell />);
    act(() => pool(row()));
    setSound(true);
    expect(rang()).toBe(0);
  });
});
