// @vitest-environment jsdom
import { fireEvent, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { draw } from './panel.tsx';
import { CALLBACK, control, id, OPERATION, startStory } from './story.ts';

const called = () => {
  const story = startStory(5, 3);
  story.promise();
  story.draft();
  story.selfCheck();
  story.submit();
  story.take();
  story.entry();
  story.approve();
  story.callBack();
  return story;
};

describe('眼到', () => {
  test('[TP1] without an approval no figure is on the screen', () => {
    const story = startStory(5, 3);
    story.promise();
    story.draft();
    story.selfCheck();
    story.submit();
    draw('readBack', story.state(), { callId: CALLBACK });
    expect(screen.getByTestId('no-approval')).toBeTruthy();
    expect(document.body.textContent).not.toContain('64,851.87');
  });

  test('one plan at a time, its own figures, and the word with the place on the recording', async () => {
    const story = called();
    const { sent, again } = draw('readBack', story.state(), { callId: CALLBACK });
    expect(screen.getByTestId('read-back-item').textContent).toContain('64,851.87');
    expect(screen.getByTestId('read-back-item').textContent).not.toContain('35,000.00');
    fireEvent.keyDown(window, { key: 'y' });
    expect(sent[0]).toMatchObject({ kind: 'confirm item', body: { part: 'eye', item: `line:${id(0x100)}`, agrees: true, callId: CALLBACK, customerWords: '一致', recordingOffset: 75 } });
    expect(story.command('confirm item', sent[0]!.body as never).refused).toBeNull();
    again(story.state(), { callId: CALLBACK });
    expect(screen.getByTestId('read-back-item').textContent).toContain('35,000.00');
  });

  test('a key held down or pressed twice while the first is on its way is one word', () => {
    const { sent } = draw('readBack', called().state(), { callId: CALLBACK }, [], () => new Promise(() => {}));
    fireEvent.keyDown(window, { key: 'Enter' });
    fireEvent.keyDown(window, { key: 'Enter' });
    fireEvent.keyDown(window, { key: 'Enter', repeat: true });
    expect(sent).toHaveLength(1);
  });

  test('[TP1] the word on the next line is taken though the answer to the last is not back, and still once', async () => {
    const story = called();
    const { sent, again } = draw('readBack', story.state(), { callId: CALLBACK }, [], () => new Promise(() => {}));
    for (let line = 1; line <= 3; line += 1) {
      fireEvent.keyDown(window, { key: 'y' });
      fireEvent.keyDown(window, { key: 'y' });
      expect(sent).toHaveLength(line);
      story.must('confirm item', sent.at(-1)!.body as never);
      again(story.state(), { callId: CALLBACK });
    }
    expect(sent.map((one) => one.body['item'])).toEqual([0x100, 0x101, 0x102].map((line) => `line:${id(line)}`));
  });

  test('a key typed into a note, or committed by an input method, confirms nothing', () => {
    const { sent } = draw('readBack', called().state(), { callId: CALLBACK });
    const note = document.body.appendChild(document.createElement('textarea'));
    fireEvent.keyDown(note, { key: 'y', bubbles: true });
    note.remove();
    fireEvent.keyDown(window, { key: 'Enter', isComposing: true });
    expect(sent).toEqual([]);
  });

  test('不一致 says what it voids before it happens, and voids only on the second press', async () => {
    const story = called();
    const { sent } = draw('readBack', story.state(), { callId: CALLBACK });
    fireEvent.keyDown(window, { key: 'n' });
    expect(sent).toEqual([]);
    expect(screen.getByTestId('disagree-voids').textContent).toContain('作废');
    await userEvent.click(screen.getByTestId('disagree-sure'));
    expect(sent[0]!.body).toMatchObject({ agrees: false, customerWords: '不一致' });
    expect(story.command('confirm item', sent[0]!.body as never).refused).toBeNull();
    expect(story.state().operations[OPERATION]!.status).toBe('void');
  });

  test('without a call nothing can be confirmed', () => {
    const { sent } = draw('readBack', called().state(), { callId: null });
    expect(screen.getByTestId('agree').hasAttribute('disabled')).toBe(true);
    fireEvent.keyDown(window, { key: 'y' });
    expect(sent).toEqual([]);
  });
});

describe('心到', () => {
  test('each consequence by itself, one press a point', async () => {
    const story = called();
    story.confirmEye();
    const { sent, again } = draw('consent', story.state(), { callId: CALLBACK });
    for (let press = 1; press <= 5; press += 1) {
      await userEvent.keyboard('y');
      expect(sent).toHaveLength(press);
      story.must('confirm item', sent.at(-1)!.body as never);
      again(story.state(), { callId: CALLBACK });
    }
    expect(sent.map((one) => one.body['item'])).toEqual(control.kinds['early-settlement'].consent.map((item) => item.id));
    expect(screen.getByTestId('consent-done')).toBeTruthy();
  });

  test('[TP1] the word on the next point is taken though the answer to the last is not back, and still once', async () => {
    const story = called();
    story.confirmEye();
    const { sent, again } = draw('consent', story.state(), { callId: CALLBACK }, [], () => new Promise(() => {}));
    const points = control.kinds['early-settlement'].consent.map((item) => item.id);
    for (let press = 1; press <= points.length; press += 1) {
      await userEvent.click(screen.getByTestId('consent-say'));
      fireEvent.keyDown(window, { key: 'y' });
      expect(sent).toHaveLength(press);
      story.must('confirm item', sent.at(-1)!.body as never);
      again(story.state(), { callId: CALLBACK });
    }
    expect(sent.map((one) => one.body['item'])).toEqual(points);
  });

  test('the last one is 我确认办理', async () => {
    const story = called();
    story.confirmEye();
    story.confirmHeart(4);
    const { sent } = draw('consent', story.state(), { callId: CALLBACK });
    await userEvent.click(screen.getByTestId('consent-say'));
    expect(sent[0]!.body).toMatchObject({ item: 'limit', customerWords: '我确认办理', recordingOffset: 75 });
  });

  test('it waits for the reading', () => {
    const { sent } = draw('consent', called().state(), { callId: CALLBACK });
    fireEvent.keyDown(window, { key: 'y' });
    expect(sent).toEqual([]);
  });
});

describe('手到', () => {
  const atHand = () => {
    const story = called();
    story.confirmEye();
    story.confirmHeart();
    return story;
  };

  test('three figures typed, full-width digits read, Enter goes on and sends from the last', async () => {
    const story = atHand();
    const { sent } = draw('typeIn', story.state(), { callId: CALLBACK });
    await userEvent.type(screen.getByTestId('proof-amount').querySelector('input') ?? screen.getByTestId('proof-amount'), '１０６８５１。８７{Enter}');
    await userEvent.keyboard('３{Enter}6225{Enter}');
    expect(sent).toEqual([{ kind: 'type in proof', body: { operationId: OPERATION, callId: CALLBACK, typedFen: 10_685_187, typedLines: 3, typedLastFour: '6225' }, options: {} }]);
    expect(story.command('type in proof', sent[0]!.body as never).refused).toBeNull();
    expect(story.state().operations[OPERATION]!.confirmation!.proofAt).not.toBeNull();
  });

  test('nothing can be pasted', () => {
    draw('typeIn', atHand().state(), { callId: CALLBACK });
    const field = screen.getByTestId('proof-last-four');
    expect(fireEvent.paste(field, { clipboardData: { getData: () => '6225' } })).toBe(false);
  });

  test('a miss empties the fields and shows no answer; the second goes back to the reading', async () => {
    const story = atHand();
    const { again } = draw('typeIn', story.state(), { callId: CALLBACK });
    const amount = screen.getByTestId('proof-amount').querySelector('input') ?? (screen.getByTestId('proof-amount') as HTMLInputElement);
    await userEvent.type(amount, '1{Enter}');
    await userEvent.keyboard('3{Enter}6225{Enter}');
    story.prove(100);
    again(story.state(), { callId: CALLBACK });
    expect(screen.getByTestId('proof-again')).toBeTruthy();
    expect(amount.value).toBe('');
    expect(document.body.textContent).not.toContain('106,851.87');
    story.prove(100);
    again(story.state(), { callId: CALLBACK });
    expect(screen.getByTestId('proof-read-back')).toBeTruthy();
  });
});
