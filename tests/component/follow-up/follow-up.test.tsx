// @vitest-environment jsdom
import '../operation/stubs.ts';
import { act, render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CaseState } from '#shared/case/state.ts';
import { useCases } from '../../../renderer/app/stores/cases.ts';
import { useLiveStore } from '../../../renderer/app/stores/live.ts';
import { usePlace } from '../../../renderer/app/stores/place.ts';
import { useSession } from '../../../renderer/app/stores/session.ts';
import { useSync } from '../../../renderer/app/stores/sync.ts';
import { agenda, caseOutcome, inTrouble, mayClose, mayCloseCase } from '../../../renderer/follow-up/agenda-view.ts';
import CasesView from '../../../renderer/follow-up/cases-view.tsx';
import TodayBar from '../../../renderer/follow-up/today-bar.tsx';
import { usePeopleStore } from '../../../renderer/operation/people.ts';
import { draw, knowPolicy, MAKER_PERSON, speak } from '../operation/panel.tsx';
import { CASE, id, MAKER, mentor, MENTOR, REVIEW, RUN, startStory, type Story } from '../operation/story.ts';
import { commands, playDesk } from '../review/fake-desk.ts';

const at = (iso: string): number => Date.parse(iso);
const holds = (state: CaseState): void => act(() => useCases.setState({ held: new Map([[CASE, { case: CASE, version: state.version, state, marks: [], heardAt: null }]]) }));
const clock = (iso: string): void => act(() => useSync.setState({ sync: { connection: 'online', clockOffsetMs: at(iso) - Date.now(), refused: [] } as never }));

const booked = (): Story => {
  const story = startStory(5, 3);
  story.promise();
  story.draft();
  story.selfCheck();
  story.submit();
  story.take();
  story.entry();
  story.approve();
  story.callBack();
  story.confirmEye();
  story.confirmHeart();
  story.prove();
  story.order();
  for (const plan of ['plan-1', 'plan-2', 'plan-3']) story.outcome(plan, 'booked');
  story.finish('done');
  return story;
};

beforeEach(() => {
  speak('zh-CN');
  knowPolicy();
  useSession.setState({ session: { status: 'signed-in', person: MAKER_PERSON } as never });
  useLiveStore.setState({ held: {} });
  usePlace.setState({ view: 'cases', caseId: null });
});

describe('the agenda', () => {
  test('promises by time with the minutes left; over time is late; other people’s cases are not mine', () => {
    const story = startStory(5, 3);
    story.promise();
    const before = agenda([story.state()], MAKER, at('2026-11-21T08:24:00.000Z'), '2026-11-21');
    expect(before.promises).toMatchObject([{ minutesLeft: 6, late: false, customer: '王**' }]);
    expect(agenda([story.state()], MAKER, at('2026-11-21T09:00:01.000Z'), '2026-11-21').promises[0]!.late).toBe(true);
    expect(agenda([story.state()], MENTOR, at('2026-11-21T08:24:00.000Z'), '2026-11-21')).toMatchObject({ promises: [], open: [] });
  });

  test('a posting that differs comes first and is red; it can be closed only when all is settled and paid', () => {
    const story = booked();
    expect(mayClose(story.state().followUps[0]!)).toBe(false);
    story.posted('2026-11-22', 'right');
    expect([inTrouble(story.state().followUps[0]!), mayClose(story.state().followUps[0]!)]).toEqual([false, false]);
    story.posted('2026-11-23', 'wrong');
    expect(inTrouble(story.state().followUps[0]!)).toBe(true);
    story.posted('2026-11-24', 'paid');
    expect([inTrouble(story.state().followUps[0]!), mayClose(story.state().followUps[0]!)]).toEqual([false, true]);
  });
});

describe('closing a case', () => {
  test('only when no run, promise, follow-up or operation is left; the centre agrees', () => {
    const story = booked();
    const close = (): string | null => story.command('close case', { outcome: caseOutcome(story.state()) }).refused;
    expect([mayCloseCase(story.state()), close()]).toEqual([false, 'promise-open']);
    story.must('keep promise', { promiseId: id(7), how: 'reached' });
    expect([mayCloseCase(story.state()), close()]).toEqual([false, 'follow-up-open']);
    story.posted('2026-12-27', 'paid');
    story.must('close follow-up', { followUpId: id(9), result: '已结清' });
    expect(mayCloseCase(story.state())).toBe(false);
    story.push('run closed', { runId: RUN, outcome: 'settled', note: null });
    expect([mayCloseCase(story.state()), caseOutcome(story.state()), close()]).toEqual([true, 'settled', null]);
    expect(mayCloseCase(story.state())).toBe(false);
  });
});

