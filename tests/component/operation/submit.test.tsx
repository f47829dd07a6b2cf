// @vitest-environment jsdom
import { screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { useLiveStore } from '../../../renderer/app/stores/live.ts';
import { draw } from './panel.tsx';
import { CASE, mentor, OPERATION, REVIEW, startStory } from './story.ts';

const ready = () => {
  const story = startStory(5, 3);
  story.promise();
  story.draft();
  return story;
};
const place = (takenByName: string | null): void =>
  useLiveStore.setState({ held: { 'my-reviews': { value: [{ reviewId: REVIEW, caseId: CASE, position: 2, expectedMinutes: 4, takenByName }], version: 1, heardAt: '' } } });

describe('提交复核', () => {
  test('nothing is submitted before the self-check is whole', async () => {
    const story = ready();
    story.selfCheck(7);
    const { sent, again } = draw('submitReview', story.state());
    expect(screen.getByTestId('submit-for-review').hasAttribute('disabled')).toBe(true);
    story.must('tick self-check', { operationId: OPERATION, item: 'clear', on: true });
    again(story.state());
    await userEvent.type(screen.getByTestId('submit-note'), '客户听力不好');
    await userEvent.click(screen.getByTestId('submit-for-review'));
    expect(sent).toHaveLength(1);
    expect(sent[0]!.body).toMatchObject({ operationId: OPERATION, noteToReviewer: '客户听力不好', customerWaits: 'callback' });
    expect(story.fromDesk('submit for review', sent[0]!.body).refused).toBeNull();
  });

  test('[PR2] a card number typed into the note leaves masked', async () => {
    const story = ready();
    story.selfCheck();
    const { sent } = draw('submitReview', story.state());
    await userEvent.type(screen.getByTestId('submit-note'), '卡 6222021234567890128');
    await userEvent.click(screen.getByTestId('submit-for-review'));
    expect(String(sent[0]!.body['noteToReviewer'])).not.toContain('6222021234567890128');
  });

  test('place and minutes while it waits, the name once it is taken, and it can be taken back', async () => {
    const story = ready();
    story.selfCheck();
    story.submit();
    place(null);
    const { sent, again } = draw('review', story.state());
    expect(screen.getByTestId('review-progress').textContent).toContain('第 2 位 · 约 4 分');
    story.take();
    place('林素');
    again(story.state());
    expect(screen.getByTestId('review-progress').textContent).toContain('林素 正在复核');
    await userEvent.click(screen.getByTestId('withdraw-review'));
    expect(sent).toEqual([]);
    await userEvent.click(await screen.findByTestId('withdraw-sure'));
    expect(sent).toEqual([{ kind: 'withdraw review', body: { reviewId: REVIEW }, options: {} }]);
  });

  test("the reviewer's question is answered on the spot", async () => {
    const story = ready();
    story.selfCheck();
    story.submit();
    story.take();
    story.entry();
    story.must('ask maker', { reviewId: REVIEW, question: '第三笔是哪一笔' }, mentor);
    const { sent } = draw('review', story.state());
    expect(screen.getByTestId('talk').textContent).toContain('第三笔是哪一笔');
    await userEvent.type(screen.getByLabelText('回答'), '七月那一笔{Enter}');
    expect(sent).toEqual([{ kind: 'answer reviewer', body: { reviewId: REVIEW, answer: '七月那一笔' }, options: {} }]);
  });

  test('[TP9] a return says why and what to do, keeps note and ticks, and it is submitted again under a new review', async () => {
    const story = ready();
    story.selfCheck();
    story.submit();
    story.take();
    story.entry();
    story.must('return review', { reviewId: REVIEW, reason: 'not-told', whatToDo: '第一笔要说清违约金' }, mentor);
    const { sent } = draw('submitReview', story.state());
    expect(screen.getByTestId('returned').textContent).toContain('漏告知');
    expect(screen.getByTestId('returned').textContent).toContain('第一笔要说清违约金');
    expect((screen.getByTestId('submit-note') as HTMLInputElement).value).toBe('客户听力不好,已重复两遍');
    await userEvent.click(screen.getByTestId('submit-for-review'));
    expect(sent[0]!.body['reviewId']).not.toBe(REVIEW);
    expect(story.fromDesk('submit for review', sent[0]!.body).refused).toBeNull();
  });

  test('[TP3] a voided approval names the fact with its old and new value', () => {
    const story = ready();
    story.selfCheck();
    story.submit();
    story.take();
    story.entry();
    story.approve();
    story.push('approval voided', { operationId: OPERATION, reason: 'facts-changed', changed: [{ fact: 'plan.plan-1.remainingFen', old: 6_296_298, now: 5_925_928 }] }, null);
    draw('submitReview', story.state());
    const words = screen.getByTestId('voided').textContent;
    expect(words).toContain('银行资料变了');
    expect(words).toContain('华联电器城 剩余本金: 62,962.98 → 59,259.28');
  });

  test('[TP6] after a second mismatch the maker is told to check anew', () => {
    const story = ready();
    story.selfCheck();
    story.submit();
    story.take();
    story.entry(100);
    story.entry(100);
    draw('submitReview', story.state());
    expect(screen.getByTestId('review-closed').textContent).toContain('两次都没对上');
  });
});
