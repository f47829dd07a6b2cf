// @vitest-environment jsdom
import { cleanup, fireEvent, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Mark } from '#shared/protocol/case-view.ts';
import { useOrders } from '../../../renderer/operation/orders.ts';
import { draw } from './panel.tsx';
import { CALLBACK, CASE, id, OPERATION, startStory } from './story.ts';

beforeEach(() => useOrders.setState({ byOperation: {} }));

const confirmed = () => {
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
  return story;
};

describe('办理', () => {
  test('[TP1] locked until eye, heart and hand are done', () => {
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
    draw('execute', story.state(), { callId: CALLBACK });
    expect(screen.getByTestId('order-execution').hasAttribute('disabled')).toBe(true);
  });

  test('[TP4] pressed twice is one order, with a key of its own for every line, and the gate takes it', async () => {
    const story = confirmed();
    const { sent } = draw('execute', story.state(), { callId: CALLBACK });
    await userEvent.dblClick(screen.getByTestId('order-execution'));
    expect(sent).toHaveLength(1);
    const keys = sent[0]!.body['keys'] as { lineId: string; key: string }[];
    expect(new Set(keys.map((one) => one.key)).size).toBe(3);
    expect(story.fromDesk('order execution', sent[0]!.body).refused).toBeNull();
  });

  test('[TP4] left and shown again, or sent again after a refusal, it is the same execution and the same keys', async () => {
    const story = confirmed();
    const first = draw('execute', story.state(), { callId: CALLBACK });
    await userEvent.click(screen.getByTestId('order-execution'));
    cleanup();
    const mark: Mark = {
      command: String(first.sent[0]!.options['id']), stream: CASE, number: 1, kind: 'order execution', look: 'refused', urgent: false, madeAt: story.at(), saidAt: null, notAfter: null,
      refusal: { code: 'bank-unreachable' }, doubtful: null, seenAt: null,
    };
    const second = draw('execute', story.state(), { callId: CALLBACK }, [mark]);
    await userEvent.click(screen.getByTestId('order-again'));
    expect(second.sent[0]!.body).toEqual(first.sent[0]!.body);
    expect(second.sent[0]!.options['id']).not.toBe(first.sent[0]!.options['id']);
  });

  test('it has no key: neither Enter nor a digit on the focused button executes', () => {
    const { sent } = draw('execute', confirmed().state(), { callId: CALLBACK });
    const button = screen.getByTestId('order-execution');
    button.focus();
    expect(fireEvent.keyDown(button, { key: 'Enter' })).toBe(false);
    fireEvent.keyDown(window, { key: 'Enter', ctrlKey: true });
    expect(sent).toEqual([]);
  });
});

describe('the outcome of each line', () => {
  const executed = () => {
    const story = confirmed();
    story.order();
    return story;
  };

  test('[SY8] nothing is called accepted before its receipt', () => {
    draw('execute', executed().state(), { callId: CALLBACK });
    expect(screen.queryByText(/已受理/)).toBeNull();
    expect(screen.getByTestId('outcome').dataset['outcome']).toBe('under-way');
  });

  test('[TP10] a doubt is said as a doubt: it can be asked about, never repeated', async () => {
    const story = executed();
    story.outcome('plan-1', 'booked');
    story.outcome('plan-2', 'in-doubt');
    story.outcome('plan-3', 'booked');
    const { sent } = draw('execute', story.state(), { callId: CALLBACK });
    const doubt = within(screen.getByTestId('outcome-plan-2'));
    expect(doubt.getByText(/结果待查·请勿重复/)).toBeTruthy();
    expect(doubt.getByText(/18:00/)).toBeTruthy();
    await userEvent.click(doubt.getByTestId('order-inquiry'));
    expect(sent).toEqual([{ kind: 'order inquiry', body: { operationId: OPERATION, lineId: id(0x101) }, options: {} }]);
    expect(screen.queryByTestId('order-execution')).toBeNull();
    expect(screen.queryByTestId('new-operation-for-rest')).toBeNull();
  });

  test('[TP18] the rest becomes a new operation, once the customer has heard every line', async () => {
    const story = executed();
    story.outcome('plan-1', 'booked');
    story.outcome('plan-2', 'refused');
    story.outcome('plan-3', 'booked');
    story.finish('partial');
    const { sent, again } = draw('execute', story.state(), { callId: CALLBACK });
    expect(screen.getByTestId('outcome-plan-2').textContent).toContain('还按原来的分期还');
    expect(screen.getByTestId('new-operation-for-rest').hasAttribute('disabled')).toBe(true);
    await userEvent.click(within(screen.getByTestId('outcome-plan-2')).getByTestId('acknowledge-outcome'));
    expect(sent[0]).toMatchObject({ kind: 'acknowledge outcome', body: { operationId: OPERATION, lineId: id(0x101) } });
    for (const line of [0x100, 0x101, 0x102]) story.must('acknowledge outcome', { operationId: OPERATION, lineId: id(line) });
    again(story.state(), { callId: CALLBACK });
    await userEvent.click(screen.getByTestId('new-operation-for-rest'));
    const drafted = sent.at(-1)!;
    expect(drafted).toMatchObject({ kind: 'draft worksheet', body: { continues: OPERATION, lines: [{ planId: 'plan-2' }] } });
    expect(drafted.body['operationId']).not.toBe(OPERATION);
    expect(story.command('draft worksheet', drafted.body as never).refused).toBeNull();
  });
});