describe('今天', () => {
  test('the callback with its minutes, what came back, what to accept; a press goes there', async () => {
    const story = startStory(5, 3);
    story.promise();
    story.draft();
    story.selfCheck();
    story.submit();
    story.take();
    story.entry();
    story.must('return review', { reviewId: REVIEW, reason: 'amount', whatToDo: '重算第一笔' }, mentor);
    holds(story.state());
    clock('2026-11-21T08:24:30.000Z');
    useLiveStore.setState({ held: { 'hand-overs': { value: [{ handOverId: id(50), caseId: id(51), fromName: '何平', note: '', at: story.at() }], version: 1, heardAt: '' } } });
    render(<TodayBar />);
    expect(screen.getByTestId('today-promise').textContent).toContain('回电 16:30 王**（还有 6 分）');
    expect(screen.getByTestId('today-returned').textContent).toContain('被退回 1');
    expect(screen.getByTestId('today-hand-overs').textContent).toContain('待接收 1');
    await userEvent.click(screen.getByTestId('today-promise'));
    expect(usePlace.getState()).toMatchObject({ view: 'workbench', caseId: CASE });
  });
});

describe('cases and follow-ups', () => {
  test('the day’s check shows expected and posted, red where they differ, and a further period after settlement', () => {
    const story = booked();
    story.posted('2026-11-22', 'right');
    story.posted('2026-11-23', 'wrong');
    holds(story.state());
    clock('2026-11-23T01:00:00.000Z');
    render(<CasesView />);
    const card = screen.getByTestId(`follow-up-${id(9)}`);
    expect(card.dataset['trouble']).toBe('true');
    const check = within(within(card).getByTestId('posting-check-2026-11-23'));
    expect(check.getByText('64,851.87')).toBeTruthy();
    expect(check.getByText('64,951.87')).toBeTruthy();
    expect(check.getAllByText(/不符/)).toHaveLength(1);
    expect(within(card).getByTestId('posting-unexpected').textContent).toContain('1 期');
    expect(within(card).queryByTestId('follow-up-close')).toBeNull();
  });

  test('[TP17] a case is handed over by name, and accepted one by one', async () => {
    const story = startStory(5, 3);
    story.promise();
    holds(story.state());
    const called = playDesk((kind) => ({ value: kind === 'people' ? usePeopleStore.getState().people : { done: true } }));
    useLiveStore.setState({ held: { 'hand-overs': { value: [{ handOverId: id(50), caseId: id(51), fromName: '何平', note: '已约 17:00', at: story.at() }], version: 1, heardAt: '' } } });
    render(<CasesView />);
    await userEvent.click(screen.getByTestId('accept-hand-over'));
    expect(commands(called, 'accept hand-over')).toMatchObject([{ handOverId: id(50) }]);
    await userEvent.click(screen.getByRole('tab', { name: /在办/ }));
    await userEvent.click(await screen.findByTestId('hand-over'));
    const box = within(await screen.findByTestId('hand-over-form')).getByRole('combobox');
    await userEvent.click(box);
    await userEvent.type(box, '林素');
    await userEvent.click((await screen.findAllByText('● 林素 1002')).at(-1)!);
    await userEvent.type(screen.getByTestId('hand-over-note'), '客户着急');
    await userEvent.click(screen.getByTestId('hand-over-send'));
    expect(commands(called, 'hand over case')).toMatchObject([{ to: MENTOR, note: '客户着急' }]);
  });
});

describe('次日入账核对 · 跟进', () => {
  test('expected and posted of every line; nobody can tick it by hand', () => {
    const story = booked();
    const { again } = draw('posting', story.state());
    expect(screen.getByTestId('posting').textContent).toContain('等入账日核对（2026-11-22）');
    expect(screen.queryByRole('checkbox')).toBeNull();
    expect(screen.queryByRole('textbox')).toBeNull();
    story.posted('2026-11-22', 'right');
    again(story.state());
    expect(screen.getByTestId('posting').textContent).toContain('入账与预期一致');
  });

  test('it ends when all is settled and paid', () => {
    const story = booked();
    story.posted('2026-11-22', 'right');
    const { again } = draw('followUp', story.state());
    expect(screen.queryByTestId('follow-up-close')).toBeNull();
    story.posted('2026-12-27', 'paid');
    again(story.state());
    expect(screen.getByTestId('follow-up-close').hasAttribute('disabled')).toBe(true);
  });
});
